"""The pipelines that count a day's tickets for the roll-ups. MongoDB does all counting."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from analytics.histogram import STEP
from analytics.pipelines import COUNTERS, SUMS
from analytics.rollups.blocks import HOUR, start_of
from supportsaas.db.mongo import Document, Pipeline
from tickets.records.statuses import IS_OPEN

HOUR_MS = 3_600_000
BLOCK_SUMS = ("total", "open", "unknown", "settled", "reopened")
BLOCK_LISTS = ("words", "week_hours", "times")
"""What a block has: numbers, and lists of `{k, n}`, a key and how many."""

UNTIMED = -1
"""Among the `times`, instead of a step of the histogram: closed at an unknown time."""

_WITH_ALL: Pipeline = [{"$set": {"source": ["$_id.source", None]}}, {"$unwind": "$source"}]
"""From here on everything is counted for each source, and for all of them as source None."""


@dataclass(frozen=True, slots=True)
class Day:
    """A day of a zone, from `start` up to `end`."""

    number: int
    start: datetime
    end: datetime
    zone: ZoneInfo

    @classmethod
    def of(cls, number: int, zone: ZoneInfo) -> "Day":
        return cls(number, start_of(number, zone), start_of(number + 1, zone), zone)

    def hour_start(self, field: str = "created_at") -> Document:
        """The start of the elapsed hour of the day that a moment lies in."""
        moment = f"${field}"
        return {"$subtract": [moment, {"$mod": [{"$subtract": [moment, self.start]}, HOUR_MS]}]}


def counts_pipeline(tenant_id: str, day: Day) -> Pipeline:
    """One document: `days`, `hours` and `week_hours`, each with a row per source and one for all."""
    place = {"at": day.hour_start(), "week_hour": week_hour_expression(day.start, day.end, day.zone)}
    by = {"source": "$source", "status": "$status"}
    return [
        {"$match": _created_on(tenant_id, day)},
        {"$group": {"_id": {**place, **by}, **COUNTERS}},
        *_WITH_ALL,
        {
            "$facet": {
                "days": [
                    {"$group": {"_id": {"source": "$source", "status": "$_id.status"}, **SUMS}},
                    *_with_status("source"),
                ],
                "hours": [
                    {
                        "$group": {
                            "_id": {"source": "$source", "at": "$_id.at", "status": "$_id.status"},
                            **SUMS,
                        }
                    },
                    *_with_status("source", "at"),
                    {"$group": {"_id": "$source", "hours": {"$push": _without_id("source")}}},
                ],
                "week_hours": [
                    {
                        "$group": {
                            "_id": {"source": "$source", "k": "$_id.week_hour", "at": "$_id.at"},
                            "n": {"$sum": "$total"},
                        }
                    },
                    {
                        "$group": {
                            "_id": "$_id.source",
                            "week_hours": {"$push": {"at": "$_id.at", "k": "$_id.k", "n": "$n"}},
                        }
                    },
                ],
            }
        },
    ]


def flows_pipeline(tenant_id: str, day: Day) -> Pipeline:
    """One document: tickets closed and reopened `by_hour`, and `times` to resolution, each with a row per source and one for all."""
    within = {"$gte": day.start, "$lt": day.end}
    flows = {name: {"$sum": f"${name}"} for name in ("settled", "reopened")}
    return [
        {"$match": {"tenant_id": tenant_id, "is_deleted": False, "turns": {"$elemMatch": within}}},
        *transition_stages([within]),
        {
            "$group": {
                "_id": {"source": "$source", "at": day.hour_start("turn"), "k": "$took"},
                **flows,
                "n": {"$sum": "$resolved"},
            }
        },
        *_WITH_ALL,
        {
            "$facet": {
                "by_hour": [
                    {
                        "$group": {
                            "_id": {"source": "$source", "at": "$_id.at"},
                            **flows,
                            "times": {"$push": {"k": "$_id.k", "n": "$n"}},
                        }
                    },
                    {
                        "$group": {
                            "_id": "$_id.source",
                            **flows,
                            "flows": {
                                "$push": {
                                    "at": "$_id.at",
                                    "settled": "$settled",
                                    "reopened": "$reopened",
                                    "times": {"$filter": {"input": "$times", "cond": {"$gt": ["$$this.n", 0]}}},
                                }
                            },
                        }
                    },
                ],
                "times": [
                    {"$match": {"n": {"$gt": 0}}},
                    {"$group": {"_id": {"source": "$source", "k": "$_id.k"}, "n": {"$sum": "$n"}}},
                    {"$group": {"_id": "$_id.source", "times": {"$push": {"k": "$_id.k", "n": "$n"}}}},
                ],
            }
        },
    ]


def transition_stages(ranges: Sequence[Document]) -> Pipeline:
    """A row for every status transition (opening or closing) in the ranges.

    `turn` is when; `settled` or `reopened` is 1. If the ticket is still closed by it, `resolved` is 1 and `took` is the
    step of the histogram of its time to resolution.

    A ticket that was closed when it was first imported has its first transition at its creation, so that it is in no
    backlog. How long it took is unknown, as for tickets of earlier versions that have not been updated. If such a
    version took the status of an open ticket for closed, its last transition does not count.
    """
    is_in_ranges = {"$or": [{"turn": within} for within in ranges]}
    is_closing = {"$eq": [{"$mod": ["$place", 2]}, 0]}
    is_last = {"$eq": ["$place", {"$subtract": ["$turns", 1]}]}
    is_still_closed = {"$and": [is_closing, is_last, {"$not": [IS_OPEN]}]}
    is_mistaken = {"$and": [is_closing, is_last, IS_OPEN]}
    is_timed = {"$or": [{"$gt": ["$place", 0]}, {"$eq": ["$is_closing_known", True]}]}
    seconds = {"$max": [{"$divide": [{"$subtract": ["$turn", "$created_at"]}, 1000]}, 1]}
    step = {"$floor": {"$divide": [{"$ln": seconds}, STEP]}}
    fields = {"source": 1, "status": 1, "created_at": 1, "is_closing_known": 1}
    return [
        {"$project": {"_id": 0, **fields, "turn": "$turns", "turns": {"$size": "$turns"}}},
        {"$unwind": {"path": "$turn", "includeArrayIndex": "place"}},
        {"$match": is_in_ranges},
        {
            "$set": {
                "settled": {"$cond": [{"$and": [is_closing, {"$not": [is_mistaken]}]}, 1, 0]},
                "reopened": {"$cond": [is_closing, 0, 1]},
                "resolved": {"$cond": [is_still_closed, 1, 0]},
                "took": {"$cond": [{"$and": [is_still_closed, is_timed]}, step, UNTIMED]},
            }
        },
    ]


def words_pipeline(tenant_id: str, day: Day) -> Pipeline:
    """One document: the keywords `by_source` and of all, and `by_hour` (of all sources) each keyword's numbers per hour."""
    hour = {"$floor": {"$divide": [{"$subtract": ["$created_at", day.start]}, HOUR_MS]}}
    hours = -(-(day.end - day.start) // HOUR)
    place: Document = {"$indexOfArray": ["$hours", "$$this"]}
    number = {"$cond": [{"$lt": [place, 0]}, 0, {"$arrayElemAt": ["$numbers", place]}]}
    return [
        {"$match": _created_on(tenant_id, day)},
        {"$project": {"_id": 0, "source": 1, "topics": 1, "hour": hour}},
        {"$unwind": "$topics"},
        {"$group": {"_id": {"hour": "$hour", "source": "$source", "k": "$topics"}, "n": {"$sum": 1}}},
        {
            "$facet": {
                "by_hour": [
                    {"$group": {"_id": {"hour": "$_id.hour", "k": "$_id.k"}, "n": {"$sum": "$n"}}},
                    {"$group": {"_id": "$_id.k", "hours": {"$push": "$_id.hour"}, "numbers": {"$push": "$n"}}},
                    {
                        "$project": {
                            "_id": 0,
                            "k": "$_id",
                            "n": {"$map": {"input": {"$range": [0, hours]}, "in": number}},
                        }
                    },
                ],
                "by_source": [
                    *_WITH_ALL,
                    {"$group": {"_id": {"source": "$source", "k": "$_id.k"}, "n": {"$sum": "$n"}}},
                    {"$group": {"_id": "$_id.source", "words": {"$push": {"k": "$_id.k", "n": "$n"}}}},
                ],
            }
        },
    ]


def block_pipeline(match: Document) -> Pipeline:
    """One document: smaller blocks added up, as `sums` and each of `BLOCK_LISTS`, with a row per source."""
    return [
        {"$match": match},
        {
            "$facet": {
                "sums": [{"$group": {"_id": "$source", **{name: {"$sum": f"${name}"} for name in BLOCK_SUMS}}}],
                **{name: _added_up(name) for name in BLOCK_LISTS},
            }
        },
    ]


def week_hour_expression(start: datetime, end: datetime, zone: ZoneInfo) -> Any:
    """The weekday and hour of `created_at` in the zone, for moments in a range: 24 × weekday + hour, Monday is 0.

    Uses our own time zone data for the changes of offset in that range, not the server's.
    """
    local: Any = None
    for moment in (start, *_offset_changes(start, end, zone)):
        offset = moment.astimezone(zone).utcoffset()
        assert offset is not None
        # The epoch was a Thursday: three days after a Monday.
        shifted = {"$add": [{"$toLong": "$created_at"}, int(offset.total_seconds() * 1000) + 72 * HOUR_MS]}
        local = shifted if local is None else {"$cond": [{"$gte": ["$created_at", moment]}, shifted, local]}
    return {"$floor": {"$divide": [{"$mod": [local, 168 * HOUR_MS]}, HOUR_MS]}}


def _offset_changes(start: datetime, end: datetime, zone: ZoneInfo) -> list[datetime]:
    """When the zone's offset changes between two moments."""
    stops = [start]
    while stops[-1] < end:
        stops.append(min(stops[-1] + 24 * HOUR, end))
    found = []
    for before, after in pairwise(stops):
        low, high = before, after
        if low.astimezone(zone).utcoffset() == high.astimezone(zone).utcoffset():
            continue
        while (high - low).total_seconds() > 1:
            middle = low + (high - low) / 2
            same = middle.astimezone(zone).utcoffset() == before.astimezone(zone).utcoffset()
            low, high = (middle, high) if same else (low, middle)
        found.append(high.replace(microsecond=0))
    return found


def _created_on(tenant_id: str, day: Day) -> Document:
    return {"tenant_id": tenant_id, "is_deleted": False, "created_at": {"$gte": day.start, "$lt": day.end}}


def _with_status(*keys: str) -> Pipeline:
    """Groups rows by keys and status into rows by keys, with a list of what each status has."""
    group = {key: f"$_id.{key}" for key in keys}
    return [
        {"$group": {"_id": group, **SUMS, "status": {"$push": {"k": "$_id.status", "n": "$total"}}}},
        {"$set": group},
        {"$unset": "_id"},
    ]


def _without_id(*left_out: str) -> Document:
    names = [name for name in ("at", "source", *COUNTERS, "status") if name not in left_out]
    return {name: f"${name}" for name in names}


def _added_up(name: str) -> Pipeline:
    return [
        {"$unwind": f"${name}"},
        {"$group": {"_id": {"source": "$source", "k": f"${name}.k"}, "n": {"$sum": f"${name}.n"}}},
        {"$group": {"_id": "$_id.source", name: {"$push": {"k": "$_id.k", "n": "$n"}}}},
    ]
