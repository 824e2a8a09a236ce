"""StatisticsStore: the numbers of one tenant over a period, counted by MongoDB in one call.

As with the TicketStore, a store exists only for a tenant and puts it into every first match.
Which bucket of the trend a ticket falls into is worked out from the edges that the links
carry (`position_expression`), not by the time zone tables of the server: those may be older
than ours, and then a bar and its list would disagree.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from analytics.figures import (
    ApiStatistics,
    AtRiskCustomer,
    DashboardFigures,
    HourCount,
    RisingKeyword,
    Totals,
    TrendPoint,
    ValueCount,
)
from analytics.periods import Buckets, Period
from supportsaas import mongo
from supportsaas.mongo import Document, Pipeline
from tenants.models import Tenant
from tickets.filters import OPEN_STATUSES, SENTIMENTS, URGENCIES, TicketFilter
from tickets.freshness import data_as_of
from tickets.store import TICKETS

TOP_KEYWORDS = 10
TOP_CUSTOMERS = 10
TICKET_IDS = 20
AT_RISK_NEGATIVE = 2

_READ = ("status", "urgency", "sentiment", "source", "requires_action", "customer_id", "topics", "created_at")
_AT_RISK: Document = {"$or": [{"urgency": "high"}, {"sentiment": "negative"}]}


def number_where(condition: Any) -> Document:
    return {"$sum": {"$cond": [condition, 1, 0]}}


IS_HIGH: Document = {"$eq": ["$urgency", "high"]}
IS_NEGATIVE: Document = {"$eq": ["$sentiment", "negative"]}
IS_OPEN: Document = {"$in": ["$status", list(OPEN_STATUSES)]}
_TOTALS: Document = {
    "total": {"$sum": 1},
    "open": number_where(IS_OPEN),
    "high": number_where(IS_HIGH),
    "negative": number_where(IS_NEGATIVE),
    "action": number_where("$requires_action"),
}
_TREND: Document = {
    **_TOTALS,
    **{urgency: number_where({"$eq": ["$urgency", urgency]}) for urgency in URGENCIES},
    **{sentiment: number_where({"$eq": ["$sentiment", sentiment]}) for sentiment in SENTIMENTS},
}


class StatisticsStore:
    def __init__(self, tenant: Tenant) -> None:
        if not isinstance(tenant, Tenant) or not tenant.slug:
            raise ValueError("A StatisticsStore needs a tenant.")
        self.tenant = tenant
        self.tenant_id = tenant.slug

    def dashboard(
        self, buckets: Buckets, *, comparison: Period, sources: Sequence[str] = ()
    ) -> DashboardFigures:
        """Everything the dashboard shows of the buckets' period, of all sources or of some.

        `by_source` knows all sources, so that another can be chosen.
        """
        pipeline = self.dashboard_pipeline(buckets, comparison=comparison, sources=sources)
        found = next(mongo.collection(TICKETS).aggregate(pipeline))
        return DashboardFigures(
            totals=Totals(**{name: found["sums"][name] for name in _TOTALS}),
            previous=Totals(**found["previous"][0]) if found["previous"] else Totals(),
            by_status=_value_counts(found["by_status"]),
            by_urgency=tuple(ValueCount(name, found["sums"][name]) for name in URGENCIES),
            by_sentiment=tuple(ValueCount(name, found["sums"][name]) for name in SENTIMENTS),
            by_source=_value_counts(found["by_source"]),
            trend=tuple(_trend_point(row) for row in found["trend"]),
            keywords=_value_counts(found["keywords"]),
            customers=tuple(_customer(row) for row in found["customers"]),
        )

    def dashboard_pipeline(
        self, buckets: Buckets, *, comparison: Period, sources: Sequence[str] = ()
    ) -> Pipeline:
        """Reads each ticket of the period once, for all facets; sums over facets follow from the trend.

        Separate passes over cells of a first `$group` take twice as long here: there are nearly
        as many cells as tickets until there are some 100,000 of them.
        """
        chosen = TicketFilter(source=tuple(sources)).match()
        narrow: Pipeline = [{"$match": chosen}] if chosen else []
        position = position_expression(buckets.edges)
        within = self._within(buckets.period.start, buckets.period.end)
        return [
            {"$match": within},
            {"$project": {"_id": 0, **dict.fromkeys(_READ, 1)}},
            {
                "$facet": {
                    "trend": [*narrow, {"$group": {"_id": position, **_TREND}}, {"$sort": {"_id": 1}}],
                    "by_status": [*narrow, *count_pipeline("status")],
                    "by_source": count_pipeline("source"),
                    "keywords": [*narrow, *keywords_pipeline(TOP_KEYWORDS)],
                    "customers": [*narrow, *customers_pipeline({**within, **chosen})],
                }
            },
            {"$set": {"sums": {name: {"$sum": f"$trend.{name}"} for name in _TREND}}},
            {
                "$lookup": {
                    "from": TICKETS,
                    "pipeline": [
                        {"$match": {**self._within(comparison.start, comparison.end), **chosen}},
                        {"$group": {"_id": None, **_TOTALS}},
                        {"$unset": "_id"},
                    ],
                    "as": "previous",
                }
            },
        ]

    def rising_keywords(
        self, period: Period, *, comparison: Period, sources: Sequence[str] = ()
    ) -> tuple[RisingKeyword, ...]:
        """The words that gained the most tickets against the period before.

        A call of its own: it reads the words of both periods and costs as much as all the rest.
        """
        pipeline = self.rising_pipeline(period, comparison=comparison, sources=sources)
        found = mongo.collection(TICKETS).aggregate(pipeline)
        return tuple(RisingKeyword(row["_id"], row["count"], row["before"]) for row in found)

    def rising_pipeline(self, period: Period, *, comparison: Period, sources: Sequence[str] = ()) -> Pipeline:
        chosen = TicketFilter(source=tuple(sources)).match()
        is_now = {"$gte": ["$created_at", period.start]}
        was_before = {"$lt": ["$created_at", comparison.end]}
        return [
            {"$match": {**self._within(comparison.start, period.end), **chosen}},
            {
                "$project": {
                    "_id": 0,
                    "topics": 1,
                    "now": {"$cond": [is_now, 1, 0]},
                    "before": {"$cond": [was_before, 1, 0]},
                }
            },
            {"$unwind": "$topics"},
            {"$group": {"_id": "$topics", "count": {"$sum": "$now"}, "before": {"$sum": "$before"}}},
            {"$set": {"gain": {"$subtract": ["$count", "$before"]}}},
            {"$match": {"gain": {"$gt": 0}}},
            {"$sort": {"gain": -1, "_id": 1}},
            {"$limit": TOP_KEYWORDS},
        ]

    def api(self, *, start: datetime | None, end: datetime | None) -> ApiStatistics:
        """The statistics as the JSON API gives them, from `start` up to but not including `end`."""
        found = next(mongo.collection(TICKETS).aggregate(self.api_pipeline(start=start, end=end)))
        totals = Totals(**found["sums"])
        return ApiStatistics(
            total_tickets=totals.total,
            by_status={row["_id"]: row["count"] for row in found["by_status"]},
            urgency_high_ratio=totals.high_ratio,
            negative_sentiment_ratio=totals.negative_ratio,
            hourly_trend=tuple(HourCount(row["_id"], row["total"]) for row in found["trend"]),
            top_keywords=tuple(row["_id"] for row in found["keywords"]),
            at_risk_customers=tuple(_customer(row) for row in found["customers"]),
            as_of=data_as_of(self.tenant),
        )

    def api_pipeline(self, *, start: datetime | None, end: datetime | None) -> Pipeline:
        """As the dashboard's, with the hours of UTC for buckets and without a period before."""
        hour = {"$dateTrunc": {"date": "$created_at", "unit": "hour"}}
        within = self._within(start, end)
        return [
            {"$match": within},
            {"$project": {"_id": 0, **dict.fromkeys(_READ, 1)}},
            {
                "$facet": {
                    "trend": [{"$group": {"_id": hour, **_TOTALS}}, {"$sort": {"_id": 1}}],
                    "by_status": count_pipeline("status"),
                    "keywords": keywords_pipeline(TOP_KEYWORDS),
                    "customers": customers_pipeline(within),
                }
            },
            {"$set": {"sums": {name: {"$sum": f"$trend.{name}"} for name in _TOTALS}}},
        ]

    def _within(self, start: datetime | None, end: datetime | None) -> Document:
        wanted = TicketFilter(created_from=start, created_to=end)
        return {"tenant_id": self.tenant_id, "is_deleted": False, **wanted.match()}


