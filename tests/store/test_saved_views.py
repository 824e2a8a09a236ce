"""Saved views: edited by managers, used by all members, and always valid filters of the list."""

import threading
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from django.db import connection
from django.test import Client

from supportsaas.web.rejected import Rejected
from tenants.models import AuditEntry, Tenant, User
from tests.builders import store_tickets
from tests.hostile import CORPUS, problems_of
from tickets.store import saved_views
from tickets.store.filters import TicketFilter
from tickets.store.saved_views import MAX_VIEWS, SavedView, add_view, find_views, move_view

ClientOf = Callable[[User], Client]
URGENT = TicketFilter(urgency=("high",), status=("open", "new"))


@pytest.fixture
def page(client_of: ClientOf, manager: User, tenant: Tenant) -> Client:
    store_tickets(tenant, [{"id": "T-1", "message": "lawsuit"}, {"id": "T-2"}])
    return client_of(manager)


@pytest.fixture
def viewer(client_of: ClientOf, team_mate: User) -> Client:
    return client_of(team_mate)


def text_of(response: Any) -> str:
    return " ".join(response.content.decode().split())


def names(tenant: Tenant) -> list[str]:
    return [each.name for each in find_views(tenant)]


def test_every_member_opens_the_view_that_a_manager_saves(page: Client, viewer: Client, tenant: Tenant) -> None:
    narrowed = "urgency=high&status=open&nonsense=1&page="
    assert "Save as view" in text_of(page.get(f"/t/acme/tickets/?{narrowed}"))
    assert "Save as view" not in text_of(page.get("/t/acme/tickets/"))
    form = text_of(page.get(f"/t/acme/views/add/?{narrowed}"))
    assert "Urgency" in form and "High" in form
    answer = page.post(f"/t/acme/views/add/?{narrowed}", {"name": "  On   fire "})
    assert answer.status_code == 302
    assert [(each.name, each.query) for each in find_views(tenant)] == [("On fire", "status=open&urgency=high")]
    shown = text_of(viewer.get("/t/acme/tickets/"))
    assert 'href="/t/acme/tickets/?status=open&amp;urgency=high"' in shown and "On fire" in shown
    assert "Edit views" in shown
    key = find_views(tenant)[0].pk
    opened = viewer.get(f"/t/acme/views/{key}/")
    assert opened.status_code == 302 and opened["Location"] == answer["Location"]
    assert '<strong class="figure">1</strong>' in text_of(viewer.get(opened["Location"]))


def test_the_active_view_is_marked_whatever_the_order_of_its_filters(page: Client, tenant: Tenant) -> None:
    add_view(tenant, name="On fire", wanted=URGENT)
    for query in ("urgency=high&status=open&status=new", "status=open&status=new&urgency=high&q="):
        for headers in ({}, {"HX-Request": "true"}):
            shown = text_of(page.get(f"/t/acme/tickets/?{query}", headers=headers))
            assert 'aria-current="page"><bdi>On fire</bdi>' in shown
            assert "Save as view" not in shown, "it is one already"
    assert 'aria-current="page"><bdi>' not in text_of(page.get("/t/acme/tickets/?urgency=high"))
    assert 'aria-current="page">All</a>' in text_of(page.get("/t/acme/tickets/"))


@pytest.mark.parametrize(
    ("query", "name", "sentence"),
    [
        ("urgency=high", "", "cannot be blank"),
        ("urgency=high", " \0 ", "Enter a name"),
        ("urgency=high", "x" * 61, "at most 60 characters"),
        ("urgency=high", "On FIRE", "A view named “On FIRE” already exists"),
        ("urgency=dire", "New", "“urgency” must be one of"),
        ("created_from=yesterday", "New", "“created_from” must be a date"),
        ("", "New", "A view needs at least one filter"),
        ("nonsense=1", "New", "A view needs at least one filter"),
        ("&".join(f"status={n}{'x' * 150}" for n in range(40)), "New", "cannot have this many filters"),
    ],
)
def test_an_invalid_view_is_rejected_with_the_reason(
    page: Client, tenant: Tenant, query: str, name: str, sentence: str
) -> None:
    add_view(tenant, name="On fire", wanted=URGENT)
    answer = page.post(f"/t/acme/views/add/?{query}", {"name": name})
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert names(tenant) == ["On fire"]


