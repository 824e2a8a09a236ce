"""Creating a tenant on its page: the id made from the name, the zone found by its city, and who may."""

from collections.abc import Callable

import pytest
from django.test import Client

from tenants.models import AuditEntry, Tenant, User
from tenants.new_tenant import find_zone, list_zones, propose_id

PAGE = "/new-tenant/"


@pytest.fixture
def root(superuser: User, client_of: Callable[[User], Client]) -> Client:
    return client_of(superuser)


@pytest.mark.parametrize(
    ("name", "proposed"),
    [
        ("Alder Shop", "alder-shop"),
        ("Müller & Söhne", "muller-sohne"),
        ("Straße 7", "strasse-7"),
        ("  --  Øre  --  ", "ore"),
        ("日本", ""),
        ("a" * 70, "a" * 63),
    ],
)
def test_an_id_is_proposed_from_the_name(name: str, proposed: str) -> None:
    assert propose_id(name) == proposed


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("Europe/Berlin", "Europe/Berlin"),
        ("europe/berlin", "Europe/Berlin"),
        ("Berlin", "Europe/Berlin"),
        ("new york", "America/New_York"),
        ("utc", "UTC"),
        ("Nowhere", "Nowhere"),
    ],
)
def test_a_zone_is_found_by_its_city(text: str, zone: str) -> None:
    assert find_zone(text) == zone


def test_the_list_of_zones_has_what_people_look_for() -> None:
    zones = list_zones()
    assert {"UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata"} <= set(zones)
    assert "US/Pacific" not in zones and len(zones) < 500


def test_a_tenant_is_created_and_its_helpdesk_connected_next(root: Client) -> None:
    response = root.post(PAGE, {"name": "Müller & Söhne", "slug": "", "timezone": "berlin"})
    assert response["Location"] == "/t/muller-sohne/settings/source/new/"
    tenant = Tenant.objects.get()
    assert (tenant.name, tenant.slug, tenant.timezone) == ("Müller & Söhne", "muller-sohne", "Europe/Berlin")
    assert AuditEntry.objects.filter(tenant_slug="muller-sohne").exists()


def test_a_taken_id_is_named_with_one_that_is_free(root: Client, tenant: Tenant) -> None:
    response = root.post(PAGE, {"name": "Another", "slug": "acme", "timezone": "UTC"})
    assert response.status_code == 422
    assert "Another tenant has the ID “acme”. “acme-2” is free." in response.content.decode()
    # Without one entered, a free one is taken.
    root.post(PAGE, {"name": "Acme", "slug": "", "timezone": "UTC"})
    assert Tenant.objects.filter(slug="acme-2").exists()


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"name": ""}, "This field is required"),
        ({"slug": "a b"}, "Use letters, digits"),
        ({"slug": "a" * 64}, "at most 63"),
        ({"name": "日本"}, "Enter an ID"),
        ({"timezone": "Nowhere"}, "is not an IANA time zone"),
    ],
)
def test_bad_input_is_named_and_creates_nothing(root: Client, values: dict[str, str], sentence: str) -> None:
    response = root.post(PAGE, {"name": "Acme", "slug": "", "timezone": "UTC", **values})
    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert "deleted tenant" not in response.content.decode()
    assert not Tenant.objects.exists()


def test_nobody_but_superusers_creates_tenants(owner: User, client_of: Callable[[User], Client]) -> None:
    client = client_of(owner)
    assert client.get(PAGE).status_code == 404
    assert client.post(PAGE, {"name": "X", "slug": "x", "timezone": "UTC"}).status_code == 404
    assert Client().get(PAGE).status_code == 302
    assert not Tenant.objects.filter(slug="x").exists()


def test_the_overview_leads_to_the_page(root: Client, client_of: Callable[[User], Client]) -> None:
    html = root.get("/").content.decode()
    assert "Create your first tenant" in html and f'href="{PAGE}"' in html
    root.post(PAGE, {"name": "Acme", "slug": "", "timezone": "UTC"})
    assert f'href="{PAGE}"' in root.get("/").content.decode()
