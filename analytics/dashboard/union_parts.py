"""The pipelines a dashboard is joined from: what each collection is read for, and nothing else of it.

Each gives rows, and `f` names what a row counts. What can be added up stands in the row as it was kept
(numbers, and lists of `{k, n}`), so that everything is grouped once, at the end, whatever it is put
together from. A row's place in time: `was` where it is of the period before, else `p` and `d`, the bucket
of the trend and the day of the period, both counted from 0.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from analytics.dashboard.query_scope import Branch, Ground, within
from analytics.periods import Period
from analytics.pipelines import COUNTERS, position_expression
from analytics.rollups.blocks import Block, Pieces, Stretch, blocks_of, cut, day_of, days_touching, start_of
from analytics.rollups.counting import turns_stages, week_hour_expression
from supportsaas.db.mongo import Document, Pipeline
from tickets.records.statuses import NOT_CLOSED

EVERYTHING = frozenset(("source", "flow", "week_hour"))
"""What of a period may be left out; its numbers and statuses are always counted."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)

_PLACE = {name: f"$_id.{name}" for name in ("was", "p", "d")}
_COUNTERS = dict.fromkeys(COUNTERS, 1)


@dataclass(frozen=True, slots=True)
class Axis:
    """Where on the time axis a document lies: `field` holds a moment, or the number of a day.

    The period begins at `start`; `edges` are those of the trend's buckets (none where there is no
    trend), `day_edges` those of the period's days. All are of the kind that `field` holds.
    """

    field: str
    start: Any
    edges: Sequence[Any]
    day_edges: Sequence[Any]

    @property
    def place(self) -> Document:
        places = {"was": self.is_was, "p": self._position(self.edges), "d": self._position(self.day_edges)}
        return {name: place for name, place in places.items() if place is not None}

    @property
    def is_was(self) -> Document:
        return {"$lt": [self.field, self.start]}

    def on(self, field: str) -> "Axis":
        return Axis(field, self.start, self.edges, self.day_edges)

    def _position(self, edges: Sequence[Any]) -> Any:
        return {"$cond": [self.is_was, -1, position_expression(edges, self.field)]} if len(edges) > 1 else None


@dataclass(frozen=True, slots=True)
class Span:
    """A period cut into its pieces together with the one before it, and the axes it is counted along.

    `days` are the period's days; places on the trend and among the days are counted from 0.
    """

    period: Period
    now: Pieces
    was: Pieces
    days: tuple[int, ...]
    whole: Axis
    clock: Axis

    @classmethod
    def of(
        cls,
        ground: Ground,
        period: Period,
        before: Period | None,
        edges: Sequence[datetime] = (),
        *,
        by_hour: bool = False,
        by_day: bool = True,
    ) -> "Span":
        """`edges` are those of the trend's buckets, hours or days; none where there is no trend."""
        zone, trust = ground.view.zone, ground.view.trust
        touching = days_touching(period, zone)
        days = [day for day in touching if start_of(day, zone) < start_of(day + 1, zone)] if by_day else []
        edge_days = [] if by_hour else [day_of(edge, zone) for edge in edges]
        day_edges = [*days, touching.stop] if by_day else []
        return cls(
            period=period,
            now=cut(period, zone, trust, grid=edges[0] if by_hour else None),
            was=cut(before, zone, trust) if before else Pieces(),
            days=tuple(days),
            whole=Axis("$day", touching.start, edge_days, day_edges),
            clock=Axis("$at", period.start, edges, [start_of(day, zone) for day in day_edges]),
        )


def period_branches(ground: Ground, span: Span, *, wanted: frozenset[str] = EVERYTHING) -> list[Branch]:
    """What is counted of a period and of the one before it, but for words and customers."""
    stretches = [*span.was.days, *span.now.days]
    hours, raw = [*span.was.hours, *span.now.hours], [*span.was.raw, *span.now.raw]
    found: list[Branch] = []
    if stretches:
        found.append(_whole_days(ground, stretches, span.whole))
        found += [_lists(ground, stretches, span.whole, wanted)] if wanted & {"flow", "week_hour"} else []
    if hours:
        found.append(_hours(ground, hours, span.clock))
    if raw:
        found.append(_tickets(ground, raw, span.clock))
        found += [_turns(ground, raw, span.clock)] if "flow" in wanted else []
    found += _sources(ground, span.now) if "source" in wanted else []
    found += _week_hours(ground, span.now) if "week_hour" in wanted else []
    return found


