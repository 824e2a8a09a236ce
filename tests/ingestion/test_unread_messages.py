"""Messages that cannot be read: the ticket comes in without them, the run says so, and the next run requests them again."""

import pytest

from supportsaas.db import mongo
from tenants.models import Tenant
from tests.builders import record
from tests.helpdesk import ScriptedHelpdesk
from tests.ingestion.chatty import ANGRY, CALM, Chatty
from tests.listed import ingest, live
from tickets.helpdesks import SourceError, open_source
from tickets.helpdesks.model import Source
from tickets.ingestion import message_reading
from tickets.ingestion.checking import check_source
from tickets.ingestion.message_reading import MOST_IN_A_ROW
from tickets.ingestion.run import Outcome
from tickets.planning import reading
from tickets.store.ticket_store import TicketStore

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def chatty(tenant: Tenant, helpdesk: ScriptedHelpdesk) -> Chatty:
    """Each ticket changed on a day of its own, so that a read of changes lists the last one only."""
    server = Chatty(helpdesk)
    for day, each in enumerate(server.tickets, start=11):
        each["updated_at"] = f"2026-03-{day}T09:00:00Z"
    server.connect(tenant, lists_changes=True)
    return server


def message_of(tenant: Tenant, id_: str) -> str:
    ticket = TicketStore(tenant).find_ticket(id_)
    assert ticket is not None
    return str(ticket["message"])


def warning(outcome: Outcome) -> str:
    return outcome.warning["message"] if outcome.warning else ""


def requested(chatty: Chatty, tenant: Tenant) -> list[str]:
    """Of which tickets an ordinary run requests the messages."""
    chatty.helpdesk.requests.clear()
    ingest(tenant)
    return chatty.asked_for_messages()


@pytest.mark.parametrize("status", [403, 404, 410])
@pytest.mark.parametrize("id_", ["T-1", "T-3"])
def test_a_ticket_whose_messages_are_refused_holds_up_no_other_and_is_named_by_number(
    tenant: Tenant, chatty: Chatty, status: int, id_: str
) -> None:
    chatty.refused = {id_: status}
    outcome = ingest(tenant)
    assert (outcome.status, outcome.progress.counts.new_ingested) == ("partial", 5)
    assert "The messages of 1 ticket could not be read." in warning(outcome)
    assert f"{id_} is private." in warning(outcome)
    texts = {each: message_of(tenant, each) for each in live(tenant)}
    assert texts == {each["id"]: "" if each["id"] == id_ else CALM for each in chatty.tickets}


def test_the_next_run_requests_only_what_could_not_be_read(tenant: Tenant, chatty: Chatty) -> None:
    chatty.refused = {"T-2": 403}
    ingest(tenant)
    assert requested(chatty, tenant) == ["T-2"]
    assert requested(chatty, tenant) == ["T-2"]
    chatty.refused = {}
    chatty.reply("T-2", "Any news?")
    chatty.tickets[1]["updated_at"] = "2026-03-12T09:00:00Z"  # older than any change that the list is asked for
    assert requested(chatty, tenant) == ["T-2"]
    assert message_of(tenant, "T-2") == CALM
    found = TicketStore(tenant).find_conversation("T-2")
    assert found is not None and [each.text for each in found.messages] == [CALM, "Any news?"]
    assert requested(chatty, tenant) == []


def test_a_run_after_the_messages_came_is_completed(tenant: Tenant, chatty: Chatty) -> None:
    chatty.refused = {"T-2": 404}
    assert [ingest(tenant).status for _ in range(2)] == ["partial", "partial"]
    chatty.refused = {}
    outcome = ingest(tenant)
    assert (outcome.status, outcome.progress.counts.updated) == ("completed", 1)
    assert ingest(tenant).progress.counts.updated == 0


def test_many_neighbours_that_the_key_may_not_see_are_left_out_one_by_one(tenant: Tenant, chatty: Chatty) -> None:
    chatty.tickets = [record(f"T-{n:02}", message="") for n in range(1, 31)]
    chatty.messages = {each["id"]: [chatty.message(1, CALM, "2026-03-10T09:00:00Z")] for each in chatty.tickets}
    hidden = {each["id"] for each in chatty.tickets[3 : 5 + 2 * MOST_IN_A_ROW]}
    chatty.refused = dict.fromkeys(hidden, 403)
    outcome = ingest(tenant)
    assert outcome.status == "partial"
    assert f"The messages of {len(hidden)} tickets" in warning(outcome)
    assert {each for each in live(tenant) if not message_of(tenant, each)} == hidden


