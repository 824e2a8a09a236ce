"""Which stored tickets a target is tried on: all whose clocks stopped in a period or, of many, an even sample."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from supportsaas.db import mongo
from supportsaas.db.mongo import Document
from tenants.models import Tenant
from tickets.clocks.stopwatch import CLOCK_INPUTS
from tickets.records.collection_names import TICKETS
from tickets.records.period import Period
from tickets.store.filters import TicketFilter
from tickets.store.index_scans import CLOCK_INDEX, DATE_INDEX
from tickets.store.scan_reader import ScanReader
from tickets.store.ticket_queries import TicketQueries

MOST_STOPPED: Final = 4_000
MOST_OPEN: Final = 2_000
"""Tickets that a target is tried on."""

_PIECES: Final = 127
"""So many pieces of 90 days begin 17 hours apart, which goes through all hours of a day."""

_FIELDS: Final[Document] = {"_id": 0, "external_id": 1, **dict.fromkeys(sorted(CLOCK_INPUTS), 1)}


@dataclass(frozen=True, slots=True)
class OpenTickets:
    """The newest open tickets, and how many there are in all."""

    newest: list[Document]
    total: int


def pieces_of(tenant: Tenant, period: Period) -> list[Period]:
    """The period, or short pieces of it in which about `MOST_STOPPED` tickets had a clock that stopped."""
    live: Document = {"tenant_id": tenant.slug, "is_deleted": False}
    found = mongo.count(TICKETS, live | _stopped_in(period), index=CLOCK_INDEX, most=MOST_STOPPED + 1)
    if found <= MOST_STOPPED:
        return [period]
    # As many tickets arrive in a period as are answered and closed, roughly, and their index alone counts them.
    arrived = live | {"created_at": {"$gte": period.start, "$lt": period.end}}
    total = max(mongo.count(TICKETS, arrived, index=DATE_INDEX), found)
    step = period.length / _PIECES
    length = max(step * MOST_STOPPED / total, timedelta(minutes=1))
    return [Period(start, start + length) for start in (period.start + step * number for number in range(_PIECES))]


def tickets_in(tenant: Tenant, piece: Period, *, most: int) -> Iterator[Document]:
    """Those with a clock that stopped in it, with what clocks follow from."""
    match: Document = {"tenant_id": tenant.slug, "is_deleted": False, **_stopped_in(piece)}
    yield from mongo.collection(TICKETS).find(match, _FIELDS).hint(CLOCK_INDEX).limit(most)


def open_tickets(tenant: Tenant) -> OpenTickets:
    queries, wanted = TicketQueries(tenant), TicketFilter(state=("open",))
    reading = ScanReader().read(queries.scans_of(wanted), None, limit=MOST_OPEN, fields=_FIELDS)
    return OpenTickets(reading.tickets, queries.count(wanted))


def _stopped_in(period: Period) -> Document:
    within = {"$gte": period.start, "$lt": period.end}
    return {"clocks": {"$exists": True, "$elemMatch": {"at": within}}}
