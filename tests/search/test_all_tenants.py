"""One search over all the tenants that somebody may read, and over no other."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tenants.access import find_all_access
from tenants.models import Membership, Role, Tenant, User
from tests.builders import delete_stored, store_tickets, store_words
from tickets.store.filters import TicketFilter
from tickets.store.saved_views import add_view
from tickets.views.search.all_tenants import Found, search_all

ClientOf = Callable[[User], Client]


@pytest.fixture
def both(team_mate: User, tenant: Tenant, other_tenant: Tenant) -> User:
    """A member of both tenants."""
    Membership.objects.create(user=team_mate, tenant=other_tenant, role=Role.VIEWER)
    return team_mate


def search(user: User, text: str, **options: Any) -> Found:
    return search_all(find_all_access(user), text, **{"tickets": 5, "customers": 5, "seconds": 20.0, **options})


def ids(found: Found) -> dict[str, list[str]]:
    return {each.tenant.slug: [ticket["external_id"] for ticket in each.all_tickets] for each in found.hits}


def test_words_are_found_in_all_my_tenants_newest_first(both: User, tenant: Tenant, other_tenant: Tenant) -> None:
    store_tickets(
        tenant,
        [
            {"id": "A-1", "subject": "Broken lamp", "created_at": "2026-03-08T09:00:00Z"},
            {"id": "A-2", "subject": "A lamp that is broken", "created_at": "2026-03-09T09:00:00Z"},
            {"id": "A-3", "subject": "A lamp"},
        ],
    )
    store_tickets(other_tenant, [{"id": "B-1", "message": "The lamp is broken"}])
    store_words(tenant)
    store_words(other_tenant)
    assert ids(search(both, "broken lamp")) == {"acme": ["A-2", "A-1"], "globex": ["B-1"]}
    assert ids(search(both, "brok* lamp")) == {"acme": ["A-2", "A-1"], "globex": ["B-1"]}
    assert ids(search(both, "broken lamp", tickets=1)) == {"acme": ["A-2"], "globex": ["B-1"]}
    assert [each.is_cut for each in search(both, "broken lamp", tickets=1).hits] == [True, False]


def test_other_peoples_tenants_are_not_searched(team_mate: User, other_tenant: Tenant) -> None:
    store_tickets(other_tenant, [{"id": "B-1", "customer_id": "lamp-shop", "subject": "lamp"}])
    store_words(other_tenant)
    add_view(other_tenant, name="lamp", wanted=TicketFilter(urgency=("high",)))
    for text in ("lamp", "B-1", "globex"):
        assert search(team_mate, text).is_empty


def test_customers_are_found_by_how_their_id_begins(both: User, tenant: Tenant, other_tenant: Tenant) -> None:
    store_tickets(tenant, [{"customer_id": each} for each in ("cust_2", "cust_1", "cust_12", "cust_1", "other_1")])
    store_tickets(other_tenant, [{"customer_id": "cust_19"}])
    found = {each.tenant.slug: each.customers for each in search(both, "cust_1").hits}
    assert found == {"acme": ["cust_1", "cust_12"], "globex": ["cust_19"]}
    found = {each.tenant.slug: each.customers for each in search(both, "cust_1", customers=1).hits}
    assert found == {"acme": ["cust_1"], "globex": ["cust_19"]}


def test_deleted_tickets_are_not_found(both: User, tenant: Tenant) -> None:
    store_tickets(tenant, [{"id": "A-1", "subject": "lamp"}])
    store_words(tenant)
    delete_stored(tenant, ["A-1"])
    assert search(both, "A-1").is_empty
    assert search(both, "lamp").is_empty


def test_views_and_tenants_are_found_by_a_part_of_their_name(both: User, tenant: Tenant, other_tenant: Tenant) -> None:
    add_view(tenant, name="On fire (all)", wanted=TicketFilter(urgency=("high",)))
    add_view(other_tenant, name="Campfire", wanted=TicketFilter(urgency=("high",)))
    assert [(each.tenant.slug, each.name) for each in search(both, "FIRE").views] == [
        ("acme", "On fire (all)"),
        ("globex", "Campfire"),
    ]
    assert [each.name for each in search(both, "fire (").views] == ["On fire (all)"]
    assert [each.slug for each in search(both, "glob").tenants] == ["globex"]


def test_tenants_that_the_time_does_not_suffice_for_are_named(both: User, tenant: Tenant) -> None:
    store_tickets(tenant, [{"id": "A-1"}])
    found = search(both, "A-1", seconds=-1.0)
    assert {each.slug for each in found.left_out} == {"acme", "globex"}
    assert found.hits == []


def test_what_cannot_be_searched_for_is_said_and_ids_are_found_all_the_same(both: User, tenant: Tenant) -> None:
    store_tickets(tenant, [{"id": "a*"}])
    found = search(both, "a*")
    assert "needs at least 2 letters" in found.problem
    assert ids(found) == {"acme": ["a*"]}


def test_the_number_of_one_ticket_opens_it(client_of: ClientOf, both: User, tenant: Tenant) -> None:
    store_tickets(tenant, [{"id": "a-000991"}])
    for typed in ("a-000991", " #a-000991 "):
        assert client_of(both).get("/search/", {"q": typed})["Location"] == "/t/acme/tickets/a-000991/"


def test_a_number_that_two_tenants_have_lists_both(
    client_of: ClientOf, both: User, tenant: Tenant, other_tenant: Tenant
) -> None:
    store_tickets(tenant, [{"id": "7"}])
    store_tickets(other_tenant, [{"id": "7"}])
    assert client_of(both).get("/search/", {"q": "7"}).status_code == 200
    store_tickets(tenant, [{"id": "77"}])
    store_tickets(other_tenant, [{"id": "77"}])
    html = client_of(both).get("/search/", {"q": "77", "from": "globex"}).content.decode()
    assert html.index("/t/globex/tickets/77/") < html.index("/t/acme/tickets/77/")


def test_the_page_says_what_it_searched_and_links_to_each_list(client_of: ClientOf, both: User, tenant: Tenant) -> None:
    store_tickets(tenant, [{"subject": "lamp <b>"} for _ in range(6)])
    store_words(tenant)
    html = client_of(both).get("/search/", {"q": "lamp"}).content.decode()
    assert "lamp &lt;b&gt;" in html
    assert 'href="/t/acme/tickets/?q=lamp"' in html
    assert "each of your 2 tenants" in html
    assert "Nothing found for “nowhere”" in client_of(both).get("/search/", {"q": "nowhere"}).content.decode()
    assert "at least two characters" in client_of(both).get("/search/", {"q": "a"}).content.decode()


def test_the_palette_gets_tickets_customers_and_views(client_of: ClientOf, both: User, tenant: Tenant) -> None:
    store_tickets(
        tenant, [{"id": "lamp-1", "customer_id": "lamp-shop", "subject": "lamp"}, {"id": "A-2", "subject": "lamp"}]
    )
    store_words(tenant)
    add_view(tenant, name="Lamps", wanted=TicketFilter(urgency=("high",)))
    client = client_of(both)
    answer = client.get("/search/palette/", {"q": "lamp", "from": "acme"}).json()
    found = {group["name"]: [entry["url"] for entry in group["entries"]] for group in answer["groups"]}
    assert found["Tickets"] == ["/t/acme/tickets/lamp-1/", "/t/acme/tickets/A-2/"]
    assert found["Customers"] == ["/t/acme/customers/lamp-shop/"]
    assert found["Views"][0].startswith("/t/acme/views/")
    assert found["Search"] == ["/search/?q=lamp&from=acme"]
    answer = client.get("/search/palette/", {"q": "lamp-1"}).json()
    assert (answer["groups"][0]["name"], answer["groups"][0]["is_exact"]) == ("Ticket", True)
    assert client.get("/search/palette/", {"q": "l"}).json() == {"groups": [], "note": ""}
