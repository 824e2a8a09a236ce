"""What was counted is not counted again while nothing has changed: seen here by numbers that are changed behind its back."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from analytics.dashboard.statistics import StatisticsStore
from analytics.overview import tenant_numbers
from supportsaas import clock as time_source
from supportsaas.db import mongo
from tenants.models import Tenant, User
from tests.builders import NOON, delete_stored, store_tickets
from tests.rolled_up import forget_rollups
from tickets.records.buckets import Unit, buckets_of
from tickets.records.period import Period
from tickets.store.facet_counts import FacetCountStore

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture(autouse=True)
def _two_tickets(tenant: Tenant) -> None:
    store_tickets(tenant, [{"id": "T-1", "source": "email"}, {"id": "T-2", "source": "chat"}])


def total(tenant: Tenant, *, use_cache: bool = True, days: int = 30, now: datetime = NOON, **wanted: Any) -> int:
    end = NOON + timedelta(days=2)
    buckets = buckets_of(Period(end - timedelta(days=days), end), ZoneInfo("UTC"), Unit.DAY)
    store = StatisticsStore(tenant, use_cache=use_cache)
    return store.dashboard(buckets, comparison=buckets.period.previous, now=now, **wanted).totals.total


def tamper() -> None:
    mongo.collection("rollup_numbers").update_many(
        {"total": {"$exists": True}, "first": {"$exists": True}}, {"$inc": {"total": 40}}
    )


def test_an_unchanged_dashboard_is_not_counted_twice(tenant: Tenant) -> None:
    assert total(tenant) == 2
    tamper()
    assert total(tenant) == 2
    assert total(tenant, use_cache=False) == 42


def test_a_dashboard_is_cached_by_period_source_and_day(tenant: Tenant) -> None:
    assert total(tenant) == 2
    tamper()
    assert total(tenant, days=29) == 42
    assert total(tenant, sources=["email"]) == 41
    assert total(tenant, now=NOON + timedelta(days=1)) == 42
    assert total(tenant) == 2


def test_a_write_shows_at_once_and_after_it_is_rolled_up(tenant: Tenant) -> None:
    assert total(tenant) == 2
    store_tickets(tenant, [{"id": "T-3"}], now=NOON + timedelta(minutes=1))
    assert total(tenant) == 3
    delete_stored(tenant, ["T-1", "T-2"], now=NOON + timedelta(minutes=2))
    assert total(tenant) == 1
    assert total(tenant) == 1
    tamper()
    assert total(tenant) == 1


def test_a_tenant_created_again_under_the_same_name_uses_no_cached_dashboard(tenant: Tenant) -> None:
    assert total(tenant) == 2
    mongo.collection("tickets").delete_many({})
    forget_rollups()
    assert total(tenant) == 0
    assert total(tenant) == 0


def test_a_page_and_its_exports_use_the_cache_and_show_a_write_at_once(
    tenant: Tenant, team_mate: User, client_of: Callable[[User], Client]
) -> None:
    client, query = client_of(team_mate), "?period=custom&from=2026-03-01&to=2026-03-31"

    def shown() -> tuple[str, str]:
        tiles = re.findall(r'aria-label="Tickets: (\d+)"', client.get(f"/t/acme/{query}").content.decode())
        rows = client.get(f"/t/acme/charts/totals/csv/{query}").getvalue().decode().splitlines()
        return tiles[0], next(row for row in rows if row.startswith("Tickets")).split(",")[1]

    assert shown() == ("2", "2")
    tamper()
    assert shown() == ("2", "2")
    store_tickets(tenant, [{"id": "T-3"}], now=NOON + timedelta(minutes=1))
    assert shown() == ("43", "43"), "what was changed behind its back, and the new ticket"


def test_charts_are_drawn_again_when_the_hour_or_the_role_changes(
    tenant: Tenant, team_mate: User, manager: User, client_of: Callable[[User], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    store_tickets(tenant, [{"id": "T-3", "status": "waiting for parts"}])
    query = "?period=custom&from=2026-03-10&to=2026-03-10"

    def page(user: User, moment: datetime) -> str:
        monkeypatch.setattr(time_source, "now", lambda: moment)
        return client_of(user).get(f"/t/acme/{query}").content.decode()

    assert "Map statuses" in page(manager, NOON) and "See the statuses" in page(team_mate, NOON)
    late = NOON + timedelta(hours=1)
    assert "12:00–13:00, so far" in page(team_mate, NOON) and "12:00–13:00, so far" not in page(team_mate, late)


def test_the_overview_counts_again_only_what_has_changed(tenant: Tenant, other_tenant: Tenant) -> None:
    store_tickets(other_tenant, [{}])

    def weeks() -> list[int]:
        return [each.week for each in tenant_numbers([tenant, other_tenant], now=NOON)]

    assert weeks() == [2, 1]
    tamper()
    assert weeks() == [2, 1]
    store_tickets(other_tenant, [{"id": "T-2"}], now=NOON + timedelta(minutes=1))
    first, other = weeks()
    assert first == 2 and other > 2, "what was changed behind its back, and the new ticket"


def test_lists_count_again_only_what_has_changed(tenant: Tenant) -> None:
    store = FacetCountStore(tenant)
    assert store.find_counts().total() == 2
    mongo.collection("rollup_numbers").update_many({"cells": {"$exists": True}}, {"$set": {"cells": {"0 0 0": 7}}})
    assert store.find_counts().total() == 2
    assert store.find_counts(NOON - timedelta(days=400), NOON + timedelta(days=2)).total() == 7
    store_tickets(tenant, [{"id": "T-3"}], now=NOON + timedelta(minutes=1))
    assert store.find_counts().total() == 8


def test_customers_of_all_time_are_those_that_their_tickets_give(tenant: Tenant) -> None:
    records = [
        {"id": f"C-{n}", "customer_id": f"customer {n % 17}", "message": "We will file a lawsuit" if n % 3 else "Hi"}
        for n in range(150)
    ]
    store_tickets(tenant, records)
    counted = StatisticsStore(tenant, use_rollups=False).api(start=None, end=None)
    assert StatisticsStore(tenant).api(start=None, end=None) == counted
    assert len(counted.at_risk_customers) == 10
    delete_stored(tenant, [f"C-{n}" for n in range(0, 150, 17)])
    assert StatisticsStore(tenant).api(start=None, end=None) == StatisticsStore(tenant, use_rollups=False).api(
        start=None, end=None
    )
