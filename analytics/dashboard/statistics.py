"""StatisticsStore: the numbers of one tenant over a period, read from MongoDB in one aggregation.

Like a TicketStore, it exists only for a tenant, which is in the first match of every pipeline. The union parts
(`analytics.dashboard.union_parts`) read roll-ups, and tickets for parts of an hour. All of them read one snapshot, so
the numbers of a page agree with each other and with the lists they link to.

The bucket of a ticket follows from the edges that the links carry (`position_expression`), not from the server's
time zone tables: those may be older than ours, and then a bar and its list would disagree.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta

from analytics.dashboard import customers
from analytics.dashboard.clocks import REPLIES_AND_RESOLUTION, clock_figures, clock_parts
from analytics.dashboard.customers import ChosenCustomers, customer_part
from analytics.dashboard.hours import count_hours
from analytics.dashboard.keywords import keyword_part
from analytics.dashboard.previous_buckets import previous_buckets
from analytics.dashboard.query_scope import QueryScope, UnionPart, joined
from analytics.dashboard.rising import Volumes, count_customers, rising_topics
from analytics.dashboard.row_sums import RowSums, add_up, most_first, without_empty
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
from analytics.pipelines import TOTALS
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

AGE_EDGES = (30, 7, 1, 0)
"""The bands of the open tickets' ages meet this many midnights ago."""

_AGES = tuple(enumerate(("over 30 days", "8 to 30 days", "2 to 7 days", "yesterday", "today")))


MOST_SHOWN = 50
"""How many statuses and sources a dashboard names. The others are summed up."""

