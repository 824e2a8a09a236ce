"""What is special about Freshdesk: a list that ends at a page, the key as the user, lists of deleted tickets and spam."""

import base64
from collections.abc import Iterator
from datetime import timedelta

import pytest

from tenants.models import Tenant
from tests.helpdesks.vendors.connecting import connect, expected, serving, stored
from tests.helpdesks.vendors.freshdesk import NUMBERS, Server
from tests.helpdesks.vendors.vendor import Request
from tests.listed import ingest
from tickets.helpdesks import open_source
from tickets.helpdesks.base import Position
from tickets.helpdesks.model import Source
from tickets.helpdesks.options import rest_options
from tickets.store.ticket_store import TicketStore

pytestmark = pytest.mark.usefixtures("db")

LIST = "/api/v2/tickets"


@pytest.fixture
def freshdesk() -> Iterator[Server]:
    with serving(Server, tickets=35) as server:
        yield server


@pytest.fixture
def source(tenant: Tenant, freshdesk: Server) -> Source:
    return connect(tenant, freshdesk)


def lists(freshdesk: Server, kind: str | None = None) -> list[dict[str, str]]:
    return [each.query for each in freshdesk.requests if each.path == LIST and each.query.get("filter") == kind]


def _list_at_most(pages: int, freshdesk: Server, source: Source) -> None:
    """As Freshdesk does with 300 pages, which the preset knows."""
    freshdesk.pages = pages
    source.options = {**source.options, "page_ceiling": pages}
    source.save()


def test_the_key_is_the_user_and_is_kept_encrypted(tenant: Tenant, freshdesk: Server, source: Source) -> None:
    ingest(tenant)
    sent = freshdesk.requests[0].headers["authorization"].removeprefix("Basic ")
    assert base64.b64decode(sent).decode() == f"{freshdesk.secret}:X"
    kept = Source.objects.values().get(pk=source.pk)
    assert freshdesk.secret not in str(kept)


def test_tickets_older_than_a_month_are_read(tenant: Tenant, freshdesk: Server, source: Source) -> None:
    old = freshdesk.now - timedelta(days=700)
    freshdesk.tickets[1].created = freshdesk.tickets[1].updated = old
    assert ingest(tenant).status == "completed"
    assert stored(tenant, freshdesk)["1"]["created_at"] == old
    assert all("updated_since" in each for each in lists(freshdesk))


@pytest.mark.parametrize("is_exclusive", [False, True])
@pytest.mark.parametrize("at_once", [1, 4, 10])
def test_every_ticket_arrives_however_few_pages_are_listed(
    tenant: Tenant, freshdesk: Server, source: Source, at_once: int, is_exclusive: bool
) -> None:
    """`at_once` tickets changed in the same second, as after a bulk update."""
    _list_at_most(3, freshdesk, source)
    freshdesk.is_exclusive = is_exclusive
    for ticket in freshdesk.tickets.values():
        ticket.updated = ticket.created + timedelta(minutes=-(ticket.id % at_once))
    assert ingest(tenant).status == "completed"
    assert stored(tenant, freshdesk) == expected(freshdesk)


def test_more_tickets_of_one_second_than_can_be_listed_fail_with_a_sentence(
    tenant: Tenant, freshdesk: Server, source: Source
) -> None:
    _list_at_most(2, freshdesk, source)
    for ticket in freshdesk.tickets.values():
        ticket.updated = freshdesk.now
    outcome = ingest(tenant)
    assert outcome.status == "failed"
    assert outcome.error is not None
    assert "all tickets on them changed at the same time" in outcome.error["message"]
    assert TicketStore(tenant).count_live() == 20


def test_a_ticket_that_changes_during_the_sync_pushes_no_other_out_of_sight(
    tenant: Tenant, freshdesk: Server, source: Source
) -> None:
    moved: list[int] = []

    def move_one_that_was_read(request: Request) -> None:
        if request.path == LIST and len(moved) < 3:
            moved.append(len(moved) + 1)
            freshdesk.change(moved[-1], subject="Moved to the end")

    freshdesk.after = move_one_that_was_read
    assert ingest(tenant).status == "completed"
    assert stored(tenant, freshdesk) == expected(freshdesk)
    assert len(moved) == 3


def test_deleted_tickets_and_spam_are_asked_for_since_the_last_sync(
    tenant: Tenant, freshdesk: Server, source: Source
) -> None:
    ingest(tenant)
    assert lists(freshdesk, "deleted")[0]["updated_since"] == "2010-01-01T00:00:00Z"
    before = len(lists(freshdesk, "deleted"))
    freshdesk.delete(3)
    freshdesk.change(4)
    freshdesk.spam.add(4)
    outcome = ingest(tenant)
    assert (outcome.status, outcome.progress.counts.deleted) == ("completed", 2)
    assert {each.id for each in freshdesk.tickets.values()} - {int(each) for each in stored(tenant, freshdesk)} == {
        3,
        4,
    }
    assert lists(freshdesk, "deleted")[before]["updated_since"] > "2026"
    assert lists(freshdesk, "spam")[-1]["updated_since"] > "2026"


