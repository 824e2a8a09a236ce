"""`GET /tenants/{tenant_id}/dashboard`: the numbers of the dashboard page."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from analytics.dashboard.context import DashboardContext, filled_trend
from analytics.dashboard.risky_customers import RiskyCustomer
from analytics.dashboard.topics import most_frequent, rising
from analytics.figures import (
    NOT_STOPPED,
    BacklogPoint,
    ClockFigures,
    CustomerVolume,
    DashboardFigures,
    Durations,
    Totals,
    ValueCount,
)
from analytics.numbers import find_numbers
from analytics.selection import Selection
from supportsaas import clock
from supportsaas.web.api_errors import InvalidParameter, reject_unknown
from tenants.api.access import TenantId, api_tenant
from tenants.models import Tenant
from tickets.api.fields import Moment, Words
from tickets.ingestion.sync_status import data_as_of
from tickets.records.dimensions import NARROWING_FIELDS
from tickets.records.period import Period
from tickets.records.periods import CUSTOM, DEFAULT, ChosenPeriod, preset
from tickets.records.statuses import state_of
from tickets.store.filters import MAX_VALUES, FilterError, parse_moment
from tickets.store.period_parameters import LONGEST, LONGEST_WORDS

router = Router(tags=["statistics"])


class DashboardQuery(Schema):
    from_date: Moment | None = Field(None, description="Start of the period. Default: seven days before its end.")
    to_date: Moment | None = Field(
        None,
        description="End of the period, exclusive. A date without a time includes that day. Default: the end of today.",
    )
    source: list[Words] = Field([], max_length=MAX_VALUES, description="Only these sources; can be repeated.")
    connection: list[Words] = Field(
        [],
        max_length=MAX_VALUES,
        description="Only tickets from these connections or imports. This, `source`, `team` and `priority` exclude each "
        "other.",
    )
    team: list[Words] = Field([], max_length=MAX_VALUES)
    priority: list[Words] = Field([], max_length=MAX_VALUES)


class PeriodOut(Schema):
    from_date: datetime
    to_date: datetime = Field(description="Exclusive.")


class TotalsOut(Schema):
    total: int
    open: int = Field(description="Not known to be closed, including tickets whose status is not mapped.")
    high: int
    negative: int
    needs_action: int
    unknown_status: int = Field(description="Tickets whose status is not mapped.")
    not_classified: int = Field(description="Tickets with the urgency `unknown`: in a language without a vocabulary.")


class TrendPointOut(PeriodOut, TotalsOut):
    medium: int
    low: int


class TrendOut(Schema):
    unit: str = Field(description="hour, day, week or month, in the tenant's time zone")
    buckets: list[TrendPointOut]


class RisingKeywordOut(Schema):
    keyword: str
    count: int
    before: int
    lift: float | None = Field(description="How many times as many as before; null if there were fewer than 20 before.")


class TopicOut(Schema):
    id: str = Field(description="For the parameter `topic` of `GET /tickets`.")
    name: str
    count: int


class RisingTopicOut(TopicOut):
    before: int
    customers: int = Field(description="How many customers the tickets are of, counted in the newest 500.")
    lift: float | None = Field(description="How many times as many as before; null if there were fewer than 20 before.")


class CustomerOut(Schema):
    customer_id: str
    total: int
    high: int
    negative: int
    open: int


class CustomerAtRiskOut(Schema):
    customer_id: str
    name: str = Field(description="Empty if it is not known.")
    organisation: str = Field(description="Empty if it is not known.")
    risk: int = Field(description="0 to 100, as of now, whatever the period and filters.")
    change: int = Field(description="Of the risk against a week ago.")
    is_new: bool = Field(description="Whether the customer had no ticket a week ago.")
    reasons: str = Field(description="The parts of the risk in words, the highest first.")
    open: int


class BacklogPointOut(PeriodOut):
    open: int = Field(description="At the end of the day; for today: now.")
    arrived: int = Field(description="Created or reopened on the day.")
    settled: int = Field(
        description="Closed on the day, also if reopened later. Without a known closing time: on the day of creation."
    )


class AgeOut(Schema):
    name: str
    created_from: datetime | None
    created_to: datetime | None
    open: int


class ResolutionOut(Schema):
    resolved: int = Field(description="Closed in the period at a known time, and not reopened since.")
    median_seconds: int | None
    p90_seconds: int | None
    reopened: int
    closing_time_unknown: int = Field(
        description="Closed tickets created in the period whose closing time is unknown. No other number includes them."
    )

    @staticmethod
    def of(found: ClockFigures, reopened: int) -> "ResolutionOut":
        return ResolutionOut(
            resolved=found.calendar.count,
            median_seconds=_whole(found.calendar.median_seconds),
            p90_seconds=_whole(found.calendar.p90_seconds),
            reopened=reopened,
            closing_time_unknown=found.unknown,
        )


class DurationsOut(Schema):
    count: int
    median_seconds: int | None
    p90_seconds: int | None

    @staticmethod
    def of(found: Durations) -> "DurationsOut":
        return DurationsOut(
            count=found.count, median_seconds=_whole(found.median_seconds), p90_seconds=_whole(found.p90_seconds)
        )


class ClockOut(Schema):
    """A clock over a period: those that stopped in it."""

    calendar: DurationsOut
    business: DurationsOut = Field(description="In the tenant's business hours; a count of 0 if it has none.")
    unknown: int = Field(description="How many stopped after an unknown time. They are in no other number.")
    met: int = Field(description="Targets met.")
    breached: int = Field(description="Targets breached.")
    met_ratio: float | None = Field(description="0 to 1: of the targets met or breached; null if there were none.")
    by: dict[str, int] = Field(
        description="Where the ends of the known ones are from: `helpdesk`, `conversation`, `events` or `history`."
    )

    @staticmethod
    def of(found: ClockFigures) -> "ClockOut":
        return ClockOut(
            calendar=DurationsOut.of(found.calendar),
            business=DurationsOut.of(found.business),
            unknown=found.unknown,
            met=found.met,
            breached=found.breached,
            met_ratio=found.met_ratio,
            by=dict(found.by),
        )


class DashboardOut(Schema):
    tenant_id: str
    time_zone: str
    period: PeriodOut
    comparison: PeriodOut = Field(description="The period of `previous` and `before`.")
    as_of: datetime | None = Field(description="When the helpdesk was last read.")
    totals: TotalsOut
    previous: TotalsOut
    trend: TrendOut
    by_status: dict[str, int] = Field(description="The 50 most frequent statuses.")
    other_statuses: int = Field(description="Tickets whose status is not in `by_status`.")
    unknown_statuses: dict[str, int] = Field(description="The statuses in `by_status` that are not mapped.")
    by_urgency: dict[str, int] = Field(description="`unknown` only if there are such tickets.")
    by_sentiment: dict[str, int] = Field(description="`unknown` only if there are such tickets.")
    by_source: dict[str, int] = Field(description="The 50 most frequent sources, whichever are selected.")
    other_sources: int = Field(description="Tickets whose source is not in `by_source`.")
    keywords: dict[str, int]
    rising_keywords: list[RisingKeywordOut]
    topics: list[TopicOut] = Field(description="The topics in the most tickets, at most ten.")
    rising_topics: list[RisingTopicOut] = Field(
        description="Topics in clearly more tickets than before, of three customers or more; none without earlier data."
    )
    customers_at_risk: list[CustomerAtRiskOut]
    customers: list[CustomerOut] = Field(description="The customers with the most tickets.")
    backlog: list[BacklogPointOut]
    open_by_age: list[AgeOut] = Field(description="All tickets that are open now, by age.")
    week_hours: list[list[int]] = Field(description="Tickets by hour of the week: 7 days from Monday, 24 hours each.")
    resolution: ResolutionOut
    previous_resolution: ResolutionOut
    clocks: dict[str, ClockOut] = Field(
        description="`first_reply`, `next_reply` and `resolution`; without those that never stopped in the period."
    )
    previous_clocks: dict[str, ClockOut]


@router.get(
    "/tenants/{tenant_id}/dashboard",
    response=DashboardOut,
    summary="A tenant's dashboard",
)
def show_dashboard(request: HttpRequest, tenant_id: TenantId, query: Query[DashboardQuery]) -> DashboardOut:
    """Tickets created in the period, with their current status. Dates without a time are days in the tenant's time zone."""
    reject_unknown(request, DashboardQuery.model_fields, may_repeat=NARROWING_FIELDS)
    tenant, now = api_tenant(request, tenant_id), clock.now()
    figures, context = find_numbers(tenant, selection_of(tenant, query, now=now), now)
    return _answer(tenant, figures, context)


