"""StatisticsStore: the numbers of one tenant over a period, counted by MongoDB in one aggregation.

Like a TicketStore, it exists only for a tenant, which is in the first match of every pipeline. The union parts
(`analytics.dashboard.union_parts`) read roll-ups, and tickets for parts of an hour. All of them read one snapshot, so
the numbers of a page agree with each other and with the lists they link to.

The bucket of a ticket follows from the edges that the links carry (`position_expression`), not from the server's
time zone tables: those may be older than ours, and then a bar and its list would disagree.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta

from analytics.dashboard import customers
from analytics.dashboard.clocks import (
    CLOCK_FACET,
    REPLIES_AND_RESOLUTION,
    clock_figures,
    clock_part,
    packed_clock_part,
)
from analytics.dashboard.customers import ChosenCustomers, customer_facets, customer_part
from analytics.dashboard.facets import SOURCES, STATUSES, dimension_facets, joined, most_frequent, or_0, sums_by
from analytics.dashboard.hours import count_hours
from analytics.dashboard.keywords import keyword_facets, keyword_part
from analytics.dashboard.previous_buckets import previous_buckets
from analytics.dashboard.query_scope import QueryScope, UnionPart
from analytics.dashboard.rising import Volumes, count_customers, rising_topics
from analytics.dashboard.union_parts import CountedPeriod, after_period_parts, age_parts, period_parts
from analytics.figures import (
    AgeBand,
    ApiStatistics,
    BacklogPoint,
    ClockFigures,
    DashboardFigures,
    DimensionCounts,
    Flow,
    OtherValues,
    RisingKeyword,
    TopicCount,
    TopicCustomers,
    Totals,
    TrendPoint,
    ValueCount,
)
from analytics.pipelines import COUNTERS, SUMS, TOTALS
from supportsaas import clock
from supportsaas.bounded_cache import BoundedCache
from supportsaas.db import mongo
from supportsaas.db.mongo import Document, Pipeline
from tenants.models import Tenant
from tickets.ingestion.sync_status import data_as_of
from tickets.records.buckets import Buckets, Unit
from tickets.records.dimensions import ALL_TICKETS, DIMENSIONS, Narrowing
from tickets.records.facets import SENTIMENT_SUMS, UNKNOWN, URGENCY_SUMS
from tickets.records.period import Period, day_start
from tickets.rollups.blocks import start_of
from tickets.rollups.view import rollup_view

_FLOWS = {"created": "total", "settled": "settled", "reopened": "reopened"}
_PREVIOUS_SUMS: Document = {
    **{name: SUMS[name] for name in (*TOTALS, "medium", "low")},
    "settled": {"$sum": "$settled"},
    "reopened": {"$sum": "$reopened"},
}
_SUMS_OF_TREND: Document = {"$set": {"sums": {name: {"$sum": f"$trend.{name}"} for name in COUNTERS}}}
AGE_EDGES = (30, 7, 1, 0)
"""The bands of the open tickets' ages meet this many midnights ago."""

_AGES = tuple(enumerate(("over 30 days", "8 to 30 days", "2 to 7 days", "yesterday", "today")))


MOST_SHOWN = 50
"""How many statuses and sources a dashboard names. The others are summed up."""

MOST_STATUSES = 1_000
"""Up to this many, the API's statuses are counted with everything else; more need a query of their own."""

DASHBOARDS: BoundedCache[DashboardFigures] = BoundedCache(most_bytes=32 * 1024 * 1024)
"""The dashboards of this process. One takes some 10 KB, unless a tenant's data is unusual."""


