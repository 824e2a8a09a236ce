"""Roll-ups: the same numbers as from the tickets themselves, whatever is rolled up, marked or being written."""

import threading
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics.dashboard import customers
from analytics.dashboard.customers import ChosenCustomers
from analytics.dashboard.query_scope import QueryScope
from analytics.dashboard.statistics import StatisticsStore
from analytics.dashboard.union_parts import CountedPeriod
from analytics.periods import Buckets, Period, Unit, buckets_of
from analytics.rollups import state
from analytics.rollups.blocks import SIZES, Block, ValidRange, blocks_of, cut, start_of
from analytics.rollups.refreshing import refresh, refresh_dirty, refresh_outdated
from analytics.rollups.view import rollup_view
from supportsaas.db import mongo
from supportsaas.reliability.lock import Lock
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

SOURCES_DRAWN = st.sampled_from([(), ("email",), ("email", "Web & App")])
UTC_ZONE = ZoneInfo("UTC")


@pytest.fixture(autouse=True)
def _top_customers_are_used_even_for_few_tickets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(customers, "FEW_TICKETS", 0)


def both_ways(tenant: Tenant, buckets: Buckets, sources: tuple[str, ...] = (), *, now: datetime = SPRING) -> list[Any]:
    """The dashboard from roll-ups, as a page shows it, and from the tickets alone."""
    comparison = buckets.period.comparison(now, tenant.zone)
    stores = StatisticsStore(tenant, use_cache=True), StatisticsStore(tenant, use_rollups=False)
    return [each.dashboard(buckets, comparison=comparison, sources=sources, now=now) for each in stores]


def days_around(zone: ZoneInfo, *, days: int = 30, now: datetime = NOON) -> Buckets:
    end = now + timedelta(days=2)
    return buckets_of(Period(end - timedelta(days=days), end), zone, Unit.DAY)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    everything=drawn_tickets,
    drawn=drawn_periods,
    zone=st.sampled_from(ZONES),
    unit=st.sampled_from([None, Unit.HOUR, Unit.DAY, Unit.WEEK]),
    sources=SOURCES_DRAWN,
    dirty=st.sets(st.integers(-20, 12), max_size=3),
)
def test_numbers_from_roll_ups_equal_numbers_from_tickets(
    tenant: Tenant,
    everything: list[Ticket],
    drawn: tuple[Any, Any],
    zone: ZoneInfo,
    unit: Unit | None,
    sources: tuple[str, ...],
    dirty: set[int],
) -> None:
    Tenant.objects.filter(pk=tenant.pk).update(timezone=zone.key)
    tenant.timezone = zone.key
    put(everything)
    assert refresh(tenant, now=SPRING)
    assert state.find(tenant.slug) is not None
    midnight = SPRING.replace(hour=0)
    for day in dirty:
        mongo.collection("rollup_marks").insert_one(
            {"tenant_id": tenant.slug, "days": [midnight + timedelta(days=day)], "customers": ["ann"]}
        )
    rolled_up, counted = both_ways(tenant, buckets_of(drawn_period(drawn, zone), zone, unit), sources)
    assert rolled_up == counted


class Changes:
    """What can happen to a tenant's tickets, through the store, as ingestion does it."""

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
                    "customer_id": f"cust_{number % 3}",
                    "source": ("email", "chat")[number % 2],
                }
            ],
            now=self.now,
        )

    def delete(self, number: int) -> None:
        delete_stored(self.tenant, [f"T-{number}"], now=self.now)

    def refresh(self) -> None:
        assert refresh(self.tenant, now=self.now)

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
    st.tuples(st.just("refresh")),
    st.tuples(st.just("move"), st.sampled_from(["UTC", "Europe/Berlin", "Asia/Kolkata"])),
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(history=st.lists(steps, min_size=3, max_size=14))
def test_numbers_stay_exact_through_edits_deletions_returns_and_zone_changes(
    tenant: Tenant, history: list[tuple[Any, ...]]
) -> None:
    put([])
    mongo.collection("ticket_history").delete_many({})
    changes = Changes(tenant)
    changes.move("UTC")
    changes.refresh()
    for name, *arguments in history:
        getattr(changes, name)(*arguments)
        # Of one moment, so that numbers which are remembered would be found again.
        rolled_up, counted = both_ways(tenant, days_around(tenant.zone), now=NOON)
        assert rolled_up == counted


