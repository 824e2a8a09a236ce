"""The pipelines that a dashboard joins with `$unionWith`: what each collection is read for, and nothing else.

Each gives rows of named fields:

- `metric`: what the row counts. `counters` rows have all counters of a place in time, and `lists` rows have none; both may
  have `status`, `week_hours` and the fields of `CHOICES`. `after_period` rows have `opened` and `resolved`, and `age` rows a
  `key` and a `count`, which does not count in the first band if it `is_moved` from there.
- `is_previous`: whether it belongs to the previous period. `bucket` and `day` say which bucket of the trend and which
  day of the period, both counted from 0; in the previous period those that they are compared with, or -1 if there are
  none.

Stored objects stay as they are, from the code of a value to its number. Of tickets, they are lists of `{k, n}`, a value and
how many. `row_sums` adds all of them up.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from analytics.dashboard.query_scope import QueryScope, UnionPart, any_of, within
from analytics.dashboard.ticket_stages import transition_stages, week_hour_expression
from analytics.pipelines import COUNTERS, position_expression
from supportsaas.db.mongo import Document, Pipeline
from tickets.records.dimensions import DIMENSIONS
from tickets.records.period import Period
from tickets.records.statuses import NOT_CLOSED
from tickets.rollups.blocks import (
    Block,
    DayRange,
    Pieces,
    blocks_of,
    day_of,
    days_touching,
    start_of,
)
from tickets.rollups.view import BEGINNING, END

Metric = Literal["counters", "lists", "after_period", "age"]
Extra = Literal["choice", "transitions", "week_hour"]

EVERYTHING: frozenset[Extra] = frozenset(("choice", "transitions", "week_hour"))
"""What of a period may be left out; its counters and statuses are always read."""

_PLACE = {name: f"$_id.{name}" for name in ("is_previous", "bucket", "day")}
_COUNTERS = dict.fromkeys(COUNTERS, 1)
_TRANSITIONS = dict.fromkeys(("settled", "reopened"), 1)

CHOICES = {"source": "sources", **{name: name for name in DIMENSIONS}}
"""What a dashboard can be narrowed by, with the field of roll-ups that has its numbers."""


@dataclass(frozen=True, slots=True)
class Axis:
    """Where on the time axis a document lies: `field` holds a moment, or the number of a day.

    The period begins at `start`; `bucket_edges` are those of the trend's buckets (none where there is no
    trend), `day_edges` those of the period's days, `previous_edges` those of the buckets that they are compared with.
    All are of the kind that `field` holds.
    """

    field: str
    start: Any
    bucket_edges: Sequence[Any]
    day_edges: Sequence[Any]
    previous_edges: Sequence[Any] = ()

    @property
    def place(self) -> Document:
        """The row's fields `is_previous`, `bucket` and `day`, those without edges left out."""
        places = {
            "is_previous": self.is_previous,
            "bucket": self._position(self.bucket_edges, self.previous_edges),
            "day": self._position(self.day_edges),
        }
        return {name: place for name, place in places.items() if place is not None}

    @property
    def is_previous(self) -> Document:
        return {"$lt": [self.field, self.start]}

    @property
    def has_places(self) -> bool:
        """Whether a document has to lie in one bucket and on one day."""
        return len(self.bucket_edges) > 1 or len(self.day_edges) > 1

    def on(self, field: str) -> "Axis":
        return replace(self, field=field)

    def _position(self, edges: Sequence[Any], previous: Sequence[Any] = ()) -> Any:
        if len(edges) <= 1:
            return None
        before = position_expression(previous, self.field) if previous else -1
        return {"$cond": [self.is_previous, before, position_expression(edges, self.field)]}


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedPeriod:
    """A period and the previous one, both cut into what they are read from, and the axes they are counted along.

    `days` are the period's days. `day_axis` is for documents of whole days, `time_axis` for moments.
    """

    period: Period
    current: Pieces
    previous: Pieces
    days: tuple[int, ...]
    day_axis: Axis
    time_axis: Axis

    @classmethod
    def of(
        cls,
        scope: QueryScope,
        period: Period,
        previous: Period | None,
        edges: Sequence[datetime] = (),
        *,
        previous_edges: Sequence[datetime] = (),
        by_hour: bool = False,
        by_day: bool = True,
    ) -> "CountedPeriod":
        """`edges` are those of the trend's buckets, hours or days; none where there is no trend.

        `previous_edges` are those of the buckets of the previous period; none where its buckets are not counted.
        """
        zone = scope.view.zone
        touching = days_touching(period, zone)
        days = [day for day in touching if start_of(day, zone) < start_of(day + 1, zone)] if by_day else []
        bucket_days, previous_days = (
            [] if by_hour else [day_of(each, zone) for each in of] for of in (edges, previous_edges)
        )
        day_edges = [*days, touching.stop] if by_day else []
        return cls(
            period=period,
            current=scope.cut(period, grid=edges[0] if by_hour else None),
            previous=scope.cut(previous, grid=next(iter(previous_edges), None) if by_hour else None)
            if previous
            else Pieces(),
            days=tuple(days),
            day_axis=Axis("$first", touching.start, bucket_days, day_edges, previous_days),
            time_axis=Axis("$at", period.start, edges, [start_of(day, zone) for day in day_edges], previous_edges),
        )


