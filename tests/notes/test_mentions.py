"""Mentions of a person: who is told of them, when they are new, and that nobody sees those of other tenants."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.core import mail
from django.test import Client

from tenants.models import Membership, Role, Tenant, User
from tests.api.caller import Api, token_of
from tests.builders import NOON, store_tickets
from tests.reading_pages import page_of, text_of
from tickets.notes.mailing import mail_mentions
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


def test_a_program_adds_a_note_once_and_reads_it(owner: User, tenant: Tenant, team_mate: User) -> None:
    api = Api(token_of(owner))
    store_tickets(tenant, [{}])
    body = {"text": "Called, @team_mate sends a label", "key": "call-1"}
    for _ in range(2):
        status, added = api.call("POST", "/tickets/T-1/notes", tenant_id="acme", body=body)
        assert status == 201
    status, found = api.call("GET", "/tickets/T-1/notes", tenant_id="acme")

    assert status == 200 and found["notes"] == [added]
    assert (added["ticket_id"], added["author"]) == ("T-1", "owner")
    assert count_new(str(team_mate.pk), ["acme"]) == 1
    assert api.call("POST", "/tickets/T-9/notes", tenant_id="acme", body=body)[0] == 404
    assert api.call("GET", "/tickets/T-9/notes", tenant_id="acme")[0] == 404
    viewer = Api(token_of(owner, role=Role.VIEWER))
    assert viewer.call("POST", "/tickets/T-1/notes", tenant_id="acme", body=body)[0] == 403


def mail_at(minute: int) -> int:
    return mail_mentions(threading.Event(), now=lambda: NOON + timedelta(minutes=minute))


def test_a_mention_is_mailed_once_to_a_member_with_an_address(
    tenant: Tenant, manager: User, team_mate: User, settings: Any
) -> None:
    settings.EMAIL_IS_SET = True
    User.objects.filter(pk=team_mate.pk).update(email="mate@example.com")
    store = NoteStore(tenant)
    note = store.add(TICKET, "@team_mate, please call <b>", by=manager, now=NOON)
    store.edit(note.id, "@team_mate, please call <b> today", by=manager, now=NOON)

    assert mail_at(0) == 0, "it can still be undone"
    assert (mail_at(2), mail_at(3)) == (1, 0)
    (sent,) = mail.outbox
    assert (sent.to, sent.subject) == (["mate@example.com"], "[Acme] manager mentioned you in a note")
    assert "please call <b> today" in sent.body


def test_deleted_notes_old_ones_and_people_who_left_get_no_mail(
    tenant: Tenant, manager: User, team_mate: User, settings: Any
) -> None:
    settings.EMAIL_IS_SET = True
    User.objects.filter(pk=team_mate.pk).update(email="mate@example.com")
    store = NoteStore(tenant)
    deleted = store.add(TICKET, "@team_mate, deleted", by=manager, now=NOON)
    store.delete(deleted.id, by=manager, is_manager=True, now=NOON)
    store.add(TICKET, "@team_mate, old", by=manager, now=NOON - timedelta(days=2))
    assert mail_at(2) == 0
    store.add(TICKET, "@team_mate, left", by=manager, now=NOON)
    Membership.objects.filter(user=team_mate).delete()

    assert mail_at(2) == 0 and mail.outbox == []
