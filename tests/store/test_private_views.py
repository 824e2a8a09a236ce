"""Views of one person, what a list opens with, and the columns that are remembered."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tenants.models import Role, Tenant, User
from tests.builders import store_tickets
from tests.conftest import member
from tests.reading_pages import text_of as text_of_html
from tickets.models import NumberAlert
from tickets.store.filters import TicketFilter
from tickets.store.private_views import PrivateView, add_private_view, find_private_views
from tickets.store.saved_views import SavedView, add_view, find_views_by_name

ClientOf = Callable[[User], Client]
pytestmark = pytest.mark.usefixtures("db")
LIST = "/t/acme/tickets/"


def text_of(response: Any) -> str:
    return text_of_html(response.content.decode())


@pytest.fixture
def colleague(tenant: Tenant) -> User:
    return member("colleague", tenant, Role.MANAGER)


def test_a_private_view_is_seen_opened_and_changed_by_its_person_only(
    client_of: ClientOf, team_mate: User, colleague: User, owner: User, tenant: Tenant
) -> None:
    store_tickets(tenant, [{}])
    mine = client_of(team_mate)
    saved = mine.post("/t/acme/views/add/?state=open&sort=customer&period=7d", {"name": "My pelican"})
    assert saved["Location"] == f"{LIST}?state=open&period=7d&sort=customer"
    (view,) = PrivateView.objects.all()
    address = f"/t/acme/views/{view.pk}/"
    assert "My pelican" in text_of(mine.get(LIST)) and "only me" in text_of(mine.get(LIST))
    assert mine.get(address)["Location"] == f"{LIST}?state=open&period=7d&sort=customer"
    for other in (colleague, owner):
        client = client_of(other)
        for path in (LIST, "/t/acme/views/", "/t/acme/alerts/numbers/add/?metric=in_view"):
            assert "pelican" not in text_of(client.get(path))
        assert client.get(address).status_code == 404
        for what, data in (("rename", {"name": "Theirs"}), ("delete", {}), ("move", {"to": "up"})):
            assert client.post(f"{address}{what}/", data).status_code == 404
        assert client.post("/t/acme/views/default/", {"view": str(view.pk)}).status_code == 404
    mine.post(f"{address}rename/", {"name": "Heron"})
    assert [each.name for each in find_private_views(tenant, team_mate)] == ["Heron"]
    mine.post(f"{address}delete/")
    assert find_private_views(tenant, team_mate) == []


def test_a_search_over_all_tenants_finds_no_private_view(
    client_of: ClientOf, team_mate: User, colleague: User, tenant: Tenant
) -> None:
    add_private_view(tenant, team_mate, name="Hidden pelican", wanted=TicketFilter(state=("open",)))
    add_view(tenant, name="Open pelican", wanted=TicketFilter(state=("open",)))
    for who in (team_mate, colleague):
        assert [each.name for each in find_views_by_name([tenant], "pelican", limit=10)] == ["Open pelican"]
        for path in ("/search/?q=pelican", "/search/palette/?q=pelican"):
            found = client_of(who).get(path).content.decode()
            assert "Open pelican" in found and "Hidden" not in found


def test_a_private_view_of_another_tenant_is_not_found(
    client_of: ClientOf, team_mate: User, tenant: Tenant, other_tenant: Tenant
) -> None:
    elsewhere = add_private_view(other_tenant, team_mate, name="Elsewhere", wanted=TicketFilter(state=("open",)))
    client = client_of(team_mate)
    assert client.get(f"/t/acme/views/{elsewhere.pk}/").status_code == 404
    assert "Elsewhere" not in text_of(client.get("/t/acme/views/"))


def test_two_people_may_use_one_name_and_one_person_may_not_use_it_twice(
    client_of: ClientOf, team_mate: User, colleague: User, tenant: Tenant
) -> None:
    data = {"name": "Mine", "whose": "mine"}
    for person in (team_mate, colleague):
        assert client_of(person).post("/t/acme/views/add/?state=open", data).status_code == 302
    refused = client_of(colleague).post("/t/acme/views/add/?state=closed", data)
    assert (refused.status_code, "already have a view" in text_of(refused)) == (422, True)
    assert not SavedView.objects.exists()
    assert client_of(colleague).post("/t/acme/views/add/", data).status_code == 422  # without any filter


def test_viewers_edit_no_view_of_everyone(client_of: ClientOf, team_mate: User, tenant: Tenant) -> None:
    view = add_view(tenant, name="Team", wanted=TicketFilter(state=("open",)))
    client = client_of(team_mate)
    for what in ("rename", "delete", "move"):
        assert client.post(f"/t/acme/views/{view.pk}/{what}/", {"name": "x"}).status_code == 403
    assert client.post("/t/acme/views/default/", {"view": str(view.pk), "whose": "team"}).status_code == 403
    assert client.post("/t/acme/views/add/?state=open", {"name": "For all", "whose": "team"}).status_code == 302
    assert [each.name for each in SavedView.objects.all()] == ["Team"]


def test_the_list_opens_with_ones_own_default_or_else_the_teams(
    client_of: ClientOf, team_mate: User, colleague: User, tenant: Tenant
) -> None:
    store_tickets(tenant, [{}])
    team = add_view(tenant, name="Team", wanted=TicketFilter(state=("open",)))
    mine = add_private_view(tenant, team_mate, name="Mine", wanted=TicketFilter(urgency=("high",)))
    viewer, manager = client_of(team_mate), client_of(colleague)
    assert viewer.get(LIST).status_code == 200
    manager.post("/t/acme/views/default/", {"view": str(team.pk), "whose": "team"})
    for client in (viewer, manager):
        assert client.get(LIST)["Location"] == f"{LIST}?state=open"
        assert client.get(f"{LIST}?view=all").status_code == 200
    assert f'href="{LIST}?view=all"' in viewer.get(f"{LIST}?state=open").content.decode()
    viewer.post("/t/acme/views/default/", {"view": str(mine.pk), "whose": "me"})
    assert viewer.get(LIST)["Location"] == f"{LIST}?urgency=high"
    assert manager.get(LIST)["Location"] == f"{LIST}?state=open"
    viewer.post("/t/acme/views/default/", {"view": "all", "whose": "me"})
    assert viewer.get(LIST).status_code == 200
    viewer.post("/t/acme/views/default/", {"view": "", "whose": "me"})
    assert viewer.get(LIST)["Location"] == f"{LIST}?state=open"
    assert manager.post("/t/acme/views/default/", {"view": str(mine.pk), "whose": "team"}).status_code == 404


def test_columns_are_remembered_for_the_person_and_the_address_counts_more(
    client_of: ClientOf, team_mate: User, colleague: User, tenant: Tenant
) -> None:
    store_tickets(tenant, [{"tags": "vip", "assignee": "Ann"}])
    client = client_of(team_mate)
    shown = ["customer", "status", "connection", "tags", "wrap"]
    answered = client.post("/t/acme/list-columns/", {"show": shown, "query": "state=open&sort=customer"})
    columns = "columns=tags&columns=-sentiment&columns=-source&columns=wrap"
    assert answered["Location"] == f"{LIST}?state=open&sort=customer&{columns}"
    plain = client.get(LIST)
    page = plain.content.decode()
    head = text_of_html(page.split("<thead>")[1].split("</thead>")[0])
    assert "Tags" in head and "Customer" in head and "Sentiment" not in head and "Source" not in head
    assert 'class="tickets with-columns wraps"' in page and plain.context["query"] == ""
    linked = text_of_html(
        client.get(f"{LIST}?columns=assignee").content.decode().split("<thead>")[1].split("</thead>")[0]
    )
    assert "Assignee" in linked and "Tags" not in linked and "Sentiment" in linked
    other = client_of(colleague).get(LIST).content.decode()
    assert "Sentiment" in other.split("<thead>")[1].split("</thead>")[0]


def test_a_view_of_everyone_leads_managers_to_an_alert_on_it(
    client_of: ClientOf, colleague: User, team_mate: User, tenant: Tenant
) -> None:
    store_tickets(tenant, [{}])
    view = add_view(tenant, name="Team", wanted=TicketFilter(state=("open",), period="7d"))
    client = client_of(colleague)
    link = f"/t/acme/alerts/numbers/add/?metric=in_view&amp;view={view.pk}"
    assert link in client.get(f"{LIST}?state=open&period=7d").content.decode()
    assert link in client.get("/t/acme/views/").content.decode()
    assert link not in client_of(team_mate).get("/t/acme/views/").content.decode()  # who may not add it
    form = client.get(link.replace("&amp;", "&")).content.decode()
    assert f'value="{view.pk}" selected' in form
    NumberAlert(tenant=tenant, metric="in_view", view=view, threshold=5).full_clean()  # relative dates can be followed


def test_a_list_without_matches_says_which_filter_excludes_most(
    client_of: ClientOf, team_mate: User, tenant: Tenant
) -> None:
    store_tickets(
        tenant, [{"status": "open", "source": "email"} for _ in range(3)] + [{"status": "closed", "source": "chat"}]
    )
    response = client_of(team_mate).get(f"{LIST}?status=open&source=chat")
    ways = [(each.chip.title, each.chip.query_without, each.count) for each in response.context["ways_out"]]
    assert ways == [("Source", "status=open", 3), ("Status", "source=chat", 1)]
    assert "3 tickets" in text_of(response)
