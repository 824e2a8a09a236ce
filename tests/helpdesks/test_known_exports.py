"""Exports of Zendesk, Freshdesk, Jira and GitHub come in without a mapping; files in their shapes, written for this test."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from supportsaas.db import mongo
from tenants.models import Tenant
from tests.builders import record
from tests.commands import run
from tickets.helpdesks.files.file import FileFormat, FileSource
from tickets.helpdesks.files.formats import FORMATS
from tickets.helpdesks.files.text_lines import FileError
from tickets.helpdesks.options import EXTRA, TICKET_FIELDS
from tickets.records.details import read_details
from tickets.records.normalize import normalize_record
from tickets.records.statuses import state_of
from tickets.store.ticket_store import TicketStore

Write = Callable[[str, Any], Path]

ZENDESK_CSV = """\
Summation column,Id,Requester,Requester id,Requester external id,Requester email,Requester domain,Submitter,Assignee,Group,\
Subject,Tags,Status,Priority,Via,Ticket type,Created at,Updated at,Assigned at,Organization,Due date,Solved at,\
Satisfaction Score,Group stations,Reopens,Replies,Plan [list]
1,41,Mona Weber,9001,-,mona@example.com,example.com,Mona Weber,Ali Khan,Billing,\
Charged twice,refund vip_customer,Solved,High,Mail,Problem,2026-03-09 08:15,2026-03-10 09:30,2026-03-09 08:20,Weber GmbH,,\
2026-03-10 09:30,Good,1,0,3,Pro
1,42,Juan Díaz,9002,-,juan@example.com,example.com,Juan Díaz,-,Support,\
Cannot sign in,,Hold,-,Web Form,-,2026-03-10 11:00,2026-03-10 11:05,-,-,,,Not Offered,0,0,0,-
1,43,Spam Bot,9003,-,bot@example.com,example.com,Spam Bot,-,Support,\
Buy now,,Deleted,-,Mail,-,2026-03-10 12:00,2026-03-10 12:05,-,-,,,Not Offered,0,0,0,-
"""
FRESHDESK_CSV = """\
Ticket ID,Subject,Status,Priority,Source,Type,Agent,Group,Created time,Due by Time,Resolved time,Closed time,\
Last update time,Initial response time,Time tracked,First response time (in hrs),Resolution time (in hrs),\
Agent interactions,Customer interactions,Resolution status,First response status,Tags,Survey results,Product,\
Full name,Title,Email,Work phone,Contact ID,Company Name
7,Label printer offline,Waiting on Customer,Medium,Portal,Incident,No Agent,No Group,2026-03-09 10:00:00,\
2026-03-12 10:00:00,,,2026-03-09 12:00:00,2026-03-09 10:30:00,00:00:00,00:30:00,,2,1,,Within SLA,"printer,urgent",,,\
Ines Roth,Ms,ines@example.com,,5501,Roth AG
8,Wrong invoice,Closed,Urgent,Email,Question,Ali Khan,Billing,2026-03-08 10:00:00,2026-03-11 10:00:00,\
2026-03-09 10:00:00,2026-03-10 10:00:00,2026-03-10 10:00:00,,00:00:00,,24:00:00,1,2,Within SLA,,,Extremely happy,,\
Omar Said,,,+491234567,5502,
"""
JIRA_CSV = """\
Summary,Issue key,Issue id,Issue Type,Status,Project key,Project name,Priority,Resolution,Assignee,Reporter,Creator,\
Created,Updated,Last Viewed,Resolved,Due date,Labels,Labels,Labels,Description,Status Category,Comment,Comment
Export hangs,SUP-1,10001,Bug,Being Looked At,SUP,Support,High,,dana,sam,sam,12/Mar/26 9:41 AM,14/Mar/26 1:00 PM,,,31/Mar/26,\
exports,,slow,"It hangs
at 99%",In Progress,12/Mar/26;sam;one,
Wrong logo,SUP-2,10002,Task,Waiting for customer,SUP,Support,Low,Fixed,Unassigned,kim,sam,12/Mar/2026 12:00 AM,2026-03-14 13:00,,\
15/Mar/26 12:05 PM,,,,,,To Do,,
"""


def _zendesk(**values: Any) -> dict[str, Any]:
    return {
        "url": "https://acme.zendesk.com/api/v2/tickets/41.json",
        "id": 41,
        "via": {"channel": "email"},
        "created_at": "2026-03-09T08:15:00Z",
        "updated_at": "2026-03-10T09:30:00Z",
        "type": "problem",
        "subject": "Charged twice",
        "raw_subject": "Charged twice",
        "description": "I paid two times.",
        "priority": "high",
        "status": "hold",
        "requester_id": 9001,
        "submitter_id": 9001,
        "assignee_id": 7,
        "tags": ["refund"],
        "satisfaction_rating": {"score": "unoffered"},
        "custom_status_id": 3,
        **values,
    }


def _freshdesk(**values: Any) -> dict[str, Any]:
    return {
        "id": 7,
        "subject": "Label printer offline",
        "description": "<div>It is off</div>",
        "description_text": "It is off",
        "status": 3,
        "priority": 4,
        "source": 2,
        "type": "Incident",
        "requester_id": 5501,
        "responder_id": None,
        "due_by": "2026-03-12T10:00:00Z",
        "fr_due_by": "2026-03-10T10:00:00Z",
        "fr_escalated": False,
        "spam": False,
        "tags": ["printer"],
        "created_at": "2026-03-09T10:00:00Z",
        "updated_at": "2026-03-09T12:00:00Z",
        **values,
    }


def _jira(key: str, **fields: Any) -> dict[str, Any]:
    paragraph = {"type": "paragraph", "content": [{"type": "text", "text": "It hangs"}]}
    return {
        "id": "10001",
        "key": key,
        "self": "https://acme.atlassian.net/rest/api/3/issue/10001",
        "fields": {
            "summary": "Export hangs",
            "description": {"type": "doc", "version": 1, "content": [paragraph]},
            "status": {"name": "Being Looked At", "statusCategory": {"key": "indeterminate"}},
            "created": "2026-03-12T09:41:00.000+0100",
            "updated": "2026-03-14T13:00:00.000+0100",
            "resolutiondate": None,
            "reporter": {"displayName": "Sam Lee"},
            "assignee": None,
            "priority": {"name": "High"},
            "issuetype": {"name": "Bug"},
            "labels": ["exports", "slow"],
            **fields,
        },
    }


def _github(**values: Any) -> dict[str, Any]:
    return {
        "id": 1,
        "node_id": "I_1",
        "number": 1347,
        "url": "https://api.github.com/repos/acme/app/issues/1347",
        "html_url": "https://github.com/acme/app/issues/1347",
        "title": "Crash on start",
        "body": "It crashes.",
        "state": "closed",
        "state_reason": "completed",
        "user": {"login": "mona"},
        "assignee": {"login": "ali"},
        "labels": [{"name": "bug"}, {"name": "p1"}],
        "comments": 4,
        "created_at": "2026-03-09T08:00:00Z",
        "updated_at": "2026-03-10T08:00:00Z",
        "closed_at": "2026-03-10T08:00:00Z",
        **values,
    }


GH_ISSUE = {
    "number": 12,
    "title": "Crash on start",
    "body": "It crashes.",
    "state": "OPEN",
    "stateReason": "",
    "author": {"login": "mona", "name": "Mona Weber"},
    "assignees": [{"login": "ali"}],
    "labels": [{"name": "bug"}],
    "url": "https://github.com/acme/app/issues/12",
    "createdAt": "2026-03-09T08:00:00Z",
    "updatedAt": "2026-03-10T08:00:00Z",
    "closedAt": None,
}


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def make(name: str, content: Any) -> Path:
        path = tmp_path / name
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        return path

    return make


def read(path: Path, **values: Any) -> tuple[list[dict[str, Any]], FileSource]:
    """The tickets of a file as they would be normalized, and the source."""
    source = FileSource(path, FileFormat(**values))
    try:
        records = [each for page in source.pages() for each in page.records]
    finally:
        source.close()
    return [dict(each.fields or {}) for each in records if not each.is_skipped], source


def known(fields: dict[str, Any]) -> dict[str, Any]:
    """The fields without empty ones."""
    return {name: value for name, value in fields.items() if value not in (None, "", [])}


class TestZendesk:
    def test_a_csv_export_is_read_whole(self, write: Write) -> None:
        (first, second), source = read(write("tickets.csv", ZENDESK_CSV))
        assert known(first) == {
            "id": "41",
            "created_at": "2026-03-09T08:15:00+00:00",
            "updated_at": "2026-03-10T09:30:00+00:00",
            "resolved_at": "2026-03-10T09:30:00+00:00",
            "subject": "Charged twice",
            "status": "resolved",
            "customer_id": "mona@example.com",
            "customer_name": "Mona Weber",
            "organisation": "Weber GmbH",
            "source": "Mail",
            "assignee": "Ali Khan",
            "team": "Billing",
            "priority": "High",
            "type": "Problem",
            "tags": ["refund", "vip_customer"],
            "replies": "3",
            "rating": "Good",
        }
        assert second["status"] == "on_hold"
        assert not {"assignee", "priority", "organisation", "rating", "tags"} & known(second).keys()
        assert source.facts.unused[:2] == ["Summation column", "Requester id"] or "Plan [list]" in source.facts.unused
        assert source.facts.left_out == 1, "the deleted ticket"

    def test_a_view_with_its_own_columns_is_read(self, write: Write) -> None:
        text = (
            "ID,Subject,Requester,Requested,Updated,Status,Assignee\n5,Help,Mona Weber,2026-03-09,2026-03-10,Open,-\n"
        )
        (found,), source = read(write("view.csv", text))
        assert (found["id"], found["created_at"][:10], found["updated_at"][:10]) == ("5", "2026-03-09", "2026-03-10")
        assert (found["customer_id"], found["source"]) == ("Mona Weber", "zendesk")
        assert source.facts.recognised.startswith("Recognised: Zendesk tickets (CSV).")

    def test_the_data_export_has_people_and_comments_in_each_line(self, write: Write) -> None:
        person = {"id": 9001, "name": "Mona Weber", "email": "mona@example.com"}
        line = _zendesk(
            requester=person,
            assignee={"name": "Ali Khan"},
            group={"name": "Billing"},
            organization={"name": "Weber GmbH"},
            metric_set={"solved_at": "2026-03-10T09:00:00Z", "replies": 3},
        )
        text = json.dumps(line) + "\n" + json.dumps(_zendesk(id=42, status="deleted")) + "\n"
        (found,), source = read(write("export.jsonl", text))
        assert (found["customer_id"], found["customer_name"]) == ("mona@example.com", "Mona Weber")
        assert (found["assignee"], found["team"], found["organisation"]) == ("Ali Khan", "Billing", "Weber GmbH")
        assert (found["status"], found["source"], found["replies"]) == ("on_hold", "email", 3)
        assert found["resolved_at"] == "2026-03-10T09:00:00Z"
        assert "rating" not in found and "url" not in found, "the address is the API's, not the ticket's"
        assert source.facts.left_out == 1

    def test_an_answer_of_the_api_is_read_beside_its_other_lists(self, write: Write) -> None:
        answer = {"tickets": [_zendesk()], "users": [{"id": 9001}], "next_page": None, "count": 1}
        (found,), _ = read(write("page.json", answer))
        assert (found["id"], found["customer_id"], found["message"]) == (41, 9001, "I paid two times.")


class TestFreshdesk:
    def test_a_csv_export_is_read_whole(self, write: Write) -> None:
        (first, second), source = read(write("tickets.csv", FRESHDESK_CSV), zone=ZoneInfo("Europe/Berlin"))
        assert known(first) == {
            "id": "7",
            "created_at": "2026-03-09T09:00:00+00:00",
            "updated_at": "2026-03-09T11:00:00+00:00",
            "first_reply_at": "2026-03-09T09:30:00+00:00",
            "due_at": "2026-03-12T09:00:00+00:00",
            "subject": "Label printer offline",
            "status": "pending",
            "customer_id": "ines@example.com",
            "customer_name": "Ines Roth",
            "organisation": "Roth AG",
            "source": "Portal",
            "priority": "Medium",
            "type": "Incident",
            "tags": "printer,urgent",
        }
        assert second["resolved_at"] == "2026-03-09T09:00:00+00:00", "when it was resolved, not when it was closed"
        assert second["customer_id"] == "+491234567", "without a mail address, the telephone number"
        assert "Times without a zone are read in Europe/Berlin (--timezone)." in source.facts.recognised
        assert "Agent interactions" in source.facts.unused

    def test_answers_of_the_api_are_read(self, write: Write) -> None:
        spam = _freshdesk(id=8, spam=True)
        (found,), source = read(write("tickets.json", [_freshdesk(), spam]))
        assert (found["status"], found["priority"], found["source"]) == ("pending", "urgent", "portal")
        assert (found["message"], found["customer_id"]) == ("It is off", 5501)
        assert source.facts.left_out == 1
        (own,), _ = read(write("own.json", [_freshdesk(status=9)]))
        assert state_of(own["status"]) == "unknown", "an account's own status is not guessed"

    def test_an_account_export_is_read(self, write: Write) -> None:
        ticket = {
            "display_id": 7,
            "subject": "Label printer offline",
            "description": "It is off",
            "status_name": "Waiting on Third Party",
            "status": 6,
            "priority_name": "High",
            "source_name": "Phone",
            "requester_name": "Ines Roth",
            "requester_id": 5501,
            "responder_name": "No Agent",
            "ticket_type": "Incident",
            "created_at": "2026-03-09T10:00:00+01:00",
            "updated_at": "2026-03-09T12:00:00+01:00",
            "deleted": False,
        }
        gone = {**ticket, "display_id": 8, "deleted": True}
        (found,), _ = read(write("Tickets0.json", [{"helpdesk_ticket": ticket}, {"helpdesk_ticket": gone}]))
        assert (found["id"], found["status"], found["priority"], found["source"]) == (7, "on_hold", "High", "Phone")
        assert (found["created_at"], "assignee" in found) == ("2026-03-09T09:00:00+00:00", False)


class TestJira:
    def test_a_csv_export_is_read_whole(self, write: Write) -> None:
        (first, second), source = read(write("Jira.csv", JIRA_CSV))
        assert known(first) == {
            "id": "SUP-1",
            "created_at": "2026-03-12T09:41:00+00:00",
            "updated_at": "2026-03-14T13:00:00+00:00",
            "due_at": "2026-03-31T00:00:00+00:00",
            "subject": "Export hangs",
            "message": "It hangs\nat 99%",
            "status": "In Progress",
            "customer_id": "sam",
            "customer_name": "sam",
            "source": "jira",
            "assignee": "dana",
            "team": "Support",
            "priority": "High",
            "type": "Bug",
            "tags": ["exports", "slow"],
        }
        assert second["created_at"] == "2026-03-12T00:00:00+00:00"
        assert second["resolved_at"] == "2026-03-15T12:05:00+00:00"
        assert (second["status"], second["extra"], second.get("assignee")) == ("pending", {"resolution": "Fixed"}, None)
        assert "Comment" in source.facts.unused and "Labels#2" not in source.facts.unused

    def test_a_date_in_figures_is_still_not_guessed(self, write: Write) -> None:
        text = "Summary,Issue key,Issue Type,Created\nx,SUP-1,Bug,6/7/2026 16:14\n"
        (found,), _ = read(write("x.csv", text))
        assert found["created_at"] == "6/7/2026 16:14"
        (found,), _ = read(write("x.csv", text), date_format="%m/%d/%Y %H:%M")
        assert found["created_at"] == "2026-06-07T16:14:00+00:00"

    def test_a_month_in_another_language_is_read(self, write: Write) -> None:
        text = "Summary,Issue key,Issue Type,Created\nx,SUP-1,Bug,12/lut/26 10:19 PM\n"
        (found,), _ = read(write("x.csv", text))
        assert found["created_at"] == "2026-02-12T22:19:00+00:00"

    def test_a_search_answer_is_read(self, write: Write) -> None:
        done = _jira(
            "SUP-2", status={"name": "Shipped", "statusCategory": {"key": "done"}}, resolution={"name": "Done"}
        )
        answer = {"expand": "names", "startAt": 0, "total": 2, "issues": [_jira("SUP-1"), done]}
        (first, second), _ = read(write("search.json", answer))
        assert (first["id"], first["message"], first["tags"]) == ("SUP-1", "It hangs", ["exports", "slow"])
        assert (first["status"], second["status"]) == ("in_progress", "resolved"), "by the category of the status"
        assert first["created_at"] == "2026-03-12T08:41:00+00:00"
        assert second["extra"] == {"resolution": "Done"}


class TestGitHub:
    def test_the_api_lists_issues_and_pull_requests(self, write: Write) -> None:
        pull = _github(number=1348, pull_request={"url": "https://api.github.com/repos/acme/app/pulls/1348"})
        (found,), source = read(write("issues.json", [_github(), pull]))
        assert known(found) == {
            "id": 1347,
            "created_at": "2026-03-09T08:00:00Z",
            "updated_at": "2026-03-10T08:00:00Z",
            "resolved_at": "2026-03-10T08:00:00Z",
            "subject": "Crash on start",
            "message": "It crashes.",
            "status": "closed",
            "customer_id": "mona",
            "source": "github",
            "assignee": "ali",
            "tags": ["bug", "p1"],
            "url": "https://github.com/acme/app/issues/1347",
            "replies": 4,
            "extra": {"reason": "completed"},
        }
        assert (source.facts.left_out, source.facts.left_out_as) == (1, "pull requests")

    def test_the_command_line_tool_writes_other_names(self, write: Write) -> None:
        (found,), source = read(write("issues.json", [GH_ISSUE]))
        assert (found["id"], found["status"], found["customer_name"]) == (12, "OPEN", "Mona Weber")
        assert (found["tags"], found["assignee"]) == (["bug"], "ali")
        assert source.facts.recognised == "Recognised: GitHub issues (gh issue list)."


ALL = [
    ("z.csv", ZENDESK_CSV),
    ("f.csv", FRESHDESK_CSV),
    ("j.csv", JIRA_CSV),
    ("z.json", [_zendesk()]),
    ("f.json", {"tickets": [_freshdesk()]}),
    ("j.json", {"issues": [_jira("SUP-1")]}),
    ("g.json", [_github()]),
    ("gh.json", [GH_ISSUE]),
]


class TestRecognition:
    @pytest.mark.parametrize(("name", "content"), ALL)
    def test_every_field_of_every_export_can_be_stored(self, name: str, content: Any, write: Write) -> None:
        found, source = read(write(name, content))
        assert source.facts.recognised
        for fields in found:
            normalize_record(fields, tenant_id="acme")
            assert read_details(fields)[1] == (), "no optional value is left out"

    @pytest.mark.parametrize("content", [ZENDESK_CSV, FRESHDESK_CSV, JIRA_CSV])
    def test_columns_match_whatever_their_case_and_order(self, content: str, write: Write) -> None:
        header, rows = content.split("\n", 1)
        expected, _ = read(write("x.csv", content))
        for changed in (header.upper(), header.lower(), header.replace(" ", "_")):
            assert read(write("x.csv", f"Export of March\n\n{changed}\n{rows}"))[0] == expected

    def test_no_two_formats_claim_a_file(self) -> None:
        """Each format's marks alone are recognised as that format only."""
        for each in FORMATS:
            names = {names[0] for names in each.marks}
            assert [one.label for one in FORMATS if one.shape == each.shape and one.is_of(names.__contains__)] == [
                each.label
            ]
            assert all(name in TICKET_FIELDS or name.startswith(EXTRA) for name in each.fields)
            assert {"id", "created_at", "subject", "status", "customer_id"} <= each.fields.keys()

    @pytest.mark.parametrize(
        "text",
        [
            "id,created_at,subject,requester,status\n1,2026-03-10,one,mona,open\n",
            "Ticket ID,Created time,Title\n1,2026-03-10,one\n",
            "Key,Summary,Created\n1,one,2026-03-10\n",
        ],
    )
    def test_columns_that_others_have_too_are_no_sign(self, text: str, write: Write) -> None:
        try:
            _, source = read(write("x.csv", text))
        except FileError as error:
            assert "Map one with --map" in str(error)
        else:
            assert source.facts.recognised == ""

    def test_our_own_records_stay_as_they_are(self, write: Write) -> None:
        own = record("T-1")
        (found,), source = read(write("x.jsonl", json.dumps(own)))
        assert (found["id"], source.facts.recognised) == ("T-1", "")

    def test_a_mapping_by_hand_wins(self, write: Write) -> None:
        path = write("x.csv", JIRA_CSV)
        (first, _), source = read(
            path,
            fields={"tags": "Labels#3", "assignee": "Creator", "extra.key": "Project key"},
            status_map={"being looked at": "pending", "WAITING FOR CUSTOMER": "open"},
            defaults={"source": "old jira"},
        )
        assert (first["tags"], first["assignee"], first["extra"]) == ("slow", "sam", {"key": "SUP"})
        assert (first["status"], first["source"]) == ("pending", "old jira")
        assert "Labels" in source.facts.unused and "Assignee" in source.facts.unused
        (first, _), _ = read(path, status_map={"waiting_for_customer": "open"})
        (_, second), _ = read(path, status_map={"waiting_for_customer": "open"})
        assert second["status"] == "open", "whatever the spelling"

    def test_a_mapping_by_hand_wins_in_json_too(self, write: Write) -> None:
        path = write("x.json", [_github()])
        (found,), _ = read(
            path, fields={"id": "node_id", "status": "state_reason"}, status_map={"completed": "resolved"}
        )
        assert (found["id"], found["status"], found["subject"]) == ("I_1", "resolved", "Crash on start")

    def test_plain_reads_by_names_alone(self, write: Write) -> None:
        with pytest.raises(FileError, match="No column “id”"):
            read(write("x.csv", JIRA_CSV), is_plain=True)
        (found, *_), source = read(write("x.csv", ZENDESK_CSV), is_plain=True)
        assert ("customer_id" in found, source.facts.recognised) == (False, "")

    def test_the_first_records_may_be_broken(self, write: Write) -> None:
        text = "{\n[1]\n3\n" + json.dumps(GH_ISSUE) + "\n"
        found, source = read(write("x.jsonl", text))
        assert source.facts.recognised and found[-1]["id"] == 12


