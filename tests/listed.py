"""A helpdesk that lists its tickets in pages of ten by `rest`, in whatever way of paging, and moves them when told."""

from collections.abc import Callable
from typing import Any

from tenants.models import Tenant
from tests.builders import record
from tests.helpdesk import ScriptedHelpdesk, answer
from tests.loopback_server import Answer
from tests.passing import pass_time
from tickets import jobs
from tickets.helpdesks.model import Source
from tickets.ingestion.run import Outcome, ingest_tenant
from tickets.jobs import JobRequest
from tickets.store.ticket_store import TicketStore

SIZE = 10
PAGINGS = ("offset", "page", "next")
FIELDS = ("id", "customer_id", "subject", "message", "status", "source", "created_at", "updated_at")


class ListedHelpdesk:
    """`tickets` in their order. `before(n)` is called before page n is served, `beyond` answers behind the last one.

    `total`: what the answer names as the number of all, of the tickets and of the page; None names none.
    `instead(n, page)` may answer in the place of page n.
    """

    def __init__(self, helpdesk: ScriptedHelpdesk, *, paging: str, tickets: int = 35) -> None:
        self.helpdesk = helpdesk
        self.paging = paging
        self.tickets: list[dict[str, Any]] = [record(f"T-{n:03d}") for n in range(1, tickets + 1)]
        self.total: Callable[[list[Any], list[Any]], Any] | None = None
        self.before: Callable[[int], None] = lambda _number: None
        self.instead: Callable[[int, list[Any]], Answer | None] = lambda _number, _page: None
        self.beyond: Callable[[], Answer] | None = None
        self.hears_since = True
        helpdesk.script = self._serve

    @property
    def ids(self) -> set[str]:
        return {each["id"] for each in self.tickets}

    @property
    def asked(self) -> int:
        return len(self.helpdesk.requests)

    def options(self, **more: Any) -> dict[str, Any]:
        return {
            "path": "/items",
            "records": "items",
            "paging": self.paging,
            "fields": {name: name for name in FIELDS},
            **({"next": "next"} if self.paging == "next" else {}),
            **({"total": "total"} if self.total else {}),
            **more,
        }

    def connect(self, tenant: Tenant, **more: Any) -> Source:
        return Source.objects.create(
            tenant=tenant, kind="rest", url=self.helpdesk.url, page_size=SIZE, options=self.options(**more)
        )

    def swap(self, gone: list[str], *, created: int) -> None:
        """Some go, and as many as said are created at the end, as in a list by id."""
        self.tickets = [each for each in self.tickets if each["id"] not in gone]
        last = max(int(each["id"][2:]) for each in self.tickets)
        self.tickets += [record(f"T-{last + n:03d}") for n in range(1, created + 1)]

    def _serve(self, _path: str, query: dict[str, str]) -> Answer:
        size = min(int(query.get("per_page", SIZE)), SIZE)
        start = int(query["offset"]) if self.paging == "offset" else (int(query.get("page", 1)) - 1) * size
        number = start // SIZE + 1
        self.before(number)
        since = query.get("since", "") if self.hears_since else ""
        listed = [each for each in self.tickets if each["updated_at"] >= since]
        page = listed[start : start + size]
        if (other := self.instead(number, page)) is not None:
            return other
        if not page and self.beyond is not None and number > 1:
            return self.beyond()
        body: dict[str, Any] = {"items": page}
        if self.total is not None:
            body["total"] = self.total(listed, page)
        if self.paging == "next":
            more = f"&since={since}" if since else ""
            body["next"] = f"?page={number + 1}{more}" if start + size < len(listed) else None
        return answer(body)


def ingest(tenant: Tenant, **request: Any) -> Outcome:
    wish = JobRequest(trigger="command", started_by="test", **request)
    job_id = jobs.begin_at_once(tenant, wish, owner_id="test")
    return ingest_tenant(tenant, wish, job_id=job_id, owner_id="test", sleep=pass_time)


def live(tenant: Tenant) -> set[str]:
    return set(TicketStore(tenant).iterate_live_ids())


def warned(outcome: Outcome) -> str | None:
    return outcome.warning["code"] if outcome.warning else None
