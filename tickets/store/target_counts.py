"""How a tenant's targets were kept in a period, and what is due now, counted from its tickets."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from supportsaas.db import mongo
from supportsaas.db.mongo import Document, Pipeline
from tenants.models import Tenant
from tickets.records.collection_names import TICKETS
from tickets.records.period import Period
from tickets.store.clock_conditions import SOON, due_match
from tickets.store.index_scans import CLOCK_INDEX, DUE_INDEX

MOST_COUNTED: Final = 10_000
"""What is due is counted up to here."""

_FIELDS: Final = (
    "external_id",
    "subject",
    "customer_id",
    "customer_name",
    "assignee",
    "priority",
    "urgency",
    "next_due_at",
    "due",
)


@dataclass(frozen=True, slots=True)
class Kept:
    """Promises of a target that were decided in a period. A ticket has one for each message that was answered.

    `breached_tickets`: the tickets that have one of those that were breached.
    """

    met: int = 0
    breached: int = 0
    met_tickets: int = 0
    breached_tickets: int = 0

    @property
    def decided(self) -> int:
        return self.met + self.breached

    @property
    def ratio(self) -> float | None:
        """The share that was met; None if nothing was decided."""
        return self.met / self.decided if self.decided else None


@dataclass(frozen=True, slots=True)
class Due:
    """Open tickets: past due, and due within the next hours (`SOON`)."""

    past: int = 0
    soon: int = 0


class TargetCounts:
    def __init__(self, tenant: Tenant) -> None:
        if not isinstance(tenant, Tenant) or not tenant.slug:
            raise ValueError("TargetCounts need a tenant.")
        self._live: Document = {"tenant_id": tenant.slug, "is_deleted": False}
        self._tickets = mongo.collection(TICKETS)

    def find_kept(self, period: Period) -> dict[str, Kept]:
        """By the id of the target."""
        within = {"$gte": period.start, "$lt": period.end}
        stopped = {"clocks": {"$exists": True, "$elemMatch": {"at": within}}}
        pipeline: Pipeline = [
            {"$match": {**self._live, **stopped}},
            {"$project": {"clocks.target": 1, "clocks.met": 1, "clocks.at": 1}},
            {"$unwind": "$clocks"},
            {"$match": {"clocks.target": {"$exists": True}, "clocks.at": within}},
            {
                "$group": {
                    "_id": {"target": "$clocks.target", "met": "$clocks.met", "ticket": "$_id"},
                    "promises": {"$sum": 1},
                }
            },
            {
                "$group": {
                    "_id": {"target": "$_id.target", "met": "$_id.met"},
                    "promises": {"$sum": "$promises"},
                    "tickets": {"$sum": 1},
                }
            },
        ]
        found: dict[str, dict[bool, Mapping[str, int]]] = {}
        for row in self._tickets.aggregate(pipeline, hint=CLOCK_INDEX):
            found.setdefault(row["_id"]["target"], {})[row["_id"]["met"]] = row
        return {target: _kept(by_met) for target, by_met in found.items()}

    def find_due_by_target(self, now: datetime) -> dict[str, Due]:
        """By the id of the target, for those of which something is past due or due soon."""
        counted = {"$sum": {"$cond": [{"$lt": ["$due.at", now]}, 1, 0]}}
        pipeline: Pipeline = [
            {"$match": {**self._live, **due_match({"$lt": now + SOON})}},
            {"$project": {"due": 1}},
            {"$unwind": "$due"},
            {"$match": {"due.target": {"$exists": True}, "due.at": {"$lt": now + SOON}}},
            {"$group": {"_id": "$due.target", "past": counted, "all": {"$sum": 1}}},
        ]
        rows = self._tickets.aggregate(pipeline, hint=DUE_INDEX)
        return {row["_id"]: Due(past=row["past"], soon=row["all"] - row["past"]) for row in rows}

    def count_due(self, now: datetime) -> Due:
        """Of all that is due, also what the helpdesk itself promised, each up to `MOST_COUNTED`. From the index alone."""

        def count(period: Document) -> int:
            return mongo.count(TICKETS, {**self._live, **due_match(period)}, index=DUE_INDEX, most=MOST_COUNTED)

        return Due(past=count({"$lt": now}), soon=count({"$gte": now, "$lt": now + SOON}))

    def find_past_due(self, now: datetime, *, limit: int) -> list[Document]:
        """The tickets that were due last, newest first."""
        return self._find({"$lt": now}, -1, limit)

    def find_due_next(self, now: datetime, *, limit: int) -> list[Document]:
        """The tickets that are due next, soonest first."""
        return self._find({"$gte": now}, 1, limit)

    def _find(self, period: Document, direction: int, limit: int) -> list[Document]:
        found = self._tickets.find({**self._live, **due_match(period)}, dict.fromkeys(_FIELDS, 1)).hint(DUE_INDEX)
        return list(found.sort([("next_due_at", direction), ("external_id", direction)]).limit(limit))


def _kept(by_met: Mapping[bool, Mapping[str, int]]) -> Kept:
    nothing = {"promises": 0, "tickets": 0}
    met, breached = by_met.get(True, nothing), by_met.get(False, nothing)
    return Kept(met["promises"], breached["promises"], met["tickets"], breached["tickets"])
