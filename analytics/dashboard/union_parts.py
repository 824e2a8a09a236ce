"""The pipelines that a dashboard joins with `$unionWith`: what each collection is read for, and nothing else.

Each gives rows of named fields:

- `metric`: what the row counts. `counters` rows have all counters of a place in time, and `status` as a list;
  `lists` rows have the lists of whole days; `source`, `after_period`, `age` and `hour` rows have a `key` and a `count`.
- `is_previous`: whether it belongs to the previous period. Otherwise `bucket` and `day` say which bucket of the
  trend and which day of the period, both counted from 0.

Lists stand in a row as roll-ups store them (`{k, n}`: a key and how many), so that everything is grouped once, at the
end, wherever it was read.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, Literal

from analytics.dashboard.query_scope import QueryScope, UnionPart, within
from analytics.periods import Period
from analytics.pipelines import COUNTERS, position_expression
from analytics.rollups.blocks import Block, DayRange, Pieces, blocks_of, cut, day_of, days_touching, start_of
from analytics.rollups.counting import transition_stages, week_hour_expression
from supportsaas.db.mongo import Document, Pipeline
from tickets.records.statuses import NOT_CLOSED

Metric = Literal["counters", "lists", "source", "after_period", "age", "hour"]
Extra = Literal["source", "transitions", "week_hour"]

EVERYTHING: frozenset[Extra] = frozenset(("source", "transitions", "week_hour"))
"""What of a period may be left out; its counters and statuses are always read."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)

_PLACE = {name: f"$_id.{name}" for name in ("is_previous", "bucket", "day")}
_COUNTERS = dict.fromkeys(COUNTERS, 1)


@dataclass(frozen=True, slots=True)
class Axis:
    """Where on the time axis a document lies: `field` holds a moment, or the number of a day.

    The period begins at `start`; `bucket_edges` are those of the trend's buckets (none where there is no
    trend), `day_edges` those of the period's days. All are of the kind that `field` holds.
    """

    field: str
    start: Any
    bucket_edges: Sequence[Any]
    day_edges: Sequence[Any]

    @property
    def place(self) -> Document:
        """The row's fields `is_previous`, `bucket` and `day`, those without edges left out."""
        places = {
            "is_previous": self.is_previous,
            "bucket": self._position(self.bucket_edges),
            "day": self._position(self.day_edges),
        }
        return {name: place for name, place in places.items() if place is not None}

    @property
    def is_previous(self) -> Document:
        return {"$lt": [self.field, self.start]}

    def on(self, field: str) -> "Axis":
        return Axis(field, self.start, self.bucket_edges, self.day_edges)

    def _position(self, edges: Sequence[Any]) -> Any:
        if len(edges) <= 1:
            return None
        return {"$cond": [self.is_previous, -1, position_expression(edges, self.field)]}


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
        by_hour: bool = False,
        by_day: bool = True,
    ) -> "CountedPeriod":
        """`edges` are those of the trend's buckets, hours or days; none where there is no trend."""
        zone, valid_days = scope.view.zone, scope.view.valid_days
        touching = days_touching(period, zone)
        days = [day for day in touching if start_of(day, zone) < start_of(day + 1, zone)] if by_day else []
        bucket_days = [] if by_hour else [day_of(edge, zone) for edge in edges]
        day_edges = [*days, touching.stop] if by_day else []
        return cls(
            period=period,
            current=cut(period, zone, valid_days, grid=edges[0] if by_hour else None),
            previous=cut(previous, zone, valid_days) if previous else Pieces(),
            days=tuple(days),
            day_axis=Axis("$day", touching.start, bucket_days, day_edges),
            time_axis=Axis("$at", period.start, edges, [start_of(day, zone) for day in day_edges]),
        )


def period_parts(
    scope: QueryScope, counted: CountedPeriod, *, wanted: frozenset[Extra] = EVERYTHING
) -> list[UnionPart]:
    """What is read of a period and of the previous one, except keywords and customers."""
    days = [*counted.previous.days, *counted.current.days]
    hours = [*counted.previous.hours, *counted.current.hours]
    raw = [*counted.previous.raw, *counted.current.raw]
    parts: list[UnionPart] = []
    if days:
        parts.append(_day_counters(scope, days, counted.day_axis))
    if days and wanted & {"transitions", "week_hour"}:
        parts.append(_day_lists(scope, days, counted.day_axis, wanted))
    if hours:
        parts.append(_hour_counters(scope, hours, counted.time_axis))
    if raw:
        parts.append(_ticket_counters(scope, raw, counted.time_axis))
    if raw and "transitions" in wanted:
        parts.append(_ticket_transitions(scope, raw, counted.time_axis))
    if "source" in wanted:
        parts += _sources(scope, counted.current)
    if "week_hour" in wanted:
        parts += _week_hours(scope, counted.current)
    return parts


