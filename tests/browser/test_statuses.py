"""Statuses in a real browser: from the notice on the dashboard to a map that every number follows."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from supportsaas import clock
from tenants.models import Tenant, User
from tests.browser.conftest import enter
from tests.browser.looks import AS_NARROW, faults
from tests.builders import store_tickets
from tickets.status_mapping.editing import save_meanings
from tickets.status_mapping.remapping import remap_at_once

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def tickets(tenant: Tenant) -> Tenant:
    named = (
        ["Waiting on Customer"] * 4 + ["Hold"] * 2 + ["open"] * 3 + ["closed"] * 2 + ["A status with a very long name"]
    )
    today = clock.now().isoformat()
    store_tickets(
        tenant,
        [{"id": f"T-{n}", "status": each, "created_at": today, "updated_at": today} for n, each in enumerate(named)],
        now=clock.now(),
    )
    return tenant


def test_from_the_notice_on_the_dashboard_to_statuses_that_everybody_knows(
    page: Page, manager: User, tickets: Tenant
) -> None:
    enter(page, "manager")
    page.goto("/t/acme/")
    notice = page.locator(".unmapped")
    expect(notice).to_contain_text("“Waiting on Customer” (4 tickets), “Hold” (2 tickets)")
    notice.get_by_role("link", name="7 tickets").click()
    expect(page.locator(".list-head")).to_contain_text("7 tickets match")
    page.get_by_role("link", name="Map statuses").click()
    page.get_by_label("Waiting on Customer means").select_option("Pending")
    page.get_by_label("Hold means").select_option("Closed")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("main")).to_contain_text("2 statuses are saved.")
    page.goto("/t/acme/")
    expect(page.locator(".unmapped")).to_contain_text("“A status with a very long name” (1 ticket)")
    expect(page.get_by_label("Open: 8", exact=True)).to_be_visible()


def test_the_pages_fit_and_axe_finds_nothing(
    open_context: Callable[..., BrowserContext], manager: User, tickets: Tenant
) -> None:
    save_meanings(tickets, {"Hold": "on_hold"})
    remap_at_once(tickets)
    page = open_context(**AS_NARROW).new_page()
    enter(page, "manager")
    found: list[str] = []
    for address in ("/t/acme/statuses/", "/t/acme/", "/t/acme/tickets/?state=unknown", "/t/acme/tickets/T-0/", "/"):
        page.goto(address)
        found += faults(page)
    assert found == []