def test_a_whole_read_after_one_of_changes_asks_for_all_that_was_deleted(freshdesk: Server, source: Source) -> None:
    asked = []
    with open_source(source) as opened:
        for since in (freshdesk.now, None, freshdesk.now):
            list(opened.pages(since=since))
            next(opened.pages(start=Position(1, "2")), None)  # a second look at a page changes nothing
            opened.find_deleted_ids()
            asked.append(lists(freshdesk, "deleted")[-1]["updated_since"])
    now = freshdesk.now.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert asked == [now, "2010-01-01T00:00:00Z", now]


def test_a_ticket_taken_out_of_spam_comes_back(tenant: Tenant, freshdesk: Server, source: Source) -> None:
    freshdesk.spam.add(4)
    ingest(tenant)
    assert "4" not in stored(tenant, freshdesk)
    freshdesk.spam.clear()
    freshdesk.change(4)
    ingest(tenant)
    assert stored(tenant, freshdesk) == expected(freshdesk)


def test_an_archived_ticket_is_kept(tenant: Tenant, freshdesk: Server, source: Source) -> None:
    ingest(tenant)
    del freshdesk.tickets[2]
    outcome = ingest(tenant, full=True)
    assert (outcome.status, outcome.progress.counts.deleted) == ("completed", 0)
    assert TicketStore(tenant).find_ticket("2") is not None


def test_without_an_administrators_key_names_of_agents_are_unknown(
    tenant: Tenant, freshdesk: Server, source: Source
) -> None:
    freshdesk.is_key_of_administrator = False
    assert ingest(tenant).status == "completed"
    assert stored(tenant, freshdesk) == expected(freshdesk)
    assert stored(tenant, freshdesk)["1"]["assignee"] is None
    assert stored(tenant, freshdesk)["1"]["team"] == "Support"


@pytest.mark.parametrize("has_names", [True, False])
def test_an_accounts_own_status_has_its_name_or_else_its_number(
    tenant: Tenant, freshdesk: Server, source: Source, has_names: bool
) -> None:
    freshdesk.has_status_names = has_names
    freshdesk.tickets[1].status = "Waiting on Customer"
    freshdesk.tickets[2].status = "Resolved"
    outcome = ingest(tenant)
    found = stored(tenant, freshdesk)
    assert found["1"]["status"] == ("Waiting on Customer" if has_names else str(NUMBERS["Waiting on Customer"]))
    assert found["2"]["status"] == "resolved"
    assert outcome.notice is not None  # names the unmapped status


def test_what_the_customer_writes_in_the_portal_is_the_customers(
    tenant: Tenant, freshdesk: Server, source: Source
) -> None:
    freshdesk.reply(4, "It still does not work.", is_customer=True)
    freshdesk.in_portal.add("It still does not work.")
    ingest(tenant)
    ticket = TicketStore(tenant).find_ticket("4")
    assert ticket is not None
    assert ticket["latest_message"] == "It still does not work."
    assert ticket.get("first_reply_at") is None


def test_a_removed_agent_or_group_is_unknown(tenant: Tenant, freshdesk: Server, source: Source) -> None:
    freshdesk.tickets[1].assignee = freshdesk.tickets[1].team = ""
    ingest(tenant)
    assert (stored(tenant, freshdesk)["1"]["assignee"], stored(tenant, freshdesk)["1"]["team"]) == (None, None)
    assert stored(tenant, freshdesk) == expected(freshdesk)


def test_the_plan_decides_how_many_lists_are_requested() -> None:
    assert rest_options("freshdesk", {"subdomain": "acme"}).budgets["/api/v2/tickets"] == "20/60"
    pro = rest_options("freshdesk", {"subdomain": "acme", "lists_per_minute": "100"})
    assert pro.budgets["/api/v2/tickets"] == "100/60"
    with pytest.raises(ValueError, match="lists_per_minute: choose one of 20, 100, 200"):
        rest_options("freshdesk", {"subdomain": "acme", "lists_per_minute": "5000"})


@pytest.mark.parametrize("is_administrator", [True, False])
def test_authors_have_names_where_the_key_may_read_them(
    tenant: Tenant, freshdesk: Server, source: Source, is_administrator: bool
) -> None:
    freshdesk.is_key_of_administrator = is_administrator
    freshdesk.reply(1, "Ask billing.", is_internal=True)
    freshdesk.reply(1, "Still broken", is_customer=True)
    assert ingest(tenant).status == "completed"
    conversation = TicketStore(tenant).find_conversation("1")
    assert conversation is not None
    assert [each.author for each in conversation.messages] == ["Mel" if is_administrator else "", ""]
