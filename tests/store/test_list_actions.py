"""What is done from the list: a ticket beside it, and the selected tickets exported and corrected."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tenants.models import Tenant, User
from tests.builders import delete_stored, store_tickets
from tests.reading_pages import text_of
from tickets.store.ticket_store import TicketStore

ClientOf = Callable[[User], Client]
pytestmark = pytest.mark.usefixtures("db")


def lines_of(response: Any) -> list[str]:
    return b"".join(response.streaming_content).decode().splitlines()


def test_a_peek_shows_the_ticket_with_what_decided_and_leads_on_with_the_list(
    client_of: ClientOf, team_mate: User, tenant: Tenant
) -> None:
    store_tickets(tenant, [{"id": "A/7?", "subject": "<b>Parcel", "message": "We file a lawsuit. " + "x" * 2_000}])
    client = client_of(team_mate)
    assert (
        'hx-get="/t/acme/peek/A/7%3F/?via=list&amp;urgency=high"'
        in client.get("/t/acme/tickets/?urgency=high").content.decode()
    )
    shown = client.get("/t/acme/peek/A/7%3F/?via=list&urgency=high").content.decode()
    assert "<html" not in shown and "&lt;b&gt;Parcel" in shown and "<mark" in shown
    assert 'href="/t/acme/tickets/A/7%3F/?via=list&amp;urgency=high"' in shown
    assert "x" * 1_000 in shown and "x" * 1_600 not in shown
    assert client.get("/t/acme/peek/none/").status_code == 404


def test_the_selected_tickets_are_exported_newest_first(client_of: ClientOf, team_mate: User, tenant: Tenant) -> None:
    store_tickets(tenant, [{"id": f"T-{n}", "created_at": f"2026-03-1{n}T10:00:00Z"} for n in range(5)])
    delete_stored(tenant, ["T-3"])
    client = client_of(team_mate)
    header, *rows = lines_of(
        client.post("/t/acme/export/selected/", {"ticket": ["T-1", "T-4", "T-3"], "format": "csv"})
    )
    assert "external_id" in header
    assert [each.split(",")[0] for each in rows] == ["T-4", "T-1"]
    for data in ({}, {"ticket": ["x"] * 101}):
        assert "Select at least one ticket" in text_of(
            client.post("/t/acme/export/selected/", data, follow=True).content.decode()
        )
    assert client.post("/t/acme/export/selected/", {"ticket": ["T-1"], "format": "xls"}).status_code == 400


def test_another_tenants_tickets_are_in_no_selection(
    client_of: ClientOf, team_mate: User, tenant: Tenant, other_tenant: Tenant
) -> None:
    store_tickets(other_tenant, [{"id": "theirs"}])
    store_tickets(tenant, [{"id": "ours"}])
    client = client_of(team_mate)
    assert len(lines_of(client.post("/t/acme/export/selected/", {"ticket": ["theirs", "ours"]}))) == 2
    assert client.get("/t/acme/peek/theirs/").status_code == 404


def test_all_that_match_are_corrected_and_no_others(client_of: ClientOf, manager: User, tenant: Tenant) -> None:
    store_tickets(tenant, [{"id": f"T-{n:02}", "source": "chat" if n % 10 else "email"} for n in range(70)])
    client = client_of(manager)
    page = client.get("/t/acme/tickets/?source=chat")
    assert "Correct all 63 that match" in text_of(page.content.decode())
    data = {"selected": "1", "urgency": "high", "next": "/t/acme/tickets/?source=chat"}
    answered = client.post("/t/acme/correct/", {**data, "all": "yes", "list": "source=chat", "ticket": "T-01"})
    assert "corrected=" in answered["Location"]
    high = [each for each in TicketStore(tenant).queries.iterate(page.context["wanted"]) if each["urgency"] == "high"]
    assert len(high) == 63
    assert client.get("/t/acme/tickets/?urgency=high").context["page"].total == 63


def test_more_than_can_be_corrected_at_once_are_left_alone(client_of: ClientOf, manager: User, tenant: Tenant) -> None:
    store_tickets(tenant, [{"id": f"T-{n:03}"} for n in range(101)])
    client = client_of(manager)
    assert "that match" not in text_of(client.get("/t/acme/tickets/").content.decode()).replace("tickets match", "")
    client.post("/t/acme/correct/", {"selected": "1", "urgency": "high", "all": "yes", "list": ""})
    assert client.get("/t/acme/tickets/?urgency=high").context["page"].total == 0


def test_a_viewer_selects_to_export_but_not_to_correct(client_of: ClientOf, team_mate: User, tenant: Tenant) -> None:
    store_tickets(tenant, [{"id": "T-1"}])
    page = client_of(team_mate).get("/t/acme/tickets/").content.decode()
    assert 'class="select-row" name="ticket" value="T-1"' in page and "Export CSV" in page
    assert ">Correct<" not in page
