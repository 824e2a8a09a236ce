"""Channels to real endpoints, and a dispatcher that delivers at once on a fake clock."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tenants.models import Tenant
from tests.alerts.endpoint import Endpoint
from tests.conftest import FakeClock
from tickets.alerts.dispatcher import Dispatcher
from tickets.alerts.model import Channel


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with Endpoint() as running:
        yield running


@pytest.fixture
def other_endpoint() -> Iterator[Endpoint]:
    with Endpoint() as running:
        yield running


@pytest.fixture
def native_channel(tenant: Tenant, endpoint: Endpoint) -> Channel:
    return Channel.objects.create(tenant=tenant, kind="house", name="Desk", address=endpoint.url)


@pytest.fixture
def webhook(tenant: Tenant, endpoint: Endpoint) -> Channel:
    return make_webhook(tenant, endpoint)


@pytest.fixture
def dispatcher(clock: FakeClock) -> Dispatcher:
    """A dispatcher that works in this thread, on the fake clock, with the longest waits."""
    return Dispatcher(owner="test", clock=clock, jitter=lambda _shortest, longest: longest)


def make_webhook(tenant: Tenant, endpoint: Endpoint, *, name: str = "Hook", **values: Any) -> Channel:
    from tickets.alerts.model import make_signing_secret

    channel = Channel(tenant=tenant, kind="webhook", name=name, address=endpoint.url, **values)
    channel.set_secret(make_signing_secret())
    channel.save()
    return channel


Urgent = Callable[..., list[str]]


@pytest.fixture
def urgent(tenant: Tenant, clock: FakeClock) -> Urgent:
    """Store high-urgency tickets at the clock's time, each from another customer."""
    from tests.builders import store_tickets

    count = 0

    def bring(number: int = 1, *, of: Tenant = tenant, **values: Any) -> list[str]:
        nonlocal count
        records = []
        for _each in range(number):
            count += 1
            at = clock().isoformat()
            records.append(
                {
                    "id": f"T-{count}",
                    "subject": f"Case {count}",
                    "message": "We will file a lawsuit",
                    "customer_id": f"cust_{count}",
                    "created_at": at,
                    "updated_at": at,
                    **values,
                }
            )
        return store_tickets(of, records, now=clock())

    return bring
