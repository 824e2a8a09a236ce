"""Topics in a real browser: one is renamed, merged and hidden, and each is undone; the page fits on a phone."""

import threading
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from supportsaas import clock
from tenants.models import Tenant, User
from tests.browser.conftest import enter
from tests.browser.looks import AS_NARROW, faults
from tests.builders import store_tickets
from tests.topics.test_topics import BROKEN, NO_WATER
from tests.topics.written import fillings, records
from tickets.topics.finding import find_new_topics
from tickets.topics.tagging import tag_waiting_tickets

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture(autouse=True)
def _topics(tenant: Tenant) -> None:
    now = clock.now()
    recent = {"created_at": now.isoformat(), "updated_at": now.isoformat()}
    store_tickets(tenant, records(fillings(40), prefix="F"))
    store_tickets(tenant, [*records(BROKEN * 2, prefix="B", **recent), *records(NO_WATER * 3, prefix="W", **recent)])
    find_new_topics(tenant, now=now)
    tag_waiting_tickets(threading.Event())


def test_a_topic_is_renamed_merged_and_hidden_and_each_is_undone(page: Page, manager: User) -> None:
    enter(page, "manager")
    page.goto("/t/acme/")
    page.get_by_role("link", name="All topics").first.click()
    expect(page.locator(".topics h3")).to_have_text(["No water", "Broken on arrival"])

    page.locator("summary", has_text="Rename: No water").click()
    page.get_by_label("Name").first.fill("Water supply")
    page.get_by_role("button", name="Rename", exact=True).first.click()
    expect(page.locator(".topics h3").first).to_have_text("Water supply")
    page.locator("button", has_text="Undo renaming: Water supply").click()
    expect(page.locator(".topics h3").first).to_have_text("No water")

    page.locator("summary", has_text="Merge: No water").click()
    page.get_by_label("Count its tickets under").first.fill("broken on arrival")
    page.get_by_role("button", name="Merge", exact=True).first.click()
    expect(page.locator(".topics h3")).to_have_count(1)
    expect(page.locator("#tagging")).to_contain_text("Searching stored tickets for topics")
    tag_waiting_tickets(threading.Event())
    expect(page.locator("#tagging")).to_contain_text("All stored tickets were searched")
    page.reload()
    expect(page.locator(".topic-numbers")).to_contain_text("15")
    page.locator("button", has_text="Separate: No water").click()
    tag_waiting_tickets(threading.Event())
    expect(page.locator(".topics h3")).to_have_count(2)

    page.locator("button", has_text="Hide: Broken on arrival").click()
    expect(page.locator(".topics h3")).to_have_text(["No water"])
    page.get_by_text("1 hidden topic").click()
    page.locator("button", has_text="Show again: Broken on arrival").click()
    expect(page.locator(".topics h3")).to_have_count(2)

    page.locator(".topic-numbers a").first.click()
    expect(page.get_by_role("main")).to_contain_text("No water")


def test_the_page_has_no_faults_on_a_phone(open_context: Callable[..., BrowserContext], manager: User) -> None:
    page = open_context(**AS_NARROW).new_page()
    enter(page, "manager")
    page.goto("/t/acme/topics/")
    page.locator("summary", has_text="Merge: No water").click()
    assert faults(page) == []
    page.goto("/t/acme/?period=7d")
    assert faults(page) == []
