"""What is special about Gorgias: newest first without a filter, a trash, spam, messages paged by a cursor."""

from collections.abc import Iterator

import pytest

from tenants.models import Tenant
from tests.helpdesks.vendors.connecting import connect, expected, serving, stored
from tests.helpdesks.vendors.gorgias import Server
from tests.listed import ingest
from tickets.helpdesks.model import Source
from tickets.store.ticket_store import TicketStore

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def gorgias() -> Iterator[Server]:
    with serving(Server, tickets=45) as server:
        yield server


@pytest.fixture
def source(tenant: Tenant, gorgias: Server) -> Source:
    return connect(tenant, gorgias)


def test_a_sync_stops_at_the_last_one(tenant: Tenant, gorgias: Server, source: Source) -> None:
    ingest(tenant)
    ingest(tenant)  # the first sync is checked by a second one
    gorgias.change(3, subject="Changed")
    asked = len(gorgias.requests)
    ingest(tenant)
    pages = {each.query.get("cursor") for each in gorgias.requests[asked:] if each.path == "/api/tickets"}
    assert len(pages) == 2  # of five
    assert stored(tenant, gorgias) == expected(gorgias)


def test_a_ticket_in_the_trash_is_deleted_though_it_is_listed(tenant: Tenant, gorgias: Server, source: Source) -> None:
    gorgias.lists_trash = True
    ingest(tenant)
    gorgias.delete(5)
    assert ingest(tenant).progress.counts.deleted == 1
    assert stored(tenant, gorgias) == expected(gorgias)


def test_spam_is_deleted_and_comes_back_if_it_was_none(tenant: Tenant, gorgias: Server, source: Source) -> None:
    gorgias.spam = {9}
    ingest(tenant)
    assert "9" not in stored(tenant, gorgias)
    gorgias.spam = {5}
    gorgias.change(5)
    gorgias.change(9)
    ingest(tenant)
    assert set(stored(tenant, gorgias)) == {str(each.id) for each in gorgias.live} - {"5"}


def test_more_messages_than_one_page_are_all_read(tenant: Tenant, gorgias: Server, source: Source) -> None:
    for number in range(130):
        gorgias.reply(4, f"Answer {number}", is_internal=number == 129)
    ingest(tenant)
    conversation = TicketStore(tenant).find_conversation("4")
    assert conversation is not None
    assert len(conversation.messages) == 131
    assert (conversation.messages[0].text, conversation.messages[-1].text) == (gorgias.tickets[4].text, "Answer 129")
    assert conversation.messages[-1].is_internal


def test_dates_without_a_zone_are_utc_whatever_their_shape(tenant: Tenant, gorgias: Server, source: Source) -> None:
    gorgias.tickets[7].updated = gorgias.tickets[7].updated.replace(microsecond=173_000)
    ingest(tenant)
    assert stored(tenant, gorgias)["7"]["updated_at"] == gorgias.tickets[7].updated
