"""The web server's worker with a small test application, in a thread of this process, on its own socket."""

import logging
import os
import selectors
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from gunicorn.config import Config

from supportsaas.web_server.worker import PatientWorker

PATIENCE_SECONDS = 20


def wait_until(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, f"not so: {what}"
        time.sleep(0.01)


class Application:
    """Answers paths in `routes` as given, and echoes the request body for others."""

    def __init__(self) -> None:
        self.routes: dict[str, Callable[[], Iterable[bytes]]] = {}

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        route = self.routes.get(environ["PATH_INFO"])
        if route is not None:
            start_response("200 OK", [("Content-Type", "text/plain")])
            return route()
        body = environ["wsgi.input"].read()
        start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
        return [body]


class Client:
    """A connection of raw bytes."""

    def __init__(self, port: int, *, receive_buffer: int | None = None, address: str = "127.0.0.1") -> None:
        self.socket = socket.socket()
        self.socket.bind((address, 0))
        self.socket.settimeout(PATIENCE_SECONDS)
        if receive_buffer is not None:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.connect(("127.0.0.1", port))

    def send(self, data: bytes) -> "Client":
        self.socket.sendall(data)
        return self

    def ask(self, path: str = "/", *, body: bytes = b"", headers: str = "") -> "Client":
        length = f"Content-Length: {len(body)}\r\n" if body else ""
        method = "POST" if body else "GET"
        return self.send(f"{method} {path} HTTP/1.1\r\nHost: x\r\n{length}{headers}\r\n".encode() + body)

    def read_until(self, end: bytes) -> bytes:
        received = b""
        while end not in received:
            piece = self.socket.recv(65536)
            assert piece, f"it was closed after {received[-200:]!r}"
            received += piece
        return received

    def read_to_end(self) -> bytes:
        """All data until the server closes the connection."""
        received = b""
        while True:
            try:
                piece = self.socket.recv(65536)
            except ConnectionResetError:
                return received
            if not piece:
                return received
            received += piece


class Server:
    def __init__(
        self,
        *,
        threads: int = 4,
        connections: int = 500,
        keepalive: int = 5,
        graceful_timeout: int = 5,
        trusted_proxies: int = 0,
    ) -> None:
        self.application = Application()
        listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.port: int = listener.getsockname()[1]
        cfg = Config()
        for name, value in {
            "threads": threads, "worker_connections": connections, "keepalive": keepalive, "sendfile": False,
            "graceful_timeout": graceful_timeout, "limit_request_line": 8190,
        }.items():  # fmt: skip
            cfg.set(name, value)
        self.worker = PatientWorker(0, os.getppid(), [listener], None, 30, cfg, _Log(cfg))
        self.worker.trusted_proxies = trusted_proxies
        # What `init_process` does besides taking over the signals of the process.
        self.worker.wsgi = self.application
        self.worker.tpool = self.worker.get_thread_pool()
        self.worker._health_thread = ThreadPoolExecutor(1)
        self.worker.poller = selectors.DefaultSelector()
        self.worker.method_queue.init()
        self._thread = threading.Thread(target=self.worker.run)
        self._thread.start()
        self._clients: list[Client] = []

    def connect(self, **options: Any) -> Client:
        self._clients.append(Client(self.port, **options))
        return self._clients[-1]

    def status(self, path: str = "/", *, address: str = "127.0.0.1", **more: Any) -> str:
        """The response to a request on its own connection."""
        client = self.connect(address=address)
        return client.ask(path, **{"headers": "Connection: close\r\n", **more}).read_to_end()[9:12].decode()

    def stop(self) -> None:
        for each in self._clients:
            each.socket.close()
        self.worker.handle_exit(None, None)
        self._thread.join(PATIENCE_SECONDS)
        assert not self._thread.is_alive()
        self.worker.tmp.close()


class _Log(logging.LoggerAdapter):  # type: ignore[type-arg]
    """The gunicorn settings that the worker reads."""

    def __init__(self, cfg: Config) -> None:
        super().__init__(logging.getLogger("tests.web_server"), {})

    def access(self, *_: Any) -> None: ...


@pytest.fixture
def start_server() -> Iterator[Callable[..., Server]]:
    started: list[Server] = []

    def start(**options: int) -> Server:
        started.append(Server(**options))
        return started[-1]

    yield start
    for each in started:
        each.stop()


@pytest.fixture
def server(start_server: Callable[..., Server]) -> Server:
    return start_server()