class StatisticsStore:
    """Reads a tenant's numbers.

    `use_rollups=False` counts everything from the tickets: slow, to verify roll-ups against. With `use_cache`,
    a dashboard is not counted again until the tenant's tickets change.
    """

    def __init__(self, tenant: Tenant, *, use_rollups: bool = True, use_cache: bool = False) -> None:
        if not isinstance(tenant, Tenant) or not tenant.slug:
            raise ValueError("A StatisticsStore needs a tenant.")
        self.tenant = tenant
        self.tenant_id = tenant.slug
        self._use_rollups = use_rollups
        self._remembers = use_cache

    def dashboard(
        self,
        buckets: Buckets,
        *,
        comparison: Period,
        sources: Sequence[str] = (),
        narrowing: Narrowing = ALL_TICKETS,
        now: datetime | None = None,
    ) -> DashboardFigures:
        """Everything the dashboard shows of the buckets' period, of all sources or of some.

        Instead of sources, `narrowing` can name values of a dimension. `by_source` and `by_dimension` count all
        tickets, so that another can be chosen.
        """
        now = now or clock.now()
        narrowing = narrowing or Narrowing(values=tuple(sources))
        with self._scope(narrowing, now) as scope:
            ages = self._age_edges(now)
            if not self._remembers or scope.view.version is None:
                return self._count(scope, buckets, comparison, ages)
            key = (self.tenant_id, scope.view.version, buckets, comparison, narrowing, ages)
            figures = DASHBOARDS.find(key)
            if figures is None:
                figures = self._count(scope, buckets, comparison, ages)
                DASHBOARDS.keep(key, figures)
            return figures

    def _count(
        self, scope: QueryScope, buckets: Buckets, comparison: Period, ages: Sequence[datetime]
    ) -> DashboardFigures:
        first_at = _first_ticket_at(scope)
        has_earlier_data = first_at is not None and first_at <= comparison.start
        figures = self._count_all(scope, buckets, comparison, ages)
        if not has_earlier_data:
            return replace(figures, has_earlier_data=False)
        volumes = Volumes(figures.totals.total, figures.previous.total)
        return replace(figures, rising_topics=rising_topics(scope, buckets.period, figures.topics, volumes))

    def _count_all(
        self, scope: QueryScope, buckets: Buckets, comparison: Period, ages: Sequence[datetime]
    ) -> DashboardFigures:
        before = previous_buckets(buckets, comparison, scope.view.zone)
        counted = CountedPeriod.of(
            scope,
            buckets.period,
            comparison,
            buckets.edges,
            previous_edges=before.edges if before else (),
            by_hour=buckets.unit is Unit.HOUR,
        )
        chosen = customers.choose(scope, buckets.period)
        found = self._aggregate(scope, self.dashboard_pipeline(scope, counted, chosen, ages=ages))
        figures = _figures(found, counted, ages, scope)
        if chosen.proves(figures.customers, figures.volume):
            return figures
        found = self._aggregate(scope, self.dashboard_pipeline(scope, counted, ChosenCustomers(None), ages=ages))
        return _figures(found, counted, ages, scope)

    def dashboard_pipeline(
        self, scope: QueryScope, counted: CountedPeriod, chosen: ChosenCustomers, *, ages: Sequence[datetime]
    ) -> Pipeline:
        """Joins the rows of all union parts, and groups them in one `$facet`."""
        parts = [
            *period_parts(scope, counted),
            *after_period_parts(scope, counted.period.end),
            *age_parts(scope, ages),
            keyword_part(scope, counted),
            packed_clock_part(scope, counted, REPLIES_AND_RESOLUTION),
            customer_part(scope, counted.period, chosen),
        ]
        flows = {name: {"$sum": f"${field}"} for name, field in _FLOWS.items()}
        facets = {
            "trend": [
                {"$match": {"metric": "counters", "is_previous": False}},
                {"$group": {"_id": "$bucket", **SUMS}},
                {"$match": {"total": {"$gt": 0}}},
                {"$sort": {"_id": 1}},
            ],
            "previous": [
                {"$match": {"metric": "counters", "is_previous": True}},
                {"$group": {"_id": "$bucket", **_PREVIOUS_SUMS}},
                {"$sort": {"_id": 1}},
            ],
            **most_frequent("by_source", SOURCES, MOST_SHOWN),
            **most_frequent("by_status", STATUSES, MOST_SHOWN),
            **dimension_facets(MOST_SHOWN),
            "week_hours": [{"$unwind": "$week_hours"}, *sums_by("week_hours.k", "week_hours.n")],
            "flows": [
                {"$match": {"metric": "counters"}},
                {"$group": {"_id": {"day": "$day", "is_previous": "$is_previous"}, **flows}},
            ],
            "after_period": [
                {"$match": {"metric": "after_period"}},
                {"$group": {"_id": None, "more_open": {"$sum": {"$subtract": [or_0("opened"), or_0("resolved")]}}}},
            ],
            "ages": [{"$match": {"metric": "age"}}, *sums_by("key", "count")],
            "clocks": CLOCK_FACET,
            **keyword_facets(),
            **customer_facets(scope, counted.period, tickets=customers.EVIDENCE_SHOWN),
        }
        return [*joined(parts), {"$facet": facets}, _SUMS_OF_TREND]

    def clocks(
        self, period: Period, *, comparison: Period, narrowing: Narrowing = ALL_TICKETS, now: datetime | None = None
    ) -> tuple[dict[str, ClockFigures], dict[str, ClockFigures]]:
        """Every clock that stopped in the period and in the one it is compared with, also those of statuses."""
        with self._scope(narrowing, now or clock.now()) as scope:
            part = clock_part(scope, CountedPeriod.of(scope, period, comparison, by_day=False))
            rows = self._rows(scope, [part], []) if part else []
            statuses = scope.view.values.get("status", ())
        return clock_figures(rows, statuses=statuses), clock_figures(rows, of="before", statuses=statuses)

    def topic_customers(
        self, period: Period, topic_ids: Sequence[str], *, narrowing: Narrowing, now: datetime
    ) -> dict[str, TopicCustomers]:
        """How many customers the tickets of each topic in the period are of."""
        with self._scope(narrowing, now) as scope:
            return count_customers(scope, period, topic_ids)

    def api(self, *, start: datetime | None, end: datetime | None) -> ApiStatistics:
        """The statistics of the JSON API, from `start` up to but not including `end`."""
        as_of = data_as_of(self.tenant)
        with self._scope(ALL_TICKETS, clock.now()) as scope:
            period = scope.view.clipped(start, end)
            if period is None:
                return ApiStatistics(as_of=as_of)
            chosen = customers.choose(scope, period)
            found = self._aggregate(scope, self.api_pipeline(scope, period, chosen))
            by_status = found["by_status"]
            if len(by_status) > MOST_STATUSES:
                counts = period_parts(scope, self._counted_period(scope, period), wanted=frozenset())
                by_status = self._rows(scope, counts, STATUSES)
            at_risk, volume = customers.at_risk(found["at_risk"]), customers.by_volume(found["volume"])
            if not chosen.proves(at_risk, volume):
                found = self._aggregate(scope, self.api_pipeline(scope, period, ChosenCustomers(None)))
                at_risk = customers.at_risk(found["at_risk"])
            hours = count_hours(scope, period)
        totals = Totals(**{name: found["sums"][name] for name in TOTALS})
        return ApiStatistics(
            total_tickets=totals.total,
            by_status={row["_id"]: row["count"] for row in by_status},
            urgency_high_ratio=totals.high_ratio,
            negative_sentiment_ratio=totals.negative_ratio,
            hourly_trend=hours,
            top_keywords=tuple(row["_id"] for row in found["keywords"]),
            at_risk_customers=at_risk,
            as_of=as_of,
        )

    def api_pipeline(self, scope: QueryScope, period: Period, chosen: ChosenCustomers) -> Pipeline:
        """Like the dashboard's, without a trend and a previous period."""
        counted = self._counted_period(scope, period)
        parts = [
            *period_parts(scope, counted, wanted=frozenset()),
            keyword_part(scope, counted),
            customer_part(scope, period, chosen),
        ]
        facets = {
            "trend": [{"$match": {"metric": "counters"}}, {"$group": {"_id": None, **SUMS}}],
            "by_status": [*STATUSES, {"$limit": MOST_STATUSES + 1}],
            **keyword_facets(),
            **customer_facets(scope, period, tickets=customers.EVIDENCE),
        }
        return [*joined(parts), {"$facet": facets}, _SUMS_OF_TREND]

    def _rows(self, scope: QueryScope, parts: Sequence[UnionPart], stages: Pipeline) -> list[Document]:
        """All rows, each as its own document: too many do not fit into the one document that a `$facet` returns."""
        pipeline = [*joined(parts), *stages]
        return list(mongo.database().aggregate(pipeline, session=scope.view.session, allowDiskUse=True))

    @staticmethod
    def _counted_period(scope: QueryScope, period: Period) -> CountedPeriod:
        return CountedPeriod.of(scope, period, None, by_day=False)

    @contextmanager
    def _scope(self, narrowing: Narrowing, now: datetime) -> Iterator[QueryScope]:
        with rollup_view(self.tenant, now=now, use=self._use_rollups) as view:
            yield QueryScope(view.of(narrowing), narrowing)

    def _aggregate(self, scope: QueryScope, pipeline: Pipeline) -> Document:
        # On the database, not a collection: `joined` begins with `$documents`.
        return next(mongo.database().aggregate(pipeline, session=scope.view.session, allowDiskUse=True))

    def _age_edges(self, now: datetime) -> tuple[datetime, ...]:
        today = now.astimezone(self.tenant.zone).date()
        return tuple(day_start(today - timedelta(days=days), self.tenant.zone) for days in AGE_EDGES)


