"""An HTTP server on a real socket of the loopback interface. What it answers is up to its subclass."""

import threading
from abc import ABC, abstractmethod
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

Answer = tuple[int, dict[str, str], bytes]


@dataclass(frozen=True, slots=True)
class Arrived:
    """A request as it arrived. `headers` as they were written, `client_port` of the connection it came over."""

    method: str
    target: str
    headers: dict[str, str]
    content: bytes
    client_port: int

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        """The first value of each parameter."""
        given = parse_qs(urlsplit(self.target).query, keep_blank_values=True)
        return {name: values[0] for name, values in given.items()}

    @property
    def header(self) -> dict[str, str]:
        """By lower-case name."""
        return {name.lower(): value for name, value in self.headers.items()}


class LoopbackServer(ABC):
    """Context manager: runs on a free port. `cut_after` so many bytes of a body, the connection ends."""

    cut_after: int | None = None

    def __init__(self) -> None:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_GET(self) -> None:
                self._serve("GET")

            def do_POST(self) -> None:
                self._serve("POST")

            def _serve(self, method: str) -> None:
                content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                port: int = self.client_address[1]
                status, headers, body = outer.respond(Arrived(method, self.path, dict(self.headers), content, port))
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if outer.cut_after is not None:
                    body = body[: outer.cut_after]
                    self.close_connection = True
                try:
                    self.wfile.write(body)
                except OSError:  # the product hung up: it had read enough
                    self.close_connection = True

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self._thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)

    @abstractmethod
    def respond(self, request: Arrived) -> Answer: ...

    @property
    def port(self) -> int:
        return self.server.server_port

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()
        self._thread.join()
