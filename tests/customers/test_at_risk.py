"""The customers at risk on the dashboard, its file, the API and the digest: the numbers of the customers' own pages."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from analytics.digest.mail import compose
from supportsaas import clock as time_source
from tenants.models import Tenant, User
from tests.builders import NOON, store_tickets
from tickets.customers.refreshing import refresh_customers
from tickets.customers.store import CustomerStore
from tickets.customers.watches import WatchStore

ClientOf = Callable[[User], Client]


@pytest.fixture
def leaving(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> Tenant:
    monkeypatch.setattr(time_source, "now", lambda: NOON)

    def made(number: int, days: float, customer: str, **values: Any) -> dict[str, Any]:
        at = (NOON - timedelta(days=days)).isoformat()
        return {"id": f"T-{number}", "customer_id": customer, "created_at": at, "updated_at": at, **values}

    store_tickets(
        tenant,
        [
            made(1, 2, "ann", message="We are switching to a competitor", customer_name="Ann Lee"),
            made(2, 9, "ann"),
            made(3, 3, "calm"),
        ],
    )
    refresh_customers(threading.Event())
    return tenant


def test_the_dashboard_agrees_with_the_page_of_the_customer(
    leaving: Tenant, team_mate: User, client_of: ClientOf
) -> None:
    client = client_of(team_mate)
    ann = CustomerStore(leaving).find("ann")
    assert ann is not None and ann.risk > 0
    for period in ("7d", "365d"):
        html = client.get(f"/t/acme/?period={period}").content.decode()
        assert "<bdi>Ann Lee</bdi>" in html and f"<strong>{ann.risk}</strong>" in html and "Show all" in html
    file = b"".join(client.get("/t/acme/charts/customers-at-risk/csv/?period=7d")).decode()
    assert f"ann,Ann Lee,,{ann.risk},{ann.change}," in file and "calm" not in file


def test_the_api_has_the_same_risk(leaving: Tenant, team_mate: User, client_of: ClientOf) -> None:
    answer = client_of(team_mate).get("/tenants/acme/dashboard").json()
    (found,) = answer["customers_at_risk"]
    ann = CustomerStore(leaving).find("ann")
    assert ann is not None
    assert (found["customer_id"], found["name"], found["risk"]) == ("ann", "Ann Lee", ann.risk)


def test_the_digest_says_which_watched_customers_got_worse(leaving: Tenant, team_mate: User, manager: User) -> None:
    for each in ("ann", "calm"):
        WatchStore(leaving, team_mate).watch(each, now=NOON)
    mail, other = (str(compose(user, [leaving], name="x", now=NOON).body) for user in (team_mate, manager))
    assert "Customers you watch whose risk has risen\n- Ann Lee: risk " in mail and "calm" not in mail
    assert "Customers you watch" not in other and "Customers at risk\n- Ann Lee: risk " in other
