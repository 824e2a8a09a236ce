"""What is special about Zendesk: a cursor that never ends by itself, tokens that end, automations, side-loads."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from supportsaas import clock
from tenants.models import Tenant
from tests.helpdesks.vendors.connecting import connect, expected, serving, stored
from tests.helpdesks.vendors.vendor import Request
from tests.helpdesks.vendors.zendesk import Server
from tests.listed import ingest
from tickets.helpdesks import open_source, presets
from tickets.helpdesks.model import HelpdeskToken, Source
from tickets.helpdesks.options import rest_options
from tickets.ingestion.checking import check_source
from tickets.ingestion.run import Outcome
from tickets.ingestion.sync_state import LOG_READ_EVERY, find_state, kept, save_state
from tickets.store.ticket_store import TicketStore

pytestmark = pytest.mark.usefixtures("db")

EXPORT = "/api/v2/incremental/tickets/cursor.json"
TOKENS = "/oauth/tokens"


@pytest.fixture
def zendesk() -> Iterator[Server]:
    with serving(Server, tickets=25) as server:
        yield server


@pytest.fixture
def source(tenant: Tenant, zendesk: Server) -> Source:
    return connect(tenant, zendesk)


def exports(zendesk: Server) -> list[dict[str, str]]:
    return [each.query for each in zendesk.requests if each.path == EXPORT]


def remarks(outcome: Outcome) -> list[str]:
    return [each for part in outcome.progress.parts for each in part.remarks]


def tokens_asked(zendesk: Server) -> int:
    return sum(1 for each in zendesk.requests if each.path == TOKENS)


def who_wrote(external_id: str, tenant: Tenant) -> list[tuple[str, bool, str]]:
    conversation = TicketStore(tenant).find_conversation(external_id)
    assert conversation is not None
    return [(each.author, each.is_customer, each.text) for each in conversation.messages]


def test_the_export_ends_with_end_of_stream_though_a_cursor_follows(
    tenant: Tenant, zendesk: Server, source: Source
) -> None:
    assert ingest(tenant).status == "completed"
    assert len(exports(zendesk)) == 3
    assert ["start_time" in each for each in exports(zendesk)] == [True, False, False]
    assert all(each["include"] == "users,groups,organizations,metric_sets" for each in exports(zendesk))


def test_a_first_sync_is_not_repeated_because_no_ticket_can_slip_past(
    tenant: Tenant, zendesk: Server, source: Source
) -> None:
    ingest(tenant)
    before = len(exports(zendesk))
    ingest(tenant)
    (asked,) = exports(zendesk)[before:]
    assert "start_time" not in asked, "it begins where the first one ended"


def test_a_whole_sync_is_due_after_a_week(tenant: Tenant, zendesk: Server, source: Source) -> None:
    ingest(tenant)
    save_state(tenant.slug, cursor=None, full_read_at=clock.now() - LOG_READ_EVERY + timedelta(hours=1))
    ingest(tenant)
    assert "start_time" not in exports(zendesk)[-1]
    save_state(tenant.slug, cursor=None, full_read_at=clock.now() - LOG_READ_EVERY)
    ingest(tenant)
    whole = [each for each in exports(zendesk) if "start_time" in each][-1]
    assert int(whole["start_time"]) == datetime(2005, 1, 1, tzinfo=UTC).timestamp()


def test_what_an_automation_changed_arrives_though_updated_at_stays(
    tenant: Tenant, zendesk: Server, source: Source
) -> None:
    ingest(tenant)
    ingest(tenant)
    zendesk.automate(4, status="solved", resolved=zendesk.now)
    assert ingest(tenant).status == "completed"
    assert stored(tenant, zendesk) == expected(zendesk)
    ticket = TicketStore(tenant).find_ticket("4")
    assert ticket is not None
    assert ticket["status"] == "resolved"


def test_the_next_sync_begins_at_the_cursor_where_the_last_one_ended(
    tenant: Tenant, zendesk: Server, source: Source
) -> None:
    ingest(tenant)
    for number in (3, 4, 5):
        zendesk.automate(number, status="pending")
    assert ingest(tenant).progress.counts.updated == 3
    before = len(exports(zendesk))
    outcome = ingest(tenant)
    counts = outcome.progress.counts
    assert (counts.updated, counts.unchanged) == (0, 0), "what automations changed does not come again and again"
    assert remarks(outcome) == []
    zendesk.change(9, subject="Changed")
    ingest(tenant, full=True)
    zendesk.change(8, subject="Changed, too")
    assert ingest(tenant).progress.counts.updated == 1
    assert ["cursor" in each for each in exports(zendesk)[before:]] == [True, False, True, True, True]
    assert stored(tenant, zendesk) == expected(zendesk)


def test_a_cursor_that_has_expired_is_replaced_by_the_time_of_the_last_sync(
    tenant: Tenant, zendesk: Server, source: Source
) -> None:
    ingest(tenant)
    zendesk.change(4, subject="Changed")
    zendesk.oldest_cursor = zendesk.now
    before = len(exports(zendesk))
    outcome = ingest(tenant)
    assert outcome.status == "completed"
    rejected, asked = exports(zendesk)[before:]
    assert "cursor" in rejected
    assert int(asked["start_time"]) > (zendesk.now - timedelta(minutes=10)).timestamp()
    assert remarks(outcome) == [
        "The helpdesk rejected the cursor of the last sync, so the changes since that time were requested."
    ]
    assert stored(tenant, zendesk) == expected(zendesk)
    again = ingest(tenant)
    assert (remarks(again), again.progress.counts.unchanged) == ([], 0), "it has a new cursor"


@pytest.mark.parametrize("requests", [1, 2, 3, 5, 8])
def test_a_sync_that_breaks_off_moves_no_cursor(tenant: Tenant, zendesk: Server, source: Source, requests: int) -> None:
    ingest(tenant)
    kept = find_state(tenant.slug).end_cursor
    assert kept
    for number in range(1, 24):
        zendesk.change(number, subject="Changed once")
    zendesk.fail_from = len(zendesk.requests) + requests
    assert ingest(tenant).status == "failed"
    assert find_state(tenant.slug).end_cursor == kept
    zendesk.change(2, subject="Changed twice")
    zendesk.fail_from = None
    for _ in range(2):
        assert ingest(tenant).status == "completed"
    assert stored(tenant, zendesk) == expected(zendesk)
    assert find_state(tenant.slug).end_cursor != kept


def test_a_cursor_belongs_to_the_settings_it_was_read_with(tenant: Tenant, zendesk: Server, source: Source) -> None:
    ingest(tenant)
    source.options = {**source.options, "defaults": {"source": "support"}}
    source.save()
    before = len(exports(zendesk))
    assert ingest(tenant).status == "completed"
    assert "start_time" in exports(zendesk)[before]


def test_a_chosen_time_neither_uses_nor_moves_the_cursor(tenant: Tenant, zendesk: Server, source: Source) -> None:
    ingest(tenant)
    kept = find_state(tenant.slug)
    zendesk.change(4, subject="Changed")
    before = len(exports(zendesk))
    ingest(tenant, since=zendesk.now - timedelta(hours=1))
    assert "start_time" in exports(zendesk)[before]
    assert find_state(tenant.slug) == kept


def test_a_cursor_that_cannot_be_stored_is_not_kept() -> None:
    assert kept("MTU3NjYxMzUzOS4wfHw0Njd8") == "MTU3NjYxMzUzOS4wfHw0Njd8"
    assert [kept(each) for each in ("", "a" * 4001, "\ud800", "a\0b")] == [""] * 4


def test_only_a_list_in_order_of_change_keeps_its_cursor() -> None:
    options = {"subdomain": "acme", "client_id": "supportsaas"}
    assert rest_options("zendesk", options).cursor_kept
    with pytest.raises(ValueError, match="cursor_kept requires paging=cursor and in_change_order"):
        rest_options("zendesk", {**options, "in_change_order": False})


def test_a_ticket_that_changes_during_the_sync_comes_again(tenant: Tenant, zendesk: Server, source: Source) -> None:
    def move_the_first(request: Request) -> None:
        if "start_time" in request.query:
            zendesk.change(1, subject="Moved")

    zendesk.after = move_the_first
    assert ingest(tenant).status == "completed"
    assert stored(tenant, zendesk) == expected(zendesk)
    assert len(exports(zendesk)) == 3


def test_a_deleted_ticket_is_deleted_and_one_never_seen_is_left_out(
    tenant: Tenant, zendesk: Server, source: Source
) -> None:
    zendesk.delete(3)
    first = ingest(tenant)
    assert (first.status, first.progress.counts.new_ingested) == ("completed", 24)
    zendesk.delete(9)
    assert ingest(tenant).progress.counts.deleted == 1
    assert stored(tenant, zendesk) == expected(zendesk)
    zendesk.change(9, is_deleted=False)
    assert ingest(tenant).status == "completed"
    assert stored(tenant, zendesk) == expected(zendesk)


def test_archived_tickets_that_a_later_whole_export_lacks_are_kept(
    tenant: Tenant, zendesk: Server, source: Source
) -> None:
    ingest(tenant)
    del zendesk.tickets[2]
    assert ingest(tenant, full=True).progress.counts.deleted == 0
    assert TicketStore(tenant).find_ticket("2") is not None


def test_people_that_the_side_load_lacks_are_unknown(tenant: Tenant, zendesk: Server, source: Source) -> None:
    zendesk.has_users = False
    for ticket in zendesk.tickets.values():
        ticket.assignee = ""
    assert ingest(tenant).status == "completed"
    assert stored(tenant, zendesk) == expected(zendesk)


def test_a_token_that_ends_during_the_sync_is_renewed_once(tenant: Tenant, zendesk: Server, source: Source) -> None:
    def end_the_token(request: Request) -> None:
        if "start_time" in request.query:
            zendesk.tokens.revoke_all()

    zendesk.after = end_the_token
    assert ingest(tenant).status == "completed"
    assert stored(tenant, zendesk) == expected(zendesk)
    assert zendesk.tokens.issued == 2
    assert (
        len(
            [
                each
                for each in zendesk.requests
                if each.headers.get("authorization", "").endswith("token-1-of-the-client")
            ]
        )
        == 2
    )


def test_the_token_is_kept_encrypted_and_shared_by_all_processes(
    tenant: Tenant, zendesk: Server, source: Source
) -> None:
    ingest(tenant)
    kept = HelpdeskToken.objects.get(source=source)
    assert "token-1" not in kept.encrypted_tokens
    assert zendesk.secret not in kept.encrypted_tokens
    for _ in range(2):  # each opening stands for another process
        with open_source(Source.objects.get(pk=source.pk)) as opened:
            next(opened.pages())
    assert tokens_asked(zendesk) == 1


def test_a_token_is_renewed_before_it_ends(tenant: Tenant, zendesk: Server, source: Source) -> None:
    ingest(tenant)
    kept = HelpdeskToken.objects.get(source=source)
    assert clock.now() < kept.renew_at < clock.now() + timedelta(minutes=59)
    HelpdeskToken.objects.update(renew_at=clock.now() - timedelta(seconds=1))
    ingest(tenant)
    assert tokens_asked(zendesk) == 2
    assert HelpdeskToken.objects.get(source=source).renew_at > clock.now()


def test_another_secret_gets_another_token(tenant: Tenant, zendesk: Server, source: Source) -> None:
    ingest(tenant)
    zendesk.tokens.client_secret = "a-new-secret-of-the-client"
    source.set_secret("a-new-secret-of-the-client")
    source.save()
    assert ingest(tenant).status == "completed"
    assert tokens_asked(zendesk) == 2


def test_a_renewal_that_fails_gives_a_sentence(tenant: Tenant, zendesk: Server, source: Source) -> None:
    ingest(tenant)
    zendesk.tokens.revoke_all()
    zendesk.tokens.client_secret = "changed-in-zendesk"
    outcome = ingest(tenant)
    assert outcome.error is not None
    assert outcome.error["code"] == "refused_login"
    message = outcome.error["message"]
    assert "gave no access token (status 401" in message
    assert "Client authentication failed." in message
    assert "Check the client ID and its secret." in message
    assert zendesk.secret not in message


def test_a_token_endpoint_that_is_down_is_tried_again_and_named(
    tenant: Tenant, zendesk: Server, source: Source
) -> None:
    zendesk.tokens.is_down = True
    outcome = ingest(tenant)
    assert outcome.error is not None
    assert outcome.error["code"] == "server_error"
    assert "No access token" in outcome.error["message"]
    assert tokens_asked(zendesk) > 1


def test_a_connection_that_is_only_checked_stores_no_token(tenant: Tenant, zendesk: Server) -> None:
    source = Source(tenant=tenant, kind="zendesk", url=zendesk.url, auth="oauth2", options=zendesk.options)
    source.set_secret(zendesk.secret)
    assert check_source(source).is_usable
    assert not HelpdeskToken.objects.exists()


def test_what_an_agent_entered_for_the_customer_is_the_customers(
    tenant: Tenant, zendesk: Server, source: Source
) -> None:
    zendesk.reply(4, "She called and wants a refund.", is_customer=True)
    zendesk.entered.add("She called and wants a refund.")
    zendesk.reply(4, "We sent it.")
    assert ingest(tenant).status == "completed"
    assert who_wrote("4", tenant) == [
        ("Ada", True, "Text of ticket 4. Please help."),
        ("Ada", True, "She called and wants a refund."),
        ("Bob", False, "We sent it."),
    ]


def test_a_colleague_of_the_customer_is_no_agent(tenant: Tenant, zendesk: Server, source: Source) -> None:
    zendesk.tickets[4].first_reply = None
    zendesk.reply(4, "I have the same problem.", is_customer=True).author = "Carl"
    assert ingest(tenant).status == "completed"
    assert who_wrote("4", tenant)[1] == ("Carl", True, "I have the same problem.")
    ticket = TicketStore(tenant).find_ticket("4")
    assert ticket is not None
    assert ticket.get("first_reply_at") is None
    assert ticket["latest_message"] == "I have the same problem."


def test_a_first_reply_and_its_absence(tenant: Tenant, zendesk: Server, source: Source) -> None:
    zendesk.tickets[2].first_reply = None
    ingest(tenant)
    ticket, without = TicketStore(tenant).find_ticket("1"), TicketStore(tenant).find_ticket("2")
    assert ticket is not None
    assert without is not None
    assert ticket["first_reply_at"] == zendesk.tickets[1].created + timedelta(minutes=7)
    assert without.get("first_reply_at") is None


def test_ten_exports_a_minute_unless_a_setting_says_otherwise() -> None:
    options = {"subdomain": "acme", "client_id": "supportsaas"}
    assert rest_options("zendesk", options).budgets == {"/api/v2/incremental": "10/60"}
    assert presets.defaults_of("zendesk", options).url == "https://acme.zendesk.com"


@pytest.mark.parametrize(
    "subdomain", ["acme.zendesk.com", "acme/../evil", "evil.com#", "a b", "-acme", "acme@evil", ""]
)
def test_a_subdomain_cannot_lead_to_another_host(subdomain: str) -> None:
    with pytest.raises(ValueError, match="subdomain"):
        presets.defaults_of("zendesk", {"subdomain": subdomain, "client_id": "x"})
