"""One ticket dated in another age: no page, number or check costs more because of it, and all numbers stay exact."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import bson
import pytest
from django.core.management import call_command
from django.test import Client

from analytics.dashboard.query_scope import QueryScope
from analytics.dashboard.statistics import StatisticsStore, api_statistics
from analytics.overview import overview_parts, tenant_numbers
from supportsaas import clock as time_source
from supportsaas.db import mongo
from supportsaas.db.mongo import Document, Pipeline
from tenants.models import Tenant, User
from tests.builders import NOON, store_tickets
from tickets.records.buckets import buckets_of
from tickets.records.period import Period
from tickets.rollups.checking import check_day, random_day
from tickets.rollups.keywords import tidy
from tickets.rollups.view import rollup_views

ClientOf = Callable[[User], Client]

FAR = ("1971-06-01T08:00:00Z", "2099-01-01T00:00:00Z", "2999-12-31T23:59:59Z", "8999-12-31T12:00:00Z")
ORDINARY = [
    {"id": f"T-{n}", "customer_id": f"c_{n % 7}", "created_at": (NOON - timedelta(hours=n * 11)).isoformat()}
    for n in range(60)
]
MOST_BYTES = 64 * 1024
"""What is asked of MongoDB for one page, at the most; a day after the other until the year 2999 takes megabytes."""


@pytest.fixture(autouse=True)
def _noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time_source, "now", lambda: NOON)


@pytest.fixture(params=FAR)
def far(request: pytest.FixtureRequest, tenant: Tenant) -> Tenant:
    store_tickets(tenant, [*ORDINARY, {"id": "FAR", "customer_id": "c_far", "created_at": request.param}])
    return tenant


def test_the_query_of_a_dashboard_stays_short_with_far_dates(far: Tenant) -> None:
    buckets = buckets_of(Period(NOON - timedelta(days=30), NOON), far.zone)
    comparison = buckets.period.comparison(NOON, far.zone)
    store = StatisticsStore(far)
    with asked() as sizes:
        figures = store.dashboard(buckets, comparison=comparison, now=NOON)
    assert max(sizes) < MOST_BYTES
    exact = StatisticsStore(far, use_rollups=False).dashboard(buckets, comparison=comparison, now=NOON)
    assert figures == exact
    assert sum(band.count for band in figures.ages) == 61


def test_the_query_of_all_time_statistics_stays_short_with_far_dates(far: Tenant) -> None:
    with asked() as sizes:
        found = api_statistics(far, start=None, end=None)
    assert max(sizes) < MOST_BYTES
    assert found.total_tickets == 61
    assert sum(each.count for each in found.hourly_trend) == 61
    assert api_statistics(far, start=None, end=NOON + timedelta(days=1)).total_tickets in (60, 61)


def test_the_query_of_the_overview_stays_short_with_far_dates(far: Tenant, other_tenant: Tenant) -> None:
    with rollup_views([far, other_tenant], now=NOON) as views:
        parts = overview_parts(views, now=NOON)
    assert len(bson.encode({"all": [each.union for each in parts]})) < MOST_BYTES
    counted = tenant_numbers([far, other_tenant], now=NOON, use_rollups=False)
    assert tenant_numbers([far, other_tenant], now=NOON) == counted
    assert counted[0].open == 61


def test_a_period_in_the_future_shows_its_ticket(tenant: Tenant) -> None:
    store_tickets(tenant, [*ORDINARY, {"id": "FAR", "created_at": "2999-12-31T23:59:59Z"}])
    year = Period(datetime(2999, 1, 1, tzinfo=UTC), datetime(3000, 1, 1, tzinfo=UTC))
    for use_rollups in (True, False):
        found = StatisticsStore(tenant, use_rollups=use_rollups).dashboard(
            buckets_of(year, tenant.zone), comparison=year.previous, now=NOON
        )
        assert (found.totals.total, found.previous.total, sum(found.week_hours)) == (1, 0, 1)


def test_a_day_that_was_in_the_future_is_read_from_roll_ups_once_it_is_over(tenant: Tenant) -> None:
    store_tickets(tenant, [*ORDINARY, {"id": "SOON", "created_at": "2026-03-20T09:00:00Z"}])
    later = NOON + timedelta(days=30)
    with rollup_views([tenant], now=later) as views:
        parts = overview_parts(views, now=later)
    assert [each.collection for each in parts].count("tickets") == 1  # the newest date alone
    assert tenant_numbers([tenant], now=later) == tenant_numbers([tenant], now=later, use_rollups=False)


def test_a_check_of_a_far_day_finds_nothing_wrong(far: Tenant) -> None:
    for _ in range(10):
        day = random_day(far)
        assert day is not None
        assert not check_day(far, day)


def test_keywords_of_far_days_are_tidied(far: Tenant) -> None:
    tidy(far, now=NOON)
    (found,) = mongo.collection("rollup_state").find()
    assert len(found["word_blocks"]) < 20
    with asked() as sizes:
        assert api_statistics(far, start=None, end=None).top_keywords
    assert max(sizes) < MOST_BYTES


def test_numbers_are_verified_and_pages_shown_for_far_dates(
    far: Tenant, owner: User, client_of: ClientOf, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("verify_stats", "--tenant", far.slug)
    assert "all numbers agree" in capsys.readouterr().out
    browser = client_of(owner)
    for address in (
        "/",
        f"/t/{far.slug}/",
        f"/t/{far.slug}/?period=custom&from=2990-01-01&to=2999-12-31",
        f"/t/{far.slug}/tickets/",
        f"/t/{far.slug}/tickets/FAR/",
        f"/t/{far.slug}/export/tickets/?format=csv",
        f"/t/{far.slug}/customers/",
        f"/t/{far.slug}/customers/c_far/",
        f"/tenants/{far.slug}/stats",
        f"/tenants/{far.slug}/stats?from_date=1900-01-01&to_date=8999-12-31",
        f"/tickets?tenant_id={far.slug}",
    ):
        assert browser.get(address, follow=True).status_code == 200, address


@contextmanager
def asked() -> Iterator[list[int]]:
    """How many bytes each aggregation takes that is asked of MongoDB meanwhile."""
    sizes: list[int] = []
    aggregate = StatisticsStore._aggregate

    def measured(store: StatisticsStore, scope: QueryScope, pipeline: Pipeline) -> Document:
        sizes.append(len(bson.encode({"all": pipeline})))
        return aggregate(store, scope, pipeline)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(StatisticsStore, "_aggregate", measured)
        yield sizes
