"""The pipelines a dashboard is joined from: what each collection is read for, and nothing else of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Literal

from analytics import measures
from analytics.measures import Axis, rows_of, side_by_side
from analytics.periods import Period
from analytics.pipelines import COUNTERS, position_expression
from analytics.rollups.counting import turns_stages, week_hour_expression
from analytics.rollups.layout import Block, Pieces, Stretch, blocks_of, cut, day_of, days_touching, start_of
from analytics.rollups.view import RollupView
from supportsaas.mongo import Document, Pipeline
from tickets.filters import OPEN_STATUSES

Collection = Literal["tickets", "rollup_days", "rollup_blocks", "rollup_leaders"]

EVERYTHING = frozenset(("cell", "source", "status", "flow", "word", "time", "week_hour"))
LISTS = ("hours", "flows", "week_hours")
"""What a day's document holds by the hour."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
BEGINNING, END = datetime(1900, 1, 1, tzinfo=UTC), datetime(9001, 1, 1, tzinfo=UTC)
"""No ticket lies before or after these."""

_READ = {
    "_id": 0,
    **dict.fromkeys(("status", "urgency", "sentiment", "source", "requires_action", "topics", "created_at"), 1),
}


@dataclass(frozen=True, slots=True)
class Branch:
    """What is read of a collection, and what becomes of it."""

    collection: Collection
    match: Document
    stages: Pipeline

    @property
    def pipeline(self) -> Pipeline:
        return [{"$match": self.match}, *self.stages]


@dataclass(frozen=True, slots=True)
class Ground:
    """One tenant at one moment, of all sources or of some: the matches of everything that is read."""

    view: RollupView
    sources: tuple[str, ...]

    def tickets(self, periods: Sequence[Period]) -> Document:
        return {**self._living, **any_of([{"created_at": _range(each)} for each in periods])}

    def turns(self, periods: Sequence[Period]) -> Document:
        return {**self._living, **any_of([{"turns": {"$elemMatch": _range(each)}} for each in periods])}

    def days(self, stretches: Sequence[Stretch]) -> Document:
        """Whole days of the chosen sources, or of all together."""
        return {**self.days_by_source(stretches), "source": self._chosen}

    def days_by_source(self, stretches: Sequence[Stretch]) -> Document:
        days = any_of([{"day": {"$gte": a, "$lt": b}} for a, b in stretches])
        return {**self._rolled_up, **days, "source": {"$gt": ""}}

    def blocks(self, blocks: Sequence[Block]) -> Document:
        """Blocks of the chosen sources, or of all together."""
        return {**self.blocks_by_source(blocks), "source": self._chosen}

    def blocks_by_source(self, blocks: Sequence[Block]) -> Document:
        sizes = sorted({block.days for block in blocks})
        firsts = {size: [block.first for block in blocks if block.days == size] for size in sizes}
        wanted: list[Document] = [{"days": size, "first": {"$in": firsts[size]}} for size in sizes]
        return {**self._rolled_up, **any_of(wanted), "source": {"$gt": ""}}

    def leaders(self, customers: Sequence[str], stretches: Sequence[Stretch]) -> Document:
        days = any_of([{"day": {"$gte": a, "$lt": b}} for a, b in stretches])
        return {**self._rolled_up, "customer": {"$in": list(customers)}, **days}

    def clipped(self, start: datetime | None, end: datetime | None) -> Period | None:
        """The part of a period (a bound that is None does not bind) in which there may be tickets."""
        first, last = _beginning(self), _end(self)
        start, end = max(start or first, first), min(end or last, last)
        return Period(start, end) if start < end else None

    @property
    def narrow(self) -> Pipeline:
        """To the chosen sources."""
        return [{"$match": {"source": {"$in": list(self.sources)}}}] if self.sources else []

    @property
    def _chosen(self) -> Document | None:
        return {"$in": list(self.sources)} if self.sources else None

    @property
    def _living(self) -> Document:
        return {"tenant_id": self.view.tenant_id, "is_deleted": False}

    @property
    def _rolled_up(self) -> Document:
        return {"tenant_id": self.view.tenant_id, "generation": self.view.generation}


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
    """What is counted of a period and of the one before it: the `wanted` measures."""
    stretches = [*span.was.days, *span.now.days]
    hours, raw = [*span.was.hours, *span.now.hours], [*span.was.raw, *span.now.raw]
    found: list[Branch] = []
    if stretches:
        found += [_whole_days(ground, stretches, span.whole, wanted), _blocks(ground, stretches, span.whole, wanted)]
    if span.now.days and "source" in wanted:
        blocks = [block for stretch in span.now.days for block in blocks_of(stretch, ground.view.trust)]
        stages = rows_of("source", measures.by_source(span.whole.on("$first")))
        found.append(Branch("rollup_blocks", ground.blocks_by_source(blocks), stages))
    if hours:
        found += [_hours(ground, hours, span.clock, wanted), _hour_words(ground, hours, span.clock)]
    if raw:
        found += [_tickets(ground, raw, span, wanted)]
        found += [_turns(ground, raw, span.clock)] if "flow" in wanted else []
    return found