def test_the_number_of_views_is_limited(page: Client, tenant: Tenant) -> None:
    for n in range(MAX_VIEWS):
        add_view(tenant, name=f"View {n}", wanted=URGENT)
    answer = page.post("/t/acme/views/add/?urgency=high", {"name": "One more"})
    assert answer.status_code == 422 and f"The limit of {MAX_VIEWS} views is reached" in text_of(answer)
    assert len(names(tenant)) == MAX_VIEWS


def test_views_are_renamed_moved_and_deleted(page: Client, tenant: Tenant) -> None:
    one, two, three = (add_view(tenant, name=name, wanted=URGENT).pk for name in ("one", "two", "three"))
    page.post(f"/t/acme/views/{three}/move/", {"to": "up"})
    page.post(f"/t/acme/views/{one}/move/", {"to": "down"})
    assert names(tenant) == ["three", "one", "two"]
    for nonsense in ("up", "sideways", ""):
        page.post(f"/t/acme/views/{three}/move/", {"to": nonsense})
    page.post(f"/t/acme/views/{two}/move/", {"to": "down"})
    assert names(tenant) == ["three", "one", "two"]
    assert "Renamed “one” to “uno”" in text_of(page.post(f"/t/acme/views/{one}/rename/", {"name": "uno"}, follow=True))
    page.post(f"/t/acme/views/{one}/rename/", {"name": "UNO"})
    assert names(tenant) == ["three", "UNO", "two"], "its own name in other letters is free"
    refused = page.post(f"/t/acme/views/{one}/rename/", {"name": "two"})
    assert refused.status_code == 422 and "A view named “two” already exists" in text_of(refused)
    for _ in range(2):
        page.post(f"/t/acme/views/{one}/delete/")
    assert names(tenant) == ["three", "two"]


def test_a_filter_of_a_former_version_is_an_error_and_never_a_wider_list(
    page: Client, viewer: Client, tenant: Tenant
) -> None:
    view = SavedView.objects.create(tenant=tenant, name="Moody", query="mood=angry&urgency=high")
    bad = SavedView.objects.create(tenant=tenant, name="Dire", query="urgency=dire")
    for client, what in ((page, "delete this one"), (viewer, "Ask a manager")):
        for each, problem in ((view, "“mood” is no longer a filter of the list"), (bad, "“urgency” must be one of")):
            answer = client.get(f"/t/acme/views/{each.pk}/")
            assert answer.status_code == 409
            assert problem in text_of(answer) and what in text_of(answer)
    shown = text_of(viewer.get("/t/acme/tickets/"))
    assert f'href="/t/acme/views/{view.pk}/"' in shown and "mood=angry" not in shown
    assert "Invalid" in shown
    assert "Invalid" in text_of(page.get("/t/acme/views/"))
    refused = page.post(f"/t/acme/views/{view.pk}/rename/", {"name": "Other"})
    assert refused.status_code == 422 and "“mood” is no longer a filter" in text_of(refused)
    page.post(f"/t/acme/views/{view.pk}/delete/")
    assert names(tenant) == ["Dire"]


def test_the_audit_log_keeps_who_changed_which_view_and_what_it_was(page: Client, tenant: Tenant) -> None:
    page.post("/t/acme/views/add/?urgency=high", {"name": "Hot"})
    key = find_views(tenant)[0].pk
    page.post(f"/t/acme/views/{key}/rename/", {"name": "Hotter"})
    page.post(f"/t/acme/views/{key}/delete/")
    entries = list(AuditEntry.objects.filter(tenant_slug="acme", kind="saved view").order_by("recorded_at", "id"))
    assert [(each.actor, each.action) for each in entries] == [
        ("manager", a) for a in ("created", "changed", "deleted")
    ]
    assert entries[1].changes == {"name": {"old": "Hot", "new": "Hotter"}}
    assert entries[2].changes["filter" if "filter" in entries[2].changes else "query"] == {"old": "urgency=high", "new": ""}  # fmt: skip


def test_a_form_without_its_csrf_token_is_rejected(manager: User, tenant: Tenant) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(manager)
    key = add_view(tenant, name="one", wanted=URGENT).pk
    for path in ("add/?urgency=high", f"{key}/rename/", f"{key}/move/", f"{key}/delete/"):
        assert client.post(f"/t/acme/views/{path}", {"name": "x"}).status_code == 403