def selection_of(tenant: Tenant, query: DashboardQuery, *, now: datetime) -> Selection:
    """As on the page. Raises `InvalidParameter`."""
    try:
        chosen = _period(tenant, query.from_date, query.to_date, now=now)
        given = {name: getattr(query, name) for name in NARROWING_FIELDS}
        return Selection.narrowed(chosen, given, zone=tenant.zone)
    except FilterError as error:
        raise InvalidParameter(error.field, error.reason) from None


def _period(tenant: Tenant, from_date: str | None, to_date: str | None, *, now: datetime) -> ChosenPeriod:
    """As on the page. Raises `FilterError`."""
    zone = tenant.zone
    today = preset(DEFAULT, zone=zone, now=now)
    if from_date is None and to_date is None:
        return ChosenPeriod(DEFAULT, today)
    end = parse_moment("to_date", to_date, zone=zone, end=True) if to_date else today.end
    start = parse_moment("from_date", from_date, zone=zone) if from_date else end - timedelta(days=7)
    if start >= end:
        raise FilterError("from_date", "is after to_date" if to_date else "is in the future; add a to_date")
    if end - start > LONGEST:
        raise FilterError("from_date", f"is too far from to_date: at most {LONGEST_WORDS}")
    return ChosenPeriod(CUSTOM, Period(start, end))