def _day_counters(scope: QueryScope, days: Sequence[DayRange], axis: Axis) -> UnionPart:
    kept = {**_COUNTERS, "status": 1, "settled": 1, "reopened": 1}
    return UnionPart("rollup_days", scope.days(days), [_row("counters", {**axis.place, **kept})])


def _day_lists(scope: QueryScope, days: Sequence[DayRange], axis: Axis, wanted: frozenset[Extra]) -> UnionPart:
    """The times to resolution of whole days and, of the period alone, the hours of the week."""
    is_previous = axis.on("$first").is_previous
    lists: Document = {"is_previous": is_previous, "times": 1} if "transitions" in wanted else {}
    if "week_hour" in wanted:
        lists["week_hours"] = {"$cond": [is_previous, [], "$week_hours"]}
    blocks = _blocks(scope, days)
    return UnionPart("rollup_blocks", scope.blocks(blocks), [_row("lists", lists)])


def _hour_counters(scope: QueryScope, hours: Sequence[Period], axis: Axis) -> UnionPart:
    rows = {"$concatArrays": [among(name, hours) for name in ("hours", "flows")]}
    stages = [*_unrolled(rows), {"$set": {"metric": "counters", **axis.place}}]
    return UnionPart("rollup_days", scope.days(scope.days_of(hours)), stages)


def _ticket_counters(scope: QueryScope, periods: Sequence[Period], axis: Axis) -> UnionPart:
    group_key = {**axis.on("$created_at").place, "status": "$status"}
    status = [{"k": "$_id.status", "n": "$total"}]
    stages = [
        *scope.source_filter,
        {"$group": {"_id": group_key, **COUNTERS}},
        _row("counters", {**_place_of_group(axis), **_COUNTERS, "status": status}),
    ]
    return UnionPart("tickets", scope.tickets(periods), stages)


def _ticket_transitions(scope: QueryScope, periods: Sequence[Period], axis: Axis) -> UnionPart:
    group_key = {**axis.on("$turn").place, "took": "$took"}
    sums = {name: {"$sum": f"${name}"} for name in ("settled", "reopened", "resolved")}
    times = {"$cond": [{"$gt": ["$resolved", 0]}, [{"k": "$_id.took", "n": "$resolved"}], []]}
    stages = [
        *scope.source_filter,
        *transition_stages([within(each) for each in periods]),
        {"$group": {"_id": group_key, **sums}},
        _row("counters", {**_place_of_group(axis), "settled": 1, "reopened": 1, "times": times}),
    ]
    return UnionPart("tickets", scope.transitions(periods), stages)


def _sources(scope: QueryScope, pieces: Pieces) -> list[UnionPart]:
    """How many tickets came from each source, chosen or not, so that another can be chosen."""
    parts: list[UnionPart] = []
    if pieces.days:
        row = _row("source", {"key": "$source", "count": "$total"})
        parts.append(UnionPart("rollup_blocks", scope.blocks_by_source(_blocks(scope, pieces.days)), [row]))
    if pieces.hours:
        total = _sum_among("hours", "total", pieces.hours)
        days = scope.days_by_source(scope.days_of(pieces.hours))
        parts.append(UnionPart("rollup_days", days, [_row("source", {"key": "$source", "count": total})]))
    if pieces.raw:
        parts.append(UnionPart("tickets", scope.tickets(pieces.raw), _count_by("source", "$source")))
    return parts


def _week_hours(scope: QueryScope, pieces: Pieces) -> list[UnionPart]:
    """The weekday and hour of tickets outside whole days."""
    parts: list[UnionPart] = []
    if pieces.hours:
        days = scope.days(scope.days_of(pieces.hours))
        row = _row("lists", {"week_hours": among("week_hours", pieces.hours)})
        parts.append(UnionPart("rollup_days", days, [row]))
    if pieces.raw:
        week_hour = week_hour_expression(pieces.raw[0].start, pieces.raw[-1].end, scope.view.zone)
        group = {"$group": {"_id": week_hour, "count": {"$sum": 1}}}
        row = _row("lists", {"week_hours": [{"k": "$_id", "n": "$count"}]})
        parts.append(UnionPart("tickets", scope.tickets(pieces.raw), [*scope.source_filter, group, row]))
    return parts


