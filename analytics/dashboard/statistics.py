"""StatisticsStore: the numbers of one tenant over a period, counted by MongoDB in one aggregation.

As with the TicketStore, a store exists only for a tenant and puts it into every first match.
The branches (`analytics.dashboard.union_parts`) read roll-ups where they hold and tickets elsewhere; all of it
in one snapshot, so the numbers of a page belong together and are those of its lists.

Which bucket of the trend a ticket falls into is worked out from the edges that the links carry
(`position_expression`), not by the time zone tables of the server: those may be older than ours,
and then a bar and its list would disagree.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta

from analytics.dashboard import customers
from analytics.dashboard.customers import Chosen, customer_branch, customer_facets
from analytics.dashboard.facets import HOURS, SOURCES, STATUSES, added_up, joined, most_frequent, or_0
from analytics.dashboard.keywords import keyword_branch, keyword_facets
from analytics.dashboard.query_scope import Branch, Ground
from analytics.dashboard.remembered import Remembered
from analytics.dashboard.union_parts import Span, age_branches, hour_branches, later_branches, period_branches
from analytics.figures import (
    AgeBand,
    ApiStatistics,
    BacklogPoint,
    DashboardFigures,
    HourCount,
    OtherValues,
    Resolution,
    RisingKeyword,
    Totals,
    TrendPoint,
    ValueCount,
)
from analytics.histogram import percentile_of
from analytics.periods import Buckets, Period, Unit, day_start
from analytics.pipelines import COUNTERS, SUMS, TOTALS
from analytics.rollups.blocks import start_of
from analytics.rollups.counting import UNTIMED
from analytics.rollups.view import rollup_view
from supportsaas import clock
from supportsaas.db import mongo
from supportsaas.db.mongo import Document, Pipeline
from tenants.models import Tenant
from tickets.ingestion.sync_status import data_as_of
from tickets.store.filters import SENTIMENTS, URGENCIES

_FLOWS = {"created": "total", "settled": "settled", "reopened": "reopened"}
_TOTALS: Document = {name: SUMS[name] for name in TOTALS}
_SUMS_OF_TREND: Document = {"$set": {"sums": {name: {"$sum": f"$trend.{name}"} for name in COUNTERS}}}
AGE_EDGES = (30, 7, 1, 0)
"""The bands of the open tickets' ages meet so many midnights ago."""

_AGES = tuple(enumerate(("over 30 days", "8 to 30 days", "2 to 7 days", "yesterday", "today")))


MOST_SHOWN = 50
"""Statuses and sources of a dashboard that have a number of their own; of further ones there are only the sums."""

MOST_STATUSES, MOST_HOURS = 1_000, 100_000
"""What the JSON API gives is counted together with all else up to so many; more of them are counted by themselves."""

REMEMBERED: Remembered[DashboardFigures] = Remembered(most_bytes=32 * 1024 * 1024)
"""The dashboards of a process. One takes a few ten KB, unless a tenant's data are odd."""


