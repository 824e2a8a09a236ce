"""A part of a page that cannot be fetched is said, in the page, and the word goes when the next part comes."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.http import HttpResponse
from playwright.sync_api import BrowserContext, Page, expect

from supportsaas import clock
from tenants.models import PersonSession, Tenant, User
from tests.browser.conftest import enter
from tests.builders import record, store_tickets
from tests.helpdesk import ScriptedHelpdesk
from tickets import jobs
from tickets.helpdesks.model import Source
from tickets.jobs import JobRequest

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def tab(open_context: Callable[..., BrowserContext]) -> Iterator[Page]:
    """Failing requests are errors of the console: here they are meant."""
    yield open_context(viewport={"width": 1280, "height": 900}).new_page()


@pytest.fixture
def running(page_tenant: Tenant) -> str:
    return jobs.begin_at_once(
        page_tenant, JobRequest(trigger="command", started_by="cron"), owner_id="somebody", now=clock.now()
    )


@pytest.fixture
def page_tenant(
    owner: User, tenant: Tenant, helpdesk: ScriptedHelpdesk, native_source: Callable[..., Source]
) -> Tenant:
    native_source(helpdesk.url)
    store_tickets(tenant, [record(f"T-{n}", subject=f"Question {n}") for n in range(1000, 1120)])
    return tenant


def test_progress_that_cannot_be_asked_for_says_so_until_it_can(tab: Page, running: str) -> None:
    enter(tab, "owner")
    # The words for a server that is away are fetched while it is not, and kept.
    with tab.expect_event("requestfinished", lambda request: request.url.endswith("/away.html")):
        tab.goto("/t/acme/ingestion/")
    expect(tab.locator("#progress")).to_be_visible()
    expect(tab.locator("#problem")).to_be_empty()
    tab.context.set_offline(True)
    expect(tab.get_by_role("alert")).to_contain_text("Cannot reach the server")
    expect(tab.locator("#progress")).to_be_visible()
    tab.context.set_offline(False)
    expect(tab.locator("#problem")).to_be_empty()


def test_a_fault_of_ours_is_told_with_its_words_and_the_list_stays(
    tab: Page, page_tenant: Tenant, live_server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter(tab, "owner")
    tab.goto("/t/acme/tickets/")
    expect(tab.locator("#tickets")).to_contain_text("Question 1119")

    def break_down(*_: Any, **__: Any) -> HttpResponse:
        raise RuntimeError("a fault")

    with monkeypatch.context() as broken:
        broken.setattr("tickets.store.ticket_queries.TicketQueries.page_by_cursor", break_down)
        tab.get_by_role("link", name="Older").click()
        expect(tab.get_by_role("alert")).to_contain_text("Something went wrong on our side")
        expect(tab.get_by_role("alert")).to_contain_text("Request")
        expect(tab.locator("#tickets")).to_contain_text("Question 1119")
    tab.get_by_role("link", name="Older").click()
    expect(tab.locator("#tickets")).not_to_contain_text("Question 1119")
    expect(tab.locator("#problem")).to_be_empty()


def test_a_session_that_has_ended_leads_to_the_log_in_and_back(tab: Page, page_tenant: Tenant) -> None:
    enter(tab, "owner")
    tab.goto("/t/acme/tickets/")
    PersonSession.objects.all().delete()
    tab.get_by_role("link", name="Older").click()
    tab.wait_for_url("**/login/?next=/t/acme/tickets/**")
    expect(tab.get_by_role("button", name="Sign in")).to_be_visible()
