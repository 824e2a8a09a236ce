"""Roll-ups: the same numbers as from the tickets themselves, whatever happens to the tickets."""

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics.dashboard import customers
from analytics.dashboard.customers import ChosenCustomers, choose
from analytics.dashboard.query_scope import QueryScope
from analytics.dashboard.statistics import StatisticsStore
from analytics.dashboard.union_parts import CountedPeriod
from supportsaas.db import mongo
from tenants.models import Tenant
from tests.analytics.test_statistics import (
    SPRING,
    ZONES,
    Ticket,
    drawn_period,
    drawn_periods,
    drawn_tickets,
    put,
)
from tests.builders import NOON, delete_stored, store_tickets
from tests.rolled_up import forget_rollups, roll_up
from tickets.classification.corrections import Verdicts
from tickets.corrections.correcting import correct_tickets, undo_correction
from tickets.erasure.retention import erase_all
from tickets.records.buckets import Buckets, Unit, buckets_of
from tickets.records.dimensions import ALL_TICKETS, Narrowing
from tickets.records.facets import FacetCounts, Facets
from tickets.records.period import Period
from tickets.rollups.blocks import SIZES, Block, blocks_of, cut, hour_keys, start_of
from tickets.rollups.building import build, build_given_up
from tickets.rollups.checking import check_day, random_day
from tickets.rollups.keywords import tidy
from tickets.rollups.view import rollup_view
from tickets.store.customers import find_customers
from tickets.store.facet_counts import FacetCountStore
from tickets.store.filters import TicketFilter
from tickets.store.ticket_store import TicketStore

NARROWINGS = st.sampled_from(
    [
        ALL_TICKETS,
        Narrowing("source", ("email",)),
        Narrowing("source", ("email", "Web & App")),
        Narrowing("team", ("billing",)),
        Narrowing("team", ("billing", "Shop/EU", "nobody")),
    ]
)
UTC_ZONE = ZoneInfo("UTC")
LATER = NOON + timedelta(days=200)
"""When all larger blocks of the tests' days are over."""


@pytest.fixture(autouse=True)
def _first_customers_are_used_even_for_few_tickets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(customers, "FEW_TICKETS", 0)


def both_ways(
    tenant: Tenant, buckets: Buckets, narrowing: Narrowing = ALL_TICKETS, *, now: datetime = SPRING
) -> list[Any]:
    """The dashboard from roll-ups, as a page shows it, and from the tickets alone."""
    comparison = buckets.period.comparison(now, tenant.zone)
    stores = StatisticsStore(tenant, use_cache=True), StatisticsStore(tenant, use_rollups=False)
    return [each.dashboard(buckets, comparison=comparison, narrowing=narrowing, now=now) for each in stores]


def days_around(zone: ZoneInfo, *, days: int = 30, now: datetime = NOON) -> Buckets:
    end = now + timedelta(days=2)
    return buckets_of(Period(end - timedelta(days=days), end), zone, Unit.DAY)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    everything=drawn_tickets,
    drawn=drawn_periods,
    zone=st.sampled_from(ZONES),
    unit=st.sampled_from([None, Unit.HOUR, Unit.DAY, Unit.WEEK]),
    narrowing=NARROWINGS,
)
def test_numbers_from_roll_ups_equal_numbers_from_tickets(
    tenant: Tenant,
    everything: list[Ticket],
    drawn: tuple[Any, Any],
    zone: ZoneInfo,
    unit: Unit | None,
    narrowing: Narrowing,
) -> None:
    Tenant.objects.filter(pk=tenant.pk).update(timezone=zone.key)
    tenant.timezone = zone.key
    put(everything)
    roll_up(tenant)
    period = drawn_period(drawn, zone)
    rolled_up, counted = both_ways(tenant, buckets_of(period, zone, unit), narrowing)
    assert rolled_up == counted
    values: dict[str, Any] = {narrowing.field: narrowing.values}
    wanted = TicketFilter(created_from=period.start, created_to=period.end, **values)
    assert TicketStore(tenant).queries.count(wanted) == rolled_up.totals.total