def _whole_days(ground: Ground, stretches: Sequence[Stretch], axis: Axis, wanted: frozenset[str]) -> Branch:
    facets = {"cell": measures.cells(axis), "status": measures.statuses(axis), "flow": measures.flows(axis)}
    return Branch("rollup_days", ground.days(stretches), [{"$unset": LISTS}, *side_by_side(_of(wanted, facets))])


def _blocks(ground: Ground, stretches: Sequence[Stretch], axis: Axis, wanted: frozenset[str]) -> Branch:
    blocks = [block for stretch in stretches for block in blocks_of(stretch, ground.view.trust)]
    first = axis.on("$first")
    facets = {
        "word": measures.lists_of("words", first),
        "time": measures.lists_of("times", first),
        "week_hour": [*measures.in_period(first), *measures.lists_of("week_hours", first)],
    }
    return Branch("rollup_blocks", ground.blocks(blocks), side_by_side(_of(wanted, facets)))


def _hours(ground: Ground, hours: Sequence[Period], axis: Axis, wanted: frozenset[str]) -> Branch:
    counts, flows, clock = (_unrolled(name, hours) for name in LISTS)
    facets = {
        "cell": [*counts, *ground.narrow, *measures.cells(axis)],
        "source": [*counts, *measures.by_source(axis)],
        "status": [*counts, *ground.narrow, *measures.statuses(axis)],
        "flow": [*counts, *ground.narrow, *measures.flows(axis)],
        "flow turns": [*flows, *ground.narrow, *measures.flows(axis, 0)],
        "time": [*flows, *ground.narrow, *measures.lists_of("times", axis)],
        "week_hour": [*clock, *ground.narrow, *measures.in_period(axis), *measures.keys_of("$k", axis, "$n")],
    }
    return Branch("rollup_days", ground.days_by_source(days_of(hours, ground)), side_by_side(_of(wanted, facets)))


def _hour_words(ground: Ground, hours: Sequence[Period], axis: Axis) -> Branch:
    """The words of an hour are kept of all sources together; of some, the tickets say them."""
    if ground.sources:
        created = axis.on("$created_at")
        stages = [*ground.narrow, {"$unwind": "$topics"}, *measures.keys_of("$topics", created)]
        return Branch("tickets", ground.tickets(hours), rows_of("word", stages))
    days = [Block(0, day) for a, b in days_of(hours, ground) for day in range(a, b)]
    stages = [*_unrolled("hours", hours), *measures.lists_of("words", axis)]
    return Branch("rollup_blocks", ground.blocks(days), rows_of("word", stages))


def _tickets(ground: Ground, periods: Sequence[Period], span: Span, wanted: frozenset[str]) -> Branch:
    axis = span.clock.on("$created_at")
    facets = {
        "cell": [*ground.narrow, *measures.cells(axis, COUNTERS)],
        "source": measures.by_source(axis, 1),
        "status": [*ground.narrow, *measures.raw_statuses(axis)],
        "flow": [*ground.narrow, *measures.flows(axis, 1)],
        "word": [*ground.narrow, {"$unwind": "$topics"}, *measures.keys_of("$topics", axis)],
    }
    if "week_hour" in wanted:
        week_hour = week_hour_expression(periods[0].start, periods[-1].end, ground.view.zone)
        facets["week_hour"] = [*ground.narrow, *measures.in_period(axis), *measures.keys_of(week_hour, axis)]
    return Branch("tickets", ground.tickets(periods), [{"$project": _READ}, *side_by_side(_of(wanted, facets))])


def _turns(ground: Ground, periods: Sequence[Period], axis: Axis) -> Branch:
    at = axis.on("$turn")
    facets = {
        "flow": measures.flows(at, 0),
        "time": [{"$match": {"resolved": 1}}, *measures.keys_of("$took", at)],
    }
    stages = [*ground.narrow, *turns_stages([_range(each) for each in periods]), *side_by_side(facets)]
    return Branch("tickets", ground.turns(periods), stages)