def api_statistics(tenant: Tenant, *, start: datetime | None, end: datetime | None) -> ApiStatistics:
    """What `GET /tenants/{tenant_id}/stats` answers; a bound that is None does not bind."""
    return StatisticsStore(tenant).api(start=start, end=end)


def count_pipeline(field: str) -> Pipeline:
    """The values of a field with their numbers, the most frequent first."""
    return [{"$group": {"_id": f"${field}", "count": {"$sum": 1}}}, {"$sort": {"count": -1, "_id": 1}}]


def keywords_pipeline(limit: int) -> Pipeline:
    """The words in the most tickets. `topics` holds each word of a ticket once, and no stop words."""
    return [{"$unwind": "$topics"}, *count_pipeline("topics"), {"$limit": limit}]


def customers_pipeline(within: Mapping[str, Any]) -> Pipeline:
    """The customers at risk: most high-urgency tickets first, then most negative ones.

    Takes the tickets that match `within` (which names the tenant); only for the few customers
    that are left it looks up how many tickets they have, how many are open, and which speak.
    """
    return [
        {"$match": {**_AT_RISK, "customer_id": {"$ne": ""}}},
        {"$group": {"_id": "$customer_id", "high": number_where(IS_HIGH), "negative": number_where(IS_NEGATIVE)}},
        {"$match": {"$or": [{"high": {"$gte": 1}}, {"negative": {"$gte": AT_RISK_NEGATIVE}}]}},
        {"$sort": {"high": -1, "negative": -1, "_id": 1}},
        {"$limit": TOP_CUSTOMERS},
        _of_customer(
            "all", [{"$match": within}, {"$group": {"_id": None, "total": {"$sum": 1}, "open": number_where(IS_OPEN)}}]
        ),
        _of_customer(
            "speaking",
            [
                {"$match": {**within, **_AT_RISK}},
                {"$project": {"_id": 0, "external_id": 1, "created_at": 1, "is_high": IS_HIGH}},
                {"$sort": {"is_high": -1, "created_at": -1, "external_id": -1}},
                {"$limit": TICKET_IDS},
            ],
        ),
        {
            "$set": {
                "speaking": {
                    "$filter": {"input": "$speaking", "cond": {"$eq": ["$$this.is_high", {"$gt": ["$high", 0]}]}}
                }
            }
        },
    ]


