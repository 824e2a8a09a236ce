"""Changes of a tenant's stored tickets through the pipeline's own planning and writing, for benchmarks.

Of ten tickets eight are read again with another status, four of them with another text too; one is deleted; and one is
new. They are spread over the whole time that the tenant has tickets.
"""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from supportsaas.reliability.lock import HeldLock, Lock
    from tenants.models import Tenant

PAGE = 500
STATUSES = {
    "closed": "open",
    "resolved": "in_progress",
    "open": "closed",
    "in_progress": "pending",
    "pending": "closed",
}
TEXTS = (
    "This is urgent: our checkout has been down since this morning and we are losing orders.",
    "I am very disappointed. Nobody answers, and the refund has still not arrived.",
    "Please cancel the contract and delete my account.",
    "Thank you, the replacement works very well.",
)


@dataclass(slots=True)
class TicketChanges:
    """Never changes a ticket twice, as long as there are others."""

    tenant: "Tenant"
    _ids: Iterator[str] = field(init=False)

    def __post_init__(self) -> None:
        from tickets.store.ticket_store import TicketStore

        ids = sorted(TicketStore(self.tenant).iterate_live_ids())
        random.Random(self.tenant.slug).shuffle(ids)
        self._ids = iter(ids)

    def write(self, number: int) -> None:
        """Change this many tickets."""
        for first in range(0, number, PAGE):
            self._write_page(min(PAGE, number - first))

    def write_one(self) -> None:
        """Change the status of one ticket."""
        self._save([_with_another_status(each) for each in self._next_stored(1)])

    def _write_page(self, size: int) -> None:
        read: list[dict[str, Any]] = []
        deleted: list[str] = []
        for place, stored in enumerate(self._next_stored(size)):
            match place % 10:
                case 0:
                    deleted.append(stored["external_id"])
                case 1:
                    read.append({**_record(stored), "id": f"{stored['external_id']}-{datetime.now(UTC):%j%H%M%S}"})
                case 2 | 3 | 4 | 5:
                    read.append({**_with_another_status(stored), "message": f"{stored['message']} {TEXTS[place % 4]}"})
                case _:
                    read.append(_with_another_status(stored))
        self._save(read)
        self._delete(deleted)

    def _next_stored(self, number: int) -> list[dict[str, Any]]:
        from tickets.store.ticket_store import TicketStore

        return list(TicketStore(self.tenant).find_whole(list(islice(self._ids, number))).values())

    def _save(self, records: list[dict[str, Any]]) -> None:
        from supportsaas import clock
        from tickets.helpdesks.base import SourceRecord
        from tickets.planning.planner import plan_page
        from tickets.planning.reading import read_records
        from tickets.store.ticket_store import TicketStore

        store = TicketStore(self.tenant)
        read = read_records([SourceRecord(each, each) for each in records], tenant_id=self.tenant.slug)
        plan = plan_page(store, read.tickets, job_id="benchmark", now=clock.now())
        assert plan.new + plan.updated == len(records), read.quarantined
        with self._locked() as (lock, held):
            store.save_page(plan, lock=lock, held=held)

    def _delete(self, external_ids: list[str]) -> None:
        from supportsaas import clock
        from tickets.store.ticket_store import TicketStore

        with self._locked() as (lock, held):
            TicketStore(self.tenant).delete_tickets(
                external_ids, job_id="benchmark", lock=lock, held=held, now=clock.now()
            )

    @contextmanager
    def _locked(self) -> "Iterator[tuple[Lock, HeldLock]]":
        from supportsaas.reliability.lock import Lock

        lock = Lock(self.tenant.slug)
        held = lock.take("benchmark")
        assert held is not None, "another process writes tickets"
        yield lock, held
        lock.release(held)


def _with_another_status(stored: dict[str, Any]) -> dict[str, Any]:
    return {**_record(stored), "status": STATUSES[stored["status"]]}


def _record(stored: dict[str, Any]) -> dict[str, Any]:
    """The ticket as its helpdesk sends it after a change."""
    names = ("tenant_id", "source", "customer_id", "subject", "message", "status")
    return {
        "id": stored["external_id"],
        "created_at": stored["created_at"].isoformat(),
        "updated_at": datetime.now(UTC).isoformat(),
        **{name: stored[name] for name in names},
    }
