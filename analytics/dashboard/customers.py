"""The customers of a period: the ten with the highest risk scores, and the ten with the most tickets. Exact.

Counting every customer of a long period is the most expensive part of a dashboard. What a customer has over all time
(`customer_counts`) is an upper bound for any period, so usually only the first customers of all time are counted. If
their numbers do not prove who the first ten are, all customers are counted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from analytics.dashboard.query_scope import QueryScope, UnionPart
from analytics.figures import MOST_REPEATED, POINTS_REPEATED, AtRiskCustomer, CustomerVolume
from analytics.pipelines import side_by_side
from supportsaas.db import mongo
from supportsaas.db.mongo import Document, Pipeline
from tickets.records.collection_names import TICKETS
from tickets.records.period import Period
from tickets.rollups.differences import POINTS_HIGH, POINTS_NEGATIVE, POINTS_OPEN
from tickets.rollups.writing import CUSTOMERS, FEWEST_POINTS, FEWEST_TICKETS, NUMBERS
from tickets.store.counters import CUSTOMER_COUNTERS, IS_HIGH, IS_NEGATIVE

SHOWN = 10
EVIDENCE, EVIDENCE_SHOWN = 20, 3
"""How many tickets are named as the reason why a customer is at risk: by the API, and on a dashboard."""

AT_RISK_NEGATIVE = 2
COUNT_ALL_UP_TO = timedelta(days=2)
FEW_TICKETS = 3_000
"""All customers are counted over a period up to this length, or with up to about this many tickets."""

MOST_CHOSEN = 300
_SHARE_KEPT = 0.3
_MARGIN = 3
"""Of almost all time: how much more than its share of the rest a customer may lack. A guess; `proves` decides."""

AT_RISK: Document = {"$or": [{"high": {"$gte": 1}}, {"negative": {"$gte": AT_RISK_NEGATIVE}}]}
CUSTOMER_SUMS: Document = {name: {"$sum": f"${name}"} for name in CUSTOMER_COUNTERS}
SCORE: Document = {
    "$add": [
        {"$multiply": [POINTS_HIGH, "$high"]},
        {"$multiply": [POINTS_NEGATIVE, "$negative"]},
        {"$multiply": [POINTS_OPEN, "$open"]},
        {"$min": [{"$multiply": [POINTS_REPEATED, {"$subtract": ["$total", 1]}]}, MOST_REPEATED]},
    ]
}
"""As `AtRiskCustomer.score`."""


@dataclass(frozen=True, slots=True)
class ChosenCustomers:
    """The customers to count (None: all), and the most that any other customer can have."""

    customers: tuple[str, ...] | None
    most_score: int = 0
    most_total: int = 0

    def proves(self, risk: Sequence[AtRiskCustomer], volume: Sequence[CustomerVolume]) -> bool:
        """Whether no customer who was not counted can be among the first ten."""
        if self.customers is None:
            return True
        last_score = risk[-1].score if len(risk) == SHOWN else 0
        last_total = volume[-1].total if len(volume) == SHOWN else 0
        return last_score > self.most_score and last_total > self.most_total


def choose(scope: QueryScope, period: Period) -> ChosenCustomers:
    """Whom to count first: the more of all time the period covers, the fewer customers are likely to be enough."""
    clipped = scope.view.clipped(period.start, period.end)
    if not scope.view.is_built or scope.narrowing or clipped is None or clipped.length <= COUNT_ALL_UP_TO:
        return ChosenCustomers(None)
    share = clipped.length / (scope.view.end - scope.view.beginning)
    if _count_tickets(scope) * share <= FEW_TICKETS:
        return ChosenCustomers(None)
    wanted = 1 - _MARGIN * (1 - share) if share > 0.9 else share * _SHARE_KEPT
    if _is_all_time(scope, period):
        wanted = 0.0  # what they have is stored, so a few hundred cost nothing
    by_points, most_points = _first_of_all_time(scope, "points", wanted)
    by_total, most_total = _first_of_all_time(scope, "total", wanted)
    return ChosenCustomers(
        tuple(sorted({*by_points, *by_total})), most_score=most_points + MOST_REPEATED, most_total=most_total
    )


def _count_tickets(scope: QueryScope) -> int:
    """All tickets of the tenant. Reads one key of an index."""
    found = mongo.collection(NUMBERS).find_one(scope.all_time(), {"total": 1}, session=scope.view.session)
    return found.get("total", 0) if found else 0


def _first_of_all_time(scope: QueryScope, number: Literal["points", "total"], share: float) -> tuple[list[str], int]:
    """The customers who have at least this share of what the tenth has, and the most that any other can have."""
    fewest = FEWEST_POINTS if number == "points" else FEWEST_TICKETS
    match = {**scope.view.keys.match, number: {"$gte": fewest}}
    found = mongo.collection(CUSTOMERS).find(match, {"customer_id": 1, number: 1}, session=scope.view.session)
    first = list(found.sort(number, -1).limit(MOST_CHOSEN))
    tenth = first[SHOWN - 1][number] if len(first) >= SHOWN else 0
    chosen = [each for each in first if each[number] >= tenth * share] or first
    names = [each["customer_id"] for each in chosen]
    if len(chosen) < len(first):
        return names, first[len(chosen)][number]
    return names, first[-1][number] if len(first) == MOST_CHOSEN else fewest - 1


def customer_part(scope: QueryScope, period: Period, chosen: ChosenCustomers) -> UnionPart:
    """The first ten `at_risk` and the first ten by `volume`, of those that are counted, from the index of customers.

    Over all time, what a customer has is stored.
    """
    if _is_all_time(scope, period):
        return UnionPart(CUSTOMERS, _stored(scope, chosen), [_AS_COUNTED, *_FIRST])
    who: Document = {"$in": list(chosen.customers)} if chosen.customers is not None else {"$gt": ""}
    count: Document = {"$group": {"_id": "$customer_id", **CUSTOMER_COUNTERS}}
    match = {**scope.tickets([period]), "customer_id": who}
    return UnionPart("tickets", match, [*scope.narrowing_stages, count, *_FIRST])


_AS_COUNTED: Document = {
    "$project": {"_id": "$customer_id", **{name: {"$ifNull": [f"${name}", 0]} for name in CUSTOMER_COUNTERS}}
}
_FIRST: Pipeline = [
    {"$set": {"score": SCORE}},
    *side_by_side(
        {
            "at_risk": [{"$match": AT_RISK}, {"$sort": {"score": -1, "_id": 1}}, {"$limit": SHOWN}],
            "volume": [{"$sort": {"total": -1, "_id": 1}}, {"$limit": SHOWN}],
        }
    ),
]
"""Of customers with their counters."""


def _is_all_time(scope: QueryScope, period: Period) -> bool:
    """Whether the period has all tickets, of which there are stored numbers of each customer."""
    view = scope.view
    return view.is_built and not scope.narrowing and period.start <= view.beginning and period.end >= view.end


def _stored(scope: QueryScope, chosen: ChosenCustomers) -> Document:
    keys = scope.view.keys
    if chosen.customers is None:
        return {**keys.match, "total": {"$gt": 0}}
    return {"_id": {"$in": [keys.of_customer(each) for each in chosen.customers]}, "tenant_id": keys.tenant_id}


def customer_facets(scope: QueryScope, period: Period, *, tickets: int) -> dict[str, Pipeline]:
    """The customers' rows; those at risk with the newest tickets that are the reason."""
    return {
        "at_risk": [
            {"$match": {"metric": "at_risk"}},
            {"$sort": {"score": -1, "_id": 1}},
            _evidence(scope, period, tickets),
        ],
        "volume": [{"$match": {"metric": "volume"}}, {"$sort": {"total": -1, "_id": 1}}],
    }


