"""What is special about Zammad: changes by a condition, texts only per ticket and in HTML, merged tickets."""

from collections.abc import Iterator

import pytest

from tenants.models import Tenant
from tests.helpdesks.vendors.connecting import connect, expected, serving, stored
from tests.helpdesks.vendors.zammad import Server
from tests.listed import ingest
from tickets.helpdesks.model import Source
from tickets.store.ticket_store import TicketStore

pytestmark = pytest.mark.usefixtures("db")

SEARCH = "/api/v1/tickets/search"


@pytest.fixture
def zammad() -> Iterator[Server]:
    with serving(Server, tickets=20) as server:
        yield server


@pytest.fixture
def source(tenant: Tenant, zammad: Server) -> Source:
    return connect(tenant, zammad)


def asked(zammad: Server, path: str) -> int:
    return sum(1 for each in zammad.requests if each.path.startswith(path))


def test_pages_are_read_until_an_empty_one(tenant: Tenant, zammad: Server, source: Source) -> None:
    ingest(tenant)
    numbers = [each.query["page"] for each in zammad.requests if each.path == SEARCH]
    assert numbers[:3] == ["1", "2", "3"]
    assert stored(tenant, zammad) == expected(zammad)


def test_changes_are_asked_for_by_their_time(tenant: Tenant, zammad: Server, source: Source) -> None:
    for _ in range(3):  # what may have slipped past the first whole read is read again
        ingest(tenant)
    before = asked(zammad, SEARCH)
    zammad.change(3, subject="Changed")
    ingest(tenant)
    assert asked(zammad, SEARCH) - before == 2  # the changes, and an empty page
    assert stored(tenant, zammad) == expected(zammad)


def test_a_version_that_ignores_the_condition_is_read_whole(tenant: Tenant, zammad: Server, source: Source) -> None:
    zammad.knows_conditions = False
    for _ in range(3):
        assert ingest(tenant).status == "completed"
    zammad.change(3, subject="Changed")
    assert ingest(tenant).status == "completed"
    assert stored(tenant, zammad) == expected(zammad)


def test_messages_are_requested_for_new_and_changed_tickets_only(
    tenant: Tenant, zammad: Server, source: Source
) -> None:
    ingest(tenant)
    assert asked(zammad, "/api/v1/ticket_articles") == 20
    zammad.change(3, text="Another text")
    ingest(tenant)
    assert asked(zammad, "/api/v1/ticket_articles") == 21
    assert stored(tenant, zammad) == expected(zammad)


def test_html_becomes_text_and_the_systems_note_is_no_reply(tenant: Tenant, zammad: Server, source: Source) -> None:
    zammad.tickets[1].text = "Hello &amp; thanks,<br>my <b>order</b> is missing"
    ingest(tenant)
    ticket = TicketStore(tenant).find_ticket("1")
    assert ticket is not None
    assert ticket["message"] == "Hello & thanks,\nmy order is missing"
    assert (ticket["replies"], ticket.get("first_reply_at")) == (0, None)


@pytest.mark.parametrize("pasted", ["a-secret-of-the-test", "Token token=a-secret-of-the-test"])
def test_a_token_may_be_pasted_with_or_without_the_words_before_it(
    tenant: Tenant, zammad: Server, source: Source, pasted: str
) -> None:
    source.set_secret(pasted)
    source.save()
    assert ingest(tenant).status == "completed"


def test_a_merged_ticket_is_deleted_and_a_new_one_that_is_merged_is_left_out(
    tenant: Tenant, zammad: Server, source: Source
) -> None:
    zammad.tickets[2].status = "merged"
    first = ingest(tenant)
    assert (first.status, first.progress.counts.new_ingested) == ("completed", 19)
    zammad.change(5, status="merged")
    second = ingest(tenant)
    assert (second.status, second.progress.counts.deleted) == ("completed", 1)
    assert not {"2", "5"} & set(stored(tenant, zammad))


def test_a_ticket_that_moved_out_of_sight_is_looked_for_twice_and_deleted(
    tenant: Tenant, zammad: Server, source: Source
) -> None:
    """Zammad answers 403 for it, which says nothing about the key."""
    ingest(tenant)
    zammad.elsewhere.add(5)
    outcome = ingest(tenant, full=True)
    assert (outcome.status, outcome.progress.counts.deleted) == ("completed", 1)
    assert stored(tenant, zammad) == expected(zammad)


def test_the_user_that_stands_for_no_owner_is_no_assignee(tenant: Tenant, zammad: Server, source: Source) -> None:
    zammad.tickets[1].assignee = ""
    ingest(tenant)
    assert stored(tenant, zammad)["1"]["assignee"] is None
    assert stored(tenant, zammad) == expected(zammad)


@pytest.mark.parametrize("status", ["new", "pending reminder"])
def test_usual_states_are_known(tenant: Tenant, zammad: Server, source: Source, status: str) -> None:
    zammad.tickets[1].status = status
    assert ingest(tenant).notice is None
    assert stored(tenant, zammad) == expected(zammad)
