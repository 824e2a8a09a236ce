"""The messages of tickets: requested for new and changed tickets only, stored, classified, shown and erased."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from supportsaas.db import mongo
from tenants.models import Tenant, User
from tests.builders import record
from tests.helpdesk import ScriptedHelpdesk
from tests.ingestion.chatty import ANGRY, CALM, Chatty
from tests.listed import ingest
from tickets.alerts.model import Channel
from tickets.erasure.customers import erase_customer
from tickets.helpdesks.model import Source
from tickets.records.conversation import MOST_MESSAGES, Conversation, read_conversation
from tickets.status_mapping.editing import save_meanings
from tickets.store.conversations import conversation_write, save_conversations
from tickets.store.ticket_store import TicketStore

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def chatty(tenant: Tenant, helpdesk: ScriptedHelpdesk) -> Chatty:
    server = Chatty(helpdesk)
    server.connect(tenant)
    return server


@pytest.fixture
def find(tenant: Tenant) -> Callable[[str], dict[str, Any]]:
    def find_ticket(external_id: str) -> dict[str, Any]:
        ticket = TicketStore(tenant).find_ticket(external_id)
        assert ticket is not None
        return ticket

    return find_ticket


def conversation(tenant: Tenant, external_id: str) -> Conversation:
    found = TicketStore(tenant).find_conversation(external_id)
    assert found is not None
    return found


def test_the_text_comes_from_the_first_message_where_the_list_has_none(
    tenant: Tenant, chatty: Chatty, find: Callable[[str], dict[str, Any]]
) -> None:
    assert ingest(tenant).status == "completed"
    assert find("T-1")["message"] == CALM
    assert find("T-1")["replies"] == 0
    assert "latest_message" not in find("T-1")


def test_messages_are_requested_for_new_and_changed_tickets_only(tenant: Tenant, chatty: Chatty) -> None:
    ingest(tenant)
    chatty.helpdesk.requests.clear()
    outcome = ingest(tenant, full=True)
    assert chatty.asked_for_messages() == []
    assert outcome.progress.counts.unchanged == 5
    chatty.reply("T-2", "Any news?")
    ingest(tenant, full=True)
    assert chatty.asked_for_messages() == ["T-2"]


def test_an_angry_reply_makes_a_calm_ticket_urgent_with_an_entry_in_its_history(
    tenant: Tenant, chatty: Chatty, find: Callable[[str], dict[str, Any]]
) -> None:
    ingest(tenant)
    assert find("T-3")["urgency"] == "low"
    chatty.reply("T-3", ANGRY)
    ingest(tenant)
    ticket = find("T-3")
    assert (ticket["urgency"], ticket["sentiment"]) == ("high", "negative")
    assert ticket["message"] == CALM
    assert ticket["latest_message"] == ANGRY
    changes = TicketStore(tenant).find_history("T-3")[0]["changes"]
    assert changes["urgency"] == {"old": "low", "new": "high"}
    assert changes["latest_message"]["new"] == ANGRY


def test_an_angry_reply_to_an_old_ticket_raises_an_alert(tenant: Tenant, chatty: Chatty) -> None:
    Channel.objects.create(tenant=tenant, kind="house", name="On call", address="http://127.0.0.1:9")
    ingest(tenant)
    assert mongo.collection("outbox").count_documents({}) == 0
    now = datetime.now(UTC).isoformat()
    chatty.messages["T-3"].append(chatty.message(2, ANGRY, now))
    chatty.tickets[2]["updated_at"] = now
    ingest(tenant)
    event = mongo.collection("outbox").find_one({})
    assert event is not None
    assert event["facts"]["ticket_id"] == "T-3"
    assert event["facts"]["text"] == ANGRY


def test_a_reply_of_an_agent_is_no_reason_for_alarm_and_is_the_first_reply(
    tenant: Tenant, chatty: Chatty, find: Callable[[str], dict[str, Any]]
) -> None:
    ingest(tenant)
    chatty.reply("T-1", ANGRY, by="agent", public=False, minute=5)
    chatty.reply("T-1", "We refund urgent cases immediately.", by="agent", minute=7)
    ingest(tenant)
    ticket = find("T-1")
    assert ticket["urgency"] == "low"
    assert ticket["first_reply_at"] == datetime(2026, 3, 10, 10, 7, tzinfo=UTC)
    assert ticket["replies"] == 1
    assert [each.is_internal for each in conversation(tenant, "T-1").messages] == [False, True, False]


def test_messages_with_an_unreadable_time_or_no_text_are_counted_as_left_out(tenant: Tenant, chatty: Chatty) -> None:
    chatty.messages["T-1"] += [chatty.message(2, "x", "yesterday"), chatty.message(3, "  ", "2026-03-10T11:00:00Z")]
    ingest(tenant)
    found = conversation(tenant, "T-1")
    assert (len(found.messages), found.left_out) == (1, 2)


def test_a_run_that_may_not_read_messages_fails_and_keeps_what_came_before(tenant: Tenant, chatty: Chatty) -> None:
    ingest(tenant)
    chatty.reply("T-1", ANGRY)
    chatty.status = 403
    assert ingest(tenant).status == "failed"
    chatty.status = 200
    assert ingest(tenant).status == "completed"
    assert [each.text for each in conversation(tenant, "T-1").messages] == [CALM, ANGRY]


def with_options(tenant: Tenant, **changes: Any) -> None:
    source = Source.objects.get(tenant=tenant)
    source.options = {**source.options, **changes}
    source.save()


def test_what_messages_said_stays_if_they_are_not_requested_again(
    tenant: Tenant, chatty: Chatty, find: Callable[[str], dict[str, Any]]
) -> None:
    chatty.reply("T-1", ANGRY)
    chatty.reply("T-1", "We look into it.", by="agent")
    ingest(tenant)
    before = find("T-1")
    options = Source.objects.get(tenant=tenant).options
    with_options(tenant, conversation={**options["conversation"], "days": 30}, defaults={"team": "Billing"})
    chatty.helpdesk.requests.clear()
    ingest(tenant, full=True)
    assert chatty.asked_for_messages() == []
    after = find("T-1")
    assert after["team"] == "Billing"
    kept = ("message", "latest_message", "latest_message_at", "replies", "first_reply_at", "urgency", "sentiment")
    assert {name: after[name] for name in kept} == {name: before[name] for name in kept}
    assert len(conversation(tenant, "T-1").messages) == 3
    assert ingest(tenant, full=True).progress.counts.unchanged == 5


def test_messages_that_the_helpdesk_no_longer_has_are_removed(
    tenant: Tenant, chatty: Chatty, find: Callable[[str], dict[str, Any]]
) -> None:
    chatty.reply("T-1", ANGRY)
    ingest(tenant)
    chatty.messages["T-1"].clear()
    chatty.tickets[0]["updated_at"] = "2026-03-10T11:00:00Z"
    ingest(tenant)
    assert TicketStore(tenant).find_conversation("T-1") is None
    assert not find("T-1").get("latest_message")
    assert find("T-1")["urgency"] == "low"


def test_a_ticket_whose_messages_are_not_found_keeps_what_it_had(
    tenant: Tenant, chatty: Chatty, find: Callable[[str], dict[str, Any]]
) -> None:
    ingest(tenant)
    chatty.reply("T-1", ANGRY)
    chatty.status = 404
    ingest(tenant)
    assert find("T-1")["message"] == CALM
    chatty.status = 200
    ingest(tenant, full=True)
    assert find("T-1")["latest_message"] == ANGRY


def test_a_status_that_the_tenant_maps_is_no_reason_to_request_messages_again(tenant: Tenant, chatty: Chatty) -> None:
    for each in chatty.tickets:
        each["status"] = "Parked"
    ingest(tenant)
    save_meanings(tenant, {"Parked": "closed"})
    chatty.helpdesk.requests.clear()
    ingest(tenant, full=True)
    assert chatty.asked_for_messages() == []


def said(number: int, text: str = "", **values: Any) -> dict[str, Any]:
    at = (datetime(2026, 3, 10, tzinfo=UTC) + timedelta(minutes=number)).isoformat()
    return {"id": str(number), "at": at, "text": text or f"Message {number}", "is_customer": True, **values}


def test_a_long_conversation_keeps_its_first_message_and_the_newest() -> None:
    found = read_conversation([said(0, is_customer=False), *(said(number) for number in range(1, 2 * MOST_MESSAGES))])
    assert found.first_text() == "Message 1"
    assert [each.id for each in found.messages][-2:] == [str(2 * MOST_MESSAGES - 2), str(2 * MOST_MESSAGES - 1)]
    assert len(found.messages) == MOST_MESSAGES
    assert found.left_out == MOST_MESSAGES


def test_the_longest_conversation_fits_into_a_document_whatever_its_characters(tenant: Tenant) -> None:
    face = "\U0001f600"
    given = [said(number, face * 8_000, author=face * 200, id=f"{face * 195}{number}") for number in range(700)]
    found = read_conversation(given)
    mongo.in_transaction(
        lambda session: save_conversations([conversation_write(tenant.slug, "T-1", found)], session=session)
    )
    assert conversation(tenant, "T-1") == found


def test_one_ticket_whose_messages_cannot_be_read_does_not_hold_up_the_others(
    tenant: Tenant, chatty: Chatty, find: Callable[[str], dict[str, Any]]
) -> None:
    chatty.broken = {"T-2"}
    assert ingest(tenant).status == "failed"
    outcome = ingest(tenant)
    assert outcome.status == "partial"
    assert outcome.warning is not None
    assert outcome.warning["message"].startswith("The messages of 1 ticket could not be read")
    assert [find(f"T-{n}")["message"] for n in (1, 2, 5)] == [CALM, "", CALM]
    assert ingest(tenant, full=True).status == "partial"
    chatty.broken = set()
    assert ingest(tenant, full=True).status == "completed"
    assert find("T-2")["message"] == CALM
    chatty.broken = {"T-3"}
    chatty.reply("T-3", ANGRY)
    assert ingest(tenant, full=True).status == "failed"


def test_if_no_messages_can_be_read_every_run_fails(tenant: Tenant, chatty: Chatty) -> None:
    chatty.tickets += [record(f"T-{n}", message="") for n in range(6, 9)]
    chatty.status = 422
    chatty.messages |= {f"T-{n}": [] for n in range(6, 9)}
    assert [ingest(tenant).status for _ in range(3)] == ["failed", "failed", "failed"]


def test_the_page_shows_the_conversation_and_marks_what_decided(
    tenant: Tenant, chatty: Chatty, client_of: Callable[[User], Client], manager: User
) -> None:
    chatty.reply("T-1", "<b>Nobody</b> answers & I want a refund immediately", minute=5)
    chatty.reply("T-1", "<script>alert(1)</script>Ask billing", by="agent", public=False, minute=6)
    ingest(tenant)
    page = client_of(manager).get(reverse("ticket", args=[tenant.slug, "T-1"])).content.decode()
    assert "Conversation" in page
    assert "internal note" in page
    assert "<script>alert" not in page
    assert "Nobody" in page
    assert "<mark" in page.partition("Conversation")[2]


def test_erasing_a_customer_erases_the_messages(tenant: Tenant, chatty: Chatty) -> None:
    ingest(tenant)
    erase_customer(tenant, "cust_1")
    assert mongo.collection("conversations").count_documents({}) == 0


def test_reclassification_reads_the_newest_message_too(
    tenant: Tenant, chatty: Chatty, find: Callable[[str], dict[str, Any]]
) -> None:
    from tickets.planning.page_plan import stored_content
    from tickets.planning.reading import classify

    chatty.reply("T-1", ANGRY)
    ingest(tenant)
    ticket = find("T-1")
    content = stored_content(ticket)
    assert content.latest_message == ANGRY
    assert classify(content).classification.urgency == "high"


def test_the_native_protocol_may_send_messages_with_the_tickets(
    tenant: Tenant,
    helpdesk: ScriptedHelpdesk,
    native_source: Callable[[str], Source],
    find: Callable[[str], dict[str, Any]],
) -> None:
    def said(id_: str, text: str, minute: int, **more: bool) -> dict[str, object]:
        return {"id": id_, "author": "Ann", "at": f"2026-03-10T10:{minute:02d}:00Z", "text": text, **more}

    messages = [
        said("m1", "Which order is it?", 1, is_customer=False),
        said("m2", "Seems upset.", 2, is_internal=True),
        said("m3", ANGRY, 3, is_customer=True),
        "no message",
    ]
    helpdesk.tickets = [record("T-1", message=CALM, messages=messages), record("T-2"), record("T-3", messages="none")]
    native_source(helpdesk.url)
    assert ingest(tenant).status == "completed"
    kept = conversation(tenant, "T-1").messages
    assert [(each.text, each.is_customer, each.is_internal) for each in kept] == [
        ("Which order is it?", False, False),
        ("Seems upset.", False, True),
        (ANGRY, True, False),
    ]
    assert (find("T-1")["urgency"], find("T-1")["message"]) == ("high", CALM)
    # Without a list of messages, they are unknown.
    assert TicketStore(tenant).find_conversation("T-2") is None
    assert TicketStore(tenant).find_conversation("T-3") is None
