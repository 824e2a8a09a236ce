"""A mail server on a real socket: takes everything, unless told to answer a command otherwise."""

import socketserver
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass
class Mail:
    recipients: list[str] = field(default_factory=list)
    data: bytes = b""


class SmtpServer:
    """`refusals`: what to answer to a command ("RCPT"); empty text hangs up. DATA refuses what was sent.

    `filter` looks at a mail once it was sent and says what to answer; None: it is taken.
    """

    def __init__(
        self, refusals: Mapping[str, str] | None = None, *, filter: Callable[["Mail"], str | None] | None = None
    ) -> None:
        self.refusals = dict(refusals or {})
        self.filter = filter
        self.mails: list[Mail] = []
        outer = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                self.say("220 ready")
                mail = Mail()
                for line in self.rfile:
                    words = line.decode().split(maxsplit=1)
                    command = words[0].upper() if words else ""
                    refusal = outer.refusals.get(command)
                    if refusal == "":
                        return
                    if command == "DATA":
                        self.say("354 go on")
                        mail.data = self.read_data()
                        refusal = refusal or (outer.filter(mail) if outer.filter else None)
                        if refusal is None:
                            outer.mails.append(mail)
                        self.say(refusal or "250 taken")
                        mail = Mail()
                    elif refusal is not None:
                        self.say(refusal)
                    elif command == "QUIT":
                        self.say("221 bye")
                        return
                    else:
                        if command == "RCPT":
                            mail.recipients.append(line.decode().split("<")[1].split(">")[0])
                        self.say("250 fine")

            def say(self, text: str) -> None:
                self.wfile.write(text.encode() + b"\r\n")

            def read_data(self) -> bytes:
                lines = []
                for line in self.rfile:
                    if line == b".\r\n":
                        break
                    lines.append(line)
                return b"".join(lines)

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    def __enter__(self) -> "SmtpServer":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