@pytest.mark.parametrize("status", [401, 403])
def test_a_key_that_may_read_no_messages_fails_the_run(tenant: Tenant, chatty: Chatty, status: int) -> None:
    chatty.refused = {each["id"]: status for each in chatty.tickets}
    outcome = ingest(tenant)
    assert outcome.status == "failed" and outcome.error is not None
    assert outcome.error["code"] == "refused_login"
    assert "T-1 is private." in outcome.error["message"]


def test_a_right_that_is_taken_away_fails_the_run_though_one_ticket_has_changed(tenant: Tenant, chatty: Chatty) -> None:
    ingest(tenant)
    chatty.refused = {each["id"]: 403 for each in chatty.tickets}
    chatty.reply("T-5", ANGRY)
    outcome = ingest(tenant, full=True)
    assert outcome.status == "failed" and outcome.error is not None
    assert outcome.error["message"].startswith("The key may not read the messages of tickets.")
    assert message_of(tenant, "T-5") == CALM


def test_messages_that_are_refused_later_keep_what_they_said(tenant: Tenant, chatty: Chatty) -> None:
    ingest(tenant)
    chatty.reply("T-4", ANGRY)
    chatty.tickets[3]["updated_at"] = "2026-03-20T09:00:00Z"
    chatty.refused = {"T-4": 403}
    assert ingest(tenant).status == "partial"
    assert message_of(tenant, "T-4") == CALM
    chatty.refused = {}
    ingest(tenant)
    ticket = TicketStore(tenant).find_ticket("T-4")
    assert ticket is not None and (ticket["latest_message"], ticket["urgency"]) == (ANGRY, "high")


def test_a_ticket_that_is_deleted_meanwhile_is_not_requested_again(tenant: Tenant, chatty: Chatty) -> None:
    chatty.refused = {"T-2": 404}
    ingest(tenant)
    del chatty.tickets[1]
    ingest(tenant, full=True, confirm_deletions=True)
    assert "T-2" not in live(tenant)
    assert requested(chatty, tenant) == []
    assert not mongo.collection("tickets").count_documents({"unread": {"$exists": True}})


def test_an_answer_that_cannot_be_read_again_ends_no_run_and_stays_marked(tenant: Tenant, chatty: Chatty) -> None:
    chatty.refused = {"T-2": 403}
    ingest(tenant)
    chatty.refused = {"T-2": 422}
    assert ingest(tenant).status == "partial"
    chatty.refused = {}
    assert ingest(tenant).status == "completed"
    assert message_of(tenant, "T-2") == CALM


def test_a_record_too_long_to_keep_waits_for_the_next_full_sync(
    tenant: Tenant, chatty: Chatty, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "LONGEST_UNREAD", 20)
    chatty.refused = {"T-2": 403}
    ingest(tenant)
    chatty.refused = {}
    assert requested(chatty, tenant) == []
    ingest(tenant, full=True)
    assert message_of(tenant, "T-2") == CALM


def test_a_page_with_very_many_messages_is_stored_in_parts(
    tenant: Tenant, chatty: Chatty, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(message_reading, "MESSAGES_AT_ONCE", 2)
    assert ingest(tenant).progress.counts.new_ingested == 5
    del chatty.tickets[4]
    outcome = ingest(tenant, full=True, confirm_deletions=True)
    assert (outcome.progress.counts.unchanged, outcome.progress.counts.deleted) == (4, 1)


def test_only_what_messages_are_made_of_is_kept_of_their_rows(tenant: Tenant, chatty: Chatty) -> None:
    chatty.messages["T-1"][0] |= {"html": "x" * 1_000, "attachments": [{"data": "y" * 1_000}]}
    with open_source(Source.objects.get(tenant=tenant)) as source:
        complete = source.with_messages(next(source.pages()).records[0])
    (row,) = complete.raw["@messages"]
    assert row.keys() == {"id", "body", "sent", "sender", "public"}
    assert complete.messages is not None and complete.messages[0]["text"] == CALM


def test_a_check_passes_if_some_messages_can_be_read(tenant: Tenant, chatty: Chatty) -> None:
    source = Source.objects.get(tenant=tenant)
    chatty.refused = {"T-1": 403}
    assert check_source(source).is_usable
    chatty.refused = {each["id"]: 403 for each in chatty.tickets}
    with pytest.raises(SourceError, match="T-1 is private"):
        check_source(source)
