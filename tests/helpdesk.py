"""A helpdesk of the native protocol on a real socket that does exactly what a test says."""

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

Answer = tuple[int, dict[str, str], bytes]
Script = Callable[[str, dict[str, str]], Answer | None]


def answer(payload: Any, status: int = 200, **headers: str) -> Answer:
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return status, {"Content-Type": "application/json", **{k.replace("_", "-"): v for k, v in headers.items()}}, body


class ScriptedHelpdesk:
    """Serves `tickets` in pages, and `deleted`. `script(path, query)` may answer instead.

    `requests` remembers every path with its query and headers. `cut_after` bytes, an answer breaks off.
    """

    def __init__(self) -> None:
        self.tickets: list[Any] = []
        self.deleted: list[str] = []
        self.page_size: int | None = None
        self.script: Script | None = None
        self.cut_after: int | None = None
        self.requests: list[tuple[str, dict[str, str], dict[str, str]]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                query = {name: values[0] for name, values in parse_qs(parts.query).items()}
                outer.requests.append((parts.path, query, dict(self.headers)))
                status, headers, body = outer._answer(parts.path, query)
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if outer.cut_after is not None:
                    self.wfile.write(body[: outer.cut_after])
                    self.close_connection = True
                    return
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def pages_read(self) -> int:
        return sum(1 for path, _, _ in self.requests if path == "/external/support-tickets")

    def __enter__(self) -> "ScriptedHelpdesk":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def fail_page(self, number: int, failure: Answer) -> None:
        """Answer the page of that number so, every time it is asked for."""

        def script(path: str, query: dict[str, str]) -> Answer | None:
            return failure if path.endswith("support-tickets") and query["page"] == str(number) else None

        self.script = script

    def fail_everything(self, failure: Answer) -> None:
        self.script = lambda _path, _query: failure

    def recover(self) -> None:
        self.script = None
        self.cut_after = None

    def _answer(self, path: str, query: dict[str, str]) -> Answer:
        scripted = self.script(path, query) if self.script else None
        if scripted is not None:
            return scripted
        if path == "/external/deleted-tickets":
            return answer({"deleted_ids": self.deleted})
        if path == "/external/support-tickets":
            size = self.page_size or int(query["page_size"])
            number = int(query["page"])
            start = (number - 1) * size
            more = start + size < len(self.tickets)
            return answer(
                {
                    "tickets": self.tickets[start : start + size],
                    "next_page": number + 1 if more else None,
                    "total_count": len(self.tickets),
                }
            )
        return answer({"detail": "not found"}, 404)