def period_parts(
    scope: QueryScope, counted: CountedPeriod, *, wanted: frozenset[Extra] = EVERYTHING
) -> list[UnionPart]:
    """What is read of a period and of the previous one, except keywords and customers."""
    hours = [*counted.previous.hours, *counted.current.hours]
    raw = [*counted.previous.raw, *counted.current.raw]
    lists = _lists(scope, wanted)
    parts: list[UnionPart] = []
    if counted.current.days:
        parts += _day_counters(scope, counted.current.days, counted.day_axis, lists)
    if counted.previous.days:
        parts.append(_previous_days(scope, counted.previous.days, counted.day_axis))
    if hours:
        parts.append(_hour_counters(scope, hours, counted.time_axis, lists))
    if raw:
        parts.append(_ticket_counters(scope, raw, counted.time_axis))
    if raw and "transitions" in wanted:
        parts.append(_ticket_transitions(scope, raw, counted.time_axis))
    if "choice" in wanted:
        parts += _choices(scope, counted)
    if "week_hour" in wanted and counted.current.raw:
        parts.append(_week_hours(scope, counted.current.raw))
    return parts


def _lists(scope: QueryScope, wanted: frozenset[Extra]) -> Document:
    """The stored objects that are read of a period. Of a narrowed one, the choices are read of all tickets."""
    week_hours = {"week_hours": 1} if "week_hour" in wanted else {}
    choices = dict.fromkeys(CHOICES.values(), 1) if "choice" in wanted and not scope.narrowing else {}
    return {"status": 1, **week_hours, **choices}


def _day_counters(scope: QueryScope, days: Sequence[DayRange], axis: Axis, lists: Document) -> list[UnionPart]:
    """The counters day by day where there is a trend or a backlog, and all else of the fewest blocks."""
    blocks, row = scope.blocks(_blocks(days)), {**axis.place, **_COUNTERS, **_TRANSITIONS}
    if not axis.has_places:
        return [UnionPart("rollup_numbers", blocks, [_row("counters", row | lists)])]
    return [
        UnionPart("rollup_numbers", scope.days(days), [_row("counters", row)]),
        UnionPart("rollup_numbers", blocks, [_row("lists", lists)]),
    ]


def _previous_days(scope: QueryScope, days: Sequence[DayRange], axis: Axis) -> UnionPart:
    """The whole days of the previous period: day by day where its buckets are counted, otherwise the fewest blocks."""
    row = _row("counters", {**axis.place, **_COUNTERS, **_TRANSITIONS})
    match = scope.days(days) if axis.previous_edges else scope.blocks(_blocks(days))
    return UnionPart("rollup_numbers", match, [row])


def _hour_counters(scope: QueryScope, hours: Sequence[Period], axis: Axis, lists: Document) -> UnionPart:
    row = _row("counters", {**axis.place, **_COUNTERS, **_TRANSITIONS, **lists})
    return UnionPart("rollup_numbers", scope.hours(hours), [row])


def _ticket_counters(scope: QueryScope, periods: Sequence[Period], axis: Axis) -> UnionPart:
    group_key = {**axis.on("$created_at").place, "status": "$status"}
    status = [{"k": "$_id.status", "n": "$total"}]
    stages = [
        *scope.narrowing_stages,
        {"$group": {"_id": group_key, **COUNTERS}},
        _row("counters", {**_place_of_group(axis), **_COUNTERS, "status": status}),
    ]
    return UnionPart("tickets", scope.tickets(periods), stages)


def _ticket_transitions(scope: QueryScope, periods: Sequence[Period], axis: Axis) -> UnionPart:
    sums = {name: {"$sum": f"${name}"} for name in ("settled", "reopened")}
    stages = [
        *scope.narrowing_stages,
        *transition_stages([within(each) for each in periods]),
        {"$group": {"_id": axis.on("$turn").place, **sums}},
        _row("counters", {**_place_of_group(axis), "settled": 1, "reopened": 1}),
    ]
    return UnionPart("tickets", scope.transitions(periods), stages)


def _choices(scope: QueryScope, counted: CountedPeriod) -> list[UnionPart]:
    """How many tickets have each source, team and priority, chosen or not, so that another can be chosen.

    Where all are counted, those of whole days and hours are read with the counters.
    """
    everything = scope.of_everything()
    pieces = everything.cut(counted.period) if scope.narrowing else counted.current
    matches = [everything.blocks(_blocks(pieces.days))] if pieces.days else []
    matches += [everything.hours(pieces.hours)] if pieces.hours else []
    parts: list[UnionPart] = []
    if matches and scope.narrowing:
        parts.append(UnionPart("rollup_numbers", any_of(matches), [_row("lists", dict.fromkeys(CHOICES.values(), 1))]))
    if pieces.raw:
        parts.append(UnionPart("tickets", everything.tickets(pieces.raw), _count_choices()))
    return parts


