"""The customers of a period: the ten with the highest risk scores, and the ten with the most tickets. Exact.

Counting every customer of a long period is the most expensive part of a dashboard. A customer's all-time
numbers (see `rollups.top_customers`) are an upper bound for any period, so usually only the top customers are
counted. If their numbers do not prove who the first ten are, all customers are counted.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from analytics.dashboard.query_scope import QueryScope, UnionPart
from analytics.figures import AtRiskCustomer, CustomerVolume
from analytics.periods import Period
from analytics.pipelines import side_by_side
from analytics.rollups.blocks import blocks_of, cut
from analytics.rollups.top_customers import CUSTOMER_SUMS, SCORE
from supportsaas.db.mongo import Document, Pipeline
from tickets.store.collection_names import TICKETS
from tickets.store.counters import CUSTOMER_COUNTERS, IS_HIGH, IS_NEGATIVE

SHOWN = 10
EVIDENCE, EVIDENCE_SHOWN = 20, 3
"""How many tickets are named as the reason why a customer is at risk: by the API, and on a dashboard."""

AT_RISK_NEGATIVE = 2
COUNT_ALL_UP_TO = timedelta(days=2)
FEW_TICKETS = 3_000
"""All customers are counted over a period up to this length, or with up to about this many tickets."""

MOST_TOUCHED = 2_000
_SHARE_KEPT = 0.3

AT_RISK: Document = {"$or": [{"high": {"$gte": 1}}, {"negative": {"$gte": AT_RISK_NEGATIVE}}]}


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
    """Whom to count first: the more of all time the period covers, the fewer top customers are likely to be enough."""
    built, touched = scope.view.built, scope.view.touched
    if built is None or period.length <= COUNT_ALL_UP_TO or len(touched) > MOST_TOUCHED:
        return ChosenCustomers(None)
    top = built.top_customers
    last_day = min(built.last_day, scope.view.valid_days.until - 1)  # tickets dated in the future are few
    share = min(period.length / timedelta(days=max(last_day - built.first_day + 1, 1)), 1.0)
    if 0 < top.tickets * share <= FEW_TICKETS:
        return ChosenCustomers(None)
    wanted = share if share > 0.9 else share * _SHARE_KEPT
    by_score, by_total = _how_many(top.by_score, wanted), _how_many(top.by_total, wanted)
    names = {name for name, _ in (*top.by_score[:by_score], *top.by_total[:by_total])}
    return ChosenCustomers(
        tuple(sorted({*names, *touched} - {""})),
        most_score=_next(top.by_score, by_score),
        most_total=_next(top.by_total, by_total),
    )


def customer_part(scope: QueryScope, period: Period, chosen: ChosenCustomers) -> UnionPart:
    """The first ten `at_risk` and the first ten by `volume`, of those that are counted.

    Roll-ups hold what top customers have on whole days (of all sources together). The rest is counted from
    the index of customers.
    """
    rolled_up, others = _split_by_rollup(scope, chosen)
    counted: list[UnionPart] = []
    if rolled_up:
        # Dirty days do not matter: a customer whose tickets have changed is not among these.
        valid_days = replace(scope.view.valid_days, dirty=())
        pieces = cut(period, scope.view.zone, valid_days)
        if pieces.days:
            blocks = [block for days in pieces.days for block in blocks_of(days, valid_days)]
            match = scope.top_customers(rolled_up, blocks)
            counted.append(UnionPart("rollup_leaders", match, [_counts_by("$customer", CUSTOMER_SUMS)]))
        if edges := [*pieces.hours, *pieces.raw]:
            counted.append(_from_tickets(scope, edges, {"$in": rolled_up}))
    if others or chosen.customers is None:
        who: Document = {"$in": others} if chosen.customers is not None else {"$gt": ""}
        counted.append(_from_tickets(scope, [period], who))
    if not counted:
        counted.append(_from_tickets(scope, [period], {"$in": []}))
    first, *more = counted
    stages = [
        *first.stages,
        *(each.union for each in more),
        *([{"$group": {"_id": "$_id", **CUSTOMER_SUMS}}] if more else []),
        {"$set": {"score": SCORE}},
        *side_by_side(
            {
                "at_risk": [{"$match": AT_RISK}, {"$sort": {"score": -1, "_id": 1}}, {"$limit": SHOWN}],
                "volume": [{"$sort": {"total": -1, "_id": 1}}, {"$limit": SHOWN}],
            }
        ),
    ]
    return UnionPart(first.collection, first.match, stages)


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


def _split_by_rollup(scope: QueryScope, chosen: ChosenCustomers) -> tuple[list[str], list[str]]:
    """The customers to count: those whose days are rolled up, and the others."""
    if scope.view.built is None or scope.sources or chosen.customers is None:
        return [], list(chosen.customers or ())
    kept = scope.view.built.top_customers.names - scope.view.dirty_customers
    rolled_up = [each for each in chosen.customers if each in kept]
    return rolled_up, [each for each in chosen.customers if each not in kept]


def _from_tickets(scope: QueryScope, periods: Sequence[Period], who: Document) -> UnionPart:
    match = {**scope.tickets(periods), "customer_id": who}
    return UnionPart("tickets", match, [*scope.source_filter, _counts_by("$customer_id", CUSTOMER_COUNTERS)])


def _counts_by(key: str, counts: Document) -> Document:
    return {"$group": {"_id": key, **counts}}


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
                *scope.source_filter,
                {"$sort": {"created_at": -1, "external_id": -1}},
                {"$limit": tickets},
                {"$project": {"_id": 0, "external_id": 1}},
            ],
            "as": "evidence",
        }
    }


def _how_many(top: Sequence[tuple[str, int]], share: float) -> int:
    """How many of the top customers have at least this share of what the tenth has."""
    if len(top) <= SHOWN:
        return len(top)
    least = top[SHOWN - 1][1] * share
    return max(sum(number >= least for _, number in top[:-1]), 2 * SHOWN)


def _next(top: Sequence[tuple[str, int]], counted: int) -> int:
    return top[counted][1] if counted < len(top) else 0
