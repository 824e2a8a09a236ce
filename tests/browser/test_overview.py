"""From a sentence of the overview to exactly its tickets, in a real browser, also on a phone and without JavaScript."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from analytics.insights.store import InsightStore
from analytics.insights.watching import look
from supportsaas import clock
from tenants.models import Tenant, User
from tests.browser.conftest import enter
from tests.builders import store_tickets
from tests.insights.made import URGENT, iso, ordinary_records, surge_records

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def surge(tenant: Tenant) -> Tenant:
    """Forty negative tickets within a day, and three urgent ones that wait."""
    now = clock.now()
    store_tickets(tenant, ordinary_records(now=now), now=now)
    store_tickets(tenant, surge_records(40, at=now - timedelta(hours=20), source="web_form"), now=now)
    waits = iso(now - timedelta(days=3))
    store_tickets(tenant, [{"id": f"W-{n}", "message": URGENT, "created_at": waits} for n in range(3)], now=now)
    assert look(tenant, version=1, now=now)
    return tenant


def test_a_sentence_opens_exactly_its_tickets(page: Page, surge: Tenant, owner: User) -> None:
    enter(page, owner.username)
    page.goto("/", timeout=40_000)  # the first page compiles all templates
    attention = page.locator(".overview-insights")
    expect(attention).to_contain_text("driven by Web form (40, usually none)")
    found = InsightStore(surge).find()
    assert found is not None
    (negative,) = [each for each in found.unusual if each.measure == "negative"]
    link = attention.get_by_role("link", name=re.compile(rf"^{negative.observed} negative"))
    link.click()
    expect(page).to_have_url(re.compile("sentiment=negative"))
    expect(page.locator("main")).to_contain_text(f"{negative.observed} tickets")
    page.goto("/")
    attention.get_by_role("link", name="3 urgent tickets").click()
    expect(page.locator("main")).to_contain_text("3 tickets")
    expect(page.locator("table.tickets tbody tr")).to_have_count(3)


def test_a_phone_shows_a_card_a_tenant_with_its_sentence(
    open_context: Callable[..., BrowserContext], surge: Tenant, owner: User
) -> None:
    page = open_context(viewport={"width": 390, "height": 844}).new_page()
    enter(page, owner.username)
    page.goto("/")
    expect(page.locator(".overview .card-sentence")).to_be_visible()
    expect(page.locator(".overview-insights")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_urgent_tickets_of_all_tenants_have_a_page_without_javascript(
    open_context: Callable[..., BrowserContext], surge: Tenant, owner: User
) -> None:
    page = open_context(java_script_enabled=False).new_page()
    enter(page, owner.username)
    page.goto("/")
    page.get_by_role("link", name="Show all 3").click()
    expect(page.locator(".urgent tbody tr")).to_have_count(3)
    page.get_by_role("link", name="Newest first").click()
    expect(page.locator(".urgent tbody tr")).to_have_count(3)