_ROWS_AT_ONCE = 10_000
"""More than most dashboards have, so that one round trip reads all."""

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
        figures = self._count_all(scope, buckets, comparison, ages)
        if not figures.has_earlier_data:
            return figures
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
        figures = self._read(scope, counted, chosen, comparison, ages)
        if chosen.proves(figures.customers, figures.volume):
            return figures
        return self._read(scope, counted, ChosenCustomers(None), comparison, ages)

    def _read(
        self,
        scope: QueryScope,
        counted: CountedPeriod,
        chosen: ChosenCustomers,
        comparison: Period,
        ages: Sequence[datetime],
    ) -> DashboardFigures:
        rows = self._aggregate(scope, self.dashboard_pipeline(scope, counted, chosen, ages=ages))
        found = add_up(rows, scope.view.values)
        first_at = next((row["at"] for row in found.listed["first"]), None)
        has_earlier_data = first_at is not None and first_at <= comparison.start
        return replace(_figures(found, counted, ages, scope), has_earlier_data=has_earlier_data)

    def dashboard_pipeline(
        self, scope: QueryScope, counted: CountedPeriod, chosen: ChosenCustomers, *, ages: Sequence[datetime]
    ) -> Pipeline:
        """Joins the rows of all union parts."""
        return joined(
            [
                *period_parts(scope, counted),
                *after_period_parts(scope, counted.period.end),
                *age_parts(scope, ages),
                keyword_part(scope, counted),
                *clock_parts(scope, counted, REPLIES_AND_RESOLUTION),
                customer_part(scope, counted.period, chosen, tickets=customers.EVIDENCE_SHOWN),
                _first_ticket(scope),
            ]
        )

    def clocks(
        self, period: Period, *, comparison: Period, narrowing: Narrowing = ALL_TICKETS, now: datetime | None = None
    ) -> tuple[dict[str, ClockFigures], dict[str, ClockFigures]]:
        """Every clock that stopped in the period and in the one it is compared with, also those of statuses."""
        with self._scope(narrowing, now or clock.now()) as scope:
            counted = CountedPeriod.of(scope, period, comparison, by_day=False)
            found = add_up(self._aggregate(scope, joined(clock_parts(scope, counted))), scope.view.values)
            statuses = scope.view.values.get("status", ())
        return (
            clock_figures(found.clocks["count"], statuses=statuses),
            clock_figures(found.clocks["before"], statuses=statuses),
        )

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
            found = self._read_api(scope, period, chosen)
            at_risk, volume = customers.at_risk(found.listed["at_risk"]), customers.by_volume(found.listed["volume"])
            if not chosen.proves(at_risk, volume):
                found = self._read_api(scope, period, ChosenCustomers(None))
                at_risk = customers.at_risk(found.listed["at_risk"])
            hours = count_hours(scope, period)
        totals = _totals(found.totals)
        return ApiStatistics(
            total_tickets=totals.total,
            by_status=dict(most_first(found.statuses)),
            urgency_high_ratio=totals.high_ratio,
            negative_sentiment_ratio=totals.negative_ratio,
            hourly_trend=hours,
            top_keywords=tuple(row["_id"] for row in found.listed["keywords"]),
            at_risk_customers=at_risk,
            as_of=as_of,
        )

    def _read_api(self, scope: QueryScope, period: Period, chosen: ChosenCustomers) -> RowSums:
        return add_up(self._aggregate(scope, self.api_pipeline(scope, period, chosen)), scope.view.values)

    def api_pipeline(self, scope: QueryScope, period: Period, chosen: ChosenCustomers) -> Pipeline:
        """Like the dashboard's, without a trend and a previous period."""
        counted = self._counted_period(scope, period)
        return joined(
            [
                *period_parts(scope, counted, wanted=frozenset()),
                keyword_part(scope, counted),
                customer_part(scope, period, chosen, tickets=customers.EVIDENCE),
            ]
        )

    @staticmethod
    def _counted_period(scope: QueryScope, period: Period) -> CountedPeriod:
        return CountedPeriod.of(scope, period, None, by_day=False)

    @contextmanager
    def _scope(self, narrowing: Narrowing, now: datetime) -> Iterator[QueryScope]:
        with rollup_view(self.tenant, now=now, use=self._use_rollups) as view:
            yield QueryScope(view.of(narrowing), narrowing)

    def _aggregate(self, scope: QueryScope, pipeline: Pipeline) -> Iterable[Document]:
        # On the database, not a collection: `joined` begins with `$documents`.
        return mongo.database().aggregate(
            pipeline, session=scope.view.session, allowDiskUse=True, batchSize=_ROWS_AT_ONCE
        )

    def _age_edges(self, now: datetime) -> tuple[datetime, ...]:
        today = now.astimezone(self.tenant.zone).date()
        return tuple(day_start(today - timedelta(days=days), self.tenant.zone) for days in AGE_EDGES)


def _first_ticket(scope: QueryScope) -> UnionPart:
    """A row with the creation of the tenant's first ticket, of any source, as `at`. Reads one key of an index."""
    row: Document = {"$project": {"_id": 0, "metric": "first", "at": "$created_at"}}
    return UnionPart("tickets", scope.all_tickets(), [{"$sort": {"created_at": 1}}, {"$limit": 1}, row])


def api_statistics(tenant: Tenant, *, start: datetime | None, end: datetime | None) -> ApiStatistics:
    """The response of `GET /tenants/{tenant_id}/stats`; a bound that is None is open."""
    return StatisticsStore(tenant).api(start=start, end=end)


