"""A server of raw bytes, for what no decent HTTP library lets a server do."""

import contextlib
import socket
import struct
import threading
from collections.abc import Callable
from typing import Any, Self

Behaviour = Callable[[socket.socket], None]
"""What to send on a connection whose request has been read; afterwards it is closed."""


class RawServer:
    """Every connection behaves as scripted. `connections` counts them."""

    def __init__(self, behaviour: Behaviour) -> None:
        self.behaviour = behaviour
        self.connections = 0
        self._ended = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._threads: list[threading.Thread] = [threading.Thread(target=self._serve, daemon=True)]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        for each in list(self._threads):
            each.join(10)
        self._listener.close()

    def drip(self, connection: socket.socket, piece: bytes, *, every: float, at_most: int) -> None:
        """Send the piece again and again, until the other side hangs up or the test is over."""
        for _ in range(at_most):
            connection.sendall(piece)
            if self._ended.wait(every):
                return

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._threads.append(threading.Thread(target=self._answer, args=(connection,), daemon=True))
            self._threads[-1].start()

    def _answer(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            connection.settimeout(10)
            request = b""
            while b"\r\n\r\n" not in request:
                received = connection.recv(65536)
                if not received:
                    return
                request += received
            self.behaviour(connection)


def reset(connection: socket.socket) -> None:
    """Break the connection off with a reset instead of an end."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def head(length: int, **headers: Any) -> bytes:
    lines = {"Content-Type": "application/json", "Content-Length": length, **headers}
    return ("HTTP/1.1 200 OK\r\n" + "".join(f"{name}: {value}\r\n" for name, value in lines.items()) + "\r\n").encode()
