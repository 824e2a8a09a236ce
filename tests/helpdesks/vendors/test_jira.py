"""What is special about Jira: tokens as cursors, texts as documents, times in the zone of the account, own statuses."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from tenants.models import Tenant
from tests.helpdesk import answer
from tests.helpdesks.vendors.connecting import connect, expected, serving, stored
from tests.helpdesks.vendors.jira import Server
from tests.helpdesks.vendors.vendor import Request
from tests.listed import ingest
from tests.loopback_server import Answer
from tickets.helpdesks import open_source
from tickets.helpdesks.mapping.field_rule import as_rule
from tickets.helpdesks.model import Source
from tickets.store.ticket_store import TicketStore

pytestmark = pytest.mark.usefixtures("db")

SEARCH = "/rest/api/3/search/jql"


@pytest.fixture
def jira() -> Iterator[Server]:
    with serving(Server, tickets=25) as server:
        yield server


@pytest.fixture
def source(tenant: Tenant, jira: Server) -> Source:
    return connect(tenant, jira)


def searches(jira: Server) -> list[dict[str, str]]:
    return [each.query for each in jira.requests if each.path == SEARCH]


def test_each_page_asks_with_the_token_of_the_one_before(tenant: Tenant, jira: Server, source: Source) -> None:
    ingest(tenant)
    first, second, third = searches(jira)[:3]
    assert "nextPageToken" not in first
    assert len({second["nextPageToken"], third["nextPageToken"]}) == 2
    assert first["jql"] == second["jql"] == third["jql"]
    assert stored(tenant, jira) == expected(jira)


@pytest.mark.parametrize("zone", ["Etc/GMT+12", "UTC", "Asia/Kolkata", "Pacific/Kiritimati"])
def test_changes_are_found_in_whatever_zone_the_account_is(jira: Server, source: Source, zone: str) -> None:
    jira.zone = zone
    changed = jira.tickets[25].updated
    with open_source(source) as helpdesk:
        pages = list(helpdesk.pages(since=changed - timedelta(seconds=1)))
    assert "SUP-25" in {str(each.fields["id"]) for page in pages for each in page.records if each.fields}


def test_a_status_that_a_site_named_itself_counts_by_its_category(tenant: Tenant, jira: Server, source: Source) -> None:
    jira.change(3, status="Bei Technik")
    jira.change(4, status="Erledigt", resolved=jira.now)
    ingest(tenant)
    found = stored(tenant, jira)
    assert (found["SUP-3"]["status"], found["SUP-4"]["status"]) == ("in_progress", "resolved")


def test_the_text_of_a_document_keeps_its_lines_lists_and_mentions() -> None:
    def paragraph(*content: dict[str, Any]) -> dict[str, Any]:
        return {"type": "paragraph", "content": list(content)}

    def text(value: str) -> dict[str, Any]:
        return {"type": "text", "text": value, "marks": [{"type": "strong"}]}

    items = [{"type": "listItem", "content": [paragraph(text(each))]} for each in ("one", "two")]
    mention = {"type": "mention", "attrs": {"id": "5b10", "text": "@Bob"}}
    document = {
        "type": "doc",
        "version": 1,
        "content": [
            paragraph(text("Hello "), mention, text(","), {"type": "hardBreak"}, text("it broke:")),
            {"type": "bulletList", "content": items},
            {"type": "codeBlock", "content": [{"type": "text", "text": "Error 500"}]},
        ],
    }
    found = as_rule("fields.description").read({"fields": {"description": document}})
    assert found == "Hello @Bob,\nit broke:\none\ntwo\nError 500"


def test_what_jira_says_about_a_wrong_project_is_shown(tenant: Tenant, jira: Server, source: Source) -> None:
    source.options = {**source.options, "project": "NONE"}
    source.save()
    outcome = ingest(tenant)
    assert outcome.status == "failed"
    assert "Unbounded JQL" in str(outcome.error)


def test_a_reporter_without_a_mail_address_is_known_by_account(tenant: Tenant, source: Source) -> None:
    fields = {"reporter": {"accountId": "qm:1", "displayName": "Ada"}, "created": "2026-03-10T08:00:00.000+0000"}
    with open_source(source) as helpdesk:
        record = helpdesk.record({"key": "SUP-1", "fields": fields})
    assert record.fields is not None
    assert (record.fields["customer_id"], record.fields["customer_name"]) == ("qm:1", "Ada")


def test_a_colleague_of_the_reporter_is_no_agent(tenant: Tenant, jira: Server, source: Source) -> None:
    jira.reply(4, "I have the same problem.", is_customer=True).author = "Carl"
    ingest(tenant)
    ticket = TicketStore(tenant).find_ticket("SUP-4")
    assert ticket is not None
    assert ticket["latest_message"] == "I have the same problem."
    assert ticket.get("first_reply_at") is None


class Moved(Server):
    """Refuses the comments of one issue, as of one that was moved while the list was read."""

    def answer(self, request: Request) -> Answer:
        if request.path == "/rest/api/3/issue/SUP-7/comment":
            return answer({"errorMessages": ["Issue does not exist or you do not have permission to see it."]}, 404)
        return super().answer(request)


def test_an_issue_without_comments_to_read_is_stored_nevertheless(tenant: Tenant) -> None:
    with serving(Moved, tickets=10) as jira:
        connect(tenant, jira)
        assert ingest(tenant).status == "partial"
        assert stored(tenant, jira) == expected(jira)
