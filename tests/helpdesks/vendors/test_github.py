"""What is special about GitHub: pull requests among issues, limits with status 403, pages by the Link header."""

from collections.abc import Iterator

import pytest

from tenants.models import Tenant
from tests.helpdesk import answer
from tests.helpdesks.vendors.connecting import connect, expected, serving, stored
from tests.helpdesks.vendors.github import Server
from tests.helpdesks.vendors.vendor import Request
from tests.listed import ingest
from tests.loopback_server import Answer
from tickets.helpdesks import limits
from tickets.helpdesks.model import Source
from tickets.ingestion.name_spaces import choose_name, helpdesk_of
from tickets.store.ticket_store import TicketStore

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def github() -> Iterator[Server]:
    with serving(Server, tickets=25) as server:
        yield server


@pytest.fixture
def source(tenant: Tenant, github: Server) -> Source:
    return connect(tenant, github)


def test_pull_requests_are_no_tickets(tenant: Tenant, github: Server, source: Source) -> None:
    outcome = ingest(tenant)
    assert outcome.status == "completed"
    assert outcome.progress.counts.new_ingested == 25
    assert not [each for each in stored(tenant, github) if int(each) > 1000]


def test_closed_issues_are_read_with_the_time_they_were_closed(tenant: Tenant, github: Server, source: Source) -> None:
    github.change(4, status="closed", resolved=github.now)
    ingest(tenant)
    assert stored(tenant, github) == expected(github)


def test_an_issue_that_is_deleted_between_two_pages_hides_no_other(
    tenant: Tenant, github: Server, source: Source
) -> None:
    def delete_one(request: Request) -> None:
        if request.path.endswith("/issues"):
            github.tickets[2].is_deleted = True

    github.after = delete_one
    ingest(tenant)
    assert set(stored(tenant, github)) >= {str(each.id) for each in github.live}


def test_a_stranger_is_no_agent_and_a_bot_is_no_customer(tenant: Tenant, github: Server, source: Source) -> None:
    github.reply(4, "I have this problem, too.", is_customer=True).author = "carl"
    github.reply(4, "This issue is stale.").author = "stale[bot]"
    ingest(tenant)
    conversation = TicketStore(tenant).find_conversation("4")
    assert conversation is not None
    assert [(each.author, each.is_customer) for each in conversation.messages] == [
        ("carl", True),
        ("stale[bot]", False),
    ]


class Limited(Server):
    """The secondary limit, which no header announces."""

    def throttled(self) -> Answer:
        return answer({"message": "You have exceeded a secondary rate limit. Please wait a few minutes."}, 403)


def test_a_limit_that_only_the_text_tells_is_waited_for(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tickets.helpdesks.http.DEFAULT_PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(limits, "DEFAULT_PAUSE_SECONDS", 0.01)
    with serving(Limited, tickets=5) as github:
        connect(tenant, github)
        github.throttle = 2
        assert ingest(tenant).status == "completed"
        assert stored(tenant, github) == expected(github)


class Forbidden(Server):
    """A token without the right to read issues."""

    def throttled(self) -> Answer:
        body = {"message": "Resource not accessible by personal access token"}
        return answer(body, 403, X_RateLimit_Limit="5000", X_RateLimit_Remaining="4990", X_RateLimit_Reset="1")


def test_a_token_without_the_right_is_refused_and_not_waited_for(tenant: Tenant) -> None:
    with serving(Forbidden, tickets=1) as github:
        connect(tenant, github)
        github.throttle = 1
        outcome = ingest(tenant)
    assert outcome.error is not None
    assert outcome.error["code"] == "refused_login"
    assert "Resource not accessible" in str(outcome.error)


def test_more_comments_than_one_page_are_all_read(tenant: Tenant, github: Server, source: Source) -> None:
    for number in range(105):
        github.reply(4, f"Answer {number}", is_customer=number == 104)
    ingest(tenant)
    conversation = TicketStore(tenant).find_conversation("4")
    assert conversation is not None
    assert [each.text for each in conversation.messages][-2:] == ["Answer 103", "Answer 104"]
    assert len(conversation.messages) == 105
    assert conversation.messages[-1].is_customer


class TwoRepositories(Server):
    """Another repository has an issue with a number of the first one's."""

    def answer(self, request: Request) -> Answer:
        if request.path == "/repos/acme/other/issues":
            times = {"created_at": "2026-03-10T08:00:00Z", "updated_at": "2026-03-10T08:00:00Z"}
            if request.query.get("page") != "1" or request.query.get("since", "") > times["updated_at"]:
                return answer([])
            return answer([{"number": 1, "title": "Of the other", "state": "open", "comments": 0, **times}])
        return answer([]) if request.path.startswith("/repos/acme/other") else super().answer(request)


def test_another_repository_is_another_helpdesk(tenant: Tenant) -> None:
    with serving(TwoRepositories, tickets=3) as github:
        source = connect(tenant, github)
        ingest(tenant)
        source.refresh_from_db()
        source.options = {"repo": "acme/other"}
        choose_name(source, is_same=False)
        source.save()
        assert ingest(tenant).status == "completed"
        found = {
            each["external_id"]: each["subject"] for each in TicketStore(tenant).iterate_live({}, limit=100, by_id=True)
        }
    assert found == {
        "1": "Question 1", "2": "Question 2", "3": "Question 3", "github-2:1": "Of the other"
    }  # fmt: skip


def test_a_repository_is_the_same_however_it_is_spelled(source: Source) -> None:
    same = Source(kind="github", url=source.url, options={"repo": "Acme/Support"})
    other = Source(kind="github", url=source.url, options={"repo": "acme/other"})
    assert helpdesk_of(same) == helpdesk_of(source)
    assert helpdesk_of(other) != helpdesk_of(source)
