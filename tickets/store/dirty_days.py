"""Dirty days: the days and customers whose roll-ups a write has made out of date.

The entry is inserted in the transaction that writes the tickets, so there is never a change without one. Entries are
only inserted, never updated, so writers and the roll-up builder do not wait for each other. The builder deletes an
entry after it has recounted its days.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from typing import Any

from pymongo.client_session import ClientSession

from supportsaas.db import mongo
from tickets.store.collection_names import DIRTY_DAYS

COLLECTION = DIRTY_DAYS


@dataclass(slots=True)
class DirtyDays:
    """The days (midnights in UTC) and customers whose numbers change."""

    days: set[datetime] = field(default_factory=set)
    customers: set[str] = field(default_factory=set)

    def add(self, ticket: Mapping[str, Any]) -> None:
        """Add the days of a ticket's creation and of its status transitions. Call it for the old and the new version."""
        for moment in (ticket["created_at"], *ticket.get("turns", ())):
            self.days.add(datetime.combine(moment.astimezone(UTC).date(), time.min, tzinfo=UTC))
        self.customers.add(ticket["customer_id"])

    def __bool__(self) -> bool:
        return bool(self.days)


def append_dirty_days(tenant_id: str, dirty: DirtyDays, *, session: ClientSession) -> None:
    """Record in the caller's transaction that these days and customers have to be recounted."""
    if dirty:
        mongo.collection(DIRTY_DAYS).insert_one(
            {"tenant_id": tenant_id, "days": sorted(dirty.days), "customers": sorted(dirty.customers)},
            session=session,
        )


def mark_everything_dirty(tenant_id: str) -> None:
    """Have every number of the tenant recounted."""
    mongo.collection(DIRTY_DAYS).insert_one({"tenant_id": tenant_id, "everything": True})
