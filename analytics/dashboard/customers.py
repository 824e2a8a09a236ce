"""The customers of a period: who is at risk, and who writes most. Exact, whatever is looked at first.

Counting every customer of a long period is the dearest part of a dashboard. The all-time leaders (see
`rollups.leaders`) are an upper bound for any period, so mostly only they are counted; where their
numbers do not settle who is among the first ten, everybody is.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from analytics.dashboard.query_scope import Branch, Ground
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
"""So many tickets say why a customer is at risk: through the API, and on a dashboard."""

AT_RISK_NEGATIVE = 2
EVERYBODY_UP_TO = timedelta(days=2)
FEW_TICKETS = 3_000
"""Everybody is counted at once over so short a period, or over one with about so few tickets."""

MOST_TOUCHED = 2_000
_SHARE_KEPT = 0.3

AT_RISK: Document = {"$or": [{"high": {"$gte": 1}}, {"negative": {"$gte": AT_RISK_NEGATIVE}}]}


@dataclass(frozen=True, slots=True)
class Chosen:
    """The customers to count (None: everybody), and what nobody else can have more of."""

    customers: tuple[str, ...] | None
    most_score: int = 0
    most_total: int = 0

    def settles(self, risk: Sequence[AtRiskCustomer], volume: Sequence[CustomerVolume]) -> bool:
        """Whether nobody who was not counted can be among the first."""
        if self.customers is None:
            return True
        last_score = risk[-1].score if len(risk) == SHOWN else 0
        last_total = volume[-1].total if len(volume) == SHOWN else 0
        return last_score > self.most_score and last_total > self.most_total


def choose(ground: Ground, period: Period) -> Chosen:
    """Whom to count first: as many leaders as the period's share of all time makes it likely to settle it."""
    built, touched = ground.view.built, ground.view.touched
    if built is None or period.length <= EVERYBODY_UP_TO or len(touched) > MOST_TOUCHED:
        return Chosen(None)
    last_day = min(built.last_day, ground.view.trust.until - 1)  # tickets dated in the future are few
    share = min(period.length / timedelta(days=max(last_day - built.first_day + 1, 1)), 1.0)
    if 0 < built.leaders.tickets * share <= FEW_TICKETS:
        return Chosen(None)
    wanted = share if share > 0.9 else share * _SHARE_KEPT
    by_score, by_total = (_so_many(each, wanted) for each in (built.leaders.by_score, built.leaders.by_total))
    names = {name for name, _ in (*built.leaders.by_score[:by_score], *built.leaders.by_total[:by_total])}
    return Chosen(
        tuple(sorted({*names, *touched} - {""})),
        most_score=_next(built.leaders.by_score, by_score),
        most_total=_next(built.leaders.by_total, by_total),
    )


def customer_branch(ground: Ground, period: Period, chosen: Chosen) -> Branch:
    """The first ten `at_risk` and the first ten by `volume`, of those that are counted.

    What leaders have on whole days is counted beforehand (of all sources together); the rest of them,
    and everybody else, is counted from the customers' index.
    """
    leaders, others = _whose_days_hold(ground, chosen)
    counted: list[Branch] = []
    if leaders:
        # Marked days are of no matter: a leader with a mark is not among these.
        trust = replace(ground.view.trust, marked=())
        pieces = cut(period, ground.view.zone, trust)
        if pieces.days:
            blocks = [block for stretch in pieces.days for block in blocks_of(stretch, trust)]
            match = ground.leaders(leaders, blocks)
            counted.append(Branch("rollup_leaders", match, [_counts_by("$customer", CUSTOMER_SUMS)]))
        if edges := [*pieces.hours, *pieces.raw]:
            counted.append(_from_tickets(ground, edges, {"$in": leaders}))
    if others or chosen.customers is None:
        counted.append(
            _from_tickets(ground, [period], {"$in": others} if chosen.customers is not None else {"$gt": ""})
        )
    if not counted:
        counted.append(_from_tickets(ground, [period], {"$in": []}))
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
    return Branch(first.collection, first.match, stages)


def customer_facets(ground: Ground, period: Period, *, tickets: int) -> dict[str, Pipeline]:
    """The customers' rows, those at risk with the newest tickets that show why."""
    return {
        "at_risk": [
            {"$match": {"f": "at_risk"}},
            {"$sort": {"score": -1, "_id": 1}},
            _speaking(ground, period, tickets),
        ],
        "volume": [{"$match": {"f": "volume"}}, {"$sort": {"total": -1, "_id": 1}}],
    }


def at_risk(rows: Sequence[Document]) -> tuple[AtRiskCustomer, ...]:
    return tuple(
        AtRiskCustomer(
            customer_id=row["_id"],
            total=row["total"],
            high_urgency_count=row["high"],
            negative_count=row["negative"],
            open_count=row["open"],
            ticket_ids=tuple(each["external_id"] for each in row["speaking"]),
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


def _whose_days_hold(ground: Ground, chosen: Chosen) -> tuple[list[str], list[str]]:
    """Of the customers to count: those whose days are counted beforehand, and the others."""
    if ground.view.built is None or ground.sources or chosen.customers is None:
        return [], list(chosen.customers or ())
    kept = ground.view.built.leaders.names - ground.view.marked_customers
    return [each for each in chosen.customers if each in kept], [each for each in chosen.customers if each not in kept]


def _from_tickets(ground: Ground, periods: Sequence[Period], who: Document) -> Branch:
    match = {**ground.tickets(periods), "customer_id": who}
    return Branch("tickets", match, [*ground.narrow, _counts_by("$customer_id", CUSTOMER_COUNTERS)])


def _counts_by(key: str, counts: Document) -> Document:
    return {"$group": {"_id": key, **counts}}


def _speaking(ground: Ground, period: Period, tickets: int) -> Document:
    """The newest of the tickets that put the customer here, by the customers' index, newest first."""
    is_its_kind = {"$cond": [{"$gt": ["$$high", 0]}, IS_HIGH, IS_NEGATIVE]}
    return {
        "$lookup": {
            "from": TICKETS,
            "localField": "_id",
            "foreignField": "customer_id",
            "let": {"high": "$high"},
            "pipeline": [
                {"$match": {**ground.tickets([period]), "$expr": is_its_kind}},
                *ground.narrow,
                {"$sort": {"created_at": -1, "external_id": -1}},
                {"$limit": tickets},
                {"$project": {"_id": 0, "external_id": 1}},
            ],
            "as": "speaking",
        }
    }


def _so_many(leaders: Sequence[tuple[str, int]], share: float) -> int:
    """How many leaders have at least the share of what the tenth has."""
    if len(leaders) <= SHOWN:
        return len(leaders)
    least = leaders[SHOWN - 1][1] * share
    return max(sum(number >= least for _, number in leaders[:-1]), 2 * SHOWN)


def _next(leaders: Sequence[tuple[str, int]], counted: int) -> int:
    return leaders[counted][1] if counted < len(leaders) else 0