def _answer(tenant: Tenant, figures: DashboardFigures, context: DashboardContext) -> DashboardOut:
    listed = context.topics
    return DashboardOut(
        tenant_id=tenant.slug,
        time_zone=tenant.timezone,
        period=dates_of(context.buckets.period),
        comparison=dates_of(context.comparison),
        as_of=data_as_of(tenant),
        totals=TotalsOut(**_totals(figures.totals)),
        previous=TotalsOut(**_totals(figures.previous)),
        trend=TrendOut(unit=context.buckets.unit.value, buckets=_trend(figures, context)),
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
        topics=[
            TopicOut(id=each.id, name=topic.name, count=each.count) for topic, each in most_frequent(figures, listed)
        ],
        rising_topics=[
            RisingTopicOut(
                id=each.id,
                name=topic.name,
                count=each.count,
                before=each.before,
                customers=each.customers.count,
                lift=each.lift,
            )
            for topic, each in rising(figures, listed)
        ],
        customers_at_risk=[_at_risk(each) for each in context.risky],
        customers=[_customer(each) for each in figures.volume],
        backlog=[_backlog(each) for each in figures.backlog],
        open_by_age=[
            AgeOut(name=each.name, created_from=each.created_from, created_to=each.created_to, open=each.count)
            for each in figures.ages
        ],
        week_hours=[list(figures.week_hours[day * 24 : (day + 1) * 24]) for day in range(7)],
        resolution=ResolutionOut.of(figures.clocks.get("resolution", NOT_STOPPED), figures.reopened),
        previous_resolution=ResolutionOut.of(
            figures.previous_clocks.get("resolution", NOT_STOPPED), figures.previous_reopened
        ),
        clocks={clock: ClockOut.of(each) for clock, each in figures.clocks.items()},
        previous_clocks={clock: ClockOut.of(each) for clock, each in figures.previous_clocks.items()},
    )


def dates_of(period: Period) -> PeriodOut:
    return PeriodOut(from_date=period.start, to_date=period.end)


def _totals(totals: Totals) -> dict[str, int]:
    return {
        "total": totals.total,
        "open": totals.open,
        "high": totals.high,
        "negative": totals.negative,
        "needs_action": totals.action,
        "unknown_status": totals.unknown,
        "not_classified": totals.not_classified,
    }


def _trend(figures: DashboardFigures, context: DashboardContext) -> list[TrendPointOut]:
    points = filled_trend(figures.trend, len(context.buckets))
    periods = (context.buckets[point.position] for point in points)
    return [
        TrendPointOut(from_date=period.start, to_date=period.end, medium=point.medium, low=point.low, **_totals(point))
        for point, period in zip(points, periods, strict=True)
    ]


def _at_risk(each: RiskyCustomer) -> CustomerAtRiskOut:
    return CustomerAtRiskOut(
        customer_id=each.customer_id,
        name=each.name,
        organisation=each.organisation,
        risk=each.risk,
        change=each.change,
        is_new=each.is_new,
        reasons=each.reasons,
        open=each.open,
    )


def _customer(each: CustomerVolume) -> CustomerOut:
    return CustomerOut(
        customer_id=each.customer_id, total=each.total, high=each.high, negative=each.negative, open=each.open
    )


def _backlog(each: BacklogPoint) -> BacklogPointOut:
    return BacklogPointOut(
        from_date=each.start, to_date=each.end, open=each.open, arrived=each.opened, settled=each.resolved
    )


def _counts(values: Iterable[ValueCount]) -> dict[str, int]:
    return {each.value: each.count for each in values}


def _whole(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds)
