"""The conditions of a list on its tickets' clocks and closings, each as a match and the index that finds it. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from tickets.records.statuses import StatusesIn
from tickets.store.filters import TicketFilter
from tickets.store.index_scans import CLOCK_INDEX, DATE_INDEX, DUE_INDEX, TURN_INDEX, WAITING_FOR_INDEX

Document = dict[str, Any]

SOON: Final = timedelta(hours=4)
"""What is due within this time is due soon."""


@dataclass(frozen=True, slots=True)
class ClockCondition:
    """`match` says which tickets are meant. `index` finds those with `bounds`, of which they are a part.

    `is_in_order`: the index has the order of the list.
    """

    match: Document
    index: str
    bounds: Document
    is_in_order: bool = False


def clock_conditions(wanted: TicketFilter, *, now: datetime) -> list[ClockCondition]:
    """That of what is due first: its list is in the order of its index."""
    return list(_conditions(wanted, now))


def _conditions(wanted: TicketFilter, now: datetime) -> Iterator[ClockCondition]:
    if wanted.due:
        yield _due(wanted, now)
    if has_stopped := any((wanted.clock, wanted.met is not None, wanted.stopped_from, wanted.stopped_to)):
        yield _stopped(wanted)
    if wanted.target is not None and not wanted.due and not has_stopped:
        its = {"$elemMatch": {"target": wanted.target}}
        yield ClockCondition({"$or": [{"due": its}, {"clocks": its}]}, DATE_INDEX, {}, is_in_order=True)
    if resolved := _range(wanted.resolved_from, wanted.resolved_to):
        # The moments ascend, so the last one is in the period if one is and none is later.
        last = {"turns": {"$elemMatch": resolved}}
        later = {"turns": {"$not": {"$gte": wanted.resolved_to}}} if wanted.resolved_to else {}
        closed = {"status": StatusesIn(("closed",)).condition}
        yield ClockCondition({"$and": [last, closed, *([later] if later else [])]}, TURN_INDEX, last)
    if reopened := _range(wanted.reopened_from, wanted.reopened_to):
        bounds = {"turns": {"$elemMatch": reopened}}
        yield ClockCondition({"$expr": _reopened(reopened)}, TURN_INDEX, bounds)
    if wanted.waiting_for:
        side = {"$and": [{"waiting_for": {"$exists": True}}, {"waiting_for": {"$in": list(wanted.waiting_for)}}]}
        yield ClockCondition(side, WAITING_FOR_INDEX, side, is_in_order=True)


def _due(wanted: TicketFilter, now: datetime) -> ClockCondition:
    """Of several that are due, the earliest one counts, unless a target is given."""
    end = now + SOON if "soon" in wanted.due else now
    start = {} if "breached" in wanted.due else {"$gte": now}
    if wanted.target is None:
        due = due_match({**start, "$lt": end})
        return ClockCondition(due, DUE_INDEX, due, is_in_order=True)
    of_target = {"due": {"$elemMatch": {"target": wanted.target, "at": {**start, "$lt": end}}}}
    return ClockCondition(of_target, DUE_INDEX, due_match({"$lt": end}), is_in_order=True)


def due_match(period: Document) -> Document:
    """What is due in the period. The index is partial; the condition names what it has."""
    return {"$and": [{"next_due_at": {"$exists": True}}, {"next_due_at": period}]}


def _stopped(wanted: TicketFilter) -> ClockCondition:
    clock = {} if wanted.clock is None else {"clock": wanted.clock}
    period = _range(wanted.stopped_from, wanted.stopped_to)
    met = {} if wanted.met is None else {"met": wanted.met}
    target = {} if wanted.target is None else {"target": wanted.target}
    at = {"at": period} if period else {}
    exists: Document = {"clocks": {"$exists": True}}
    bounds = {"$and": [exists, {"clocks": {"$elemMatch": at}}]} if at else exists
    return ClockCondition({"clocks": {"$elemMatch": {**clock, **at, **met, **target}}}, CLOCK_INDEX, bounds)


def _range(start: datetime | None, end: datetime | None) -> Document:
    return {sign: moment for sign, moment in (("$gte", start), ("$lt", end)) if moment is not None}


def _reopened(period: Document) -> Document:
    """Whether one of the moments at odd places, those of reopening, lies in the period, as an expression."""
    turns = {"$ifNull": ["$turns", []]}
    moment = {"$arrayElemAt": [turns, "$$place"]}
    within = {"$and": [{sign: [moment, end]} for sign, end in period.items()]}
    places = {"$range": [1, {"$size": turns}, 2]}
    return {"$anyElementTrue": [{"$map": {"input": places, "as": "place", "in": within}}]}
