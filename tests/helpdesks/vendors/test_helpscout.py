"""What is special about Help Scout: tokens from a form, its own waiting header, threads with the newest first."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from tenants.models import Tenant
from tests.helpdesks.vendors.connecting import connect, expected, serving, stored
from tests.helpdesks.vendors.helpscout import Server
from tests.listed import ingest
from tickets.helpdesks.model import HelpdeskToken, Source
from tickets.store.ticket_store import TicketStore

pytestmark = pytest.mark.usefixtures("db")

LIST = "/v2/conversations"


@pytest.fixture
def helpscout() -> Iterator[Server]:
    with serving(Server, tickets=25) as server:
        yield server


@pytest.fixture
def source(tenant: Tenant, helpscout: Server) -> Source:
    return connect(tenant, helpscout)


def test_the_next_links_are_followed_with_all_parameters(tenant: Tenant, helpscout: Server, source: Source) -> None:
    ingest(tenant)
    pages = [each.query for each in helpscout.requests if each.path == LIST][:3]
    assert [each.get("page") for each in pages] == [None, "2", "3"]
    assert all((each["status"], each["embed"]) == ("all", "threads") for each in pages)


def test_messages_need_no_request_of_their_own(tenant: Tenant, helpscout: Server, source: Source) -> None:
    helpscout.reply(3, "We are looking into it.")
    ingest(tenant)
    assert {each.path for each in helpscout.requests} == {"/v2/oauth2/token", "/v2/mailboxes", LIST}


def test_the_message_is_the_customers_first_one_though_the_newest_comes_first(
    tenant: Tenant, helpscout: Server, source: Source
) -> None:
    helpscout.reply(3, "We are looking into it.")
    helpscout.reply(3, "Please hurry.", is_customer=True)
    ingest(tenant)
    ticket = TicketStore(tenant).find_ticket("3")
    assert ticket is not None
    assert ticket["message"] == helpscout.tickets[3].text
    assert ticket["latest_message"] == "Please hurry."


def test_what_was_not_sent_to_the_customer_is_no_reply(tenant: Tenant, helpscout: Server, source: Source) -> None:
    helpscout.reply(3, "Perhaps we could say this.")
    helpscout.reply(3, "Written while Bob replied.")
    helpscout.reply(3, "Dear supplier, can you help?")
    helpscout.kinds = {
        "Perhaps we could say this.": ("message", "draft"),
        "Written while Bob replied.": ("message", "underreview"),
        "Dear supplier, can you help?": ("forwardparent", "published"),
    }
    ingest(tenant)
    ticket, conversation = TicketStore(tenant).find_ticket("3"), TicketStore(tenant).find_conversation("3")
    assert ticket is not None
    assert conversation is not None
    assert ticket.get("first_reply_at") is None
    replies = conversation.replies_after(ticket["message"])
    assert [(each.text, each.is_internal) for each in replies] == [("Dear supplier, can you help?", True)]


def test_a_customers_reply_arrives_though_no_user_updated_the_conversation(
    tenant: Tenant, helpscout: Server, source: Source
) -> None:
    for _ in range(2):
        ingest(tenant)
    helpscout.now += timedelta(minutes=5)
    before = helpscout.tickets[3].updated
    helpscout.reply(3, "This is unacceptable, I want a refund.", is_customer=True)
    helpscout.answered_by_customer[3] = helpscout.tickets[3].updated
    helpscout.tickets[3].updated = before
    assert ingest(tenant).status == "completed"
    assert stored(tenant, helpscout) == expected(helpscout)
    ticket = TicketStore(tenant).find_ticket("3")
    assert ticket is not None
    assert ticket["sentiment"] == "negative"


def test_drafts_and_spam_are_left_out_and_what_becomes_spam_is_deleted(
    tenant: Tenant, helpscout: Server, source: Source
) -> None:
    helpscout.drafts.add(1)
    helpscout.spam.add(2)
    first = ingest(tenant)
    assert (first.status, first.progress.counts.new_ingested) == ("completed", 23)
    helpscout.change(3)
    helpscout.spam.add(3)
    second = ingest(tenant)
    assert (second.status, second.progress.counts.deleted) == ("completed", 1)
    assert stored(tenant, helpscout) == expected(helpscout)


@pytest.mark.parametrize("name", ["Ada", ""])
def test_a_customer_without_a_last_name_has_the_first_one(
    tenant: Tenant, helpscout: Server, source: Source, name: str
) -> None:
    helpscout.tickets[1].customer_name = name
    ingest(tenant)
    assert stored(tenant, helpscout)["1"]["customer_name"] == (name or None)


def test_a_customer_without_an_address_is_known_by_id(tenant: Tenant, helpscout: Server, source: Source) -> None:
    helpscout.tickets[1].customer_email = ""
    ingest(tenant)
    assert stored(tenant, helpscout)["1"]["customer_id"] == "238604"


def test_a_token_that_ends_is_renewed(tenant: Tenant, helpscout: Server, source: Source) -> None:
    ingest(tenant)
    helpscout.tokens.revoke_all()
    helpscout.change(3, subject="Changed")
    assert ingest(tenant).status == "completed"
    assert stored(tenant, helpscout) == expected(helpscout)
    assert helpscout.tokens.issued == 2
    assert HelpdeskToken.objects.count() == 1
