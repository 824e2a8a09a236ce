"""What is special about GitLab: the path of a project in the address, totals in headers, system notes, mail."""

from collections.abc import Iterator

import pytest

from tenants.models import Tenant
from tests.helpdesks.vendors.connecting import connect, expected, serving, stored
from tests.helpdesks.vendors.gitlab import ISSUES, Server
from tests.helpdesks.vendors.vendor import Request
from tests.listed import ingest
from tickets.helpdesks.model import Source
from tickets.helpdesks.options import rest_options
from tickets.store.ticket_store import TicketStore

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def gitlab() -> Iterator[Server]:
    with serving(Server, tickets=25) as server:
        yield server


@pytest.fixture
def source(tenant: Tenant, gitlab: Server) -> Source:
    return connect(tenant, gitlab)


@pytest.mark.parametrize(
    ("project", "path"),
    [
        ("acme/support", "/api/v4/projects/acme%2Fsupport/issues"),
        ("acme/emea/support.desk", "/api/v4/projects/acme%2Femea%2Fsupport.desk/issues"),
        ("4711", "/api/v4/projects/4711/issues"),
    ],
)
def test_a_project_is_named_by_its_path_or_its_number(project: str, path: str) -> None:
    assert rest_options("gitlab", {"project": project}).path == path


@pytest.mark.parametrize("project", ["../users", "acme//support", "acme/", "/acme", "acme/support?x=1", "acme/../x"])
def test_a_project_that_is_no_path_is_rejected(project: str) -> None:
    with pytest.raises(ValueError, match="project: "):
        rest_options("gitlab", {"project": project})


def test_the_list_is_read_to_its_end_without_a_total(tenant: Tenant, gitlab: Server, source: Source) -> None:
    gitlab.tells_total = False
    assert ingest(tenant).status == "completed"
    assert stored(tenant, gitlab) == expected(gitlab)


def test_an_issue_that_is_deleted_between_two_pages_hides_no_other(
    tenant: Tenant, gitlab: Server, source: Source
) -> None:
    def delete_after_the_first_page(request: Request) -> None:
        if request.path == ISSUES and not gitlab.tickets[2].is_deleted:
            gitlab.tickets[2].is_deleted = True

    gitlab.after = delete_after_the_first_page
    outcome = ingest(tenant)
    assert outcome.status in ("completed", "partial")
    found = set(stored(tenant, gitlab))
    assert found >= {gitlab.external_id(each) for each in gitlab.live}


def test_an_issue_from_a_mail_is_its_senders(tenant: Tenant, gitlab: Server, source: Source) -> None:
    ingest(tenant)
    found = stored(tenant, gitlab)
    assert (found["5"]["customer_id"], found["6"]["customer_id"]) == ("ada@example.com", "ada")


def test_system_notes_are_no_replies(tenant: Tenant, gitlab: Server, source: Source) -> None:
    gitlab.reply(4, "Done.")
    ingest(tenant)
    conversation = TicketStore(tenant).find_conversation("4")
    assert conversation is not None
    assert [each.text for each in conversation.messages] == ["Done."]


def test_more_issues_than_a_page_that_changed_at_the_same_time_are_all_read(
    tenant: Tenant, gitlab: Server, source: Source
) -> None:
    for number in range(3, 20):
        gitlab.tickets[number].updated = gitlab.tickets[19].updated
    assert ingest(tenant).status == "completed"
    assert stored(tenant, gitlab) == expected(gitlab)


def test_the_total_of_the_changes_is_not_that_of_the_list(tenant: Tenant, gitlab: Server, source: Source) -> None:
    outcome = ingest(tenant)
    assert (outcome.status, outcome.warning) == ("completed", None)
    gitlab.delete(5)
    outcome = ingest(tenant, full=True)
    assert (outcome.status, outcome.progress.counts.deleted) == ("completed", 1)
