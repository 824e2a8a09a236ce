"""Every number against a slow count in Python and against the list it opens, on a real MongoDB."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics.dashboard.previous_buckets import previous_buckets
from analytics.dashboard.statistics import StatisticsStore, api_statistics
from analytics.figures import NOT_STOPPED, AtRiskCustomer, DashboardFigures, Flow, TrendPoint, ValueCount
from supportsaas.db import mongo
from tenants.models import Tenant
from tests.builders import NOON, delete_stored, finished_job, store_tickets
from tests.rolled_up import forget_rollups
from tickets.clocks.settings import NO_CLOCK_SETTINGS
from tickets.clocks.stopwatch import clock_fields
from tickets.records.buckets import Buckets, Unit, buckets_of
from tickets.records.collection_names import TICKETS
from tickets.records.facets import SENTIMENTS, URGENCIES, URGENCY_SUMS
from tickets.records.period import Period
from tickets.records.periods import preset
from tickets.records.statuses import is_open, state_of
from tickets.store.filters import TicketFilter
from tickets.store.ticket_store import TicketStore

Ticket = dict[str, Any]
Condition = Callable[[Ticket], bool]

BERLIN = ZoneInfo("Europe/Berlin")
SPRING = datetime(2026, 3, 29, 12, 0, tzinfo=UTC)  # the day clocks go forward in Berlin
SECOND = timedelta(seconds=1)
ZONES = [ZoneInfo(name) for name in ("UTC", "Europe/Berlin", "Asia/Kolkata", "Australia/Lord_Howe")]
STATUSES = ["new", "open", "in_progress", "closed", "resolved", "Waiting for parts", "Closed", "In Progress", "6"]
SOURCES = ["email", "chat", "Web & App"]
WORDS = ["router", "invoice", "größe", "a-b", "login"]

drawn_tickets = st.lists(
    st.fixed_dictionaries(
        {
            "tenant_id": st.sampled_from(["acme", "acme", "acme", "globex"]),
            "status": st.sampled_from(STATUSES),
            "urgency": st.sampled_from(URGENCIES),
            "sentiment": st.sampled_from(SENTIMENTS),
            "source": st.sampled_from(SOURCES),
            "team": st.sampled_from([None, "billing", "Shop/EU"]),
            "requires_action": st.sampled_from([True, False, None]),
            "customer_id": st.sampled_from(["", "ann", "bob/2", "çelik"]),
            "topics": st.lists(st.sampled_from(WORDS), unique=True),
            "topic_ids": st.one_of(st.none(), st.lists(st.sampled_from(["t1", "t2", "t12"]), unique=True)),
            "is_deleted": st.sampled_from([False, False, False, True]),
            # How long after its creation, in order, it was closed, reopened, closed …
            "turns": st.lists(st.integers(0, 10**9).map(lambda ms: timedelta(milliseconds=ms)), max_size=4).map(sorted),
            "is_closing_known": st.sampled_from([True, True, False, None]),
            # Whole hours and half hours around the change of the clocks, so that edges are hit.
            "created_at": st.one_of(
                st.integers(-700, 100).map(lambda halves: SPRING + halves * timedelta(minutes=30)),
                st.integers(-(10**9), 10**8).map(lambda ms: SPRING + ms * timedelta(milliseconds=1)),
            ),
        }
    ),
    max_size=40,
)
drawn_periods = st.one_of(
    st.tuples(st.sampled_from(["24h", "7d", "30d"]), st.none()),
    st.tuples(st.integers(-(10**9), 0), st.integers(1, 10**9)),
)


def put(tickets: Iterable[Ticket]) -> list[Ticket]:
    """Have exactly these tickets stored, of whichever tenant they name, their turns as moments that fit the status."""
    found = []
    for number, each in enumerate(tickets):
        turns = [each["created_at"] + lag for lag in each["turns"]]
        fits = is_open(each["status"]) is (len(turns) % 2 == 0)
        status = each["status"] if fits else "closed" if is_open(each["status"]) else "open"
        ticket = {**each, "external_id": f"T-{number}", "turns": turns, "status": status}
        found.append(ticket | {"clocks": clock_fields(ticket, NO_CLOCK_SETTINGS)["clocks"] or []})
    mongo.collection(TICKETS).delete_many({})
    forget_rollups()
    if found:
        waits = {"unindexed_since": SPRING}  # for its words
        mongo.collection(TICKETS).insert_many([{**each, **({} if each["is_deleted"] else waits)} for each in found])
    return found


def drawn_period(drawn: tuple[Any, Any], zone: ZoneInfo) -> Period:
    first, length = drawn
    if isinstance(first, str):
        return preset(first, zone=zone, now=SPRING)
    start = SPRING + timedelta(milliseconds=first)
    return Period(start, start + timedelta(milliseconds=length))


def agree(tenant: Tenant, tickets: list[Ticket], number: int, condition: Condition, wanted: TicketFilter) -> None:
    """A number is what Python counts, and what the list of its link holds."""
    assert number == sum(map(condition, tickets))
    assert number == TicketStore(tenant).queries.count(wanted)


@pytest.mark.parametrize("unit", [None, Unit.HOUR, Unit.DAY, Unit.WEEK, Unit.MONTH])
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    everything=drawn_tickets,
    drawn=drawn_periods,
    zone=st.sampled_from(ZONES),
    sources=st.sampled_from([(), ("email",), ("email", "Web & App")]),
)
def test_every_number_is_the_number_of_tickets_in_its_list(
    tenant: Tenant,
    unit: Unit | None,
    everything: list[Ticket],
    drawn: tuple[Any, Any],
    zone: ZoneInfo,
    sources: tuple[str, ...],
) -> None:
    tenant.timezone = zone.key
    period = drawn_period(drawn, zone)
    before = period.comparison(SPRING, zone)
    buckets = buckets_of(period, zone, unit)
    living = [each for each in put(everything) if each["tenant_id"] == "acme" and not each["is_deleted"]]
    of_all_sources = [each for each in living if period.start <= each["created_at"] < period.end]
    mine = [each for each in of_all_sources if not sources or each["source"] in sources]
    earlier = [
        each
        for each in living
        if before.start <= each["created_at"] < before.end and (not sources or each["source"] in sources)
    ]
    base = TicketFilter(source=sources, created_from=period.start, created_to=period.end)
    was = TicketFilter(source=sources, created_from=before.start, created_to=before.end)

    figures = StatisticsStore(tenant).dashboard(buckets, comparison=before, sources=sources, now=SPRING)

    for totals, tickets, context in ((figures.totals, mine, base), (figures.previous, earlier, was)):
        for number, condition, narrowed in (
            (totals.total, lambda each: True, {}),
            (totals.open, lambda each: is_open(each["status"]), {"state": ("open",)}),
            (totals.unknown, lambda each: state_of(each["status"]) == "unknown", {"state": ("unknown",)}),
            (totals.total - totals.open, lambda each: not is_open(each["status"]), {"state": ("closed",)}),
            (totals.high, lambda each: each["urgency"] == "high", {"urgency": ("high",)}),
            (totals.negative, lambda each: each["sentiment"] == "negative", {"sentiment": ("negative",)}),
            (totals.action, lambda each: each["requires_action"] is True, {"requires_action": True}),
            (totals.not_classified, lambda each: each["urgency"] == "unknown", {"urgency": ("unknown",)}),
        ):
            agree(tenant, tickets, number, condition, replace(context, **narrowed))
    _check_breakdowns(tenant, figures, mine, of_all_sources, base)
    _check_trend(tenant, figures, buckets, mine, base)
    of_sources = [each for each in living if not sources or each["source"] in sources]
    _check_previous_trend(figures, previous_buckets(buckets, before, zone), earlier, of_sources)
    _check_customers(tenant, figures.customers, mine, base)
    _check_volume(figures, mine)
    _check_words(figures, mine, earlier)
    _check_topics(tenant, figures, mine, earlier, base)
    _check_week_hours(figures, mine, zone)
    _check_flow_of_time(figures, of_sources, period, before, zone)


def with_values(base: TicketFilter, values: dict[str, Any]) -> TicketFilter:
    return replace(base, **values)


def has(field: str, value: str) -> Callable[[Ticket], bool]:
    return lambda ticket: bool(ticket[field] == value)


def _check_breakdowns(
    tenant: Tenant, figures: DashboardFigures, mine: list[Ticket], of_all_sources: list[Ticket], base: TicketFilter
) -> None:
    for field, values, tickets in (
        ("status", figures.by_status, mine),
        ("urgency", figures.by_urgency, mine),
        ("sentiment", figures.by_sentiment, mine),
        ("source", figures.by_source, of_all_sources),
    ):
        assert sum(each.count for each in values) == len(tickets)
        for each in values:
            wanted = with_values(base, {field: (each.value,)})
            agree(tenant, tickets, each.count, has(field, each.value), wanted)
    words = Counter(word for ticket in mine for word in ticket["topics"])
    ranked = sorted(words.items(), key=lambda pair: (-pair[1], pair[0].encode()))
    assert figures.keywords == tuple(ValueCount(word, count) for word, count in ranked)
    for each in figures.keywords:
        assert each.count == TicketStore(tenant).queries.count(replace(base, keyword=each.value))


def _check_trend(
    tenant: Tenant, figures: DashboardFigures, buckets: Buckets, mine: list[Ticket], base: TicketFilter
) -> None:
    assert sum(point.total for point in figures.trend) == len(mine)
    for point in figures.trend:
        period = buckets[point.position]
        inside = [each for each in mine if period.start <= each["created_at"] < period.end]
        in_period = replace(base, created_from=period.start, created_to=period.end)
        agree(tenant, inside, point.total, lambda each: True, in_period)
        assert point.open == sum(is_open(each["status"]) for each in inside)
        assert point.negative == sum(each["sentiment"] == "negative" for each in inside)
        assert point.action == sum(each["requires_action"] is True for each in inside)
        for urgency in URGENCIES:
            wanted = replace(in_period, urgency=(urgency,))
            agree(tenant, inside, getattr(point, URGENCY_SUMS[urgency]), has("urgency", urgency), wanted)


def _check_previous_trend(
    figures: DashboardFigures, buckets: Buckets | None, earlier: list[Ticket], of_sources: list[Ticket]
) -> None:
    """Each point counts the tickets of its own bucket of the previous period, and no other point has any."""
    found = {point.position: point for point in figures.previous_trend}
    flows = {each.position: each for each in figures.previous_flows}
    periods = [buckets[position] for position in range(len(buckets))] if buckets else []
    for position, period in enumerate(periods):
        inside = [each for each in earlier if period.start <= each["created_at"] < period.end]
        point = found.pop(position, TrendPoint(position=position))
        assert point.total == len(inside)
        turns = [
            turn for each in of_sources for turn in enumerate(each["turns"]) if period.start <= turn[1] < period.end
        ]
        resolved = sum(place % 2 == 0 for place, _ in turns)
        flow = flows.get(position, Flow(position, 0, 0))
        assert (flow.opened, flow.resolved) == (len(inside) + len(turns) - resolved, resolved)
        for urgency in URGENCIES:
            assert getattr(point, URGENCY_SUMS[urgency]) == sum(each["urgency"] == urgency for each in inside)
    assert not found


def _check_customers(
    tenant: Tenant, customers: tuple[AtRiskCustomer, ...], mine: list[Ticket], base: TicketFilter
) -> None:
    expected = []
    for customer_id in {each["customer_id"] for each in mine} - {""}:
        theirs = [each for each in mine if each["customer_id"] == customer_id]
        high = [each for each in theirs if each["urgency"] == "high"]
        negative = [each for each in theirs if each["sentiment"] == "negative"]
        if not high and len(negative) < 2:
            continue
        speaking = sorted(high or negative, key=lambda each: (each["created_at"], each["external_id"]), reverse=True)
        expected.append(
            AtRiskCustomer(
                customer_id=customer_id,
                total=len(theirs),
                high_urgency_count=len(high),
                negative_count=len(negative),
                open_count=sum(is_open(each["status"]) for each in theirs),
                ticket_ids=tuple(each["external_id"] for each in speaking[:3]),
            )
        )
    expected.sort(key=lambda each: (-each.score, each.customer_id.encode()))
    assert customers == tuple(expected)
    for each in customers:
        count = TicketStore(tenant).queries.count
        of_customer = replace(base, customer_id=each.customer_id)
        assert each.high_urgency_count == count(replace(of_customer, urgency=("high",)))
        assert each.negative_count == count(replace(of_customer, sentiment=("negative",)))
        assert each.open_count == count(replace(of_customer, state=("open",)))


def _check_volume(figures: DashboardFigures, mine: list[Ticket]) -> None:
    writers = Counter(each["customer_id"] for each in mine if each["customer_id"])
    ranked = sorted(writers.items(), key=lambda pair: (-pair[1], pair[0].encode()))
    assert [(each.customer_id, each.total) for each in figures.volume] == ranked


def _check_words(figures: DashboardFigures, mine: list[Ticket], earlier: list[Ticket]) -> None:
    now, then = (Counter(word for each in tickets for word in each["topics"]) for tickets in (mine, earlier))
    gains = sorted(((then[word] - now[word], word.encode()), word) for word in now if now[word] > then[word])
    assert [(each.value, each.count, each.before) for each in figures.rising] == [
        (word, now[word], then[word]) for _, word in gains
    ]


def _check_topics(
    tenant: Tenant, figures: DashboardFigures, mine: list[Ticket], earlier: list[Ticket], base: TicketFilter
) -> None:
    now, then = (Counter(name for each in part for name in each["topic_ids"] or ()) for part in (mine, earlier))
    assert {each.id: (each.count, each.before) for each in figures.topics} == {
        name: (now[name], then[name]) for name in now | then
    }
    for each in figures.topics:
        assert each.count == TicketStore(tenant).queries.count(replace(base, topic=(each.id,)))
    for topic in figures.rising_topics:
        customers = {each["customer_id"] for each in mine if topic.id in (each["topic_ids"] or ())}
        assert topic.customers.count == len(customers - {""}) >= 3


def _check_week_hours(figures: DashboardFigures, mine: list[Ticket], zone: ZoneInfo) -> None:
    local = [each["created_at"].astimezone(zone) for each in mine]
    hours = Counter(24 * moment.weekday() + moment.hour for moment in local)
    assert figures.week_hours == tuple(hours[hour] for hour in range(168))


def _is_open_at(ticket: Ticket, moment: datetime) -> bool:
    turns_before = sum(turn < moment for turn in ticket["turns"])
    return bool(ticket["created_at"] < moment and turns_before % 2 == 0)


def _check_flow_of_time(
    figures: DashboardFigures, tickets: list[Ticket], period: Period, before: Period, zone: ZoneInfo
) -> None:
    """Backlog, ages and resolution, which look at more than the tickets created in the period."""
    for point in figures.backlog:
        assert point.open == sum(_is_open_at(each, point.end) for each in tickets)
    assert figures.backlog[0].start == period.start
    assert figures.backlog[-1].end == period.end
    open_now = [each for each in tickets if is_open(each["status"])]
    assert sum(band.count for band in figures.ages) == len(open_now)
    for band in figures.ages:
        start, end = band.created_from or SPRING - timedelta(days=999), band.created_to or SPRING + timedelta(days=999)
        assert band.count == sum(start <= each["created_at"] < end for each in open_now)
    both = (period, figures.clocks, figures.reopened), (before, figures.previous_clocks, figures.previous_reopened)
    for of, clocks, reopened in both:
        found = clocks.get("resolution", NOT_STOPPED)
        closed = [each for each in tickets if len(each["turns"]) % 2 and of.start <= each["turns"][-1] < of.end]
        untimed = [each for each in closed if len(each["turns"]) == 1 and not each["is_closing_known"]]
        closed = [each for each in closed if not any(each is other for other in untimed)]
        again = [turn for each in tickets for turn in each["turns"][1::2] if of.start <= turn < of.end]
        assert (found.calendar.count, found.unknown, reopened) == (len(closed), len(untimed), len(again))
        if closed:
            took = sorted(max((each["turns"][-1] - each["created_at"]) // SECOND, 1) for each in closed)
            assert found.calendar.median_seconds == pytest.approx(took[ceil(len(took) * 0.5) - 1], rel=0.021, abs=1.04)
            assert found.calendar.p90_seconds == pytest.approx(took[ceil(len(took) * 0.9) - 1], rel=0.021, abs=1.04)


def test_sources_also_filter_the_previous_period(tenant: Tenant) -> None:
    store_tickets(
        tenant,
        [
            {"source": source, "created_at": f"2026-03-{day:02}T09:00:00Z"}
            for source, day in (("email", 9), ("chat", 9), ("email", 2), ("chat", 2), ("chat", 1))
        ],
    )
    period = preset("7d", zone=BERLIN, now=NOON)
    figures = StatisticsStore(tenant).dashboard(
        buckets_of(period, BERLIN), comparison=period.comparison(NOON, BERLIN), sources=["chat"]
    )
    assert (figures.totals.total, figures.previous.total) == (1, 2)
    assert figures.by_source == (ValueCount("chat", 1), ValueCount("email", 1))


def test_a_tenant_without_tickets_has_only_zeros(tenant: Tenant) -> None:
    period = preset("7d", zone=BERLIN, now=NOON)
    figures = StatisticsStore(tenant).dashboard(buckets_of(period, BERLIN), comparison=period.previous)
    assert (figures.totals.total, figures.totals.high_ratio, figures.totals.negative_ratio) == (0, 0.0, 0.0)
    assert not (figures.trend or figures.keywords or figures.customers or figures.by_status)
    answer = api_statistics(tenant, start=None, end=None)
    assert (answer.total_tickets, answer.by_status, answer.hourly_trend, answer.as_of) == (0, {}, (), None)
    assert (answer.urgency_high_ratio, answer.negative_sentiment_ratio) == (0.0, 0.0)


def test_a_store_needs_a_tenant() -> None:
    with pytest.raises(ValueError, match="needs a tenant"):
        StatisticsStore(Tenant(slug=""))
    with pytest.raises(ValueError, match="needs a tenant"):
        StatisticsStore("acme")  # type: ignore[arg-type]


class TestApiStatistics:
    def test_api_statistics_count_stored_tickets_that_are_not_deleted(
        self, tenant: Tenant, other_tenant: Tenant
    ) -> None:
        store_tickets(
            tenant,
            [
                {"message": "We will file a lawsuit", "customer_id": "ann", "created_at": "2026-03-10T09:10:00Z"},
                {"message": "How does it work", "status": "closed", "created_at": "2026-03-10T09:50:00Z"},
                {"message": "The router is terrible", "created_at": "2026-03-10T11:00:00Z"},
                {"message": "We will file a lawsuit", "created_at": "2026-03-10T11:30:00Z"},
            ],
        )
        store_tickets(other_tenant, [{"message": "We will file a lawsuit", "customer_id": "ann"}])
        delete_stored(tenant, ["T-4"])
        answer = api_statistics(tenant, start=None, end=None)
        assert answer.total_tickets == 3
        assert answer.by_status == {"open": 2, "closed": 1}
        assert answer.urgency_high_ratio == pytest.approx(1 / 3)
        assert answer.negative_sentiment_ratio == pytest.approx(1 / 3)
        assert [(each.hour, each.count) for each in answer.hourly_trend] == [
            (datetime(2026, 3, 10, 9, tzinfo=UTC), 2),
            (datetime(2026, 3, 10, 11, tzinfo=UTC), 1),
        ]
        assert [(each.customer_id, each.high_urgency_count, each.ticket_ids) for each in answer.at_risk_customers] == [
            ("ann", 1, ("T-1",))
        ]
        assert "router" in answer.top_keywords

    def test_the_period_of_api_statistics_excludes_its_end(self, tenant: Tenant) -> None:
        store_tickets(tenant, [{"created_at": f"2026-03-10T{hour:02}:00:00Z"} for hour in (9, 10, 11)])
        start, end = datetime(2026, 3, 10, 9, tzinfo=UTC), datetime(2026, 3, 10, 11, tzinfo=UTC)
        assert api_statistics(tenant, start=start, end=end).total_tickets == 2

    def test_top_keywords_are_at_most_ten_and_each_counts_once_a_ticket(self, tenant: Tenant) -> None:
        store_tickets(tenant, [{"message": "router router router"}, {"message": "invoice"}, {"message": "invoice"}])
        words = api_statistics(tenant, start=None, end=None).top_keywords
        assert words.index("invoice") < words.index("router")
        assert len(words) <= 10

    def test_as_of_is_the_last_run_that_read_everything(self, tenant: Tenant) -> None:
        finished_job(tenant, now=NOON)
        finished_job(tenant, status="failed", now=NOON + timedelta(hours=1))
        assert api_statistics(tenant, start=None, end=None).as_of == NOON
