"""The pipelines that a dashboard joins with `$unionWith`: what each collection is read for, and nothing else.

Each gives rows of named fields:

- `metric`: what the row counts. `counters` rows have all counters of a place in time, and `lists` rows have none; both may have
  `status` and `week_hours` as lists; `after_period` and `age` rows have a `key` and a `count`, and
  `choice` rows also the `field` that has the key as its value.
- `is_previous`: whether it belongs to the previous period. `bucket` and `day` say which bucket of the trend and which
  day of the period, both counted from 0; in the previous period those that they are compared with, or -1 if there are
  none.

Lists have entries `{k, n}`, a key and how many, so that everything is grouped once, at the end, wherever it was read.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from analytics.dashboard.query_scope import QueryScope, UnionPart, any_of, entries_of, within
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

Metric = Literal["counters", "lists", "choice", "after_period", "age"]
Extra = Literal["choice", "transitions", "week_hour"]

EVERYTHING: frozenset[Extra] = frozenset(("choice", "transitions", "week_hour"))
"""What of a period may be left out; its counters and statuses are always read."""

_PLACE = {name: f"$_id.{name}" for name in ("is_previous", "bucket", "day")}
_COUNTERS = dict.fromkeys(COUNTERS, 1)
_TRANSITIONS = dict.fromkeys(("settled", "reopened"), 1)
_WEEK_HOURS: Document = entries_of("$week_hours", {"$toInt": "$$this.k"})

_CHOICES = {"source": "sources", **{name: name for name in DIMENSIONS}}
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
    parts: list[UnionPart] = []
    if counted.current.days:
        parts += _day_counters(scope, counted.current.days, counted.day_axis, wanted)
    if counted.previous.days:
        parts.append(_previous_days(scope, counted.previous.days, counted.day_axis))
    if hours:
        parts.append(_hour_counters(scope, hours, counted.time_axis, wanted))
    if raw:
        parts.append(_ticket_counters(scope, raw, counted.time_axis))
    if raw and "transitions" in wanted:
        parts.append(_ticket_transitions(scope, raw, counted.time_axis))
    if "choice" in wanted:
        parts += _choices(scope.of_everything(), counted.period)
    if "week_hour" in wanted and counted.current.raw:
        parts.append(_week_hours(scope, counted.current.raw))
    return parts


def _day_counters(scope: QueryScope, days: Sequence[DayRange], axis: Axis, wanted: frozenset[Extra]) -> list[UnionPart]:
    """Counters day by day where there is a trend or a backlog, and lists of the fewest blocks."""
    blocks = scope.blocks(_blocks(days))
    counters: Document = {**axis.place, **_COUNTERS, **_TRANSITIONS}
    lists = {"status": _statuses(scope), **({"week_hours": _WEEK_HOURS} if "week_hour" in wanted else {})}
    if not axis.has_places:
        return [UnionPart("rollup_numbers", blocks, [_row("counters", counters | lists)])]
    of_period = {"is_previous": {"$literal": False}}
    return [
        UnionPart("rollup_numbers", scope.days(days), [_row("counters", counters)]),
        UnionPart("rollup_numbers", blocks, [_row("lists", of_period | lists)]),
    ]


def _previous_days(scope: QueryScope, days: Sequence[DayRange], axis: Axis) -> UnionPart:
    """The whole days of the previous period: day by day where its buckets are counted, otherwise the fewest blocks."""
    row = _row("counters", {**axis.place, **_COUNTERS, **_TRANSITIONS})
    match = scope.days(days) if axis.previous_edges else scope.blocks(_blocks(days))
    return UnionPart("rollup_numbers", match, [row])


def _hour_counters(scope: QueryScope, hours: Sequence[Period], axis: Axis, wanted: frozenset[Extra]) -> UnionPart:
    lists = {"week_hours": {"$cond": [axis.is_previous, [], _WEEK_HOURS]}} if "week_hour" in wanted else {}
    row = _row("counters", {**axis.place, **_COUNTERS, **_TRANSITIONS, "status": _statuses(scope), **lists})
    return UnionPart("rollup_numbers", scope.hours(hours), [row])


def _statuses(scope: QueryScope) -> Document:
    return scope.named("status", "$status")


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


def _choices(scope: QueryScope, period: Period) -> list[UnionPart]:
    """How many tickets have each source, team and priority, chosen or not, so that another can be chosen."""
    pieces = scope.cut(period)
    matches = [scope.blocks(_blocks(pieces.days))] if pieces.days else []
    matches += [scope.hours(pieces.hours)] if pieces.hours else []
    parts: list[UnionPart] = []
    if matches:
        stored = [
            {
                "$map": {
                    "input": scope.named(name, f"${field}"),
                    "in": {"field": name, "key": "$$this.k", "n": "$$this.n"},
                }
            }
            for name, field in _CHOICES.items()
        ]
        parts.append(UnionPart("rollup_numbers", any_of(matches), _count_choices({"$concatArrays": stored})))
    if pieces.raw:
        found = [{"field": name, "key": f"${name}", "n": 1} for name in _CHOICES]
        parts.append(UnionPart("tickets", scope.tickets(pieces.raw), _count_choices(found)))
    return parts


def _count_choices(choices: Any) -> Pipeline:
    """The sums of documents that each have several `{field, key, n}`, without those that have no key."""
    return [
        {"$project": {"_id": 0, "choice": choices}},
        {"$unwind": "$choice"},
        {"$match": {"choice.key": {"$type": "string"}}},
        {"$group": {"_id": {"field": "$choice.field", "key": "$choice.key"}, "count": {"$sum": "$choice.n"}}},
        _row("choice", {"field": "$_id.field", "key": "$_id.key", "count": 1}),
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
        UnionPart("rollup_numbers", scope.days([(first, until)]), _moved_from_the_first(band, "$open")),
        _open_tickets(scope, future, _moved_from_the_first({"$literal": last}, 1)),
    ]


def _moved_from_the_first(band: Any, number: Any) -> Pipeline:
    """The sum of `number` of each band, which counts there and no longer in the first one."""
    rows = [{"key": "$_id", "count": "$n"}, {"key": {"$literal": 0}, "count": {"$subtract": [0, "$n"]}}]
    return [
        {"$group": {"_id": band, "n": {"$sum": number}}},
        {"$project": {"_id": 0, "rows": rows}},
        {"$unwind": "$rows"},
        _row("age", {"key": "$rows.key", "count": "$rows.count"}),
    ]


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