def after_period_parts(scope: QueryScope, since: datetime) -> list[UnionPart]:
    """What was opened and resolved after the period: to work out from today's backlog what it was then."""
    if since >= scope.end:
        return []
    pieces = cut(Period(since, scope.end), scope.view.zone, scope.view.valid_days)
    parts: list[UnionPart] = []
    if pieces.days:
        opened = {"opened": {"$add": ["$total", "$reopened"]}, "resolved": "$settled"}
        blocks = scope.blocks(_blocks(scope, pieces.days))
        parts.append(UnionPart("rollup_blocks", blocks, [_row("after_period", opened)]))
    if pieces.hours:
        created = _sum_among("hours", "total", pieces.hours)
        reopened = _sum_among("flows", "reopened", pieces.hours)
        resolved = _sum_among("flows", "settled", pieces.hours)
        row = _row("after_period", {"opened": {"$add": [created, reopened]}, "resolved": resolved})
        parts.append(UnionPart("rollup_days", scope.days(scope.days_of(pieces.hours)), [row]))
    if pieces.raw:
        parts.append(_created_after(scope, pieces.raw))
        parts.append(_transitions_after(scope, pieces.raw))
    return parts


def _created_after(scope: QueryScope, periods: Sequence[Period]) -> UnionPart:
    group: Document = {"$group": {"_id": None, "opened": {"$sum": 1}}}
    stages = [*scope.source_filter, group, _row("after_period", {"opened": 1})]
    return UnionPart("tickets", scope.tickets(periods), stages)


def _transitions_after(scope: QueryScope, periods: Sequence[Period]) -> UnionPart:
    stages = [
        *scope.source_filter,
        *transition_stages([within(each) for each in periods]),
        _row("after_period", {"opened": "$reopened", "resolved": "$settled"}),
    ]
    return UnionPart("tickets", scope.transitions(periods), stages)


def age_parts(scope: QueryScope, edges: Sequence[datetime]) -> list[UnionPart]:
    """How many of the tickets created before, between and after some midnights are open."""
    zone, valid_days = scope.view.zone, scope.view.valid_days
    since, until = min(scope.beginning, edges[0] - DAY), max(scope.end, edges[-1] + DAY)
    bounds = [since, *edges, until]
    raw: list[Period] = []
    blocks: list[Block] = []
    for start, end in pairwise(bounds):
        pieces = cut(Period(start, end), zone, valid_days)
        blocks += _blocks(scope, pieces.days)
        raw += [*pieces.raw, *pieces.hours]
    parts: list[UnionPart] = []
    if blocks:
        band = position_expression([day_of(each, zone) for each in bounds], "$first")
        row = _row("age", {"key": band, "count": "$open"})
        parts.append(UnionPart("rollup_blocks", scope.blocks(blocks), [row]))
    if raw:
        stages = [*scope.source_filter, *_count_by("age", position_expression(bounds, "$created_at"))]
        parts.append(UnionPart("tickets", {**scope.tickets(raw), "status": NOT_CLOSED}, stages))
    return parts


def hour_parts(scope: QueryScope, period: Period) -> list[UnionPart]:
    """How many tickets were created in each hour of UTC."""
    pieces = cut(period, scope.view.zone, scope.view.valid_days, grid=EPOCH)
    parts: list[UnionPart] = []
    if pieces.hours:
        stages = [*_unrolled(among("hours", pieces.hours)), _row("hour", {"key": "$at", "count": "$total"})]
        parts.append(UnionPart("rollup_days", scope.days(scope.days_of(pieces.hours)), stages))
    if pieces.raw:
        hour = {"$dateTrunc": {"date": "$created_at", "unit": "hour"}}
        parts.append(UnionPart("tickets", scope.tickets(pieces.raw), _count_by("hour", hour)))
    return parts


def among(name: str, periods: Sequence[Period]) -> Document:
    """The entries of a day's list by the hour that lie in the periods."""
    inside: list[Document] = [
        {"$and": [{"$gte": ["$$this.at", each.start]}, {"$lt": ["$$this.at", each.end]}]} for each in periods
    ]
    return {"$filter": {"input": f"${name}", "cond": inside[0] if len(inside) == 1 else {"$or": inside}}}


def _sum_among(name: str, field: str, periods: Sequence[Period]) -> Document:
    """The sum of a field over those entries."""
    return {"$sum": {"$map": {"input": among(name, periods), "in": f"$$this.{field}"}}}


def _blocks(scope: QueryScope, days: Sequence[DayRange]) -> list[Block]:
    return [block for each in days for block in blocks_of(each, scope.view.valid_days)]


def _unrolled(rows: Document) -> Pipeline:
    """Each entry of a list as its own document."""
    return [{"$project": {"_id": 0, "row": rows}}, {"$unwind": "$row"}, {"$replaceRoot": {"newRoot": "$row"}}]


def _row(metric: Metric, values: Document) -> Document:
    return {"$project": {"_id": 0, "metric": metric, **values}}


def _place_of_group(axis: Axis) -> Document:
    """The place in time out of the key of a group."""
    return {name: _PLACE[name] for name in axis.place}


def _count_by(metric: Metric, key: Any) -> Pipeline:
    """How many tickets have each key."""
    return [{"$group": {"_id": key, "count": {"$sum": 1}}}, _row(metric, {"key": "$_id", "count": 1})]
