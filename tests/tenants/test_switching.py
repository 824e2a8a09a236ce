"""Switching to another tenant stays on the page and in the period."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from tenants.models import Membership, Role, Tenant, User
from tenants.switching import PAGES, kept_parameters, page_after_switch
from tests.test_tenant_isolation import ROUTES

ClientOf = Callable[[User], Client]


@pytest.mark.parametrize("name", sorted(PAGES))
def test_every_page_that_is_stayed_on_is_open_to_every_member(name: str) -> None:
    path = reverse(name, args=["acme"])
    routes = [route for routes in ROUTES.values() for route in routes if route.path == path]
    assert any(route.needs is Role.VIEWER and route.method == "GET" and not route.query for route in routes)


@pytest.mark.parametrize(
    ("here", "there"),
    [
        ("customer-list", "customer-list"),
        ("ticket", "ticket-list"),
        ("customer", "customer-list"),
        ("settings-members", "dashboard"),
        ("overview", "dashboard"),
        ("", "dashboard"),
    ],
)
def test_a_page_that_another_tenant_may_not_have_leads_to_the_closest_one(here: str, there: str) -> None:
    assert page_after_switch(here) == there


def test_the_period_stays_and_what_belongs_to_one_tenant_does_not() -> None:
    given = {"period": ["90d"], "team": ["Billing"], "customer_id": ["c1"], "from": [""]}
    assert kept_parameters(given) == (("period", "90d"),)


def test_the_menu_links_to_the_same_page_of_each_tenant(
    client_of: ClientOf, team_mate: User, tenant: Tenant, other_tenant: Tenant
) -> None:
    Membership.objects.create(user=team_mate, tenant=other_tenant, role=Role.VIEWER)
    html = client_of(team_mate).get("/t/acme/work/", {"period": "30d", "team": "Billing"}).content.decode()
    assert 'href="/t/globex/work/?period=30d"' in html


def test_a_typed_tenant_opens_on_the_same_page(client_of: ClientOf, team_mate: User) -> None:
    given = {"tenant": "acm", "page": "customer-list", "period": "90d", "q": "x"}
    assert client_of(team_mate).get("/switch/", given)["Location"] == "/t/acme/customers/?period=90d"


def test_single_keys_are_turned_off_and_on_in_the_account(client_of: ClientOf, team_mate: User) -> None:
    client = client_of(team_mate)
    assert 'data-single-keys="off"' not in client.get("/account/").content.decode()
    assert 'data-single-keys="off"' in client.post("/account/keys/", {"on": "0"}, follow=True).content.decode()
    assert 'data-single-keys="off"' not in client.post("/account/keys/", {"on": "1"}, follow=True).content.decode()
