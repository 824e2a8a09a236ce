"""Marks of what a write has touched, for those who keep numbers over the tickets.

A mark is inserted in the transaction that writes the tickets, so there is never a change without
one. Marks are only ever inserted here, never updated: writers and the keepers of numbers do not
wait for each other. Whoever has brought the numbers in line takes the marks away.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from typing import Any

from pymongo.client_session import ClientSession

from supportsaas.db import mongo

COLLECTION = "rollup_marks"


@dataclass(slots=True)
class Touched:
    """The days (their midnights, in UTC) and the customers whose numbers a write changes."""

    days: set[datetime] = field(default_factory=set)
    customers: set[str] = field(default_factory=set)

    def add(self, ticket: Mapping[str, Any]) -> None:
        """A ticket as it was, or as it will be: its creation, and every turn it took."""
        for moment in (ticket["created_at"], *ticket.get("turns", ())):
            self.days.add(datetime.combine(moment.astimezone(UTC).date(), time.min, tzinfo=UTC))
        self.customers.add(ticket["customer_id"])

    def __bool__(self) -> bool:
        return bool(self.days)


def append_mark(tenant_id: str, touched: Touched, *, session: ClientSession) -> None:
    """In the caller's transaction: these days and customers of the tenant are counted anew."""
    if touched:
        mongo.collection(COLLECTION).insert_one(
            {"tenant_id": tenant_id, "days": sorted(touched.days), "customers": sorted(touched.customers)},
            session=session,
        )


def append_mark_of_everything(tenant_id: str) -> None:
    """Every number of the tenant is counted anew."""
    mongo.collection(COLLECTION).insert_one({"tenant_id": tenant_id, "everything": True})