def _first_ticket_at(scope: QueryScope) -> datetime | None:
    """When the tenant's first ticket was created, of any source. Reads one key of an index."""
    mine = {"tenant_id": scope.view.tenant_id, "is_deleted": False}
    found = mongo.collection("tickets").find_one(
        mine, {"created_at": 1}, sort=[("created_at", 1)], session=scope.view.session
    )
    return found["created_at"] if found else None


def api_statistics(tenant: Tenant, *, start: datetime | None, end: datetime | None) -> ApiStatistics:
    """The response of `GET /tenants/{tenant_id}/stats`; a bound that is None is open."""
    return StatisticsStore(tenant).api(start=start, end=end)


def _figures(found: Document, counted: CountedPeriod, ages: Sequence[datetime], scope: QueryScope) -> DashboardFigures:
    compared = _compared(found["previous"], counted)
    return DashboardFigures(
        totals=Totals(**{name: found["sums"][name] for name in TOTALS}),
        previous=Totals(**{name: sum(row[name] for row in found["previous"]) for name in TOTALS}),
        by_status=_value_counts(found["by_status"]),
        by_urgency=_verdicts(found["sums"], URGENCY_SUMS),
        by_sentiment=_verdicts(found["sums"], SENTIMENT_SUMS),
        by_source=_value_counts(found["by_source"]),
        by_dimension=tuple(DimensionCounts(name, _value_counts(found[f"by_{name}"])) for name in DIMENSIONS),
        other_statuses=_others(found["by_status_others"]),
        other_sources=_others(found["by_source_others"]),
        trend=tuple(_trend_point(row) for row in found["trend"]),
        previous_trend=tuple(_trend_point(row) for row in compared if row["total"]),
        previous_flows=tuple(_flow(row) for row in compared),
        keywords=_value_counts(found["keywords"]),
        rising=tuple(RisingKeyword(row["_id"], row["count"], row["before"]) for row in found["rising"]),
        topics=tuple(TopicCount(row["_id"], row["count"], row["before"]) for row in found["topics"]),
        customers=customers.at_risk(found["at_risk"]),
        volume=customers.by_volume(found["volume"]),
        week_hours=_week_hours(found["week_hours"]),
        backlog=_backlog(found, counted, scope),
        ages=_ages(found["ages"], ages),
        reopened=_reopened(found, is_previous=False),
        previous_reopened=_reopened(found, is_previous=True),
        clocks=clock_figures(found["clocks"]),
        previous_clocks=clock_figures(found["clocks"], of="before"),
    )


