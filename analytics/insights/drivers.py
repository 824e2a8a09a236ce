"""What a rise comes from: the topics, sources and teams of its tickets, compared with the same weeks before, and customers.

Read from the tickets, and only of a number that is unusual. The tickets of all weeks together are at most `MOST_READ`; of
more, nothing is said about where they come from.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, get_args

from pymongo.errors import ExecutionTimeout

from analytics.dashboard.query_scope import QueryScope
from analytics.insights.counting import CONDITIONS
from analytics.insights.findings import Driver, DriverKind
from analytics.insights.rule import Measure
from supportsaas.db import mongo
from supportsaas.db.mongo import Document, Pipeline
from tickets.records.collection_names import TICKETS
from tickets.records.period import Period
from tickets.rollups.view import RollupView
from tickets.store.index_scans import CUSTOMER_INDEX, DATE_INDEX
from tickets.topics.store import ListedTopic

MOST_READ: Final = 200_000
MOST_SECONDS: Final = 15

FEWEST: Final = 4
"""Fewer tickets of a value drive nothing."""

LEAST_RATIO: Final = 1.5
LEAST_SHARE: Final[dict[DriverKind, float]] = {"topic": 0.25, "source": 0.6, "team": 0.6}
"""How much of the rise comes from a value that is named."""

MOST_NAMED: Final[dict[DriverKind, int]] = {"topic": 2, "source": 1, "team": 1}
_FIELDS: Final[dict[DriverKind, str]] = {"topic": "topic_ids", "source": "source", "team": "team"}

CUSTOMER_MORE: Final = 3
"""With at least this many more tickets than usual, a customer is one of those who drive a rise."""

CUSTOMERS_SHARE: Final = 0.2
"""So much of the rise must come from them together."""

_MOST_CUSTOMERS: Final = 50


@dataclass(frozen=True, slots=True)
class Drivers:
    """`customers`: how many wrote several tickets more than they usually do, if that is much of the rise; else 0."""

    values: tuple[Driver, ...] = ()
    customers: int = 0


@dataclass(frozen=True, slots=True)
class ValueCount:
    """`usual`: in an average one of the weeks before."""

    value: str
    count: int
    usual: float

    @property
    def more(self) -> float:
        return self.count - self.usual


def find_drivers(
    view: RollupView, period: Period, past: Sequence[Period], measure: Measure, topics: Sequence[ListedTopic]
) -> Drivers:
    """`past`: the weeks that the number was compared with."""
    match = {**QueryScope(view).tickets([period, *past]), **CONDITIONS[measure]}
    try:
        tickets = mongo.count(TICKETS, match, index=DATE_INDEX, most=MOST_READ)
        if tickets >= MOST_READ:
            return Drivers()
        found = _read_values(view, match, period)
        now, before = (sum(found[side, "source"].values()) for side in (True, False))
        rise = now - before / len(past)
        if rise <= 0:
            return Drivers()
        names = {each.id: each.name for each in topics if each.is_matched}
        values = choose_values(found, rise, weeks=len(past), topics=names)
        return Drivers(tuple(values), _count_customers(view, period, past, measure, rise))
    except ExecutionTimeout:
        return Drivers()


def choose_values(
    found: Mapping[tuple[bool, DriverKind], Mapping[str, int]], rise: float, *, weeks: int, topics: Mapping[str, str]
) -> Iterator[Driver]:
    """The values that much of the rise comes from. `found`: tickets by value, of the window (True) and of all weeks before."""
    tickets = sum(found[True, "source"].values()) + sum(found[False, "source"].values())  # each has one
    for kind in get_args(DriverKind):
        now, before = found.get((True, kind), {}), found.get((False, kind), {})
        if len(now.keys() | before.keys()) == 1 and sum((*now.values(), *before.values())) == tickets:
            continue  # all have it
        counts = [ValueCount(value, count, before.get(value, 0) / weeks) for value, count in now.items()]
        telling = [
            each
            for each in counts
            if each.count >= FEWEST
            and each.more >= LEAST_SHARE[kind] * rise
            and each.count >= LEAST_RATIO * each.usual
            and (kind != "topic" or each.value in topics)
        ]
        telling.sort(key=lambda each: (-each.more, each.value))
        for each in telling[: MOST_NAMED[kind]]:
            name = topics[each.value] if kind == "topic" else each.value
            yield Driver(kind=kind, value=each.value, name=name, count=each.count, usual=each.usual)


def count_driving(counts: Sequence[ValueCount], rise: float) -> int:
    """How many customers wrote several tickets more than usual, if that is much of the rise; else 0."""
    driving = [each for each in counts if each.more >= CUSTOMER_MORE]
    return len(driving) if sum(each.more for each in driving) >= CUSTOMERS_SHARE * rise else 0


def _read_values(view: RollupView, match: Document, period: Period) -> dict[tuple[bool, DriverKind], Counter[str]]:
    in_window = {"$and": [{"$gte": ["$created_at", period.start]}, {"$lt": ["$created_at", period.end]}]}
    values: Document = {
        kind: f"${field}" if kind == "topic" else [{"$ifNull": [f"${field}", None]}] for kind, field in _FIELDS.items()
    }
    named = [
        {"$map": {"input": {"$ifNull": [given, []]}, "in": {"kind": kind, "value": "$$this"}}}
        for kind, given in values.items()
    ]
    pipeline: Pipeline = [
        {"$match": match},
        {"$project": {"_id": 0, "now": in_window, "values": {"$concatArrays": named}}},
        {"$unwind": "$values"},
        {"$group": {"_id": {"now": "$now", "kind": "$values.kind", "value": "$values.value"}, "n": {"$sum": 1}}},
    ]
    rows = mongo.collection(TICKETS).aggregate(
        pipeline, session=view.session, hint=DATE_INDEX, maxTimeMS=MOST_SECONDS * 1000, allowDiskUse=True
    )
    kinds: tuple[DriverKind, ...] = get_args(DriverKind)
    found: dict[tuple[bool, DriverKind], Counter[str]] = {
        (side, kind): Counter() for side in (True, False) for kind in kinds
    }
    for row in rows:
        key = row["_id"]
        if key.get("value"):
            found[key["now"], key["kind"]][key["value"]] += row["n"]
    return found


def _count_customers(view: RollupView, period: Period, past: Sequence[Period], measure: Measure, rise: float) -> int:
    scope, condition = QueryScope(view), CONDITIONS[measure]
    tickets = mongo.collection(TICKETS)
    by_customer: Document = {"$group": {"_id": "$customer_id", "n": {"$sum": 1}}}
    several: Pipeline = [
        {"$match": {**scope.tickets([period]), **condition, "customer_id": {"$nin": [None, ""]}}},
        by_customer,
        {"$match": {"n": {"$gte": CUSTOMER_MORE}}},
        {"$sort": {"n": -1, "_id": 1}},
        {"$limit": _MOST_CUSTOMERS},
    ]
    limit: dict[str, Any] = {"session": view.session, "maxTimeMS": MOST_SECONDS * 1000}
    now = {each["_id"]: each["n"] for each in tickets.aggregate(several, hint=DATE_INDEX, **limit)}
    if not now:
        return 0
    theirs: Pipeline = [
        {"$match": {**scope.tickets(past), **condition, "customer_id": {"$in": list(now)}}},
        by_customer,
    ]
    before = {each["_id"]: each["n"] for each in tickets.aggregate(theirs, hint=CUSTOMER_INDEX, **limit)}
    counts = [ValueCount(each, count, before.get(each, 0) / len(past)) for each, count in now.items()]
    return count_driving(counts, rise)