def _whole_days(ground: Ground, stretches: Sequence[Stretch], axis: Axis) -> Branch:
    kept = {**_COUNTERS, "status": 1, "settled": 1, "reopened": 1}
    return Branch("rollup_days", ground.days(stretches), [_rows("count", {**axis.place, **kept})])


def _lists(ground: Ground, stretches: Sequence[Stretch], axis: Axis, wanted: frozenset[str]) -> Branch:
    """The times to resolution of whole days and, of the period alone, the hours of the week."""
    is_was = axis.on("$first").is_was
    lists: Document = {"was": is_was, "times": 1} if "flow" in wanted else {}
    if "week_hour" in wanted:
        lists["week_hours"] = {"$cond": [is_was, [], "$week_hours"]}
    blocks = [block for stretch in stretches for block in blocks_of(stretch, ground.view.trust)]
    return Branch("rollup_blocks", ground.blocks(blocks), [_rows("list", lists)])


def _hours(ground: Ground, hours: Sequence[Period], axis: Axis) -> Branch:
    rows = {"$concatArrays": [among(name, hours) for name in ("hours", "flows")]}
    stages = [*_unrolled(rows), {"$set": {"f": "count", **axis.place}}]
    return Branch("rollup_days", ground.days(ground.days_of(hours)), stages)


def _tickets(ground: Ground, periods: Sequence[Period], axis: Axis) -> Branch:
    key = {**axis.on("$created_at").place, "status": "$status"}
    status = [{"k": "$_id.status", "n": "$total"}]
    stages = [
        *ground.narrow,
        {"$group": {"_id": key, **COUNTERS}},
        _rows("count", {**_placed(axis), **_COUNTERS, "status": status}),
    ]
    return Branch("tickets", ground.tickets(periods), stages)


def _turns(ground: Ground, periods: Sequence[Period], axis: Axis) -> Branch:
    key = {**axis.on("$turn").place, "took": "$took"}
    sums = {name: {"$sum": f"${name}"} for name in ("settled", "reopened", "resolved")}
    times = {"$cond": [{"$gt": ["$resolved", 0]}, [{"k": "$_id.took", "n": "$resolved"}], []]}
    stages = [
        *ground.narrow,
        *turns_stages([within(each) for each in periods]),
        {"$group": {"_id": key, **sums}},
        _rows("count", {**_placed(axis), "settled": 1, "reopened": 1, "times": times}),
    ]
    return Branch("tickets", ground.turns(periods), stages)


def _sources(ground: Ground, pieces: Pieces) -> list[Branch]:
    """How many came of each source, the chosen ones or not, so that another can be chosen."""
    found: list[Branch] = []
    if pieces.days:
        blocks = [block for stretch in pieces.days for block in blocks_of(stretch, ground.view.trust)]
        rows = _rows("source", {"k": "$source", "n": "$total"})
        found.append(Branch("rollup_blocks", ground.blocks_by_source(blocks), [rows]))
    if pieces.hours:
        total = {"$sum": {"$map": {"input": among("hours", pieces.hours), "in": "$$this.total"}}}
        days = ground.days_by_source(ground.days_of(pieces.hours))
        found.append(Branch("rollup_days", days, [_rows("source", {"k": "$source", "n": total})]))
    if pieces.raw:
        found.append(Branch("tickets", ground.tickets(pieces.raw), _counted("source", "$source")))
    return found


def _week_hours(ground: Ground, pieces: Pieces) -> list[Branch]:
    """When in the week tickets came, but for whole days."""
    found: list[Branch] = []
    if pieces.hours:
        days = ground.days(ground.days_of(pieces.hours))
        rows = _rows("list", {"week_hours": among("week_hours", pieces.hours)})
        found.append(Branch("rollup_days", days, [rows]))
    if pieces.raw:
        week_hour = week_hour_expression(pieces.raw[0].start, pieces.raw[-1].end, ground.view.zone)
        group = {"$group": {"_id": week_hour, "n": {"$sum": 1}}}
        rows = _rows("list", {"week_hours": [{"k": "$_id", "n": "$n"}]})
        found.append(Branch("tickets", ground.tickets(pieces.raw), [*ground.narrow, group, rows]))
    return found


