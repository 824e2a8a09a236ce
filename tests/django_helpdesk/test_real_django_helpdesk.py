"""Ingestion from a real django-helpdesk: `script/try-django-helpdesk` installs one and runs this aloud."""

from collections.abc import Iterator

import pytest

from tenants.models import Tenant
from tests.django_helpdesk.server import PASSWORD, USER, DjangoHelpdeskServer
from tests.real_servers import assert_refused, connect, counts, ingest, marks
from tickets.helpdesks.model import Source
from tickets.ingestion.checking import check_source
from tickets.store.ticket_store import TicketStore

pytestmark = marks("django-helpdesk", "try-django-helpdesk", "DJANGO_HELPDESK")

TICKETS = 120


@pytest.fixture(scope="module")
def helpdesk_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DjangoHelpdeskServer]:
    with DjangoHelpdeskServer(tmp_path_factory.mktemp("helpdesk")) as server:
        yield server


@pytest.fixture
def source(tenant: Tenant, helpdesk_server: DjangoHelpdeskServer) -> Source:
    return connect(
        tenant,
        "django-helpdesk",
        f"{helpdesk_server.url}/helpdesk",
        secret=PASSWORD,
        auth="basic",
        auth_name=USER,
    )


def test_tickets_with_follow_ups_changes_and_deletions_of_a_real_django_helpdesk_are_read(
    tenant: Tenant, source: Source, helpdesk_server: DjangoHelpdeskServer
) -> None:
    ids = helpdesk_server.create_tickets(TICKETS, "Refund")
    checked = check_source(source)
    assert checked.is_usable, checked
    store = TicketStore(tenant)
    assert counts(ingest(tenant)) == {"new_ingested": TICKETS}
    assert set(store.iterate_live_ids()) == set(ids)
    first = store.find_ticket(ids[1])
    assert first is not None
    assert (first["subject"], first["message"], first["customer_id"], first["status"], first["priority"]) == (
        "Refund #1", "Hello,\nmessage 1", "user1@example.com", "open", "high",
    )  # fmt: skip
    assert first["is_first_seen"] is True
    assert first["url"] == f"{helpdesk_server.url}/helpdesk/tickets/{ids[1]}/"
    assert set(counts(ingest(tenant))) == {"unchanged"}
    again = store.find_ticket(ids[1])
    assert again is not None
    assert again["created_at"] == first["created_at"]

    helpdesk_server.change_status(ids[1], 3)
    helpdesk_server.reply(ids[2], "We have refunded it.", is_public=True)
    helpdesk_server.reply(ids[2], "Do not tell.", is_public=False)
    helpdesk_server.delete(ids[7])
    (new,) = helpdesk_server.create_tickets(1, "A new one")
    changed = counts(ingest(tenant))
    assert (changed["new_ingested"], changed["updated"], changed["deleted"]) == (1, 2, 1)
    assert set(store.iterate_live_ids()) == {*ids, new} - {ids[7]}
    resolved = store.find_ticket(ids[1])
    assert resolved is not None
    assert (resolved["status"], resolved["created_at"]) == ("resolved", first["created_at"])
    conversation = store.find_conversation(ids[2])
    assert conversation is not None
    assert [each.is_internal for each in conversation.messages] == [False, True]


def test_a_wrong_password_is_called_one(tenant: Tenant, source: Source) -> None:
    assert_refused(tenant, source)
