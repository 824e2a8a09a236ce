"""Signing in and out, the theme, switching tenants, and error pages."""

from collections.abc import Callable
from typing import Any

import pytest
from django.template.loader import get_template
from django.test import Client, RequestFactory
from django.urls import reverse
from pymongo.errors import ServerSelectionTimeoutError

from supportsaas.web.middleware import unavailable
from tenants.models import Membership, Role, Tenant, User
from tests.conftest import PASSWORD

ClientOf = Callable[[User], Client]


def test_signing_in_leads_back_to_the_requested_page(client: Client, team_mate: User) -> None:
    form = {"username": "team_mate", "password": PASSWORD, "next": "/t/acme/tickets/"}
    assert client.post("/login/", form)["Location"] == "/t/acme/tickets/"


def test_a_wrong_password_is_explained_at_the_form(client: Client, team_mate: User) -> None:
    html = client.post("/login/", {"username": "team_mate", "password": "wrong"}).content.decode()
    assert "Wrong user name or password" in html
    assert 'aria-describedby="login-error"' in html


def test_signing_in_never_redirects_to_another_site(client: Client, team_mate: User) -> None:
    form = {"username": "team_mate", "password": PASSWORD, "next": "https://evil.example/"}
    assert client.post("/login/", form)["Location"] == "/"


def test_signing_out_needs_a_post_request(client_of: ClientOf, team_mate: User) -> None:
    client = client_of(team_mate)
    assert client.get("/logout/").status_code == 405
    assert client.post("/logout/")["Location"] == "/login/"
    assert client.get("/t/acme/tickets/").status_code == 302


def test_a_fragment_after_the_session_has_ended_reloads_its_page(client: Client, tenant: Tenant) -> None:
    response = client.get("/t/acme/ingestion/status/", headers={"HX-Request": "true"}, follow=True)
    assert response["HX-Refresh"] == "true"


def test_the_theme_is_remembered(client: Client, db: None) -> None:
    response = client.post("/theme/", {"theme": "dark", "next": "/login/?next=/x"})
    assert response["Location"] == "/login/?next=/x"
    cookie = response.cookies["theme"]
    assert (cookie.value, cookie["samesite"], bool(cookie["httponly"])) == ("dark", "Lax", True)
    assert 'data-theme="dark"' in client.get("/login/").content.decode()


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", ""])
def test_the_theme_never_leads_to_another_site(client: Client, target: str) -> None:
    assert client.post("/theme/", {"theme": "light", "next": target})["Location"] == "/"


def test_an_unknown_theme_changes_nothing(client: Client) -> None:
    assert "theme" not in client.post("/theme/", {"theme": '"><script>'}).cookies


@pytest.mark.parametrize("typed", ["acme", "ACME", "Acme", "acm"])
def test_a_tenant_is_found_by_id_name_or_a_part(client_of: ClientOf, team_mate: User, typed: str) -> None:
    response = client_of(team_mate).get("/switch/", {"tenant": typed})
    assert response["Location"] == reverse("dashboard", args=["acme"])


@pytest.mark.parametrize("typed", ["globex", "", "nothing"])
def test_a_tenant_that_is_not_ones_own_is_not_found(
    client_of: ClientOf, team_mate: User, other_tenant: Tenant, typed: str
) -> None:
    assert client_of(team_mate).get("/switch/", {"tenant": typed})["Location"] == "/"


def test_the_switcher_lists_ones_own_tenants_and_with_many_offers_to_find_one(
    client_of: ClientOf, team_mate: User, other_tenant: Tenant
) -> None:
    client = client_of(team_mate)
    html = client.get("/t/acme/tickets/").content.decode()
    assert "Globex" not in html
    assert 'id="tenant-name"' not in html
    for number in range(8):
        more = Tenant.objects.create(slug=f"more{number}", name=f"More {number}")
        Membership.objects.create(user=team_mate, tenant=more, role=Role.VIEWER)
    html = client.get("/t/acme/tickets/").content.decode()
    assert 'data-slug="more7"' in html
    assert 'id="tenant-name"' in html


def test_admin_is_linked_for_staff_alone(client_of: ClientOf, team_mate: User, superuser: User) -> None:
    assert 'href="/admin/"' not in client_of(team_mate).get("/t/acme/tickets/").content.decode()
    assert 'href="/admin/"' in client_of(superuser).get("/t/acme/tickets/").content.decode()


def test_an_unknown_address_gets_a_page_in_the_frame(client_of: ClientOf, team_mate: User) -> None:
    response = client_of(team_mate).get("/t/nobody/tickets/")
    assert response.status_code == 404
    assert b"Page not found" in response.content


def test_the_page_for_a_fault_needs_neither_context_nor_database() -> None:
    assert "Something went wrong on our side" in get_template("500.html").render()


def test_the_page_for_an_absent_database_does_not_ask_it(rf: RequestFactory, django_db_blocker: Any) -> None:
    request = rf.get("/", headers={"Accept": "text/html"})
    response = unavailable(request, ServerSelectionTimeoutError("away"))
    assert response.status_code == 503
    assert b"The database is not reachable" in response.content


def test_htmx_gets_the_page_for_an_unreachable_database_as_html(rf: RequestFactory) -> None:
    request = rf.get("/t/acme/", headers={"Accept": "*/*", "HX-Request": "true"})
    response = unavailable(request, ServerSelectionTimeoutError("unreachable"))
    assert response["Content-Type"].startswith("text/html")
    assert "The database is not reachable" in response.content.decode()
    program = unavailable(rf.get("/t/acme/", headers={"Accept": "*/*"}), ServerSelectionTimeoutError("unreachable"))
    assert program["Content-Type"] == "application/json"


def test_no_page_carries_inline_scripts_or_styles(client_of: ClientOf, superuser: User, tenant: Tenant) -> None:
    client = client_of(superuser)
    for address in ("/login/", "/t/acme/tickets/", "/t/acme/customers/", "/t/acme/ingestion/"):
        html = client.get(address).content.decode()
        assert " style=" not in html
        assert "<style" not in html
        assert "<script>" not in html
        assert " onclick=" not in html