def at_risk(rows: Sequence[Document]) -> tuple[AtRiskCustomer, ...]:
    return tuple(
        AtRiskCustomer(
            customer_id=row["_id"],
            total=row["total"],
            high_urgency_count=row["high"],
            negative_count=row["negative"],
            open_count=row["open"],
            ticket_ids=tuple(each["external_id"] for each in row["evidence"]),
        )
        for row in rows
    )


def by_volume(rows: Sequence[Document]) -> tuple[CustomerVolume, ...]:
    return tuple(
        CustomerVolume(
            customer_id=row["_id"], total=row["total"], high=row["high"], negative=row["negative"], open=row["open"]
        )
        for row in rows
    )


def _evidence(scope: QueryScope, period: Period, tickets: int) -> Document:
    """The newest of the tickets that put the customer on the list, newest first, from the index of customers."""
    is_its_kind = {"$cond": [{"$gt": ["$$high", 0]}, IS_HIGH, IS_NEGATIVE]}
    return {
        "$lookup": {
            "from": TICKETS,
            "localField": "_id",
            "foreignField": "customer_id",
            "let": {"high": "$high"},
            "pipeline": [
                {"$match": {**scope.tickets([period]), "$expr": is_its_kind}},
                *scope.narrowing_stages,
                {"$sort": {"created_at": -1, "external_id": -1}},
                {"$limit": tickets},
                {"$project": {"_id": 0, "external_id": 1}},
            ],
            "as": "evidence",
        }
    }
