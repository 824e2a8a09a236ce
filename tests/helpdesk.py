"""A helpdesk of the native protocol on a real socket that does exactly what a test says."""

import json
from collections.abc import Callable
from typing import Any

from tests.loopback_server import Answer, Arrived, LoopbackServer

Script = Callable[[str, dict[str, str]], Answer | None]


def answer(payload: Any, status: int = 200, **headers: str) -> Answer:
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return status, {"Content-Type": "application/json", **{k.replace("_", "-"): v for k, v in headers.items()}}, body


class ScriptedHelpdesk(LoopbackServer):
    """Serves `tickets` in pages, and `deleted`. `script(path, query)` may answer instead.

    `requests` remembers every path with its query and headers.
    """

    def __init__(self) -> None:
        self.tickets: list[Any] = []
        self.deleted: list[str] = []
        self.page_size: int | None = None
        self.script: Script | None = None
        self.requests: list[tuple[str, dict[str, str], dict[str, str]]] = []
        super().__init__()

    def respond(self, request: Arrived) -> Answer:
        self.requests.append((request.path, request.query, request.headers))
        return self._answer(request.path, request.query)

    @property
    def pages_read(self) -> int:
        return sum(1 for path, _, _ in self.requests if path == "/external/support-tickets")

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
