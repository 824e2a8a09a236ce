"""A tenant whose tickets hold very many different values: exact numbers, pages of a bounded size, and nobody else held up."""

from collections.abc import Callable
from datetime import datetime, timedelta

import bson
import pytest
from django.test import Client

from analytics.dashboard import statistics
from analytics.dashboard.statistics import StatisticsStore, api_statistics
from analytics.figures import OtherValues
from analytics.overview import tenant_numbers
from supportsaas import clock as time_source
from supportsaas.db import mongo
from tenants.models import Tenant, User
from tests.builders import NOON, store_tickets
from tests.rolled_up import roll_up
from tickets.records.buckets import buckets_of
from tickets.records.period import Period
from tickets.rollups.view import rollup_views

ClientOf = Callable[[User], Client]

MONTH = Period(NOON - timedelta(days=30), NOON + timedelta(hours=12))


@pytest.fixture(autouse=True)
def _noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time_source, "now", lambda: NOON)


def insert(
    tenant: Tenant, count: int, *, at: datetime = NOON - timedelta(days=3), **values: Callable[[int], str]
) -> None:
    """Very many tickets at once, as they are stored, and their roll-ups."""
    (id_,) = store_tickets(tenant, [{"id": "MODEL", "created_at": at.isoformat()}])
    tickets = mongo.collection("tickets")
    model = tickets.find_one({"external_id": id_})
    assert model is not None
    del model["_id"]
    tickets.insert_many(
        {**model, "external_id": f"M-{n}", **{name: value(n) for name, value in values.items()}} for n in range(count)
    )
    roll_up(tenant)


def both(tenant: Tenant) -> tuple[object, object]:
    """The dashboard of the month from roll-ups, and from the tickets alone."""
    buckets, before = buckets_of(MONTH, tenant.zone), MONTH.comparison(NOON, tenant.zone)
    stores = StatisticsStore(tenant), StatisticsStore(tenant, use_rollups=False)
    rolled_up, counted = (each.dashboard(buckets, comparison=before, now=NOON) for each in stores)
    return rolled_up, counted


def test_a_tenant_with_too_many_values_is_counted_from_its_tickets(tenant: Tenant, other_tenant: Tenant) -> None:
    insert(tenant, 20_000, source=lambda n: f"{n:05} " + "s" * 990)
    store_tickets(other_tenant, [{}, {}])
    with rollup_views([tenant, other_tenant], now=NOON) as (acme_view, globex_view):
        assert (acme_view.is_built, globex_view.is_built) == (False, True)
    rolled_up, counted = both(tenant)
    assert rolled_up == counted
    (acme, globex) = tenant_numbers([tenant, other_tenant], now=NOON)
    assert (acme.week, globex.week) == (20_001, 2)
    assert len(bson.encode(mongo.collection("rollup_state").find_one({"_id": tenant.slug}) or {})) < 3_000_000


def test_a_page_with_thousands_of_statuses_has_ordinary_size_and_exact_sums(
    tenant: Tenant, owner: User, client_of: ClientOf
) -> None:
    insert(tenant, 3_000, status=lambda n: f"{n:05} {'ä' * 40}", source=lambda n: f"{n % 300} {'中' * 900}")
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


def test_statistics_of_very_many_statuses_are_complete(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    records = [{"created_at": (NOON - timedelta(hours=7 * n)).isoformat(), "status": f"s{n % 9}"} for n in range(60)]
    store_tickets(tenant, records)
    whole = api_statistics(tenant, start=None, end=None)
    assert (len(whole.hourly_trend), len(whole.by_status)) == (60, 9)
    monkeypatch.setattr(statistics, "MOST_STATUSES", 5)
    assert api_statistics(tenant, start=None, end=None) == whole