class StatisticsStore:
    """`use_rollups=False` counts everything from the tickets: slow, and what roll-ups are verified against.

    With `remembers`, what was asked before is not counted again while the tenant's tickets have not changed.
    """

    def __init__(self, tenant: Tenant, *, use_rollups: bool = True, remembers: bool = False) -> None:
        if not isinstance(tenant, Tenant) or not tenant.slug:
            raise ValueError("A StatisticsStore needs a tenant.")
        self.tenant = tenant
        self.tenant_id = tenant.slug
        self._use_rollups = use_rollups
        self._remembers = remembers

    def dashboard(
        self, buckets: Buckets, *, comparison: Period, sources: Sequence[str] = (), now: datetime | None = None
    ) -> DashboardFigures:
        """Everything the dashboard shows of the buckets' period, of all sources or of some.

        `by_source` knows all sources, so that another can be chosen.
        """
        now = now or clock.now()
        with self._ground(sources, now) as ground:
            ages = self._age_edges(now)
            if not self._remembers or ground.view.version is None:
                return self._count(ground, buckets, comparison, ages)
            asked = (self.tenant_id, ground.view.version, buckets, comparison, tuple(sources), ages)
            figures = REMEMBERED.find(asked)
            if figures is None:
                figures = self._count(ground, buckets, comparison, ages)
                REMEMBERED.keep(asked, figures)
            return figures

    def _count(
        self, ground: Ground, buckets: Buckets, comparison: Period, ages: Sequence[datetime]
    ) -> DashboardFigures:
        first_at = _first_ticket_at(ground)
        has_earlier_data = first_at is not None and first_at <= comparison.start
        return replace(self._count_all(ground, buckets, comparison, ages), has_earlier_data=has_earlier_data)

    def _count_all(
        self, ground: Ground, buckets: Buckets, comparison: Period, ages: Sequence[datetime]
    ) -> DashboardFigures:
        span = Span.of(ground, buckets.period, comparison, buckets.edges, by_hour=buckets.unit is Unit.HOUR)
        chosen = customers.choose(ground, buckets.period)
        found = self._aggregate(ground, self.dashboard_pipeline(ground, span, chosen, ages=ages))
        figures = _figures(found, span, ages, ground)
        if chosen.settles(figures.customers, figures.volume):
            return figures
        found = self._aggregate(ground, self.dashboard_pipeline(ground, span, Chosen(None), ages=ages))
        return _figures(found, span, ages, ground)

    def dashboard_pipeline(self, ground: Ground, span: Span, chosen: Chosen, *, ages: Sequence[datetime]) -> Pipeline:
        """Joins what is read of each collection, and sorts it out in one `$facet` over what is left."""
        branches = [
            *period_branches(ground, span),
            *later_branches(ground, span.period.end),
            *age_branches(ground, ages),
            keyword_branch(ground, span),
            customer_branch(ground, span.period, chosen),
        ]
        counts = {"$match": {"f": "count"}}
        flows = {name: {"$sum": f"${field}"} for name, field in _FLOWS.items()}
        facets = {
            "trend": [
                {"$match": {"f": "count", "was": False}},
                {"$group": {"_id": "$p", **SUMS}},
                {"$match": {"total": {"$gt": 0}}},
                {"$sort": {"_id": 1}},
            ],
            "previous": [{"$match": {"f": "count", "was": True}}, {"$group": {"_id": None, **_TOTALS}}],
            **most_frequent("by_source", SOURCES, MOST_SHOWN),
            **most_frequent("by_status", STATUSES, MOST_SHOWN),
            "week_hours": [{"$unwind": "$week_hours"}, *added_up("week_hours.k", "week_hours.n")],
            "flows": [counts, {"$group": {"_id": {"d": "$d", "was": "$was"}, **flows}}],
            "times": [
                {"$unwind": "$times"},
                {"$group": {"_id": {"was": "$was", "k": "$times.k"}, "n": {"$sum": "$times.n"}}},
                {"$sort": {"_id.k": 1}},
            ],
            "later": [
                {"$match": {"f": "later"}},
                {"$group": {"_id": None, "n": {"$sum": {"$subtract": [or_0("arrived"), or_0("settled")]}}}},
            ],
            "ages": [{"$match": {"f": "age"}}, *added_up("k", "n")],
            **keyword_facets(),
            **customer_facets(ground, span.period, tickets=customers.EVIDENCE_SHOWN),
        }
        return [*joined(branches), {"$facet": facets}, _SUMS_OF_TREND]

    def api(self, *, start: datetime | None, end: datetime | None) -> ApiStatistics:
        """The statistics as the JSON API gives them, from `start` up to but not including `end`."""
        as_of = data_as_of(self.tenant)
        with self._ground((), clock.now()) as ground:
            period = ground.clipped(start, end)
            if period is None:
                return ApiStatistics(as_of=as_of)
            chosen = customers.choose(ground, period)
            found = self._aggregate(ground, self.api_pipeline(ground, period, chosen))
            by_status, hours = found["by_status"], found["hours"]
            if len(by_status) > MOST_STATUSES:
                counts = period_branches(ground, self._span_of(ground, period), wanted=frozenset())
                by_status = self._rows(ground, counts, STATUSES)
            if len(hours) > MOST_HOURS:
                hours = self._rows(ground, hour_branches(ground, period), HOURS)
            at_risk, volume = customers.at_risk(found["at_risk"]), customers.by_volume(found["volume"])
            if not chosen.settles(at_risk, volume):
                found = self._aggregate(ground, self.api_pipeline(ground, period, Chosen(None)))
                at_risk = customers.at_risk(found["at_risk"])
        totals = Totals(**{name: found["sums"][name] for name in TOTALS})
        return ApiStatistics(
            total_tickets=totals.total,
            by_status={row["_id"]: row["count"] for row in by_status},
            urgency_high_ratio=totals.high_ratio,
            negative_sentiment_ratio=totals.negative_ratio,
            hourly_trend=tuple(HourCount(row["_id"], row["n"]) for row in hours),
            top_keywords=tuple(row["_id"] for row in found["keywords"]),
            at_risk_customers=at_risk,
            as_of=as_of,
        )

    def api_pipeline(self, ground: Ground, period: Period, chosen: Chosen) -> Pipeline:
        """As the dashboard's, by hours of UTC and without a period before."""
        span = self._span_of(ground, period)
        branches = [
            *period_branches(ground, span, wanted=frozenset()),
            *hour_branches(ground, period),
            keyword_branch(ground, span),
            customer_branch(ground, period, chosen),
        ]
        facets = {
            "trend": [{"$match": {"f": "count"}}, {"$group": {"_id": None, **SUMS}}],
            "by_status": [*STATUSES, {"$limit": MOST_STATUSES + 1}],
            "hours": [*HOURS, {"$limit": MOST_HOURS + 1}],
            **keyword_facets(),
            **customer_facets(ground, period, tickets=customers.EVIDENCE),
        }
        return [*joined(branches), {"$facet": facets}, _SUMS_OF_TREND]

    def _rows(self, ground: Ground, branches: Sequence[Branch], stages: Pipeline) -> list[Document]:
        """All rows one by one: very many do not fit into the one document that a `$facet` gives."""
        pipeline = [*joined(branches), *stages]
        return list(mongo.database().aggregate(pipeline, session=ground.view.session, allowDiskUse=True))

    @staticmethod
    def _span_of(ground: Ground, period: Period) -> Span:
        return Span.of(ground, period, None, by_day=False)

    @contextmanager
    def _ground(self, sources: Sequence[str], now: datetime) -> Iterator[Ground]:
        with rollup_view(self.tenant, now=now, use=self._use_rollups) as view:
            yield Ground(view, tuple(sources))

    def _aggregate(self, ground: Ground, pipeline: Pipeline) -> Document:
        # The first stages read tickets, roll-ups or both, whichever there are; `joined` begins with none.
        return next(mongo.database().aggregate(pipeline, session=ground.view.session, allowDiskUse=True))

    def _age_edges(self, now: datetime) -> tuple[datetime, ...]:
        today = now.astimezone(self.tenant.zone).date()
        return tuple(day_start(today - timedelta(days=days), self.tenant.zone) for days in AGE_EDGES)


