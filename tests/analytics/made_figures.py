"""Figures as a store would give them, for panels and tables to be made from."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from analytics.dashboard.context import DashboardContext
from analytics.dashboard.links import TicketLinks
from analytics.dashboard.risky_customers import RiskyCustomer
from analytics.figures import (
    AgeBand,
    AtRiskCustomer,
    BacklogPoint,
    ClockFigures,
    CustomerVolume,
    DashboardFigures,
    Durations,
    RisingKeyword,
    RisingTopic,
    TopicCount,
    TopicCustomers,
    Totals,
    TrendPoint,
    ValueCount,
)
from tests.builders import NOON
from tickets.records.buckets import Unit, buckets_of
from tickets.records.histogram import step_of
from tickets.records.periods import preset
from tickets.store.filters import TicketFilter
from tickets.topics.store import ListedTopic

BERLIN = ZoneInfo("Europe/Berlin")
DAY = timedelta(days=1)

TOPICS = (
    ListedTopic("t1", "Broken on arrival", True),
    ListedTopic("t2", "Late refund", True),
    ListedTopic("t3", "No water", True),
)
EMPTY = DashboardFigures(
    totals=Totals(),
    previous=Totals(),
    by_status=(),
    by_urgency=(),
    by_sentiment=(),
    by_source=(),
    trend=(),
    keywords=(),
    customers=(),
)


RISKY = (
    RiskyCustomer(
        customer_id="bob",
        name="Bob Ray",
        organisation="Ray Ltd",
        risk=64,
        change=20,
        is_new=False,
        reasons="7 tickets in 30 days",
        open=1,
    ),
    RiskyCustomer(
        customer_id="ann",
        name="",
        organisation="",
        risk=12,
        change=12,
        is_new=True,
        reasons="“switching to” today",
        open=0,
    ),
)


def context_of(name: str = "7d", *, now: datetime = NOON, zone: ZoneInfo = BERLIN) -> DashboardContext:
    period = preset(name, zone=zone, now=now)
    base = TicketFilter(source=("email",), created_from=period.start, created_to=period.end)
    return DashboardContext(
        buckets=buckets_of(period, zone),
        comparison=period.comparison(now, zone),
        links=TicketLinks("acme", base),
        zone=zone,
        now=now,
        topics=TOPICS,
        risky=RISKY,
    )


def figures_of(context: DashboardContext) -> DashboardFigures:
    """Something of everything."""
    days = buckets_of(context.buckets.period, context.zone, Unit.DAY)
    backlog = tuple(
        BacklogPoint(start=start, end=end, open=50 + 3 * n, opened=10 + n, resolved=7 + n)
        for n, (start, end) in enumerate(zip(days.edges, days.edges[1:], strict=False))
        if start <= context.now
    )
    return DashboardFigures(
        totals=Totals(total=1200, open=300, high=90, negative=200, action=400),
        previous=Totals(total=1000, open=250, high=0, negative=200, action=500),
        by_status=(ValueCount("closed", 900), ValueCount("in_progress", 300)),
        by_urgency=(ValueCount("high", 90), ValueCount("medium", 310), ValueCount("low", 800)),
        by_sentiment=(ValueCount("negative", 200), ValueCount("neutral", 1000)),
        by_source=(ValueCount("email", 1200),),
        trend=(
            TrendPoint(position=0, total=400, open=100, high=30, negative=70, action=1, medium=70, low=300),
            TrendPoint(position=2, total=800, open=200, high=60, negative=130, action=2, medium=240, low=500),
        ),
        keywords=(ValueCount("invoice", 128), ValueCount("refund", 90)),
        customers=(
            AtRiskCustomer(
                customer_id="ann", total=3, high_urgency_count=1, negative_count=0, open_count=0, ticket_ids=("T-1",)
            ),
            AtRiskCustomer(
                customer_id="bob",
                total=9,
                high_urgency_count=6,
                negative_count=2,
                open_count=1,
                ticket_ids=("T-9", "T-8", "T-7", "T-6"),
            ),
        ),
        rising=(RisingKeyword("invoice", 128, 40), RisingKeyword("refund", 90, 0), RisingKeyword("login", 1004, 1000)),
        topics=(TopicCount("t3", 1004, 1000), TopicCount("t1", 128, 40), TopicCount("t2", 90, 0)),
        rising_topics=(
            RisingTopic("t1", 128, 40, TopicCustomers(77)),
            RisingTopic("t2", 90, 0, TopicCustomers(9)),
            RisingTopic("t3", 1004, 1000, TopicCustomers(1000, is_at_least=True)),
        ),
        volume=(
            CustomerVolume(customer_id="bob", total=240, high=6, negative=2, open=1),
            CustomerVolume(customer_id="ann", total=60, high=1, negative=0, open=0),
        ),
        week_hours=tuple(day * hour for day in range(7) for hour in range(24)),
        backlog=backlog,
        ages=(
            AgeBand("under a day", context.now - DAY, context.now, 8),
            AgeBand("1–7 days", context.now - 7 * DAY, context.now - DAY, 0),
            AgeBand("older", None, context.now - 7 * DAY, 24),
        ),
        reopened=4,
        clocks={
            "first_reply": ClockFigures(
                calendar=took((900, 150), (40_000, 50)),
                business=took((600, 150), (9000, 50)),
                unknown=7,
                met=182,
                breached=18,
                by=(("conversation", 40), ("helpdesk", 160)),
            ),
            "resolution": ClockFigures(calendar=took((6 * 3600, 180), (2.3 * 86_400, 32)), unknown=3),
        },
        previous_clocks={
            "first_reply": ClockFigures(calendar=took((900, 100)), business=took((500, 100)), met=80, breached=20),
            "resolution": ClockFigures(calendar=took((8 * 3600, 106))),
        },
    )


def took(*times: tuple[float, int]) -> Durations:
    """Pairs of seconds and how often it took that long, ascending."""
    return Durations(tuple((step_of(seconds), number) for seconds, number in times))
