"""The API's dashboard of a tenant: the numbers of the page, under names."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from analytics.dashboard.context import Frame, filled_trend
from analytics.figures import (
    AtRiskCustomer,
    BacklogPoint,
    CustomerVolume,
    DashboardFigures,
    Resolution,
    Totals,
    ValueCount,
)
from analytics.periods import CUSTOM, DEFAULT, LONGEST, LONGEST_WORDS, ChosenPeriod, Period, preset
from analytics.views.filter_bar import Selection
from analytics.views.numbers import find_numbers
from supportsaas import clock
from supportsaas.web.api_errors import InvalidParameter, reject_unknown
from tenants.api.access import TenantId, api_tenant
from tenants.models import Tenant
from tickets.api.fields import Moment, Words
from tickets.ingestion.sync_status import data_as_of
from tickets.records.statuses import state_of
from tickets.store.filters import MAX_VALUES, FilterError, TicketFilter, parse_moment

router = Router(tags=["statistics"])


class DashboardQuery(Schema):
    from_date: Moment | None = Field(None, description="Included. Without it: seven days before the end.")
    to_date: Moment | None = Field(
        None, description="Not included; but a bare date includes that day. Without it: the end of today."
    )
    source: list[Words] = Field([], max_length=MAX_VALUES, description="Only these; may be repeated.")


class PeriodOut(Schema):
    from_date: datetime
    to_date: datetime = Field(description="Not included.")


class TotalsOut(Schema):
    total: int
    open: int = Field(description="Not known to be closed, those of an unknown status among them.")
    high: int
    negative: int
    needs_action: int
    unknown_status: int = Field(description="Of these nobody has said what their status means.")


class TrendPointOut(PeriodOut, TotalsOut):
    medium: int
    low: int


class TrendOut(Schema):
    unit: str = Field(description="hour, day, week or month, on the tenant's clock")
    buckets: list[TrendPointOut]


class RisingKeywordOut(Schema):
    keyword: str
    count: int
    before: int
    lift: float | None = Field(description="How many times as many as before; null where there was none.")


class CustomerOut(Schema):
    customer_id: str
    total: int
    high: int
    negative: int
    open: int


class CustomerAtRiskOut(CustomerOut):
    points: int
    ticket_ids: list[str]


class BacklogPointOut(PeriodOut):
    open: int = Field(description="At the end of the day; of today, at this moment.")
    arrived: int = Field(description="Created or reopened on the day.")
    settled: int = Field(description="Closed on the day; where nobody knows when, on the day of creation.")


class AgeOut(Schema):
    name: str
    created_from: datetime | None
    created_to: datetime | None
    open: int


class ResolutionOut(Schema):
    resolved: int = Field(description="Closed in the period, at a time that is known.")
    median_seconds: int | None
    p90_seconds: int | None
    reopened: int
    closing_time_unknown: int = Field(
        description="Closed tickets created in the period, and nobody knows when they were closed: they are left out of the others."
    )

    @staticmethod
    def of(found: Resolution) -> "ResolutionOut":
        return ResolutionOut(
            resolved=found.resolved,
            median_seconds=_whole(found.median_seconds),
            p90_seconds=_whole(found.p90_seconds),
            reopened=found.reopened,
            closing_time_unknown=found.untimed,
        )


class DashboardOut(Schema):
    tenant_id: str
    time_zone: str
    period: PeriodOut
    comparison: PeriodOut = Field(description="What `previous` and `before` are about.")
    as_of: datetime | None = Field(description="The moment the data stands for.")
    totals: TotalsOut
    previous: TotalsOut
    trend: TrendOut
    by_status: dict[str, int] = Field(description="The 50 most frequent ones.")
    other_statuses: int = Field(description="Tickets with another status than those of `by_status`.")
    unknown_statuses: dict[str, int] = Field(
        description="Those of `by_status` of which nobody has said what they mean."
    )
    by_urgency: dict[str, int]
    by_sentiment: dict[str, int]
    by_source: dict[str, int] = Field(description="Of all sources, whichever are asked for: the 50 most frequent ones.")
    other_sources: int = Field(description="Tickets from another source than those of `by_source`.")
    keywords: dict[str, int]
    rising_keywords: list[RisingKeywordOut]
    customers_at_risk: list[CustomerAtRiskOut]
    customers: list[CustomerOut] = Field(description="Those with the most tickets.")
    backlog: list[BacklogPointOut]
    open_by_age: list[AgeOut] = Field(description="Of all tickets that are open now.")
    week_hours: list[list[int]] = Field(
        description="Tickets of each hour of the week: 7 days from Monday, 24 hours each."
    )
    resolution: ResolutionOut
    previous_resolution: ResolutionOut


@router.get(
    "/tenants/{tenant_id}/dashboard",
    response=DashboardOut,
    summary="Everything that a tenant's dashboard shows",
)
def show_dashboard(request: HttpRequest, tenant_id: TenantId, query: Query[DashboardQuery]) -> DashboardOut:
    """Of the tickets created in the period, as they stand now; bare dates are days of the tenant's time zone."""
    reject_unknown(request, DashboardQuery.model_fields, may_repeat=("source",))
    tenant, now = api_tenant(request, tenant_id), clock.now()
    try:
        chosen = _period(tenant, query.from_date, query.to_date, now=now)
        sources = TicketFilter.parse({"source": query.source}, zone=tenant.zone).source
    except FilterError as error:
        raise InvalidParameter(error.field, error.reason) from None
    figures, frame = find_numbers(tenant, Selection(chosen, sources, tenant.zone), now)
    return _answer(tenant, figures, frame)