def test_a_view_of_another_tenant_is_not_found(page: Client, tenant: Tenant, other_tenant: Tenant) -> None:
    theirs = add_view(other_tenant, name="secret", wanted=TicketFilter(customer_id="secret"))
    assert page.get(f"/t/acme/views/{theirs.pk}/").status_code == 404
    for what in ("rename", "move", "delete"):
        assert page.post(f"/t/acme/views/{theirs.pk}/{what}/", {"name": "x", "to": "up"}).status_code == 404
    assert page.get("/t/acme/views/$ne/").status_code == 404
    for path in ("views/", "tickets/"):
        assert "secret" not in text_of(page.get(f"/t/acme/{path}"))
    assert names(other_tenant) == ["secret"]
    assert add_view(tenant, name="secret", wanted=URGENT).pk, "the same name is free in another tenant"


def test_hostile_text_stays_text(page: Client, tenant: Tenant) -> None:
    for text in CORPUS.values():
        query = f"customer_id={quote(text)}&q={quote(text)}&status={quote(text)}"
        answer = page.post(f"/t/acme/views/add/?{query}", {"name": text[:60]})
        assert answer.status_code in (302, 422)
        assert problems_of(answer.content.decode()) == []
        if answer.status_code == 302:
            assert urlsplit(answer["Location"]).path == "/t/acme/tickets/"
    kept = find_views(tenant)
    assert len(kept) > len(CORPUS) // 2
    for path in ("views/", "tickets/", *(f"tickets/?{each.query}" for each in kept)):
        for headers in ({}, {"HX-Request": "true"}):
            answer = page.get(f"/t/acme/{path}", headers=headers)
            assert answer.status_code == 200, path
            assert problems_of(answer.content.decode()) == [], path
    refused = page.post(f"/t/acme/views/{kept[0].pk}/rename/", {"name": CORPUS["closing"] + "x" * 60})
    assert refused.status_code == 422 and problems_of(refused.content.decode()) == []


def test_every_filter_survives_being_saved(tenant: Tenant) -> None:
    wanted = TicketFilter.parse(
        {
            "status": ["open", "späť & co"], "urgency": ["high"], "sentiment": ["negative"], "source": ["a=b"],
            "requires_action": ["yes"], "customer_id": ["c/1?x#y"], "keyword": ["refund"], "q": ['"data breach" refun*'],
            "created_from": ["2026-03-01"], "created_to": ["2026-03-10T12:30"],
        },
        zone=tenant.zone,
    )  # fmt: skip
    add_view(tenant, name="Everything", wanted=wanted)
    assert find_views(tenant)[0].wanted() == wanted


def test_of_three_concurrent_views_with_one_name_two_are_rejected(tenant: Tenant) -> None:
    start, refused = threading.Barrier(3), []

    def add(name: str) -> None:
        try:
            start.wait(10)
            add_view(tenant, name=name, wanted=URGENT)
        except Rejected as error:
            refused.append(str(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=add, args=(name,)) for name in ("Hot", "HOT", "hot")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert [each.casefold() for each in names(tenant)] == ["hot"]
    assert len(refused) == 2 and all("A view named" in each for each in refused)


def test_two_concurrent_moves_leave_distinct_positions(tenant: Tenant) -> None:
    views = [add_view(tenant, name=f"{n}", wanted=URGENT) for n in range(4)]
    start = threading.Barrier(2)

    def move(view: SavedView) -> None:
        try:
            start.wait(10)
            move_view(view, "up")
        finally:
            connection.close()

    threads = [threading.Thread(target=move, args=(view,)) for view in (views[3], views[2])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert names(tenant) in (["0", "1", "2", "3"], ["0", "2", "3", "1"])
    assert len({each.position for each in find_views(tenant)}) == 4


def test_the_admin_normalises_a_filter_and_rejects_an_invalid_one(
    client_of: ClientOf, superuser: User, tenant: Tenant
) -> None:
    client = client_of(superuser)
    path, values = "/admin/tickets/savedview/add/", {"tenant": str(tenant.pk), "name": "Hot"}
    assert client.post(path, {**values, "tenant": "", "query": "urgency=high"}).status_code == 200
    assert (
        "is no longer a filter of the list" in client.post(path, {**values, "query": "status[$ne]=x"}).content.decode()
    )
    assert client.post(path, {**values, "query": "urgency=high&status=open&q="}).status_code == 302
    (view,) = saved_views.find_views(tenant)
    assert (view.query, view.position) == ("status=open&urgency=high", 1)
    assert client.get("/admin/tickets/savedview/").status_code == 200
    assert client.get(f"/admin/tickets/savedview/{view.pk}/change/").status_code == 200