def later_branches(ground: Ground, since: datetime) -> list[Branch]:
    """`later`: what was created, closed and reopened from a moment on, for going back from what is open now."""
    if since >= ground.end:
        return []
    pieces = cut(Period(since, ground.end), ground.view.zone, ground.view.trust)
    flows = {"arrived": "$reopened", "settled": "$settled"}
    found: list[Branch] = []
    if pieces.days:
        blocks = [block for stretch in pieces.days for block in blocks_of(stretch, ground.view.trust)]
        arrived = {"arrived": {"$add": ["$total", "$reopened"]}, "settled": "$settled"}
        found.append(Branch("rollup_blocks", ground.blocks(blocks), [_rows("later", arrived)]))
    if pieces.hours:
        sums: Document = {
            name: {"$sum": {"$map": {"input": among(of, pieces.hours), "in": f"$$this.{field}"}}}
            for name, of, field in (("created", "hours", "total"), ("arrived", "flows", "reopened"))
        }
        settled = {"$sum": {"$map": {"input": among("flows", pieces.hours), "in": "$$this.settled"}}}
        arrived = {"arrived": {"$add": [sums["created"], sums["arrived"]]}, "settled": settled}
        days = ground.days(ground.days_of(pieces.hours))
        found.append(Branch("rollup_days", days, [_rows("later", arrived)]))
    if pieces.raw:
        counted: Document = {"$group": {"_id": None, "arrived": {"$sum": 1}}}
        created = [*ground.narrow, counted, _rows("later", {"arrived": 1})]
        turned = [*ground.narrow, *turns_stages([within(each) for each in pieces.raw]), _rows("later", flows)]
        found.append(Branch("tickets", ground.tickets(pieces.raw), created))
        found.append(Branch("tickets", ground.turns(pieces.raw), turned))
    return found


def age_branches(ground: Ground, edges: Sequence[datetime]) -> list[Branch]:
    """`age`: how many of those created before, between and after some midnights are open."""
    zone, trust = ground.view.zone, ground.view.trust
    since, until = min(ground.beginning, edges[0] - DAY), max(ground.end, edges[-1] + DAY)
    bounds = [since, *edges, until]
    found: list[Branch] = []
    raw: list[Period] = []
    blocks: list[Block] = []
    for start, end in pairwise(bounds):
        pieces = cut(Period(start, end), zone, trust)
        blocks += [block for stretch in pieces.days for block in blocks_of(stretch, trust)]
        raw += [*pieces.raw, *pieces.hours]
    if blocks:
        place = position_expression([day_of(each, zone) for each in bounds], "$first")
        found.append(Branch("rollup_blocks", ground.blocks(blocks), [_rows("age", {"k": place, "n": "$open"})]))
    if raw:
        stages = [*ground.narrow, *_counted("age", position_expression(bounds, "$created_at"))]
        is_open = {**ground.tickets(raw), "status": NOT_CLOSED}
        found.append(Branch("tickets", is_open, stages))
    return found


def hour_branches(ground: Ground, period: Period) -> list[Branch]:
    """`hour`: how many were created in each hour of UTC."""
    pieces = cut(period, ground.view.zone, ground.view.trust, grid=EPOCH)
    found: list[Branch] = []
    if pieces.hours:
        stages = [*_unrolled(among("hours", pieces.hours)), _rows("hour", {"k": "$at", "n": "$total"})]
        found.append(Branch("rollup_days", ground.days(ground.days_of(pieces.hours)), stages))
    if pieces.raw:
        hour = {"$dateTrunc": {"date": "$created_at", "unit": "hour"}}
        found.append(Branch("tickets", ground.tickets(pieces.raw), _counted("hour", hour)))
    return found


def among(name: str, periods: Sequence[Period]) -> Document:
    """Those of a day's list by the hour that lie in the periods."""
    inside: list[Document] = [
        {"$and": [{"$gte": ["$$this.at", each.start]}, {"$lt": ["$$this.at", each.end]}]} for each in periods
    ]
    return {"$filter": {"input": f"${name}", "cond": inside[0] if len(inside) == 1 else {"$or": inside}}}


def _unrolled(rows: Document) -> Pipeline:
    """Each of a list as a document of its own."""
    return [{"$project": {"_id": 0, "row": rows}}, {"$unwind": "$row"}, {"$replaceRoot": {"newRoot": "$row"}}]


def _rows(f: str, values: Document) -> Document:
    return {"$project": {"_id": 0, "f": f, **values}}


def _placed(axis: Axis) -> Document:
    """The place in time out of the key of a group."""
    return {name: _PLACE[name] for name in axis.place}


def _counted(f: str, key: Any) -> Pipeline:
    """How many tickets of each key."""
    return [{"$group": {"_id": key, "n": {"$sum": 1}}}, _rows(f, {"k": "$_id", "n": 1})]