def _figures(found: RowSums, counted: CountedPeriod, ages: Sequence[datetime], scope: QueryScope) -> DashboardFigures:
    sums, previous, listed = found.totals, without_empty(found.previous), found.listed
    by_status, other_statuses = _most_frequent(found.statuses)
    by_source, other_sources = _most_frequent(found.choices["source"])
    return DashboardFigures(
        totals=_totals(sums),
        previous=Totals(**{name: sum(each[name] for each in previous.values()) for name in TOTALS}),
        by_status=by_status,
        by_urgency=_verdicts(sums, URGENCY_SUMS),
        by_sentiment=_verdicts(sums, SENTIMENT_SUMS),
        by_source=by_source,
        by_dimension=tuple(DimensionCounts(name, _most_frequent(found.choices[name])[0]) for name in DIMENSIONS),
        other_statuses=other_statuses,
        other_sources=other_sources,
        trend=tuple(_trend_point(*each) for each in without_empty(found.trend).items()),
        previous_trend=tuple(_trend_point(*each) for each in _compared(previous, counted)),
        previous_flows=tuple(_flow(*each) for each in _compared(found.previous, counted)),
        keywords=tuple(ValueCount(row["_id"], row["count"]) for row in listed["keywords"]),
        rising=tuple(RisingKeyword(row["_id"], row["count"], row["before"]) for row in listed["rising"]),
        topics=_topics(listed["topics"]),
        customers=customers.at_risk(listed["at_risk"]),
        volume=customers.by_volume(listed["volume"]),
        week_hours=tuple(found.week_hours[hour] for hour in range(7 * 24)),
        backlog=_backlog(found, counted, scope),
        ages=_ages(found.ages, ages),
        reopened=sum(each["reopened"] for each in found.flows.values()),
        previous_reopened=found.previous_reopened,
        clocks=clock_figures(found.clocks["count"], wanted=REPLIES_AND_RESOLUTION),
        previous_clocks=clock_figures(found.clocks["before"], wanted=REPLIES_AND_RESOLUTION),
    )


def _totals(sums: Mapping[str, int]) -> Totals:
    return Totals(**{name: sums[name] for name in TOTALS})


def _most_frequent(counted: Counter[str]) -> tuple[tuple[ValueCount, ...], OtherValues]:
    """The values that are named, and the sum of the others."""
    found = most_first(counted)
    others = found[MOST_SHOWN:]
    return (
        tuple(ValueCount(value, number) for value, number in found[:MOST_SHOWN]),
        OtherValues(len(others), sum(number for _, number in others)),
    )


def _verdicts(sums: Mapping[str, int], names: Mapping[str, str]) -> tuple[ValueCount, ...]:
    return tuple(ValueCount(value, sums[name]) for value, name in names.items() if value != UNKNOWN or sums[name])


def _topics(rows: Sequence[Document]) -> tuple[TopicCount, ...]:
    ordered = sorted(rows, key=lambda row: (-row["count"], row["_id"]))
    return tuple(TopicCount(row["_id"], row["count"], row["before"]) for row in ordered)


def _trend_point(position: int, sums: Mapping[str, int]) -> TrendPoint:
    return TrendPoint(
        position=position, medium=sums["medium"], low=sums["low"], **{name: sums[name] for name in TOTALS}
    )


def _flow(position: int, sums: Mapping[str, int]) -> Flow:
    return Flow(position, opened=sums["total"] + sums["reopened"], resolved=sums["settled"])


def _compared(previous: Mapping[int, Mapping[str, int]], counted: CountedPeriod) -> list[tuple[int, Mapping[str, int]]]:
    """What a longer previous period has beyond the last bucket is compared with none."""
    edges = counted.time_axis.previous_edges
    return [each for each in sorted(previous.items()) if each[0] < len(edges) - 1] if edges else []


def _backlog(found: RowSums, counted: CountedPeriod, scope: QueryScope) -> tuple[BacklogPoint, ...]:
    """Backwards, day by day, from what is open now and what was opened and resolved after the period."""
    still_open = found.ages.total() - found.more_open
    points = []
    for place, day in reversed(list(enumerate(counted.days))):
        flow = found.flows[place]
        opened = flow["total"] + flow["reopened"]
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


def _ages(counts: Mapping[int, int], edges: Sequence[datetime]) -> tuple[AgeBand, ...]:
    bounds = [None, *edges, None]
    return tuple(AgeBand(name, bounds[place], bounds[place + 1], counts[place]) for place, name in reversed(_AGES))
