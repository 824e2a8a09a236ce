"""A tenant whose tickets hold very many different values: exact numbers, pages of a bounded size, and nobody else held up."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from analytics.dashboard import statistics
from analytics.dashboard.statistics import StatisticsStore, api_statistics
from analytics.figures import OtherValues
from analytics.overview import tenant_numbers
from analytics.periods import buckets_of
from analytics.rollups import building, limits, refreshing, state
from analytics.rollups.refreshing import refresh, refresh_dirty
from analytics.rollups.writing import add_up_block
from supportsaas import clock as time_source
from supportsaas.db import mongo
from tenants.models import Tenant, User
from tests.builders import NOON, store_tickets
from tickets.records.period import Period
from tickets.rollups.blocks import Block

ClientOf = Callable[[User], Client]

MONTH = Period(NOON - timedelta(days=30), NOON + timedelta(hours=12))


@pytest.fixture(autouse=True)
def _noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time_source, "now", lambda: NOON)


def insert(
    tenant: Tenant, count: int, *, at: datetime = NOON - timedelta(days=3), **values: Callable[[int], str]
) -> None:
    """Very many tickets at once, as they are stored; their day is marked as a run would."""
    (id_,) = store_tickets(tenant, [{"id": "MODEL", "created_at": at.isoformat()}])
    tickets = mongo.collection("tickets")
    model = tickets.find_one({"external_id": id_})
    assert model is not None
    del model["_id"]
    tickets.insert_many(
        {**model, "external_id": f"M-{n}", **{name: value(n) for name, value in values.items()}} for n in range(count)
    )


def both(tenant: Tenant) -> tuple[object, object]:
    """The dashboard of the month from roll-ups, and from the tickets alone."""
    buckets, before = buckets_of(MONTH, tenant.zone), MONTH.comparison(NOON, tenant.zone)
    stores = StatisticsStore(tenant), StatisticsStore(tenant, use_rollups=False)
    rolled_up, counted = (each.dashboard(buckets, comparison=before, now=NOON) for each in stores)
    return rolled_up, counted


def test_a_day_with_too_many_values_does_not_block_other_tenants(tenant: Tenant, other_tenant: Tenant) -> None:
    insert(tenant, 20_000, source=lambda n: f"{n:05} " + "s" * 990)
    store_tickets(other_tenant, [{}, {}])
    assert refresh_dirty(threading.Event()) == 2
    assert mongo.collection("rollup_marks").count_documents({}) == 0
    assert state.find(other_tenant.slug) is not None
    built = state.find(tenant.slug)
    assert built is not None
    assert {block.days for block in map(Block.numbered, built.too_large)} >= {1, 2}
    rolled_up, counted = both(tenant)
    assert rolled_up == counted
    (acme, globex) = tenant_numbers([tenant, other_tenant], now=NOON)
    assert (acme.week, globex.week) == (20_001, 2)


@pytest.mark.parametrize("field", ["source", "status"])
def test_days_with_too_many_values_are_read_from_the_tickets_until_they_have_fewer(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch, field: str
) -> None:
    monkeypatch.setattr(limits, "MOST_SOURCES", 20)
    monkeypatch.setattr(limits, "MOST_STATUSES", 20)
    store_tickets(tenant, [{"created_at": (NOON - timedelta(hours=9 * n)).isoformat()} for n in range(99)])
    assert refresh(tenant, now=NOON)
    values: dict[str, Any] = {field: lambda n: f"value {n}"}
    insert(tenant, 30, **values)
    assert refresh(tenant, now=NOON)
    built = state.find(tenant.slug)
    assert built is not None
    assert built.too_large
    rolled_up, counted = both(tenant)
    assert rolled_up == counted
    mongo.collection("tickets").update_many({}, {"$set": {"source": "email", "status": "open"}})
    store_tickets(tenant, [{"id": "MODEL", "created_at": (NOON - timedelta(days=3)).isoformat(), "status": "closed"}])
    assert refresh(tenant, now=NOON)
    built = state.find(tenant.slug)
    assert built is not None
    assert not built.too_large
    rolled_up, counted = both(tenant)
    assert rolled_up == counted


def test_blocks_that_are_too_large_are_left_out_though_their_days_are_stored(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    store_tickets(tenant, [{"created_at": (NOON - timedelta(hours=9 * n)).isoformat()} for n in range(99)])

    def fail_from_eight_days_on(tenant_id: str, generation: int, block: Block, **values: object) -> None:
        if block.days >= 8 and values.get("is_kept", True):
            raise limits.TooVaried
        add_up_block(tenant_id, generation, block, **values)  # type: ignore[arg-type]

    monkeypatch.setattr(building, "add_up_block", fail_from_eight_days_on)
    assert refresh(tenant, now=NOON)
    built = state.find(tenant.slug)
    assert built is not None
    assert {block.days for block in map(Block.numbered, built.too_large)} >= {8, 16}
    assert {block.days for block in map(Block.numbered, built.too_large)}.isdisjoint({1, 2, 4})
    rolled_up, counted = both(tenant)
    assert rolled_up == counted


def test_a_page_with_thousands_of_statuses_has_ordinary_size_and_exact_sums(
    tenant: Tenant, owner: User, client_of: ClientOf
) -> None:
    insert(tenant, 3_000, status=lambda n: f"{n:05} {'ä' * 40}", source=lambda n: f"{n % 300} {'中' * 900}")
    assert refresh(tenant, now=NOON)
    page = client_of(owner).get(f"/t/{tenant.slug}/?period=30d")
    assert page.status_code == 200
    assert len(page.content) < 3_000_000
    assert "2,951 more" in page.content.decode()
    rolled_up, counted = both(tenant)
    assert rolled_up == counted
    figures = StatisticsStore(tenant).dashboard(
        buckets_of(MONTH, tenant.zone), comparison=MONTH.comparison(NOON, tenant.zone), now=NOON
    )
    assert figures.totals.total == 3_001
    assert figures.other_statuses == OtherValues(values=2_951, tickets=2_951)
    assert sum(each.count for each in figures.by_source) + figures.other_sources.tickets == 3_001
    found = api_statistics(tenant, start=None, end=None)
    assert (len(found.by_status), sum(found.by_status.values())) == (3_001, 3_001)


def test_many_dirty_days_are_recounted_in_batches_of_bounded_length(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(building, "DAYS_IN_BATCH", 5)
    store_tickets(tenant, [{}])
    assert refresh(tenant, now=NOON)
    for n in range(20):
        store_tickets(tenant, [{"id": f"D-{n}", "created_at": (NOON - timedelta(days=n)).isoformat()}])
    assert refresh(tenant, now=NOON, at_most=timedelta())
    left = mongo.collection("rollup_marks").count_documents({})
    assert 0 < left < 20
    rolled_up, counted = both(tenant)
    assert rolled_up == counted
    while mongo.collection("rollup_marks").count_documents({}):
        assert refresh(tenant, now=NOON, at_most=timedelta())
    rolled_up, counted = both(tenant)
    assert rolled_up == counted


def test_statistics_of_very_many_hours_and_statuses_are_complete(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    records = [{"created_at": (NOON - timedelta(hours=7 * n)).isoformat(), "status": f"s{n % 9}"} for n in range(60)]
    store_tickets(tenant, records)
    assert refresh(tenant, now=NOON)
    whole = api_statistics(tenant, start=None, end=None)
    assert (len(whole.hourly_trend), len(whole.by_status)) == (60, 9)
    monkeypatch.setattr(statistics, "MOST_HOURS", 5)
    monkeypatch.setattr(statistics, "MOST_STATUSES", 5)
    assert api_statistics(tenant, start=None, end=None) == whole


def test_all_dirty_days_are_recounted_before_a_command_ends(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(building, "DAYS_IN_BATCH", 2)
    monkeypatch.setattr(refreshing, "LONGEST_TURN", timedelta())
    store_tickets(tenant, [{}])
    assert refresh(tenant, now=NOON)
    for n in range(8):
        store_tickets(tenant, [{"id": f"D-{n}", "created_at": (NOON - timedelta(days=n)).isoformat()}])
    assert refresh_dirty(threading.Event()) > 1
    assert mongo.collection("rollup_marks").count_documents({}) == 0