def stored_facets(tenant: Tenant) -> FacetCounts:
    """Of the live tickets, counted one by one."""
    found = mongo.collection("tickets").find({"tenant_id": tenant.slug, "is_deleted": False})
    return FacetCounts(Facets.of(each) for each in found)


def assert_exact(tenant: Tenant, buckets: Buckets, *, now: datetime) -> None:
    """Dashboard, lists and customers have the numbers that the tickets have."""
    rolled_up, counted = both_ways(tenant, buckets, now=now)
    assert rolled_up == counted
    assert FacetCountStore(tenant).find_counts() == stored_facets(tenant)
    by_customer: dict[str, int] = {}
    for each in mongo.collection("tickets").find({"tenant_id": tenant.slug, "is_deleted": False}):
        by_customer[each["customer_id"]] = by_customer.get(each["customer_id"], 0) + 1
    assert {each.customer_id: each.total for each in find_customers(tenant)} == by_customer


def _replies(now: datetime, number: int) -> dict[str, Any]:
    """A reply that the helpdesk dates, and when the ticket is due; every third ticket has neither."""
    if number % 3 == 2:
        return {}
    return {"first_reply_at": (now - timedelta(hours=number)).isoformat(), "due_at": NOON.isoformat()}


def _work(number: int, status: str) -> dict[str, Any]:
    """Who works on it and what it is about; some tickets have none of that, and a change of the status changes it."""
    if number % 4 == 3:
        return {}
    return {"assignee": f"ann-{status}", "type": "question", "tags": ["b", f"a{number % 2}"], "organisation": "Acme."}


class Changes:
    """What can happen to a tenant's tickets and roll-ups."""

    def __init__(self, tenant: Tenant) -> None:
        self.tenant = tenant
        self.now = NOON

    def write(self, number: int, day: int, status: str, words: str) -> None:
        self.now += timedelta(minutes=7)
        stamp = self.now.isoformat()
        store_tickets(
            self.tenant,
            [
                {
                    "id": f"T-{number}",
                    "created_at": f"2026-03-{day:02}T{number:02}:10:00Z",
                    "updated_at": stamp,
                    "status": status,
                    "message": words,
                    **_replies(self.now, number),
                    **_work(number, status),
                    "customer_id": f"cust_{number % 3}",
                    "source": ("email", "chat")[number % 2],
                }
            ],
            now=self.now,
        )

    def delete(self, number: int) -> None:
        delete_stored(self.tenant, [f"T-{number}"], now=self.now)

    def correct(self, number: int, urgency: Any, requires_action: Any) -> None:
        correct_tickets(self.tenant, [f"T-{number}"], Verdicts(urgency, None, requires_action), by="ann")

    def undo(self, number: int) -> None:
        undo_correction(self.tenant, f"T-{number}", by="ann")

    def build(self) -> None:
        """As the periodic task does after a change of the zone."""
        assert build(self.tenant)

    def tidy(self) -> None:
        tidy(self.tenant, now=LATER)

    def check(self) -> None:
        day = random_day(self.tenant)
        assert day is None or not check_day(self.tenant, day)

    def retention(self, days: int) -> None:
        """A retention period that holds for a moment."""
        for period in (days, None):
            Tenant.objects.filter(pk=self.tenant.pk).update(retention_days=period)
            erase_all(self.tenant, stop=threading.Event(), now=lambda: NOON)
        last = NOON - timedelta(days=days)
        assert mongo.collection("tickets").count_documents({"created_at": {"$lte": last}}) == 0
        assert {*mongo.collection("ticket_history").distinct("external_id")} <= {
            *mongo.collection("tickets").distinct("external_id")
        }

    def move(self, zone: str) -> None:
        Tenant.objects.filter(pk=self.tenant.pk).update(timezone=zone)
        self.tenant.timezone = zone


