"""The clocks that stopped in a period: how long replies and resolutions took, and which targets were met.

Whole days and hours are read from the roll-ups, the rest from the tickets, in one union part.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from analytics.dashboard.query_scope import QueryScope, UnionPart, within
from analytics.dashboard.union_parts import CountedPeriod
from analytics.figures import ClockFigures, Durations
from supportsaas.db.mongo import Document, Pipeline
from tickets.clocks.stopwatch import NEVER, STATUS
from tickets.records.histogram import STEP
from tickets.rollups.blocks import Pieces, blocks_of
from tickets.rollups.clock_sums import BREACHED, BUSINESS, BY, CALENDAR, MET, UNKNOWN

REPLIES_AND_RESOLUTION: Final = ("first_reply", "next_reply", "resolution")
"""The clocks that a dashboard shows."""


def clock_part(scope: QueryScope, counted: CountedPeriod, wanted: Collection[str] = ()) -> UnionPart | None:
    """Rows of the metric `clocks`: `k` (`tickets.rollups.clock_sums`), `count`, and `before` in the previous period.

    `wanted`: the clocks that are read, all if there are none. None if there is nothing to read.
    """
    parts = [*_count(scope, counted.current, "count", wanted), *_count(scope, counted.previous, "before", wanted)]
    if not parts:
        return None
    first, *more = parts
    stages: Pipeline = [
        *first.stages,
        *(each.union for each in more),
        {"$group": {"_id": "$k", "count": {"$sum": "$count"}, "before": {"$sum": "$before"}}},
        {"$match": {"$or": [{"count": {"$ne": 0}}, {"before": {"$ne": 0}}]}},
        {"$project": {"_id": 0, "metric": "clocks", "k": "$_id", "count": 1, "before": 1}},
    ]
    return UnionPart(first.collection, first.match, stages)


def packed_clock_part(scope: QueryScope, counted: CountedPeriod, wanted: Collection[str]) -> UnionPart | None:
    """The same rows in a single one, for few clocks: each branch of a `$facet` goes through all rows."""
    part = clock_part(scope, counted, wanted)
    if part is None:
        return None
    together = {"$group": {"_id": None, "rows": {"$push": "$$ROOT"}}}
    row: Document = {"$project": {"_id": 0, "metric": "clocks", "rows": 1}}
    return UnionPart(part.collection, part.match, [*part.stages, together, row])


CLOCK_FACET: Final[Pipeline] = [
    {"$match": {"metric": "clocks"}},
    {"$unwind": "$rows"},
    {"$replaceRoot": {"newRoot": "$rows"}},
]
"""The rows of `packed_clock_part`."""


def clock_figures(
    rows: Sequence[Document], *, of: str = "count", statuses: Sequence[str] = ()
) -> dict[str, ClockFigures]:
    """The figures of each clock, from the rows of `clock_part`. `of`: `count`, or `before` for the previous period.

    `statuses` are the tenant's, at the place of their code.
    """
    sums: dict[str, dict[str, int]] = {}
    for row in rows:
        if row[of]:
            clock, _, measure = row["k"].partition(" ")
            sums.setdefault(_named(clock, statuses), {})[measure] = row[of]
    return {clock: _figures(found) for clock, found in sums.items()}


def _named(clock: str, statuses: Sequence[str]) -> str:
    if not clock.startswith(STATUS) or not statuses:
        return clock
    return f"{STATUS}{statuses[int(clock.removeprefix(STATUS))]}"


def _figures(sums: Mapping[str, int]) -> ClockFigures:
    return ClockFigures(
        calendar=_durations(sums, CALENDAR),
        business=_durations(sums, BUSINESS),
        unknown=sums.get(UNKNOWN, 0),
        never=sums.get(NEVER, 0),
        met=sums.get(MET, 0),
        breached=sums.get(BREACHED, 0),
        by=tuple(sorted(_under(sums, BY).items())),
    )


def _durations(sums: Mapping[str, int], measure: str) -> Durations:
    steps = {int(step): number for step, number in _under(sums, measure).items()}
    return Durations(tuple(sorted(steps.items())))


def _under(sums: Mapping[str, int], measure: str) -> dict[str, int]:
    start = f"{measure} "
    return {name.removeprefix(start): number for name, number in sums.items() if name.startswith(start)}


def _count(scope: QueryScope, pieces: Pieces, name: str, wanted: Collection[str]) -> list[UnionPart]:
    parts: list[UnionPart] = []
    if pieces.days:
        blocks = [block for each in pieces.days for block in blocks_of(each)]
        parts.append(UnionPart("rollup_clocks", scope.blocks(blocks), _stored(name, wanted)))
    if pieces.hours:
        parts.append(UnionPart("rollup_clocks", scope.hours(pieces.hours), _stored(name, wanted)))
    if pieces.raw:
        parts.append(UnionPart("tickets", scope.stopped_clocks(pieces.raw), _of_tickets(scope, pieces, name, wanted)))
    return parts


def _stored(name: str, wanted: Collection[str]) -> Pipeline:
    return [
        {"$project": {"_id": 0, "sums": _only({"$objectToArray": "$sums"}, wanted)}},
        {"$unwind": "$sums"},
        {"$group": {"_id": "$sums.k", name: {"$sum": "$sums.v"}}},
        {"$project": {"_id": 0, "k": "$_id", name: 1}},
    ]


def _only(sums: Document, wanted: Collection[str]) -> Document:
    """The entries of the wanted clocks. To leave others out before they are unwound takes two thirds of the time."""
    if not wanted:
        return sums
    in_ranges = [{"$and": [{"$gte": ["$$this.k", f"{each} "]}, {"$lt": ["$$this.k", f"{each}!"]}]} for each in wanted]
    return {"$filter": {"input": sums, "cond": {"$or": in_ranges}}}


def _of_tickets(scope: QueryScope, pieces: Pieces, name: str, wanted: Collection[str]) -> Pipeline:
    """The same sums as `tickets.rollups.clock_sums` names them, of tickets."""
    clock: Document = {"clocks.clock": {"$in": list(wanted)}} if wanted else {}
    in_period = {"$or": [{"clocks.at": within(each)} for each in pieces.raw]}
    measured: list[Any] = [
        _if_number("$clocks.seconds", _step_name(CALENDAR, "$clocks.seconds")),
        _if_number("$clocks.business", _step_name(BUSINESS, "$clocks.business")),
        _if_number("$clocks.seconds", {"$concat": [f"{BY} ", "$clocks.by"]}),
        {
            "$cond": [
                {"$isNumber": "$clocks.seconds"},
                None,
                {"$cond": [{"$eq": ["$clocks.by", NEVER]}, NEVER, UNKNOWN]},
            ]
        },
        {"$switch": {"branches": [_when(True, MET), _when(False, BREACHED)], "default": None}},
    ]
    return [
        *scope.narrowing_stages,
        {"$project": {"_id": 0, "clocks": 1}},
        {"$unwind": "$clocks"},
        {"$match": {**clock, **in_period}},
        {"$project": {"clock": _coded(scope), "measure": measured}},
        {"$unwind": "$measure"},
        {"$match": {"measure": {"$ne": None}}},
        {"$group": {"_id": {"$concat": ["$clock", " ", "$measure"]}, name: {"$sum": 1}}},
        {"$project": {"_id": 0, "k": "$_id", name: 1}},
    ]


def _if_number(field: str, name: Any) -> Document:
    return {"$cond": [{"$isNumber": field}, name, None]}


def _when(met: bool, name: str) -> Document:
    return {"case": {"$eq": ["$clocks.met", met]}, "then": name}


def _step_name(measure: str, field: str) -> Document:
    step = {"$floor": {"$divide": [{"$ln": {"$max": [field, 1]}}, STEP]}}
    return {"$concat": [f"{measure} ", {"$toString": {"$toInt": step}}]}


def _coded(scope: QueryScope) -> Any:
    """The name of the clock, a status by its code. Without roll-ups there are no codes: the name stays."""
    statuses = list(scope.view.values.get("status", ()))
    if not statuses:
        return "$clocks.clock"
    place = {"$indexOfArray": [{"$literal": statuses}, {"$substrCP": ["$clocks.clock", len(STATUS), 1_000]}]}
    is_status = {"$eq": [{"$substrCP": ["$clocks.clock", 0, len(STATUS)]}, STATUS]}
    return {"$cond": [is_status, {"$concat": [STATUS, {"$toString": place}]}, "$clocks.clock"]}
