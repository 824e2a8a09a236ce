"""Several helpdesk connections in a real browser: added on the settings page, run and told apart."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tenants.models import Tenant, User
from tests.browser.conftest import enter
from tests.browser.looks import AS_NARROW, faults
from tests.builders import connect_source, record
from tests.helpdesk import ScriptedHelpdesk, answer
from tickets.ingestion.worker import Worker
from tickets.jobs import JobRequest, enqueue

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def second() -> Iterator[ScriptedHelpdesk]:
    with ScriptedHelpdesk() as scripted:
        scripted.tickets = [record(f"T-{n}", subject="Second") for n in range(3)]
        yield scripted


def test_a_second_helpdesk_is_added_and_run_alone(
    page: Page, owner: User, tenant: Tenant, helpdesk: ScriptedHelpdesk, second: ScriptedHelpdesk
) -> None:
    helpdesk.tickets = [record(f"T-{n}") for n in range(2)]
    connect_source(tenant, url=helpdesk.url)
    enter(page, "owner")
    page.goto("/t/acme/settings/source/")
    page.get_by_role("link", name="Add a connection").click()
    page.get_by_role("link", name="Native protocol").click()
    page.get_by_label("Address").fill(second.url)
    page.get_by_role("button", name="Test connection").click()
    expect(page.get_by_role("heading", name="3 of your tickets, as they will look")).to_be_visible()
    page.get_by_label("Name of the connection").fill("apac")
    page.get_by_role("button", name="Save and start the first sync").click()
    expect(page.locator("#state")).to_contain_text("Queued")
    Worker().run_pending()
    expect(page.locator("#connections")).to_contain_text("3 new")
    second.tickets.append(record("T-3", subject="Second"))
    page.goto("/t/acme/settings/source/")
    expect(page.get_by_role("heading", name="2 connections")).to_be_visible()
    page.locator("li", has_text="apac").get_by_role("button", name="Run").click()
    expect(page.locator("#state")).to_contain_text("Queued")
    Worker().run_pending()
    expect(page.locator("#connections")).to_contain_text("1 new")
    page.goto("/t/acme/settings/source/")
    page.locator("li", has_text="apac").locator("summary").click()
    expect(page.locator(".question:visible")).to_contain_text("Its tickets and their history are kept")
    page.get_by_role("button", name="Remove connection").click()
    expect(page.get_by_role("heading", name="1 connection")).to_be_visible()


def test_the_pages_of_several_connections_fit_any_window(
    open_context: Callable[..., BrowserContext],
    owner: User,
    tenant: Tenant,
    helpdesk: ScriptedHelpdesk,
    second: ScriptedHelpdesk,
) -> None:
    helpdesk.script = lambda _path, _query: answer({"error": "This key has no right to list tickets."}, 403)
    connect_source(tenant, url=helpdesk.url, every_minutes=15)
    connect_source(tenant, url=second.url, every_minutes=60, name="support-of-the-asia-pacific-region")
    connect_source(tenant, url="http://127.0.0.1:9", enabled=False, name="old")
    enqueue(tenant, JobRequest(trigger="web", started_by="owner"))
    Worker().run_pending()
    tab = open_context(**AS_NARROW).new_page()
    enter(tab, "owner")
    found = []
    for name in ("settings/source/", "settings/source/new/", "ingestion/", "tickets/"):
        tab.goto(f"/t/acme/{name}")
        found += faults(tab)
    assert found == []
    tab.goto("/t/acme/ingestion/")
    tab.locator("#runs summary").first.click()
    parts = tab.locator("#runs").get_by_role("listitem").filter(has_text=": failed").first
    tall = parts.evaluate("each => each.parentElement.offsetHeight")
    assert tall < 160, "a line or two for each connection"
    sentence = tab.locator("#runs tr.more p").first.bounding_box()
    assert sentence is not None and sentence["x"] + sentence["width"] <= 390
