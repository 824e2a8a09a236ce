"""What a watched number is made of, counted by MongoDB: of a period, or hour by hour."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from supportsaas.db import mongo
from supportsaas.db.mongo import Document, Pipeline
from tenants.models import Tenant
from tickets.records.collection_names import TICKETS
from tickets.records.histogram import step_expression
from tickets.records.period import Period
from tickets.store.filters import TicketFilter

HOUR: Final = timedelta(hours=1)
LONGEST_MS: Final = 15_000
"""A try-out that takes longer is given up: the page says so."""

Hours = dict[datetime, int]
"""A number by the hour that it is of; hours without any are missing."""


def find_first_ticket_at(tenant: Tenant) -> datetime | None:
    """When the tenant's first live ticket was created."""
    found = mongo.collection(TICKETS).find_one(_live(tenant), {"created_at": 1}, sort=[("created_at", 1)])
    return found["created_at"] if found else None


def count_first_replies(tenant: Tenant, period: Period) -> list[tuple[int, int]]:
    """How many first replies were given after how long: pairs of a step of the histogram and a number, ascending."""
    rows = _aggregate([*_stopped(tenant, period, clock="first_reply"), *_by(step_expression("$clocks.seconds"))])
    return sorted((row["_id"], row["count"]) for row in rows)


def count_breaches(tenant: Tenant, period: Period) -> int:
    """How many targets were decided in the period and missed."""
    rows = _aggregate([*_stopped(tenant, period, met=False), {"$count": "count"}])
    return rows[0]["count"] if rows else 0


def created_by_hour(tenant: Tenant, wanted: TicketFilter, period: Period) -> Hours:
    """The tickets under a filter by the hour of their creation."""
    match = {**_live(tenant), **wanted.match(), "created_at": _within(period)}
    return _hours([{"$match": match}, *_by(_hour_of("$created_at"))])


def breaches_by_hour(tenant: Tenant, period: Period) -> Hours:
    return _hours([*_stopped(tenant, period, met=False), *_by(_hour_of("$clocks.at"))])


def first_replies_by_hour(tenant: Tenant, period: Period) -> dict[datetime, list[tuple[int, int]]]:
    """First replies by the hour they were given in, with the steps of how long they took."""
    key = {"hour": _hour_of("$clocks.at"), "step": step_expression("$clocks.seconds")}
    found: dict[datetime, list[tuple[int, int]]] = {}
    for row in _aggregate([*_stopped(tenant, period, clock="first_reply"), *_by(key)]):
        found.setdefault(row["_id"]["hour"], []).append((row["_id"]["step"], row["count"]))
    return found


def closed_by_hour(tenant: Tenant, wanted: TicketFilter, period: Period) -> Hours:
    """How many tickets were closed in each hour, less those that were reopened."""
    match = {**_live(tenant), **wanted.match(), "turns": {"$elemMatch": _within(period)}}
    sign = {"$cond": [{"$eq": [{"$mod": ["$place", 2]}, 0]}, 1, -1]}
    return _hours(
        [
            {"$match": match},
            {"$project": {"_id": 0, "turns": 1}},
            {"$unwind": {"path": "$turns", "includeArrayIndex": "place"}},
            {"$match": {"turns": _within(period)}},
            {"$group": {"_id": _hour_of("$turns"), "count": {"$sum": sign}}},
        ]
    )


def _stopped(tenant: Tenant, period: Period, *, clock: str | None = None, met: bool | None = None) -> Pipeline:
    """A row for each clock that stopped in the period: with a known time, or with that result."""
    wanted: Document = {} if met is None else {"met": met}
    if clock is not None:
        wanted |= {"clock": clock, "seconds": {"$ne": None}}
    conditions = {"at": _within(period), **wanted}
    return [
        {"$match": {**_live(tenant), "clocks": {"$exists": True, "$elemMatch": conditions}}},
        {"$project": {"_id": 0, "clocks": 1}},
        {"$unwind": "$clocks"},
        {"$match": {f"clocks.{name}": condition for name, condition in conditions.items()}},
    ]


def _by(key: Any) -> Pipeline:
    return [{"$group": {"_id": key, "count": {"$sum": 1}}}]


def _hour_of(field: str) -> Document:
    return {"$dateTrunc": {"date": field, "unit": "hour"}}


def _hours(pipeline: Sequence[Document]) -> Hours:
    return {row["_id"]: row["count"] for row in _aggregate(pipeline)}


def _aggregate(pipeline: Sequence[Document]) -> list[Document]:
    return list(mongo.collection(TICKETS).aggregate(list(pipeline), maxTimeMS=LONGEST_MS))


def _live(tenant: Tenant) -> Document:
    return {"tenant_id": tenant.slug, "is_deleted": False}


def _within(period: Period) -> Document:
    return {"$gte": period.start, "$lt": period.end}