def later_branches(ground: Ground, since: datetime) -> list[Branch]:
    """`later`: what was created, closed and reopened from a moment on, for going back from what is open now."""
    until = _end(ground)
    if since >= until:
        return []
    pieces = cut(Period(since, until), ground.view.zone, ground.view.trust)
    arrived = {"_id": None, "arrived": {"$sum": {"$add": ["$total", "$reopened"]}}, "settled": {"$sum": "$settled"}}
    flows = {"_id": None, "arrived": {"$sum": "$reopened"}, "settled": {"$sum": "$settled"}}
    found: list[Branch] = []
    if pieces.days:
        blocks = [block for stretch in pieces.days for block in blocks_of(stretch, ground.view.trust)]
        found.append(Branch("rollup_blocks", ground.blocks(blocks), rows_of("later", [{"$group": arrived}])))
    if pieces.hours:
        created: Document = {"$group": {"_id": None, "arrived": {"$sum": "$total"}}}
        facets = {
            "later": [*_unrolled("hours", pieces.hours), *ground.narrow, created],
            "later turns": [*_unrolled("flows", pieces.hours), *ground.narrow, {"$group": flows}],
        }
        days = ground.days_by_source(days_of(pieces.hours, ground))
        found.append(Branch("rollup_days", days, side_by_side(facets)))
    if pieces.raw:
        each: Document = {"$group": {"_id": None, "arrived": {"$sum": 1}}}
        turned = [*ground.narrow, *turns_stages([_range(each) for each in pieces.raw]), {"$group": flows}]
        found.append(Branch("tickets", ground.tickets(pieces.raw), rows_of("later", [*ground.narrow, each])))
        found.append(Branch("tickets", ground.turns(pieces.raw), rows_of("later", turned)))
    return found


def age_branches(ground: Ground, edges: Sequence[datetime]) -> list[Branch]:
    """`age`: how many of those created before, between and after some midnights are open."""
    zone, trust = ground.view.zone, ground.view.trust
    since, until = min(_beginning(ground), edges[0] - DAY), max(_end(ground), edges[-1] + DAY)
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
        stages = measures.keys_of(place, Axis("$first", 0, (), ()), "$open")
        found.append(Branch("rollup_blocks", ground.blocks(blocks), rows_of("age", stages)))
    if raw:
        place = position_expression(bounds, "$created_at")
        stages = [*ground.narrow, *measures.keys_of(place, Axis("$created_at", since, (), ()))]
        is_open = {**ground.tickets(raw), "status": {"$in": list(OPEN_STATUSES)}}
        found.append(Branch("tickets", is_open, rows_of("age", stages)))
    return found


def hour_branches(ground: Ground, period: Period) -> list[Branch]:
    """`hour`: how many were created in each hour of UTC."""
    pieces = cut(period, ground.view.zone, ground.view.trust, grid=EPOCH)
    found: list[Branch] = []
    if pieces.hours:
        stages = [*_unrolled("hours", pieces.hours), {"$group": {"_id": "$at", "n": {"$sum": "$total"}}}]
        days = ground.days_by_source(days_of(pieces.hours, ground))
        found.append(Branch("rollup_days", days, rows_of("hour", stages)))
    if pieces.raw:
        hour = {"$dateTrunc": {"date": "$created_at", "unit": "hour"}}
        stages = [{"$group": {"_id": hour, "n": {"$sum": 1}}}]
        found.append(Branch("tickets", ground.tickets(pieces.raw), rows_of("hour", stages)))
    return found


def _of(wanted: frozenset[str], facets: dict[str, Pipeline]) -> dict[str, Pipeline]:
    return {f: stages for f, stages in facets.items() if f.partition(" ")[0] in wanted}


def _unrolled(name: str, periods: Sequence[Period]) -> Pipeline:
    """The hours of a list that lie in the periods, each as a document with its source."""
    within: list[Document] = [
        {"$and": [{"$gte": ["$$this.at", each.start]}, {"$lt": ["$$this.at", each.end]}]} for each in periods
    ]
    chosen = {"$filter": {"input": f"${name}", "cond": {"$or": within}}}
    root = {"$mergeObjects": [{"source": "$source"}, f"${name}"]}
    return [
        {"$project": {"_id": 0, "source": 1, name: chosen}},
        {"$unwind": f"${name}"},
        {"$replaceRoot": {"newRoot": root}},
    ]


def days_of(periods: Sequence[Period], ground: Ground) -> list[Stretch]:
    ranges = [days_touching(each, ground.view.zone) for each in periods]
    days = sorted({day for each in ranges for day in each})
    return [(day, day + 1) for day in days]


def _beginning(ground: Ground) -> datetime:
    """Before any ticket: the first day that is rolled up or marked; where nothing is, the beginning of time."""
    built, marked = ground.view.built, ground.view.trust.marked
    return start_of(min([built.first_day, *marked[:1]]), ground.view.zone) if built else BEGINNING


def _end(ground: Ground) -> datetime:
    built, marked = ground.view.built, ground.view.trust.marked
    return start_of(max([built.last_day, *marked[-1:]]) + 1, ground.view.zone) if built else END


def any_of(conditions: Sequence[Document]) -> Document:
    return conditions[0] if len(conditions) == 1 else {"$or": list(conditions)}


def _range(period: Period) -> Document:
    return {"$gte": period.start, "$lt": period.end}
