"""What was said about a ticket, on its page: messages and team notes in the order of time, and the facts beside them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from supportsaas.db import mongo
from tenants.models import Tenant, User
from tests.builders import NOON, store_tickets
from tests.reading_pages import page_of, text_of
from tickets.notes.store import NoteStore, Subject
from tickets.records.quotes import own_length

ClientOf = Callable[[User], Client]
PAGE = "/t/acme/tickets/T-1/"
TICKET = Subject("ticket", "T-1")


def message(text: str, *, hour: int, customer: bool = False, internal: bool = False) -> dict[str, Any]:
    return {
        "id": text[:20], "author": "Ann", "at": f"2026-03-10T{hour:02}:00:00Z", "text": text,
        "is_customer": customer, "is_internal": internal,
    }  # fmt: skip


def test_messages_and_notes_stand_in_the_order_of_time(client_of: ClientOf, team_mate: User, tenant: Tenant) -> None:
    told = [message("First answer", hour=9), message("Still nothing", hour=15, customer=True)]
    store_tickets(tenant, [{"messages": told}])
    NoteStore(tenant).add(TICKET, "Called the depot", by=team_mate, now=NOON)

    text = text_of(page_of(client_of(team_mate), PAGE))

    places = [text.index(each) for each in ("First answer", "Called the depot", "Still nothing")]
    assert places == sorted(places)
    assert "team note, only members of Acme see it" in text


def test_a_note_is_added_changed_deleted_and_restored_on_the_page(
    client_of: ClientOf, team_mate: User, tenant: Tenant
) -> None:
    store_tickets(tenant, [{}])
    client, store = client_of(team_mate), NoteStore(tenant)
    client.post("/t/acme/notes/add/", {"kind": "ticket", "key": "T-1", "text": "Cald", "token": "a"})
    (note,) = store.find_about(TICKET)
    client.post(f"/t/acme/notes/{note.id}/edit/", {"text": "Called"})
    assert "Called" in page_of(client, PAGE)
    answer = client.post(f"/t/acme/notes/{note.id}/delete/")
    html = page_of(client, answer["Location"].partition("#")[0])
    assert "Deleted the note." in html and "Called" not in html
    client.post(f"/t/acme/notes/{note.id}/restore/")
    assert "Called" in page_of(client, PAGE)


def test_a_note_about_a_ticket_that_does_not_exist_is_not_kept(
    client_of: ClientOf, team_mate: User, tenant: Tenant
) -> None:
    client_of(team_mate).post("/t/acme/notes/add/", {"kind": "ticket", "key": "T-9", "text": "x", "token": "a"})
    assert mongo.collection("notes").count_documents({}) == 0


def test_only_members_are_suggested(client_of: ClientOf, team_mate: User, stranger: User, tenant: Tenant) -> None:
    names = client_of(team_mate).get("/t/acme/notes/names/").json()["names"]
    assert team_mate.username in names
    assert stranger.username not in names


def test_what_a_message_quotes_is_folded(client_of: ClientOf, team_mate: User, tenant: Tenant) -> None:
    store_tickets(tenant, [{"message": "It broke again.\n\nOn Monday, Bo wrote:\n> Is it fixed?"}])
    html = page_of(client_of(team_mate), PAGE)
    assert "Show quoted text" in html
    assert html.index("Show quoted text") < html.index("Is it fixed?")


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("Broken.\n> old\n> older", "Broken."),
        ("Broken.\n\nOn 3 May 2026, Bo <bo@example.com> wrote:\nold", "Broken."),
        ("Broken.\n-----Original Message-----\nFrom: Bo", "Broken."),
        ("> question\nanswer", "> question\nanswer"),
        ("> only a quote", "> only a quote"),
        ("On Monday I wrote: it broke", "On Monday I wrote: it broke"),
        ("", ""),
    ],
)  # fmt: skip
def test_a_quote_begins_where_the_writers_own_words_end(text: str, own: str) -> None:
    assert text[: own_length(text)] == own


def test_changes_are_words_without_signs_for_line_breaks(client_of: ClientOf, team_mate: User, tenant: Tenant) -> None:
    store_tickets(tenant, [{"message": "One\nTwo"}])
    changed = {"message": "One\n\n\nTwo", "status": "in_progress", "updated_at": "2026-03-10T10:00:00Z"}
    store_tickets(tenant, [changed], now=NOON + timedelta(hours=1))
    html = page_of(client_of(team_mate), PAGE)
    assert "In progress</ins>" in html
    assert "↵" not in html
    assert "only its line breaks changed" in html


def test_the_latest_five_changes_are_shown_and_all_on_request(
    client_of: ClientOf, team_mate: User, tenant: Tenant
) -> None:
    for number in range(8):
        day = f"2026-03-{10 + number}T10:00:00Z"
        store_tickets(tenant, [{"subject": f"Subject {number}", "updated_at": day}], now=NOON + timedelta(hours=number))
    client = client_of(team_mate)
    assert page_of(client, PAGE).count('<li class="entry') == 5
    assert "history=all#history" in page_of(client, f"{PAGE}?via=list&urgency=low")
    assert page_of(client, f"{PAGE}?history=all").count('<li class="entry') == 8