def _period(tenant: Tenant, from_date: str | None, to_date: str | None, *, now: datetime) -> ChosenPeriod:
    """As on the page; raises `FilterError`."""
    zone = tenant.zone
    today = preset(DEFAULT, zone=zone, now=now)
    if from_date is None and to_date is None:
        return ChosenPeriod(DEFAULT, today)
    end = parse_moment("to_date", to_date, zone=zone, end=True) if to_date else today.end
    start = parse_moment("from_date", from_date, zone=zone) if from_date else end - timedelta(days=7)
    if start >= end:
        raise FilterError("from_date", "lies after to_date" if to_date else "lies after today; name a to_date")
    if end - start > LONGEST:
        raise FilterError("from_date", f"is too far from to_date: at most {LONGEST_WORDS}")
    return ChosenPeriod(CUSTOM, Period(start, end))


def _answer(tenant: Tenant, figures: DashboardFigures, frame: Frame) -> DashboardOut:
    return DashboardOut(
        tenant_id=tenant.slug,
        time_zone=tenant.timezone,
        period=_dates(frame.buckets.period),
        comparison=_dates(frame.comparison),
        as_of=data_as_of(tenant),
        totals=TotalsOut(**_totals(figures.totals)),
        previous=TotalsOut(**_totals(figures.previous)),
        trend=TrendOut(unit=frame.buckets.unit.value, buckets=_trend(figures, frame)),
        by_status=_counts(figures.by_status),
        other_statuses=figures.other_statuses.tickets,
        unknown_statuses=_counts(each for each in figures.by_status if state_of(each.value) == "unknown"),
        by_urgency=_counts(figures.by_urgency),
        by_sentiment=_counts(figures.by_sentiment),
        by_source=_counts(figures.by_source),
        other_sources=figures.other_sources.tickets,
        keywords=_counts(figures.keywords),
        rising_keywords=[
            RisingKeywordOut(keyword=each.value, count=each.count, before=each.before, lift=each.lift)
            for each in figures.rising
        ],
        customers_at_risk=[_at_risk(each) for each in figures.customers],
        customers=[_customer(each) for each in figures.volume],
        backlog=[_backlog(each) for each in figures.backlog],
        open_by_age=[
            AgeOut(name=each.name, created_from=each.created_from, created_to=each.created_to, open=each.count)
            for each in figures.ages
        ],
        week_hours=[list(figures.week_hours[day * 24 : (day + 1) * 24]) for day in range(7)],
        resolution=ResolutionOut.of(figures.resolution),
        previous_resolution=ResolutionOut.of(figures.previous_resolution),
    )


def _dates(period: Period) -> PeriodOut:
    return PeriodOut(from_date=period.start, to_date=period.end)


def _totals(totals: Totals) -> dict[str, int]:
    return {
        "total": totals.total,
        "open": totals.open,
        "high": totals.high,
        "negative": totals.negative,
        "needs_action": totals.action,
        "unknown_status": totals.unknown,
    }


def _trend(figures: DashboardFigures, frame: Frame) -> list[TrendPointOut]:
    points = filled_trend(figures, frame.buckets)
    periods = (frame.buckets[point.position] for point in points)
    return [
        TrendPointOut(from_date=period.start, to_date=period.end, medium=point.medium, low=point.low, **_totals(point))
        for point, period in zip(points, periods, strict=True)
    ]


def _at_risk(each: AtRiskCustomer) -> CustomerAtRiskOut:
    return CustomerAtRiskOut(
        customer_id=each.customer_id,
        total=each.total,
        high=each.high_urgency_count,
        negative=each.negative_count,
        open=each.open_count,
        points=each.score,
        ticket_ids=list(each.ticket_ids),
    )


def _customer(each: CustomerVolume) -> CustomerOut:
    return CustomerOut(
        customer_id=each.customer_id, total=each.total, high=each.high, negative=each.negative, open=each.open
    )


def _backlog(each: BacklogPoint) -> BacklogPointOut:
    return BacklogPointOut(
        from_date=each.start, to_date=each.end, open=each.open, arrived=each.arrived, settled=each.settled
    )


def _counts(values: Iterable[ValueCount]) -> dict[str, int]:
    return {each.value: each.count for each in values}


def _whole(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds)