def position_expression(edges: Sequence[datetime]) -> Any:
    """Which of the buckets between ascending edges `created_at` lies in, from 0; it must lie in one.

    Neighbours of equal length are one division; where the length changes (a day of 23 hours, a
    month) a comparison comes between, as a balanced tree.
    """
    runs: list[tuple[int, timedelta]] = []
    for position, (start, end) in enumerate(zip(edges, edges[1:], strict=False)):
        if not runs or runs[-1][1] != end - start:
            runs.append((position, end - start))
    return _position_in(runs, edges)


def _position_in(runs: Sequence[tuple[int, timedelta]], edges: Sequence[datetime]) -> Any:
    if len(runs) == 1:
        first, length = runs[0]
        elapsed = {"$subtract": ["$created_at", edges[first]]}
        passed = {"$floor": {"$divide": [elapsed, length // timedelta(milliseconds=1)]}}
        return {"$toInt": {"$add": [first, passed]}}
    middle = len(runs) // 2
    is_before = {"$lt": ["$created_at", edges[runs[middle][0]]]}
    return {"$cond": [is_before, _position_in(runs[:middle], edges), _position_in(runs[middle:], edges)]}


def _of_customer(name: str, pipeline: Pipeline) -> Document:
    return {
        "$lookup": {
            "from": TICKETS, "localField": "_id", "foreignField": "customer_id", "pipeline": pipeline, "as": name
        }
    }


def _value_counts(rows: Sequence[Document]) -> tuple[ValueCount, ...]:
    return tuple(ValueCount(row["_id"], row["count"]) for row in rows)


def _trend_point(row: Document) -> TrendPoint:
    return TrendPoint(
        position=row["_id"], medium=row["medium"], low=row["low"], **{name: row[name] for name in _TOTALS}
    )


def _customer(row: Document) -> AtRiskCustomer:
    everything = row["all"][0]
    return AtRiskCustomer(
        customer_id=row["_id"],
        total=everything["total"],
        high_urgency_count=row["high"],
        negative_count=row["negative"],
        open_count=everything["open"],
        ticket_ids=tuple(each["external_id"] for each in row["speaking"]),
    )
