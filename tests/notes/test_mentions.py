"""Mentions of a person: who is told of them, when they are new, and that nobody sees those of other tenants."""

from collections.abc import Callable
from datetime import timedelta

from django.test import Client

from tenants.models import Membership, Tenant, User
from tests.builders import NOON, store_tickets
from tests.reading_pages import page_of, text_of
from tickets.notes.mentions_of import count_new, find_mentions, mark_seen
from tickets.notes.store import NoteStore, Subject

ClientOf = Callable[[User], Client]
TICKET = Subject("ticket", "T-1")


def test_a_mention_is_new_until_its_page_is_opened(
    client_of: ClientOf, tenant: Tenant, manager: User, team_mate: User
) -> None:
    store_tickets(tenant, [{}])
    NoteStore(tenant).add(TICKET, "@team_mate, please call", by=manager, now=NOON)
    client = client_of(team_mate)

    assert "1 new mention" in text_of(page_of(client, "/t/acme/tickets/"))
    html = page_of(client, "/mentions/")
    assert "please call" in html and 'href="/t/acme/tickets/T-1/#note-' in html
    assert "new mention" not in text_of(page_of(client, "/t/acme/tickets/"))
    assert "please call" in page_of(client, "/mentions/")


def test_who_is_no_member_any_more_sees_no_mention(
    client_of: ClientOf, tenant: Tenant, manager: User, team_mate: User
) -> None:
    NoteStore(tenant).add(TICKET, "@team_mate, a secret", by=manager, now=NOON)
    Membership.objects.filter(user=team_mate).delete()

    assert "a secret" not in page_of(client_of(team_mate), "/mentions/")
    assert count_new(str(team_mate.pk), []) == 0


def test_authors_are_not_told_of_themselves_and_an_edit_tells_only_the_new(
    tenant: Tenant, manager: User, team_mate: User
) -> None:
    store = NoteStore(tenant)
    note = store.add(TICKET, "@manager notes", by=manager, now=NOON)
    assert count_new(str(manager.pk), ["acme"]) == 0

    store.edit(note.id, "@manager notes, @team_mate", by=manager, now=NOON + timedelta(minutes=1))
    assert count_new(str(team_mate.pk), ["acme"]) == 1
    mark_seen(team_mate, ["acme"])
    store.edit(note.id, "@team_mate, @manager noted", by=manager, now=NOON + timedelta(minutes=2))
    assert count_new(str(team_mate.pk), ["acme"]) == 0


def test_a_deleted_note_mentions_nobody(tenant: Tenant, manager: User, team_mate: User) -> None:
    store = NoteStore(tenant)
    note = store.add(TICKET, "@team_mate", by=manager, now=NOON)
    store.delete(note.id, by=manager, is_manager=True, now=NOON)

    assert count_new(str(team_mate.pk), ["acme"]) == 0 and find_mentions(team_mate, ["acme"]) == []
