"""A tenant with nine ordinary weeks, and what the worker does."""

from datetime import datetime

import pytest

from analytics.insights.findings import Insights
from analytics.insights.store import InsightStore
from analytics.insights.watching import look
from supportsaas import clock
from tenants.models import Tenant
from tests.builders import store_tickets
from tests.insights.made import NOW, ordinary_records
from tests.rolled_up import roll_up
from tickets.rollups import state


@pytest.fixture
def standing_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def weeks(tenant: Tenant, standing_clock: None) -> Tenant:
    store_tickets(tenant, ordinary_records(), now=NOW)
    return tenant


def found_in(tenant: Tenant, now: datetime = NOW) -> Insights:
    """What a look of the worker stores, with numbers built from the tickets."""
    roll_up(tenant)
    stored = state.find(tenant.slug)
    assert look(tenant, version=stored.version if stored else None, now=now)
    found = InsightStore(tenant).find()
    assert found is not None
    return found
