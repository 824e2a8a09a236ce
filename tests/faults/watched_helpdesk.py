"""A helpdesk of many tenants that notes who asked for what, when, and over which connection."""

import json
import time
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from tests.builders import record
from tests.loopback_server import Answer, Arrived, LoopbackServer

PAGE_SIZE = 5


@dataclass(frozen=True, slots=True)
class Asked:
    """A request: its tenant, the client's port (a run keeps one connection), the page or 0, and its time."""

    tenant_id: str
    port: int
    page: int
    began: float
    ended: float


class WatchedHelpdesk(LoopbackServer):
    """Serves the same number of tickets to each tenant; every answer takes `seconds`."""

    def __init__(self, tenant_ids: list[str], *, tickets: int, seconds: float) -> None:
        self.tickets = {
            tenant_id: [record(f"{tenant_id}-{n}", tenant_id=tenant_id) for n in range(tickets)]
            for tenant_id in tenant_ids
        }
        self.asked: list[Asked] = []
        self.seconds = seconds
        super().__init__()

    def respond(self, request: Arrived) -> Answer:
        began, query = time.monotonic(), request.query
        page = int(query.get("page", 0))
        body = json.dumps(self._answer(query["tenant_id"], page)).encode()
        time.sleep(self.seconds)
        self.asked.append(Asked(query["tenant_id"], request.client_port, page, began, time.monotonic()))
        return 200, {}, body

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
