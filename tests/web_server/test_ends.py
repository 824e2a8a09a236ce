"""Connections that end, and a server that stops, during requests."""

import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator

from tests.web_server.conftest import Server, wait_until

WAITS_FOR_THE_WORD = b"POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n"


class AnswerWithWorkBehindIt:
    """The client has read everything and disconnected before the application finishes."""

    def __init__(self, is_gone: threading.Event) -> None:
        self._is_gone = is_gone

    def __iter__(self) -> Iterator[bytes]:
        return iter([b"said"])

    def close(self) -> None:
        self._is_gone.wait(20)


def test_a_client_that_disconnects_before_100_continue_does_not_affect_other_connections(server: Server) -> None:
    is_gone = threading.Event()
    server.application.routes["/said"] = lambda: AnswerWithWorkBehindIt(is_gone)
    client = server.connect().send(b"GET /said HTTP/1.1\r\nHost: x\r\n\r\n" + WAITS_FOR_THE_WORD)
    client.read_until(b"0\r\n\r\n")
    client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # closed by a reset
    client.socket.close()
    is_gone.set()
    assert server.status() == "200"


def test_a_stopping_server_does_not_wait_long_for_another_request(start_server: Callable[..., Server]) -> None:
    server = start_server(keepalive=60, graceful_timeout=60)
    go_on = threading.Event()

    def answer() -> Iterator[bytes]:
        yield b"begun"
        go_on.wait(20)

    server.application.routes["/slow"] = answer
    client = server.connect().ask("/slow")
    client.read_until(b"begun")
    server.worker.handle_exit(None, None)
    wait_until(lambda: not server.worker._accepting, "it stops")
    began = time.monotonic()
    go_on.set()
    client.read_to_end()
    assert time.monotonic() - began < 15
