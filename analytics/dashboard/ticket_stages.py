"""Stages that count tickets where there are no roll-ups: status transitions, and hours of the week."""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from supportsaas.db.mongo import Document, Pipeline
from tickets.records.statuses import IS_OPEN
from tickets.rollups.blocks import HOUR

HOUR_MS = 3_600_000


def transition_stages(ranges: Sequence[Document]) -> Pipeline:
    """A row for every status transition (opening or closing) in the ranges.

    `turn` is when; `settled` or `reopened` is 1.

    A ticket that was closed when it was first imported has its first transition at its creation, so that it is in no
    backlog. If an earlier version took the status of an open ticket for closed, its last transition does not count.
    """
    is_in_ranges = {"$or": [{"turn": within} for within in ranges]}
    is_closing = {"$eq": [{"$mod": ["$place", 2]}, 0]}
    is_last = {"$eq": ["$place", {"$subtract": ["$turns", 1]}]}
    is_mistaken = {"$and": [is_closing, is_last, IS_OPEN]}
    return [
        {"$project": {"_id": 0, "status": 1, "turn": "$turns", "turns": {"$size": "$turns"}}},
        {"$unwind": {"path": "$turn", "includeArrayIndex": "place"}},
        {"$match": is_in_ranges},
        {
            "$set": {
                "settled": {"$cond": [{"$and": [is_closing, {"$not": [is_mistaken]}]}, 1, 0]},
                "reopened": {"$cond": [is_closing, 0, 1]},
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
