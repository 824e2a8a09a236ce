"""A helpdesk of many tenants that notes who asked for what, when, and over which connection."""

import json
import threading
import time
from collections import defaultdict
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.builders import record

PAGE_SIZE = 5


@dataclass(frozen=True, slots=True)
class Asked:
    """A request: its tenant, the client's port (a run keeps one connection), the page or 0, and its time."""

    tenant_id: str
    port: int
    page: int
    began: float
    ended: float


class WatchedHelpdesk:
    """Serves the same number of tickets to each tenant; every answer takes `seconds`."""

    def __init__(self, tenant_ids: list[str], *, tickets: int, seconds: float) -> None:
        self.tickets = {
            tenant_id: [record(f"{tenant_id}-{n}", tenant_id=tenant_id) for n in range(tickets)]
            for tenant_id in tenant_ids
        }
        self.asked: list[Asked] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_GET(self) -> None:
                began = time.monotonic()
                parts = urlsplit(self.path)
                query = {name: values[0] for name, values in parse_qs(parts.query).items()}
                page = int(query.get("page", 0))
                body = json.dumps(outer._answer(query["tenant_id"], page)).encode()
                time.sleep(seconds)
                asked = Asked(query["tenant_id"], self.client_address[1], page, began, time.monotonic())
                outer.asked.append(asked)
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> "WatchedHelpdesk":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def runs(self) -> dict[str, list[list[Asked]]]:
        """For each tenant its runs in the order of their beginning, each with its requests."""
        found: dict[str, dict[int, list[Asked]]] = defaultdict(lambda: defaultdict(list))
        for each in sorted(self.asked, key=lambda asked: asked.began):
            found[each.tenant_id][each.port].append(each)
        return {tenant_id: list(runs.values()) for tenant_id, runs in found.items()}

    def most_within(self, seconds: float) -> int:
        """The most requests that arrived in any span of so many seconds."""
        arrivals = sorted(each.began for each in self.asked)
        first = most = 0
        for last, moment in enumerate(arrivals):
            while moment - arrivals[first] >= seconds:
                first += 1
            most = max(most, last - first + 1)
        return most

    def _answer(self, tenant_id: str, page: int) -> dict[str, Any]:
        if not page:
            return {"deleted_ids": []}
        mine = self.tickets[tenant_id]
        stop = page * PAGE_SIZE
        return {
            "tickets": mine[stop - PAGE_SIZE : stop],
            "next_page": page + 1 if stop < len(mine) else None,
            "total_count": len(mine),
        }
