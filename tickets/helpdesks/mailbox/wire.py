"""The bytes of an IMAP connection, bounded in time and size: the server may be anyone's."""

import imaplib
import socket
import ssl
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

READ_SECONDS: Final = 30.0
WHOLE_ANSWER_SECONDS: Final = 120.0
LARGEST_ANSWER_BYTES: Final = 64 * 1024 * 1024
LARGEST_LITERAL_BYTES: Final = 4 * 1024 * 1024
"""No single value that is requested is larger."""
LONGEST_LINE_BYTES: Final = 16 * 1024 * 1024
_PIECE: Final = 64 * 1024

Dial = Callable[[], socket.socket]


class TooLarge(Exception):
    """The server sends more than it was asked for."""


class ImapWire(imaplib.IMAP4):
    """`imaplib`'s client over a socket that `dial` opens. Each command ends within a time and an amount of bytes."""

    def __init__(self, dial: Dial, *, host: str, port: int, tls: ssl.SSLContext | None) -> None:
        self._dial, self._tls = dial, tls
        self._buffer = bytearray()
        self.begin_command()
        super().__init__(host, port)

    def begin_command(self) -> None:
        self._deadline = time.monotonic() + WHOLE_ANSWER_SECONDS
        self._received = 0

    def open(self, host: str = "", port: int = 143, timeout: float | None = None) -> None:
        self.host, self.port = host, port
        self.sock = self._dial()
        if self._tls is not None:
            self._secure(self._tls)

    def starttls(self, ssl_context: ssl.SSLContext | None = None) -> Any:
        """Whatever the server sent before the handshake is dropped: anyone on the way may have written it."""
        assert ssl_context is not None
        status, answer = self.xatom("STARTTLS")
        if status == "OK":
            self._buffer.clear()
            self.untagged_responses.clear()
            self._secure(ssl_context)
            self.capabilities = self._ask_capabilities()
        return status, answer

    def _ask_capabilities(self) -> tuple[str, ...]:
        _, answer = self.capability()
        last = answer[-1] if answer and isinstance(answer[-1], bytes) else b""
        return tuple(last.decode("ascii", "replace").upper().split())

    def _secure(self, context: ssl.SSLContext) -> None:
        self.sock.settimeout(READ_SECONDS)
        self.sock = context.wrap_socket(self.sock, server_hostname=self.host)

    def read(self, size: int) -> bytes:
        if size > LARGEST_LITERAL_BYTES:
            raise TooLarge
        while len(self._buffer) < size and self._fill():
            pass
        return self._take(size)

    def readline(self) -> bytes:
        searched = 0
        while (end := self._buffer.find(b"\n", searched)) < 0:
            searched = len(self._buffer)
            if searched > LONGEST_LINE_BYTES:
                raise TooLarge
            if not self._fill():
                return self._take(searched)
        return self._take(end + 1)

    def send(self, data: Any) -> None:
        self.sock.settimeout(READ_SECONDS)
        self.sock.sendall(data)

    def shutdown(self) -> None:
        with suppress(OSError):
            self.sock.close()

    def _fill(self) -> bool:
        """Receive some more; False at the end of the connection."""
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self.sock.settimeout(min(left, READ_SECONDS))
        piece = self.sock.recv(_PIECE)
        self._buffer += piece
        self._received += len(piece)
        if self._received > LARGEST_ANSWER_BYTES:
            raise TooLarge
        return bool(piece)

    def _take(self, size: int) -> bytes:
        taken = bytes(self._buffer[:size])
        del self._buffer[:size]
        return taken
