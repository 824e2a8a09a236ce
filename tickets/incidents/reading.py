"""Reads what incidents are found in from the stored tickets.

Only tickets of the last hours are read at each look, and those of the same hours of eight weeks before. What was counted
in an hour is kept in memory for another hour, so that each look reads only hours that come new into its windows.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from supportsaas.db import mongo
from supportsaas.db.mongo import Document
from tickets.incidents.phrases import READ_LIMIT, phrases_of
from tickets.incidents.seen import HOUR, HourCounts, SeenTicket, hour_of
from tickets.records.collection_names import TICKETS
from tickets.store.index_scans import DATE_INDEX

KEPT_SECONDS: Final = 3_600.0
"""Tickets of past weeks may still be imported or deleted, so counts are not kept for longer."""

MOST_KEPT: Final = 5_000
"""Hours, of all tenants. One of a tenant with 100,000 tickets a year takes about 5 KB."""

_FIELDS: Final[Document] = {
    "_id": 0,
    "external_id": 1,
    "customer_id": 1,
    "created_at": 1,
    "subject": 1,
    "message": {"$substrCP": ["$message", 0, READ_LIMIT]},
}


def read_tickets(tenant_id: str, start: datetime, end: datetime) -> Iterator[SeenTicket]:
    """The tenant's live tickets that were created between the two times, the oldest first."""
    found = mongo.collection(TICKETS).find(_created(tenant_id, start, end), _FIELDS, hint=DATE_INDEX)
    for each in found.sort([("created_at", 1), ("external_id", 1)]):
        phrases = phrases_of(each["subject"], each["message"])
        yield SeenTicket(each["external_id"], each["customer_id"], each["created_at"], phrases)


class KeptHours:
    """What was counted in the hours of all tenants, those used last. Threads may share it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._hours: OrderedDict[tuple[str, datetime], tuple[float, HourCounts]] = OrderedDict()

    def get(self, tenant_id: str, hour: datetime) -> HourCounts | None:
        with self._lock:
            found = self._hours.get((tenant_id, hour))
            if found is None or time.monotonic() - found[0] >= KEPT_SECONDS:
                return None
            self._hours.move_to_end((tenant_id, hour))
            return found[1]

    def put(self, tenant_id: str, hour: datetime, counts: HourCounts) -> None:
        with self._lock:
            self._hours[tenant_id, hour] = (time.monotonic(), counts)
            self._hours.move_to_end((tenant_id, hour))
            while len(self._hours) > MOST_KEPT:
                self._hours.popitem(last=False)


class StoredPast:
    """A tenant's earlier tickets, for `Normal`."""

    def __init__(self, tenant_id: str, kept: KeptHours) -> None:
        self._tenant_id = tenant_id
        self._kept = kept

    def read_hours(self, start: datetime, end: datetime) -> Sequence[HourCounts]:
        hours = [start + number * HOUR for number in range((end - start) // HOUR)]
        known = {hour: counts for hour in hours if (counts := self._kept.get(self._tenant_id, hour)) is not None}
        missing = [hour for hour in hours if hour not in known]
        if missing:
            known |= self._count(missing[0], missing[-1] + HOUR)
        return [known[hour] for hour in hours]

    def count_tickets(self, start: datetime, end: datetime, *, most: int) -> int:
        return mongo.count(TICKETS, _created(self._tenant_id, start, end), index=DATE_INDEX, most=most)

    def _count(self, start: datetime, end: datetime) -> dict[datetime, HourCounts]:
        tickets: dict[datetime, list[SeenTicket]] = {
            start + number * HOUR: [] for number in range((end - start) // HOUR)
        }
        for each in read_tickets(self._tenant_id, start, end):
            tickets[hour_of(each.created_at)].append(each)
        counted = {hour: HourCounts.of(found) for hour, found in tickets.items()}
        for hour, counts in counted.items():
            self._kept.put(self._tenant_id, hour, counts)
        return counted


def _created(tenant_id: str, start: datetime, end: datetime) -> Document:
    return {"tenant_id": tenant_id, "is_deleted": False, "created_at": {"$gte": start, "$lt": end}}
