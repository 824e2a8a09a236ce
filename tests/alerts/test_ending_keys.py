"""A key of a helpdesk connection that ends is alerted about 30 and 7 days ahead, and when it has ended."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from supportsaas.db import mongo
from tenants.models import Tenant
from tests.conftest import FakeClock
from tickets.alerts.model import Channel
from tickets.helpdesks.model import Source
from tickets.ingestion.outages import find_outages, watch

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def source(tenant: Tenant, clock: FakeClock, native_source: Callable[..., Source]) -> Source:
    Channel.objects.create(tenant=tenant, name="On call", kind="house", address="http://127.0.0.1:9")
    return native_source("http://127.0.0.1:9", name="jira", expires_on=clock().date() + timedelta(days=40))


def headlines() -> list[str]:
    return [each["headline"] for each in mongo.collection("deliveries").find().sort("composed_at")]


def test_there_is_one_alert_at_30_days_one_at_7_and_one_at_the_end(
    tenant: Tenant, source: Source, clock: FakeClock
) -> None:
    counted = []
    for _ in range(45):
        watch(clock=clock)
        watch(clock=clock)
        counted.append(len(headlines()))
        clock.advance(days=1)
    assert [counted.index(number) for number in (1, 2, 3)] == [10, 33, 41]
    assert counted[-1] == 3
    assert "is valid until 19 Apr 2026" in headlines()[0]
    assert "was valid until 19 Apr 2026" in headlines()[2]
    assert [each.kind for each in find_outages(tenant)] == ["key"]


def test_a_new_end_ends_the_warning_without_an_alert(tenant: Tenant, source: Source, clock: FakeClock) -> None:
    clock.advance(days=20)
    watch(clock=clock)
    assert len(find_outages(tenant)) == 1
    Source.objects.filter(pk=source.pk).update(expires_on=clock().date() + timedelta(days=365))
    watch(clock=clock)
    assert find_outages(tenant) == []
    assert len(headlines()) == 1


def test_a_connection_that_is_switched_off_warns_nobody(tenant: Tenant, source: Source, clock: FakeClock) -> None:
    Source.objects.filter(pk=source.pk).update(enabled=False)
    clock.advance(days=39)
    watch(clock=clock)
    assert find_outages(tenant) == []