def _first_ticket_at(ground: Ground) -> datetime | None:
    """When the tenant's first ticket was created, of any source: one key of an index is read."""
    mine = {"tenant_id": ground.view.tenant_id, "is_deleted": False}
    found = mongo.collection("tickets").find_one(
        mine, {"created_at": 1}, sort=[("created_at", 1)], session=ground.view.session
    )
    return found["created_at"] if found else None


def api_statistics(tenant: Tenant, *, start: datetime | None, end: datetime | None) -> ApiStatistics:
    """What `GET /tenants/{tenant_id}/stats` answers; a bound that is None does not bind."""
    return StatisticsStore(tenant).api(start=start, end=end)


def _figures(found: Document, span: Span, ages: Sequence[datetime], ground: Ground) -> DashboardFigures:
    previous = found["previous"][0] if found["previous"] else dict.fromkeys(TOTALS, 0)
    return DashboardFigures(
        totals=Totals(**{name: found["sums"][name] for name in TOTALS}),
        previous=Totals(**{name: previous[name] for name in TOTALS}),
        by_status=_value_counts(found["by_status"]),
        by_urgency=tuple(ValueCount(name, found["sums"][name]) for name in URGENCIES),
        by_sentiment=tuple(ValueCount(name, found["sums"][name]) for name in SENTIMENTS),
        by_source=_value_counts(found["by_source"]),
        other_statuses=_others(found["by_status_others"]),
        other_sources=_others(found["by_source_others"]),
        trend=tuple(_trend_point(row) for row in found["trend"]),
        keywords=_value_counts(found["keywords"]),
        rising=tuple(RisingKeyword(row["_id"], row["count"], row["before"]) for row in found["rising"]),
        customers=customers.at_risk(found["at_risk"]),
        volume=customers.by_volume(found["volume"]),
        week_hours=_week_hours(found["week_hours"]),
        backlog=_backlog(found, span, ground),
        ages=_ages(found["ages"], ages),
        resolution=_resolution(found, was=False),
        previous_resolution=_resolution(found, was=True),
    )


