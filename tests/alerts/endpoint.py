"""An alert endpoint on a real socket, with behaviour set by the test."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.faults.raw_server import reset


@dataclass(frozen=True, slots=True)
class Reply:
    """A response after `seconds`; with `is_reset` the connection is reset instead."""

    status: int = 200
    body: bytes = b"thank you"
    retry_after: str | None = None
    seconds: float = 0.0
    is_reset: bool = False


@dataclass(frozen=True, slots=True)
class Received:
    """A received request with the status of its response (None: no response)."""

    path: str
    key: str
    body: dict[str, Any]
    headers: dict[str, str]
    status: int | None


Behaviour = Callable[[str, dict[str, Any]], Reply]
"""What to do with a request, by its Idempotency-Key and body."""


class Endpoint:
    """`received` holds all requests in order; `behaviour` may be changed at any time."""

    def __init__(self, behaviour: Behaviour | None = None) -> None:
        self.behaviour = behaviour or (lambda _key, _body: Reply())
        self.received: list[Received] = []
        self.together = 0
        self.most_together = 0
        self._ended = threading.Event()
        self._counting = threading.Lock()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                key = self.headers.get("Idempotency-Key", "")
                with outer._counting:
                    outer.together += 1
                    outer.most_together = max(outer.most_together, outer.together)
                    reply = outer.behaviour(key, body)
                    status = None if reply.is_reset else reply.status
                    outer.received.append(Received(self.path, key, body, dict(self.headers), status))
                try:
                    outer._ended.wait(reply.seconds)
                    self._answer(reply)
                finally:
                    with outer._counting:
                        outer.together -= 1

            def _answer(self, reply: Reply) -> None:
                if reply.is_reset:
                    self.close_connection = True
                    reset(self.connection)
                    return
                self.send_response(reply.status)
                self.send_header("Content-Length", str(len(reply.body)))
                if reply.retry_after is not None:
                    self.send_header("Retry-After", reply.retry_after)
                self.end_headers()
                self.wfile.write(reply.body)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = _Server(("127.0.0.1", 0), Handler)

    def __enter__(self) -> "Endpoint":
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def accepted(self) -> list[Received]:
        with self._counting:
            return [each for each in self.received if each.status == 200]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Killed or timed-out senders are expected in these tests."""