class TestRefreshing:
    def test_a_write_makes_its_days_dirty_until_a_refresh(self, tenant: Tenant) -> None:
        store_tickets(tenant, [{"created_at": "2026-03-09T23:30:00Z"}])
        (mark,) = mongo.collection("rollup_marks").find()
        assert mark["days"] == [datetime(2026, 3, 9, tzinfo=UTC)]
        assert refresh(tenant, now=NOON)
        assert mongo.collection("rollup_marks").count_documents({}) == 0
        (day,) = mongo.collection("rollup_days").find({"source": "email"})
        assert (day["total"], day["day"]) == (1, datetime(2026, 3, 9, tzinfo=UTC).toordinal())

    def test_a_new_status_makes_the_days_of_creation_and_closing_dirty(self, tenant: Tenant) -> None:
        store_tickets(tenant, [{"created_at": "2026-03-01T09:00:00Z", "updated_at": "2026-03-01T09:00:00Z"}])
        mongo.collection("rollup_marks").delete_many({})
        closed = {"created_at": "2026-03-01T09:00:00Z", "updated_at": "2026-03-08T09:00:00Z", "status": "closed"}
        store_tickets(tenant, [closed])
        (mark,) = mongo.collection("rollup_marks").find()
        assert mark["days"] == [datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 8, tzinfo=UTC)]

    def test_a_change_of_the_message_alone_makes_no_day_dirty(self, tenant: Tenant) -> None:
        store_tickets(tenant, [{"message": "How does it work"}])
        mongo.collection("rollup_marks").delete_many({})
        store_tickets(tenant, [{"message": "How does it work", "updated_at": "2026-03-10T11:00:00Z"}])
        assert mongo.collection("rollup_marks").count_documents({}) == 0

    def test_larger_blocks_are_built_once_their_days_are_over(self, tenant: Tenant) -> None:
        first = datetime(2026, 3, 1, tzinfo=UTC).toordinal() // 16 * 16
        for day in range(first, first + 16, 3):
            store_tickets(tenant, [{"id": f"D-{day}", "created_at": start_of(day, UTC_ZONE).isoformat()}])
        refresh(tenant, now=start_of(first + 10, UTC_ZONE))
        sizes = {each["days"] for each in mongo.collection("rollup_blocks").find()}
        assert sizes == {0, 1, 2, 4, 8}
        refresh_at_the_end = start_of(first + 16, UTC_ZONE)
        assert refresh(tenant, now=refresh_at_the_end)
        block = mongo.collection("rollup_blocks").find_one({"days": 16, "first": first, "source": None})
        assert block is not None
        assert block["total"] == 6

    def test_a_source_without_tickets_in_the_period_is_not_offered(self, tenant: Tenant) -> None:
        store_tickets(
            tenant,
            [
                {"source": "email", "created_at": "2026-03-10T03:10:00Z"},
                {"source": "chat", "created_at": "2026-03-10T09:10:00Z"},
            ],
        )
        assert refresh(tenant, now=NOON)
        hours = Period(datetime(2026, 3, 10, 8, tzinfo=UTC), datetime(2026, 3, 10, 12, tzinfo=UTC))
        rolled_up, counted = both_ways(tenant, buckets_of(hours, UTC_ZONE), now=NOON)
        assert rolled_up == counted
        assert [each.value for each in rolled_up.by_source] == ["chat"]

    def test_top_customers_have_blocks_of_days_that_are_over_one_row_each(self, tenant: Tenant) -> None:
        first = datetime(2026, 3, 1, tzinfo=UTC).toordinal() // 64 * 64  # of the larger blocks none is over
        rows = [
            {"id": f"D-{day}", "created_at": start_of(day, UTC_ZONE).isoformat(), "customer_id": "ann"}
            for day in range(first, first + 4)
        ]
        store_tickets(tenant, rows[:3])
        assert refresh(tenant, now=start_of(first + 3, UTC_ZONE))
        store_tickets(tenant, rows[3:])
        for _ in range(2):
            assert refresh(tenant, now=start_of(first + 4, UTC_ZONE))
            found = mongo.collection("rollup_leaders").find({"customer": "ann"})
            totals = {(each["block"] - each["first"] * 100, each["first"]): each["total"] for each in found}
            halves = {(2, first): 2, (2, first + 2): 2}
            assert totals == {(1, day): 1 for day in range(first, first + 4)} | halves | {(4, first): 4}

    def test_roll_ups_of_another_version_count_as_not_built(self, tenant: Tenant) -> None:
        store_tickets(tenant, [{}, {}])
        assert refresh(tenant, now=NOON)
        mongo.collection("rollup_state").update_many({}, {"$set": {"layout": 1}})
        mongo.collection("rollup_blocks").update_many({}, {"$unset": {"block": ""}})
        rolled_up, counted = both_ways(tenant, days_around(UTC_ZONE), now=NOON)
        assert rolled_up == counted and rolled_up.totals.total == 2
        assert refresh(tenant, now=NOON) and state.find(tenant.slug) is not None
        assert both_ways(tenant, days_around(UTC_ZONE), now=NOON) == [counted, counted]

    def test_roll_ups_of_a_new_zone_are_built_beside_the_old_ones(self, tenant: Tenant) -> None:
        store_tickets(tenant, [{"created_at": "2026-03-09T23:30:00Z"}])
        refresh(tenant, now=NOON)
        Tenant.objects.filter(pk=tenant.pk).update(timezone="Europe/Berlin")
        assert refresh_outdated(_never()) == 1
        built = state.find(tenant.slug)
        assert built is not None
        assert (built.zone, built.generation) == ("Europe/Berlin", 2)
        (day,) = mongo.collection("rollup_days").find({"source": "email"})
        assert day["day"] == datetime(2026, 3, 10, tzinfo=UTC).toordinal()

    def test_two_processes_never_build_a_tenants_roll_ups_at_once(self, tenant: Tenant) -> None:
        store_tickets(tenant, [{}])
        lock = Lock(f"rollups:{tenant.slug}")
        held = lock.take("another")
        assert held is not None
        assert not refresh(tenant, now=NOON)
        assert mongo.collection("rollup_marks").count_documents({}) == 1
        lock.release(held)
        assert refresh(tenant, now=NOON)

    def test_a_process_that_lost_its_lock_writes_no_roll_ups(
        self, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        store_tickets(tenant, [{}])
        taken: list[object] = []

        def take_over(self: Lock, *arguments: Any) -> None:
            if not taken:
                mongo.collection("locks").update_one({"_id": self.name}, {"$set": {"owner_id": "another"}})
                taken.append(self)
            return original(self, *arguments)

        original = Lock.assert_held
        monkeypatch.setattr(Lock, "assert_held", take_over)
        assert not refresh(tenant, now=NOON)
        assert mongo.collection("rollup_days").count_documents({}) == 0
        assert mongo.collection("rollup_marks").count_documents({}) == 1

    def test_days_near_the_retention_limit_are_read_from_the_tickets(self, tenant: Tenant) -> None:
        tenant.retention_days = 30
        tenant.save()
        store_tickets(tenant, [{"id": "old", "created_at": "2026-02-08T11:00:00Z"}, {"id": "new"}])
        refresh(tenant, now=NOON)
        mongo.collection("tickets").delete_one({"external_id": "old"})  # as MongoDB does by itself
        rolled_up, counted = both_ways(tenant, days_around(UTC_ZONE, days=60), now=NOON)
        assert rolled_up == counted
        assert rolled_up.totals.total == 1

    def test_dirty_days_of_a_deleted_tenant_are_deleted(self, tenant: Tenant) -> None:
        store_tickets(tenant, [{}])
        refresh(tenant, now=NOON)
        store_tickets(tenant, [{"id": "T-2"}])
        Tenant.objects.filter(pk=tenant.pk).delete()
        refresh_dirty(_never())
        for name in ("rollup_marks", "rollup_days", "rollup_blocks", "rollup_state"):
            assert mongo.collection(name).count_documents({}) == 0, name


class TestSnapshot:
    def test_a_reader_sees_one_snapshot_while_a_day_is_recounted(self, tenant: Tenant) -> None:
        store_tickets(tenant, [{"id": f"T-{n}"} for n in range(3)])
        refresh(tenant, now=NOON)
        store = StatisticsStore(tenant)
        buckets = days_around(UTC_ZONE)
        with rollup_view(tenant, now=NOON) as view:
            scope = QueryScope(view, ())
            counted_period = CountedPeriod.of(scope, buckets.period, None, buckets.edges)
            pipeline = store.dashboard_pipeline(
                scope, counted_period, ChosenCustomers(None), ages=store._age_edges(NOON)
            )
            store_tickets(tenant, [{"id": "T-9"}], now=NOON + timedelta(minutes=1))
            refresh(tenant, now=NOON + timedelta(minutes=1))
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
        refresh(tenant, now=NOON)
        rolled_up, counted = both_ways(tenant, days_around(UTC_ZONE, days=10), now=NOON)
        assert rolled_up.customers == counted.customers
        assert rolled_up.volume == counted.volume
        assert {each.customer_id for each in rolled_up.customers} == {
            each["customer_id"] for each in sorted(new, key=lambda each: str(each["customer_id"]))[:10]
        }

    def test_a_new_customer_with_many_tickets_is_counted(self, tenant: Tenant) -> None:
        store_tickets(tenant, [{"id": f"T-{n}", "customer_id": f"c_{n % 15}"} for n in range(60)])
        refresh(tenant, now=NOON)
        rush = [{"id": f"R-{n}", "customer_id": "newcomer", "message": "lawsuit"} for n in range(9)]
        store_tickets(tenant, rush, now=NOON + timedelta(minutes=1))
        for now in (NOON + timedelta(minutes=1), NOON + timedelta(minutes=2)):
            rolled_up, counted = both_ways(tenant, days_around(UTC_ZONE), now=now)
            assert rolled_up.customers == counted.customers
            assert rolled_up.customers[0].customer_id == "newcomer"
            refresh(tenant, now=now)

    def test_all_customers_are_counted_if_there_are_few_tickets(
        self, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        store_tickets(tenant, [{"id": f"T-{n}", "customer_id": f"c_{n}"} for n in range(20)])
        refresh(tenant, now=NOON)
        period = Period(NOON - timedelta(days=20), NOON + timedelta(days=1))
        with rollup_view(tenant, now=NOON) as view:
            assert customers.choose(QueryScope(view, ()), period).customers is not None
            monkeypatch.setattr(customers, "FEW_TICKETS", 100)
            assert customers.choose(QueryScope(view, ()), period).customers is None


class TestLayout:
    zone = ZoneInfo("Europe/Berlin")

    @given(
        first=st.integers(738_000, 741_000),
        length=st.integers(1, 900),
        dirty=st.sets(st.integers(738_000, 741_900), max_size=6),
        complete=st.integers(738_000, 741_900),
    )
    def test_blocks_cover_a_range_of_days_exactly_and_contain_no_dirty_day(
        self, first: int, length: int, dirty: set[int], complete: int
    ) -> None:
        valid_days = ValidRange(0, tuple(sorted(dirty)), complete)
        blocks = blocks_of((first, first + length), valid_days)
        assert [day for block in blocks for day in range(block.first, block.end)] == list(range(first, first + length))
        for block in blocks:
            assert block.days in SIZES
            assert block.first % block.days == 0
            if block.days > 1:
                assert block.end <= complete
                assert not dirty & set(range(block.first, block.end))

    def test_a_year_is_covered_by_few_blocks(self) -> None:
        first = datetime(2025, 3, 10, tzinfo=UTC).toordinal()
        blocks = blocks_of((first, first + 365), ValidRange(0, (), first + 365))
        assert len(blocks) <= 15
        assert Block(64, first // 64 * 64 + 64) in blocks

    @given(
        start=st.integers(0, 40 * 24 * 60),
        minutes=st.integers(1, 30 * 24 * 60),
        zone=st.sampled_from(ZONES),
        dirty=st.sets(st.integers(0, 40), max_size=3),
        since=st.integers(0, 10),
        on_hours=st.booleans(),
    )
    def test_the_pieces_of_a_period_cover_it_exactly(
        self, start: int, minutes: int, zone: ZoneInfo, dirty: set[int], since: int, on_hours: bool
    ) -> None:
        begin = datetime(2026, 3, 10, tzinfo=UTC)
        base = begin.toordinal()
        period = Period(begin + timedelta(minutes=start), begin + timedelta(minutes=start + minutes))
        valid_days = ValidRange(base + since, tuple(sorted(base + day for day in dirty)), base + 99)
        pieces = cut(period, zone, valid_days, grid=buckets_of(period, zone, Unit.HOUR).edges[0] if on_hours else None)
        whole = [(start_of(a, zone), start_of(b, zone)) for a, b in pieces.days]
        parts = sorted([*whole, *((each.start, each.end) for each in (*pieces.hours, *pieces.raw))])
        assert parts[0][0] == period.start
        assert parts[-1][1] == period.end
        assert all(before[1] == after[0] for before, after in pairwise(parts))
        assert not (on_hours and pieces.days)
        for a, b in pieces.days:
            assert all(valid_days.has_day(day) for day in range(a, b))


def _never() -> threading.Event:
    return threading.Event()
