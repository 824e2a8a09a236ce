"""What the work of a period is read from: roll-ups for whole days, tickets for the rest, and the history for hand-overs.

Rows of pipelines have an `_id` of `{value, what}`: what is `open` or an event as in `tickets.rollups.work_sums`, such as
`arrived` or `first_reply 210`, and `count`, `before` (in the period that it is compared with) and `now` are numbers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from analytics.dashboard.query_scope import QueryScope, UnionPart, any_of, within
from supportsaas.db.mongo import Document, Pipeline
from tickets.records.histogram import STEP
from tickets.records.period import Period
from tickets.records.statuses import IS_OPEN, NOT_CLOSED
from tickets.rollups.blocks import ALL_TIME, Pieces, blocks_of, joined_periods
from tickets.rollups.work_sums import (
    ARRIVED,
    OPEN,
    REOPENED,
    RESOLVED,
    UNKNOWN,
    WORK_CLOCKS,
    WORK_FIELDS,
)

Of = Literal["count", "before", "now"]

HANDED_FIELDS: Final = ("assignee", "team")
"""The fields whose changes are hand-overs."""

REOPENED_AGAIN: Final = "turns.3"
"""The field that only tickets have that were reopened at least twice."""


@dataclass(frozen=True, slots=True)
class Compared:
    """A period, and the one that it is compared with."""

    period: Period
    previous: Period

    @property
    def both(self) -> tuple[Period, Period]:
        return self.previous, self.period

    def is_in_previous(self, at: str) -> Document:
        return {"$lt": [at, self.period.start]}


def stored_blocks(scope: QueryScope, compared: Compared) -> dict[str, Of]:
    """The keys of the blocks that have the whole days of both periods, and what is open, each with what it counts for."""
    return {
        **dict.fromkeys(_whole_days(scope, compared.previous), "before"),
        **dict.fromkeys(_whole_days(scope, compared.period), "count"),
        ALL_TIME: "now",
    }


def _whole_days(scope: QueryScope, period: Period) -> list[str]:
    return [block.key for days in scope.cut(period).days for block in blocks_of(days)]


def _rest(scope: QueryScope, period: Period) -> list[Period]:
    """Hours are not stored of work."""
    pieces: Pieces = scope.cut(period)
    return joined_periods([*pieces.hours, *pieces.raw])


def ticket_part(scope: QueryScope, compared: Compared, by: str) -> UnionPart | None:
    """The parts of days of both periods; without roll-ups, all of them. None if there are none."""
    periods = [part for each in compared.both for part in _rest(scope, each)]
    if not periods:
        return None
    is_previous = compared.is_in_previous("$event.at")
    key = {"value": "$value", "what": "$event.what"}
    stages: Pipeline = [
        *scope.narrowing_stages,
        {"$project": {"_id": 0, "value": _values(by), "event": _events()}},
        {"$unwind": "$event"},
        {"$match": any_of([{"event.at": within(each)} for each in periods])},
        {"$unwind": "$value"},
        {
            "$group": {
                "_id": key,
                "count": {"$sum": {"$cond": [is_previous, 0, 1]}},
                "before": {"$sum": {"$cond": [is_previous, 1, 0]}},
            }
        },
    ]
    return UnionPart("tickets", _touched(scope, periods), stages)


def open_part(scope: QueryScope, by: str) -> UnionPart:
    """What is open, of the tickets."""
    stages: Pipeline = [
        *scope.narrowing_stages,
        {"$project": {"_id": 0, "value": _values(by)}},
        {"$unwind": "$value"},
        {"$group": {"_id": {"value": "$value", "what": {"$literal": OPEN}}, "now": {"$sum": 1}}},
    ]
    return UnionPart("tickets", {**_live(scope), "status": NOT_CLOSED}, stages)


def reopened_again_part(scope: QueryScope, compared: Compared, by: str) -> UnionPart:
    """How many reopenings to take away, so that a ticket counts once in a period in which it was reopened more often."""
    counts = {
        name: {"$max": [{"$subtract": [{"$size": {"$filter": _reopenings_within(period)}}, 1]}, 0]}
        for name, period in (("count", compared.period), ("before", compared.previous))
    }
    stages: Pipeline = [
        *scope.narrowing_stages,
        {"$project": {"_id": 0, "value": _values(by), **counts}},
        {"$match": {"$or": [{"count": {"$gt": 0}}, {"before": {"$gt": 0}}]}},
        {"$unwind": "$value"},
        {
            "$group": {
                "_id": {"value": "$value", "what": {"$literal": REOPENED}},
                "count": {"$sum": {"$subtract": [0, "$count"]}},
                "before": {"$sum": {"$subtract": [0, "$before"]}},
            }
        },
    ]
    return UnionPart("tickets", {**_live(scope), REOPENED_AGAIN: {"$exists": True}}, stages)


def handed_pipeline(tenant_id: str, compared: Compared, by: str) -> Pipeline:
    """How often a ticket went from one value to another, by both: what is `handed_from` or `handed_to`."""
    old, new = f"changes.{by}.old", f"changes.{by}.new"
    is_previous = compared.is_in_previous("$at")
    match: Document = {
        "tenant_id": tenant_id,
        old: {"$gt": ""},
        new: {"$gt": ""},
        **any_of([{"recorded_at": within(each)} for each in compared.both]),
    }
    numbers = {
        "count": {"$sum": {"$cond": [is_previous, 0, 1]}},
        "before": {"$sum": {"$cond": [is_previous, 1, 0]}},
    }
    sums = {name: {"$sum": f"${name}"} for name in numbers}
    hands = [{"value": "$_id.old", "what": "handed_from"}, {"value": "$_id.new", "what": "handed_to"}]
    return [
        {"$match": match},
        {"$project": {"_id": 0, "at": "$recorded_at", "old": f"${old}", "new": f"${new}"}},
        {"$group": {"_id": {"old": "$old", "new": "$new"}, **numbers}},
        {"$project": {"_id": 0, "hand": hands, "count": 1, "before": 1}},
        {"$unwind": "$hand"},
        {"$group": {"_id": "$hand", **sums}},
    ]


def _live(scope: QueryScope) -> Document:
    return {"tenant_id": scope.view.tenant_id, "is_deleted": False}


def _touched(scope: QueryScope, periods: Sequence[Period]) -> Document:
    """The tickets to which something happened in the periods."""
    happened = [scope.tickets(periods), scope.transitions(periods), scope.stopped_clocks(periods)]
    return any_of(happened)


def _values(by: str) -> Any:
    """The values of a ticket as a list; `[null]` if it has none."""
    field = f"${WORK_FIELDS[by]}"
    return {
        "$switch": {
            "branches": [
                {"case": {"$eq": [{"$type": field}, "string"]}, "then": [field]},
                {"case": {"$gt": [{"$size": {"$cond": [{"$isArray": field}, field, []]}}, 0]}, "then": field},
            ],
            "default": [None],
        }
    }


def _events() -> Any:
    """As `tickets.rollups.work_sums.work_events`, apart from `open`."""
    turns: Any = {"$ifNull": ["$turns", []]}
    count = {"$size": turns}
    is_closed = {"$and": [{"$eq": [{"$mod": [count, 2]}, 1]}, {"$not": [IS_OPEN]}]}
    closing = {"at": {"$arrayElemAt": [turns, -1]}, "what": {"$literal": RESOLVED}}
    reopenings = {
        "$map": {
            "input": {"$range": [1, count, 2]},
            "in": {"at": {"$arrayElemAt": [turns, "$$this"]}, "what": {"$literal": REOPENED}},
        }
    }
    counted = {"$in": ["$$this.clock", list(WORK_CLOCKS)]}
    clocks = {"$filter": {"input": {"$ifNull": ["$clocks", []]}, "as": "this", "cond": counted}}
    took = {"$ifNull": ["$$this.business", "$$this.seconds"]}
    step = {"$toString": {"$toInt": {"$floor": {"$divide": [{"$ln": {"$max": [took, 1]}}, STEP]}}}}
    named = {"$concat": ["$$this.clock", " ", {"$cond": [{"$isNumber": "$$this.seconds"}, step, UNKNOWN]}]}
    return {
        "$concatArrays": [
            [{"at": "$created_at", "what": {"$literal": ARRIVED}}],
            reopenings,
            {"$cond": [is_closed, [closing], []]},
            {"$map": {"input": clocks, "in": {"at": "$$this.at", "what": named}}},
        ]
    }


def _reopenings_within(period: Period) -> Document:
    turn = {"$arrayElemAt": ["$turns", "$$place"]}
    is_within = {"$and": [{"$gte": [turn, period.start]}, {"$lt": [turn, period.end]}]}
    return {"input": {"$range": [1, {"$size": "$turns"}, 2]}, "as": "place", "cond": is_within}