def _count_choices() -> Pipeline:
    """A row for each field and value that tickets have."""
    choices = [{"field": stored, "value": f"${name}"} for name, stored in CHOICES.items()]
    entry = [{"k": "$_id.value", "n": "$n"}]
    entries = {stored: {"$cond": [{"$eq": ["$_id.field", stored]}, entry, []]} for stored in CHOICES.values()}
    return [
        {"$project": {"_id": 0, "choice": choices}},
        {"$unwind": "$choice"},
        {"$match": {"choice.value": {"$type": "string"}}},
        {"$group": {"_id": {"field": "$choice.field", "value": "$choice.value"}, "n": {"$sum": 1}}},
        _row("lists", entries),
    ]


def _week_hours(scope: QueryScope, periods: Sequence[Period]) -> UnionPart:
    """The weekday and hour of tickets outside whole days and hours."""
    week_hour = week_hour_expression(periods[0].start, periods[-1].end, scope.view.zone)
    group = {"$group": {"_id": week_hour, "count": {"$sum": 1}}}
    row = _row("lists", {"week_hours": [{"k": "$_id", "n": "$count"}]})
    return UnionPart("tickets", scope.tickets(periods), [*scope.narrowing_stages, group, row])


def after_period_parts(scope: QueryScope, since: datetime) -> list[UnionPart]:
    """What was opened and resolved after the period: to work out from today's backlog what it was then."""
    if since >= scope.view.end:
        return []
    pieces = scope.cut(Period(since, scope.view.end))
    opened = {"$add": [_or_0("$total"), _or_0("$reopened")]}
    row = _row("after_period", {"opened": opened, "resolved": "$settled"})
    parts: list[UnionPart] = []
    if pieces.days:
        parts.append(UnionPart("rollup_numbers", scope.blocks(_blocks(pieces.days)), [row]))
    if pieces.hours:
        parts.append(UnionPart("rollup_numbers", scope.hours(pieces.hours), [row]))
    if pieces.raw:
        parts.append(_created_after(scope, pieces.raw))
        parts.append(_transitions_after(scope, pieces.raw))
    return parts


def _created_after(scope: QueryScope, periods: Sequence[Period]) -> UnionPart:
    group: Document = {"$group": {"_id": None, "opened": {"$sum": 1}}}
    stages = [*scope.narrowing_stages, group, _row("after_period", {"opened": 1})]
    return UnionPart("tickets", scope.tickets(periods), stages)


def _transitions_after(scope: QueryScope, periods: Sequence[Period]) -> UnionPart:
    stages = [
        *scope.narrowing_stages,
        *transition_stages([within(each) for each in periods]),
        {"$group": {"_id": None, "opened": {"$sum": "$reopened"}, "resolved": {"$sum": "$settled"}}},
        _row("after_period", {"opened": 1, "resolved": 1}),
    ]
    return UnionPart("tickets", scope.transitions(periods), stages)


def age_parts(scope: QueryScope, edges: Sequence[datetime]) -> list[UnionPart]:
    """How many of the tickets created before, between and after some midnights are open.

    The number before the first midnight is what all tickets have less what the days since have.
    """
    bounds = [BEGINNING, *edges, END]
    if not scope.view.is_built:
        return [
            _open_tickets(scope, Period(BEGINNING, END), _count_by("age", position_expression(bounds, "$created_at")))
        ]
    zone, until = scope.view.zone, scope.view.until
    first = day_of(edges[0], zone)
    band = position_expression([0, *(day_of(edge, zone) for edge in edges), until], "$first")
    last = len(edges)
    future = Period(start_of(until, zone), END)
    return [
        UnionPart("rollup_numbers", scope.all_time(), [_row("age", {"key": {"$literal": 0}, "count": "$open"})]),
        UnionPart("rollup_numbers", scope.days([(first, until)]), [_moved_from_the_first(band)]),
        _open_tickets(
            scope, future, [{"$group": {"_id": None, "open": {"$sum": 1}}}, _moved_from_the_first({"$literal": last})]
        ),
    ]


def _moved_from_the_first(band: Any) -> Document:
    """A row that counts in its band and no longer in the first one."""
    return _row("age", {"key": band, "count": "$open", "is_moved": {"$literal": True}})


def _open_tickets(scope: QueryScope, period: Period, stages: Pipeline) -> UnionPart:
    match = {**scope.tickets([period]), "status": NOT_CLOSED}
    return UnionPart("tickets", match, [*scope.narrowing_stages, *stages])


def _blocks(days: Sequence[DayRange]) -> list[Block]:
    return [block for each in days for block in blocks_of(each)]


def _or_0(value: str) -> Document:
    return {"$ifNull": [value, 0]}


def _row(metric: Metric, values: Document) -> Document:
    return {"$project": {"_id": 0, "metric": metric, **values}}


def _place_of_group(axis: Axis) -> Document:
    """The place in time out of the key of a group."""
    return {name: _PLACE[name] for name in axis.place}


def _count_by(metric: Metric, key: Any) -> Pipeline:
    """How many tickets have each key."""
    return [{"$group": {"_id": key, "count": {"$sum": 1}}}, _row(metric, {"key": "$_id", "count": 1})]