def _others(rows: Sequence[Document]) -> OtherValues:
    return OtherValues(rows[0]["values"], rows[0]["tickets"]) if rows else OtherValues()


def _value_counts(rows: Sequence[Document]) -> tuple[ValueCount, ...]:
    return tuple(ValueCount(row["_id"], row["count"]) for row in rows)


def _trend_point(row: Document) -> TrendPoint:
    return TrendPoint(
        position=int(row["_id"] or 0), medium=row["medium"], low=row["low"], **{name: row[name] for name in TOTALS}
    )


def _week_hours(rows: Sequence[Document]) -> tuple[int, ...]:
    found = {int(row["_id"]): row["n"] for row in rows}
    return tuple(found.get(hour, 0) for hour in range(7 * 24))


def _backlog(found: Document, span: Span, ground: Ground) -> tuple[BacklogPoint, ...]:
    """Backwards, day by day, from what is open now and what came and went after the period."""
    flows = {int(row["_id"]["d"]): row for row in found["flows"] if not row["_id"]["was"]}
    open_now = sum(row["n"] for row in found["ages"])
    still_open = open_now - sum(row["n"] for row in found["later"])
    points = []
    for place, day in reversed(list(enumerate(span.days))):
        flow = flows.get(place, dict.fromkeys(_FLOWS, 0))
        arrived = flow["created"] + flow["reopened"]
        start, end = start_of(day, ground.view.zone), start_of(day + 1, ground.view.zone)
        points.append(
            BacklogPoint(
                start=max(start, span.period.start),
                end=min(end, span.period.end),
                open=still_open,
                arrived=arrived,
                settled=flow["settled"],
            )
        )
        still_open -= arrived - flow["settled"]
    return tuple(reversed(points))


def _ages(rows: Sequence[Document], edges: Sequence[datetime]) -> tuple[AgeBand, ...]:
    counts = {int(row["_id"]): row["n"] for row in rows}
    bounds = [None, *edges, None]
    return tuple(
        AgeBand(name, bounds[place], bounds[place + 1], counts.get(place, 0)) for place, name in reversed(_AGES)
    )


def _resolution(found: Document, *, was: bool) -> Resolution:
    steps = {int(row["_id"]["k"]): row["n"] for row in found["times"] if row["_id"]["was"] is was}
    untimed = steps.pop(UNTIMED, 0)
    counts = sorted(steps.items())
    return Resolution(
        resolved=sum(steps.values()),
        untimed=untimed,
        median_seconds=percentile_of(counts, 0.5),
        p90_seconds=percentile_of(counts, 0.9),
        reopened=sum(row["reopened"] for row in found["flows"] if row["_id"]["was"] is was),
    )