steps = st.one_of(
    st.tuples(
        st.just("write"),
        st.integers(0, 9),
        st.integers(1, 12),
        st.sampled_from(["open", "closed", "pending"]),
        st.sampled_from(["We will file a lawsuit", "How does it work", "The router is terrible"]),
    ),
    st.tuples(st.just("delete"), st.integers(0, 9)),
    st.tuples(st.just("correct"), st.integers(0, 9), st.sampled_from(["high", "low"]), st.sampled_from([None, False])),
    st.tuples(st.just("undo"), st.integers(0, 9)),
    st.tuples(st.just("retention"), st.integers(0, 10)),
    st.tuples(st.just("build")),
    st.tuples(st.just("tidy")),
    st.tuples(st.just("check")),
    st.tuples(st.just("move"), st.sampled_from(["UTC", "Europe/Berlin", "Asia/Kolkata"])),
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(history=st.lists(steps, min_size=3, max_size=16))
def test_numbers_stay_exact_through_edits_corrections_deletions_returns_retention_and_zone_changes(
    tenant: Tenant, history: list[tuple[Any, ...]]
) -> None:
    put([])
    mongo.collection("ticket_history").delete_many({})
    changes = Changes(tenant)
    changes.move("UTC")
    for name, *arguments in history:
        getattr(changes, name)(*arguments)
        # Of one moment, so that numbers which are remembered would be found again.
        assert_exact(tenant, days_around(tenant.zone), now=NOON)


class TestWriting:
    def test_a_write_shows_at_once_without_a_worker(self, tenant: Tenant) -> None:
        store_tickets(tenant, [{"id": "T-1"}, {"id": "T-2", "status": "closed"}])
        with rollup_view(tenant, now=NOON) as view:
            assert view.is_built
        assert_exact(tenant, days_around(UTC_ZONE), now=NOON)

    def test_a_change_of_the_message_alone_writes_no_numbers(self, tenant: Tenant) -> None:
        store_tickets(tenant, [{"message": "How does it work"}])
        (before,) = mongo.collection("rollup_state").find()
        store_tickets(tenant, [{"message": "How does it work", "updated_at": "2026-03-10T11:00:00Z"}])
        (after,) = mongo.collection("rollup_state").find()
        assert after == before

    def test_a_ticket_that_was_reopened_leaves_no_time_to_resolution(self, tenant: Tenant) -> None:
        for minute, status in enumerate(["open", "closed", "open"]):
            moment = NOON + timedelta(minutes=minute)
            store_tickets(tenant, [{"status": status, "updated_at": moment.isoformat()}], now=moment)
        assert_exact(tenant, days_around(UTC_ZONE), now=NOON)

    def test_customers_without_tickets_are_removed(self, tenant: Tenant) -> None:
        store_tickets(tenant, [{"customer_id": "ann"}])
        delete_stored(tenant, ["T-1"])
        assert mongo.collection("customer_counts").count_documents({}) == 0

    def test_a_tenant_with_too_many_values_is_counted_from_its_tickets(
        self, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("tickets.rollups.differences.MOST_VALUES", 5)
        store_tickets(tenant, [{"status": f"status {n}"} for n in range(9)])
        with rollup_view(tenant, now=NOON) as view:
            assert not view.is_built
        assert_exact(tenant, days_around(UTC_ZONE), now=NOON)
        assert build(tenant)
        store_tickets(tenant, [{"status": "open"} for _ in range(9)], now=NOON + timedelta(minutes=1))
        assert_exact(tenant, days_around(UTC_ZONE), now=NOON)
        assert build_given_up(threading.Event()) == 1
        assert build(tenant)
        with rollup_view(tenant, now=NOON) as view:
            assert view.is_built
        assert_exact(tenant, days_around(UTC_ZONE), now=NOON)

    @pytest.mark.parametrize("is_added_up", [False, True])
    def test_a_day_with_more_keywords_than_a_document_holds_is_counted_from_its_tickets(
        self, tenant: Tenant, is_added_up: bool
    ) -> None:
        store_tickets(tenant, [{"id": "T-1"}])
        day = datetime(2026, 3, 10, tzinfo=UTC).toordinal()
        words = [{"k": f"{'x' * 1000}{n}", "n": 1} for n in range(16_200)]
        key = f"acme|1||01 {day:07}"
        stored = {"tenant_id": "acme", "generation": 1, "slice": "", "words": words, "added": 0}
        mongo.collection("rollup_words").replace_one(
            {"_id": key if is_added_up else f"{key}+"}, stored, upsert=is_added_up
        )
        more = [
            {
                "id": f"M-{n}-{m}",
                "message": " ".join(f"{chr(97 + n)}{chr(97 + m)}{chr(97 + k)}{'y' * 30}" for k in range(24)),
            }
            for n in range(20)
            for m in range(26)
        ]
        store_tickets(tenant, more)
        with rollup_view(tenant, now=NOON) as view:
            assert view.is_built is is_added_up
        tidy(tenant, now=NOON)
        with rollup_view(tenant, now=NOON) as view:
            assert not view.is_built
        assert_exact(tenant, days_around(UTC_ZONE), now=NOON)
        assert build_given_up(threading.Event()) == 1
        assert build(tenant)
        with rollup_view(tenant, now=NOON) as view:
            assert view.is_built
        assert_exact(tenant, days_around(UTC_ZONE), now=NOON)

    def test_numbers_from_before_there_were_too_many_values_do_not_count_again(
        self, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        store_tickets(tenant, [{"id": "T-0"}])
        with monkeypatch.context() as patched:
            patched.setattr("tickets.rollups.differences.MOST_VALUES", 5)
            store_tickets(tenant, [{"id": f"T-{n}", "status": f"status {n}"} for n in range(1, 9)])
        assert build_given_up(threading.Event()) == 1
        assert build(tenant)
        with rollup_view(tenant, now=NOON) as view:
            assert view.is_built
        assert_exact(tenant, days_around(UTC_ZONE), now=NOON)


class TestDays:
    def test_clocks_that_go_back_past_midnight_do_not_bring_back_the_day_before(self, tenant: Tenant) -> None:
        """In Newfoundland it was 23:01 on 6 November again, one minute after the 7th began."""
        Tenant.objects.filter(pk=tenant.pk).update(timezone="America/St_Johns")
        tenant.refresh_from_db()
        minutes = ("02:15", "02:29", "02:30", "02:31", "02:45", "03:10", "03:30", "03:31")
        store_tickets(tenant, [{"id": each, "created_at": f"2010-11-07T{each}:00Z"} for each in minutes])
        for day, number in ((6, 2), (7, 6)):
            first = datetime(2010, 11, day, tzinfo=UTC).toordinal()
            period = Period(start_of(first, tenant.zone), start_of(first + 1, tenant.zone))
            rolled_up, counted = both_ways(tenant, buckets_of(period, tenant.zone, Unit.DAY))
            assert rolled_up == counted
            assert rolled_up.totals.total == number
            assert FacetCountStore(tenant).find_counts(period.start, period.end).total() == number
        assert not check_day(tenant, datetime(2010, 11, 6, tzinfo=UTC).toordinal())


class TestHoursOfUtc:
    @pytest.mark.parametrize("zone", ["Australia/Lord_Howe", "America/Caracas"])
    def test_a_zone_that_is_half_an_hour_off_at_times_has_hours_of_utc(self, tenant: Tenant, zone: str) -> None:
        Tenant.objects.filter(pk=tenant.pk).update(timezone=zone)
        tenant.timezone = zone
        days = ("2005-01-10", "2010-07-01", "2025-01-10", "2025-07-01", "2025-12-10")
        store_tickets(tenant, [{"id": day, "created_at": f"{day}T03:10:00Z"} for day in days])
        found = StatisticsStore(tenant).api(start=None, end=None).hourly_trend
        assert [each.hour.isoformat() for each in found] == [f"{day}T03:00:00+00:00" for day in days]


class TestBuilding:
    def test_tickets_written_meanwhile_are_counted_once(self, tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("tickets.rollups.building.TICKETS_AT_ONCE", 2)
        store_tickets(tenant, [{"id": f"T-{n}", "created_at": f"2026-03-0{n}T09:00:00Z"} for n in range(1, 8)])
        forget_rollups()
        changes: Iterator[Callable[[], object]] = iter(
            [
                lambda: store_tickets(tenant, [{"id": "T-1", "created_at": "2026-03-09T09:00:00Z"}]),
                lambda: store_tickets(tenant, [{"id": "T-7", "created_at": "2026-02-09T09:00:00Z"}]),
                lambda: delete_stored(tenant, ["T-2"]),
                lambda: store_tickets(
                    tenant, [{"id": "T-3", "status": "closed", "created_at": "2026-03-03T09:00:00Z"}]
                ),
            ]
        )
        original = mongo.in_transaction

        def in_transaction(work: Any) -> Any:
            done = original(work)
            if work.__qualname__.startswith("_Builder"):
                next(changes, lambda: None)()
            return done

        monkeypatch.setattr(mongo, "in_transaction", in_transaction)
        assert build(tenant)
        assert next(changes, None) is None
        with rollup_view(tenant, now=NOON) as view:
            assert view.is_built
        assert_exact(tenant, days_around(UTC_ZONE, days=60), now=NOON)

    def test_a_builder_that_stopped_goes_on_where_it_was(self, tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("tickets.rollups.building.TICKETS_AT_ONCE", 2)
        store_tickets(tenant, [{"id": f"T-{n}"} for n in range(7)])
        forget_rollups()
        left = [8]

        class Stop:
            def is_set(self) -> bool:
                left[0] -= 1
                return left[0] < 0

        assert not build(tenant, stop=Stop())  # type: ignore[arg-type]  # a stop that comes after some steps
        (found,) = mongo.collection("rollup_state").find()
        assert found["building"]["last"]["external_id"] == "T-3"
        assert build(tenant)
        assert_exact(tenant, days_around(UTC_ZONE), now=NOON)

    def test_older_generations_are_deleted(self, tenant: Tenant) -> None:
        store_tickets(tenant, [{"first_reply_at": "2026-03-10T10:00:00Z"}])
        Tenant.objects.filter(pk=tenant.pk).update(timezone="Europe/Berlin")
        tenant.refresh_from_db()
        assert build(tenant)
        for name in ("rollup_numbers", "rollup_words", "rollup_clocks", "rollup_work", "customer_counts"):
            assert mongo.collection(name).distinct("generation") == [2], name


class TestChecking:
    def tamper(self, name: str, change: dict[str, Any], **match: Any) -> None:
        assert mongo.collection(name).update_one(match, change).modified_count == 1

    @pytest.mark.parametrize("size", ["01", "08", "64"])
    def test_a_wrong_number_is_repaired_and_noted(self, tenant: Tenant, size: str) -> None:
        store_tickets(tenant, [{"id": f"T-{n}", "created_at": f"2026-03-0{n}T09:00:00Z"} for n in range(1, 8)])
        day = datetime(2026, 3, 3, tzinfo=UTC).toordinal()
        block = Block(int(size), day - day % int(size))
        self.tamper("rollup_numbers", {"$inc": {"open": 3, "cells.0 0 1": 2}}, _id=f"acme|1||{block.key}")
        assert check_day(tenant, day)
        assert_exact(tenant, days_around(UTC_ZONE), now=NOON)
        assert not check_day(tenant, day)
        (finding,) = mongo.collection("rollup_findings").find()
        assert (finding["tenant_id"], finding["day"]) == ("acme", day)

    def test_wrong_sums_of_all_time_keywords_and_customers_are_repaired(self, tenant: Tenant) -> None:
        store_tickets(tenant, [{"id": f"T-{n}"} for n in range(4)])
        day = datetime(2026, 3, 10, tzinfo=UTC).toordinal()
        self.tamper("rollup_numbers", {"$inc": {"total": -1}}, _id="acme|1||all")
        self.tamper("rollup_words", {"$push": {"words": {"k": "ghost", "n": 4}}}, _id=f"acme|1||01 {day:07}+")
        self.tamper("customer_counts", {"$inc": {"total": 9}}, customer_id="cust_1")
        assert check_day(tenant, day)
        assert_exact(tenant, days_around(UTC_ZONE), now=NOON)
        assert not check_day(tenant, day)


class TestKeywords:
    def test_keywords_that_writes_added_are_added_up(self, tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("tickets.rollups.keywords.COMPACT_AFTER", 5)
        for n in range(4):
            store_tickets(tenant, [{"id": f"T-{n}", "message": "router firmware invoice"}])
        assert_exact(tenant, days_around(UTC_ZONE), now=NOON)
        assert tidy(tenant, now=NOON)
        for each in mongo.collection("rollup_words").find():
            words = [row["k"] for row in each["words"]]
            assert len(words) == len(set(words))
            assert not each["_id"].endswith("+")
        assert_exact(tenant, days_around(UTC_ZONE), now=NOON)
        store_tickets(tenant, [{"id": "T-9", "message": "router"}], now=NOON + timedelta(minutes=1))
        assert_exact(tenant, days_around(UTC_ZONE), now=NOON)

    @pytest.mark.parametrize("most", [0, 200])
    def test_larger_blocks_follow_changes(self, tenant: Tenant, monkeypatch: pytest.MonkeyPatch, most: int) -> None:
        monkeypatch.setattr("tickets.rollups.writing.MOST_ADDED", most)
        store_tickets(
            tenant, [{"id": f"T-{n}", "created_at": f"2026-03-{n:02}T09:00:00Z"} for n in range(1, 25)], now=LATER
        )
        assert tidy(tenant, now=LATER)
        (before,) = mongo.collection("rollup_state").find()
        assert {size for size, _ in before["word_blocks"]} == {8, 64}
        store_tickets(tenant, [{"id": "T-9", "created_at": "2026-03-09T09:00:00Z", "message": "router"}], now=LATER)
        (after,) = mongo.collection("rollup_state").find()
        assert (after["word_blocks"] == before["word_blocks"]) is (most > 0)
        for now in (NOON, LATER):
            rolled_up, counted = both_ways(tenant, days_around(UTC_ZONE, days=300, now=now), now=now)
            assert rolled_up == counted


class TestSnapshot:
    def test_a_reader_sees_one_snapshot_while_tickets_are_written(self, tenant: Tenant) -> None:
        store_tickets(tenant, [{"id": f"T-{n}"} for n in range(3)])
        store = StatisticsStore(tenant)
        buckets = days_around(UTC_ZONE)
        with rollup_view(tenant, now=NOON) as view:
            scope = QueryScope(view)
            counted_period = CountedPeriod.of(scope, buckets.period, None, buckets.edges)
            pipeline = store.dashboard_pipeline(
                scope, counted_period, ChosenCustomers(None), ages=store._age_edges(NOON)
            )
            store_tickets(tenant, [{"id": "T-9"}], now=NOON + timedelta(minutes=1))
            found = next(mongo.database().aggregate(pipeline, session=view.session))
            assert found["sums"]["total"] == 3
        assert store.dashboard(buckets, comparison=buckets.period.previous, now=NOON).totals.total == 4


class TestCustomers:
    def test_top_customers_of_all_time_need_not_be_those_of_the_period(self, tenant: Tenant) -> None:
        old = [
            {"id": f"O-{n}", "customer_id": f"old_{n % 12}", "created_at": "2026-01-05T09:00:00Z"} for n in range(60)
        ]
        new = [{"id": f"N-{n}", "customer_id": f"new_{n}", "message": "lawsuit"} for n in range(12)]
        store_tickets(tenant, [*old, *new])
        rolled_up, counted = both_ways(tenant, days_around(UTC_ZONE, days=10), now=NOON)
        assert rolled_up.customers == counted.customers
        assert rolled_up.volume == counted.volume
        assert {each.customer_id for each in rolled_up.customers} == {
            each["customer_id"] for each in sorted(new, key=lambda each: str(each["customer_id"]))[:10]
        }

    def test_a_new_customer_with_many_tickets_is_counted(self, tenant: Tenant) -> None:
        store_tickets(tenant, [{"id": f"T-{n}", "customer_id": f"c_{n % 15}"} for n in range(60)])
        rush = [{"id": f"R-{n}", "customer_id": "newcomer", "message": "lawsuit"} for n in range(9)]
        store_tickets(tenant, rush, now=NOON + timedelta(minutes=1))
        for now in (NOON + timedelta(minutes=1), NOON + timedelta(minutes=2)):
            rolled_up, counted = both_ways(tenant, days_around(UTC_ZONE), now=now)
            assert rolled_up.customers == counted.customers
            assert rolled_up.customers[0].customer_id == "newcomer"

    def test_all_customers_are_counted_if_there_are_few_tickets(
        self, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        store_tickets(tenant, [{"id": f"T-{n}", "customer_id": f"c_{n % 3}"} for n in range(30)])
        period = Period(NOON - timedelta(days=20), NOON + timedelta(days=1))
        with rollup_view(tenant, now=NOON) as view:
            assert choose(QueryScope(view), Period(NOON - timedelta(days=9), NOON)).customers is None, "one day"
            monkeypatch.setattr(customers, "COUNT_ALL_UP_TO", timedelta())
            assert choose(QueryScope(view), period).customers is not None
            monkeypatch.setattr(customers, "FEW_TICKETS", 100)
            assert choose(QueryScope(view), period).customers is None


class TestBlocks:
    zone = ZoneInfo("Europe/Berlin")

    @given(
        first=st.integers(738_000, 741_000),
        length=st.integers(1, 900),
        stored=st.sets(st.integers(738_000 // 8, 741_900 // 8), max_size=60),
    )
    def test_blocks_cover_a_range_of_days_exactly(self, first: int, length: int, stored: set[int]) -> None:
        larger = {Block(8, each * 8) for each in stored}
        for blocks in (blocks_of((first, first + length)), blocks_of((first, first + length), stored=larger)):
            assert [day for block in blocks for day in range(block.first, block.end)] == list(
                range(first, first + length)
            )
            for block in blocks:
                assert block.days in SIZES
                assert block.first % block.days == 0
        assert all(block.days == 1 or block in larger for block in blocks)

    def test_a_year_is_covered_by_few_blocks(self) -> None:
        first = datetime(2025, 3, 10, tzinfo=UTC).toordinal()
        assert len(blocks_of((first, first + 365))) <= 33

    @given(
        start=st.integers(0, 40 * 24 * 60),
        minutes=st.integers(1, 30 * 24 * 60),
        zone=st.sampled_from(ZONES),
        until=st.integers(0, 80),
        on_hours=st.booleans(),
    )
    def test_the_pieces_of_a_period_cover_it_exactly(
        self, start: int, minutes: int, zone: ZoneInfo, until: int, on_hours: bool
    ) -> None:
        begin = datetime(2026, 3, 10, tzinfo=UTC)
        period = Period(begin + timedelta(minutes=start), begin + timedelta(minutes=start + minutes))
        grid = buckets_of(period, zone, Unit.HOUR).edges[0] if on_hours else None
        last = begin.toordinal() + until
        pieces = cut(period, zone, until=last, grid=grid)
        whole = [(start_of(a, zone), start_of(b, zone)) for a, b in pieces.days]
        parts = sorted([*whole, *((each.start, each.end) for each in (*pieces.hours, *pieces.raw))])
        assert parts[0][0] == period.start
        assert parts[-1][1] == period.end
        assert all(before[1] == after[0] for before, after in pairwise(parts))
        assert not (on_hours and pieces.days)
        assert all(end <= last for _, end in pieces.days)
        assert len(hour_keys(pieces.hours, zone)) >= sum(each.length // timedelta(hours=1) for each in pieces.hours)