def _verdicts(sums: Document, names: Mapping[str, str]) -> tuple[ValueCount, ...]:
    return tuple(ValueCount(value, sums[name]) for value, name in names.items() if value != UNKNOWN or sums[name])


def _others(rows: Sequence[Document]) -> OtherValues:
    return OtherValues(rows[0]["values"], rows[0]["tickets"]) if rows else OtherValues()


def _value_counts(rows: Sequence[Document]) -> tuple[ValueCount, ...]:
    return tuple(ValueCount(row["_id"], row["count"]) for row in rows)


def _trend_point(row: Document) -> TrendPoint:
    return TrendPoint(
        position=int(row["_id"] or 0), medium=row["medium"], low=row["low"], **{name: row[name] for name in TOTALS}
    )


def _flow(row: Document) -> Flow:
    return Flow(row["_id"], opened=row["total"] + row["reopened"], resolved=row["settled"])


def _compared(rows: Sequence[Document], counted: CountedPeriod) -> list[Document]:
    """What a longer previous period has beyond the last bucket is compared with none."""
    edges = counted.time_axis.previous_edges
    return [row for row in rows if row["_id"] < len(edges) - 1] if edges else []


def _week_hours(rows: Sequence[Document]) -> tuple[int, ...]:
    found = {int(row["_id"]): row["count"] for row in rows}
    return tuple(found.get(hour, 0) for hour in range(7 * 24))


def _backlog(found: Document, counted: CountedPeriod, scope: QueryScope) -> tuple[BacklogPoint, ...]:
    """Backwards, day by day, from what is open now and what was opened and resolved after the period."""
    flows = {int(row["_id"]["day"]): row for row in found["flows"] if not row["_id"]["is_previous"]}
    open_now = sum(row["count"] for row in found["ages"])
    still_open = open_now - sum(row["more_open"] for row in found["after_period"])
    points = []
    for place, day in reversed(list(enumerate(counted.days))):
        flow = flows.get(place, dict.fromkeys(_FLOWS, 0))
        opened = flow["created"] + flow["reopened"]
        start, end = start_of(day, scope.view.zone), start_of(day + 1, scope.view.zone)
        points.append(
            BacklogPoint(
                start=max(start, counted.period.start),
                end=min(end, counted.period.end),
                open=still_open,
                opened=opened,
                resolved=flow["settled"],
            )
        )
        still_open -= opened - flow["settled"]
    return tuple(reversed(points))


def _ages(rows: Sequence[Document], edges: Sequence[datetime]) -> tuple[AgeBand, ...]:
    counts = {int(row["_id"]): row["count"] for row in rows}
    bounds = [None, *edges, None]
    return tuple(
        AgeBand(name, bounds[place], bounds[place + 1], counts.get(place, 0)) for place, name in reversed(_AGES)
    )


def _reopened(found: Document, *, is_previous: bool) -> int:
    rows = [row for row in found["flows"] if row["_id"]["is_previous"] is is_previous]
    return sum(row["reopened"] for row in rows)