@pytest.mark.usefixtures("db")
class TestCommand:
    def test_an_export_comes_in_without_options(self, tenant: Tenant, write: Write) -> None:
        path = str(write("Jira.csv", JIRA_CSV))
        status, out, err = run("import_tickets", "acme", path, "--dry-run")
        assert (status, err) == (0, "")
        assert "Recognised: Jira issues (CSV). Times without a zone are read in UTC (--timezone)." in out
        assert "Unused columns: Issue id, Project key, Last Viewed, Comment, Comment#2." in out
        assert mongo.collection("tickets").count_documents({}) == 0
        assert run("import_tickets", "acme", path)[0] == 0
        ticket = TicketStore(tenant).find_ticket("SUP-1")
        assert ticket is not None
        assert (ticket["subject"], ticket["status"], ticket["tags"]) == (
            "Export hangs",
            "in_progress",
            ["exports", "slow"],
        )
        assert "2 unchanged" in run("import_tickets", "acme", path)[1]

    def test_what_is_left_out_is_counted_and_not_stored(self, tenant: Tenant, write: Write) -> None:
        path = str(write("z.csv", ZENDESK_CSV))
        status, out, _ = run("import_tickets", "acme", path)
        assert (status, "1 record is left out: deleted tickets." in out) == (0, True)
        assert TicketStore(tenant).count_live() == 2
        assert json.loads(run("import_tickets", "acme", path, "--json")[1])["remarks"][0].startswith(
            "Recognised: Zendesk"
        )

    def test_plain_is_an_option(self, tenant: Tenant, write: Write) -> None:
        status, _, err = run("import_tickets", "acme", str(write("Jira.csv", JIRA_CSV)), "--plain")
        assert (status, "No column “id”" in err) == (2, True)
