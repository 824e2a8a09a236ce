"""Switching to another tenant stays on the page and in the period."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from tenants.models import Membership, Role, Tenant, User
from tenants.switching import KEPT_IF_KNOWN, PAGES, kept_parameters, page_after_switch
from tests.builders import store_tickets
from tests.rolled_up import roll_up
from tests.test_tenant_isolation import ROUTES
from tickets.records.dimensions import NARROWING_FIELDS

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
    given = {"period": ["90d"], "customer_id": ["c1"], "from": [""]}
    assert kept_parameters(given) == (("period", "90d"),)


def test_a_filter_goes_along_and_is_to_be_checked_by_the_other_tenant() -> None:
    given = {"team": ["Billing", "Sales"], "period": ["90d"]}
    expected = (("period", "90d"), ("team", "Billing"), ("team", "Sales"), ("switched", "1"))
    assert kept_parameters(given) == expected


def test_a_field_that_is_carried_is_one_that_numbers_can_be_narrowed_by() -> None:
    assert KEPT_IF_KNOWN == NARROWING_FIELDS


@pytest.mark.parametrize("page", ["", "work/", "response-times/", "tickets/"])
def test_what_the_other_tenant_does_not_have_is_left_out_with_a_word(
    page: str, client_of: ClientOf, team_mate: User, tenant: Tenant
) -> None:
    store_tickets(tenant, [{"team": "Billing"}, {"team": "Sales"}])
    roll_up(tenant)
    client = client_of(team_mate)
    given = "period=30d&team=Billing&team=Orders&switched=1"
    answer = client.get(f"/t/acme/{page}?{given}", follow=True)
    assert answer.redirect_chain == [(f"/t/acme/{page}?period=30d&team=Billing", 302)]
    assert "Acme has no team “Orders”, so the filter leaves it out." in answer.content.decode()
    again = client.get(f"/t/acme/{page}?period=30d&team=Billing&switched=1", follow=True)
    assert again.redirect_chain == [(f"/t/acme/{page}?period=30d&team=Billing", 302)]
    assert "leaves it out" not in again.content.decode()


def test_the_menu_links_to_the_same_page_of_each_tenant(
    client_of: ClientOf, team_mate: User, tenant: Tenant, other_tenant: Tenant
) -> None:
    Membership.objects.create(user=team_mate, tenant=other_tenant, role=Role.VIEWER)
    html = client_of(team_mate).get("/t/acme/work/", {"period": "30d", "team": "Billing"}).content.decode()
    assert 'href="/t/globex/work/?period=30d&amp;team=Billing&amp;switched=1"' in html


def test_a_typed_tenant_opens_on_the_same_page(client_of: ClientOf, team_mate: User) -> None:
    given = {"tenant": "acm", "page": "customer-list", "period": "90d", "q": "x"}
    assert client_of(team_mate).get("/switch/", given)["Location"] == "/t/acme/customers/?period=90d"


def test_single_keys_are_turned_off_and_on_in_the_account(client_of: ClientOf, team_mate: User) -> None:
    client = client_of(team_mate)
    assert 'data-single-keys="off"' not in client.get("/account/").content.decode()
    assert 'data-single-keys="off"' in client.post("/account/keys/", {"on": "0"}, follow=True).content.decode()
    assert 'data-single-keys="off"' not in client.post("/account/keys/", {"on": "1"}, follow=True).content.decode()
