"""Saved views in a real browser: narrowed, saved, chosen from the row, with and without JavaScript."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tenants.models import Tenant, User
from tests.browser.conftest import enter
from tests.browser.looks import AS_NARROW, faults
from tests.builders import store_tickets
from tickets.store.filters import TicketFilter
from tickets.store.saved_views import add_view

pytestmark = pytest.mark.usefixtures("db")


def save_some(tenant: Tenant) -> None:
    store_tickets(tenant, [{"id": "T-1", "message": "We file a lawsuit"}, {"id": "T-2"}])
    add_view(tenant, name="On fire", wanted=TicketFilter(urgency=("high",), status=("open", "new")))
    add_view(tenant, name="By e-mail, without a word of thanks", wanted=TicketFilter(source=("email",)))
    add_view(tenant, name="averylongunbrokenname" * 2, wanted=TicketFilter(sentiment=("negative",)))


def test_saving_filters_as_a_view_and_opening_it(page: Page, manager: User, tenant: Tenant) -> None:
    store_tickets(tenant, [{"id": "T-1", "message": "We file a lawsuit"}, {"id": "T-2"}])
    enter(page, "manager")
    page.goto("/t/acme/tickets/")
    page.locator("summary", has_text="Filter").click()
    page.get_by_role("group", name="Urgency").get_by_role("checkbox", name="High").first.check()
    expect(page.get_by_role("main")).to_contain_text("1 ticket match")
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Save as view").click()
    page.get_by_label("Name").fill("On fire")
    page.get_by_role("button", name="Save view").click()
    row = page.get_by_role("navigation", name="Saved views")
    expect(row.get_by_role("link", name="On fire")).to_have_attribute("aria-current", "page")
    row.get_by_role("link", name="All").click()
    expect(page.get_by_role("main")).to_contain_text("2 tickets")
    expect(row.get_by_role("link", name="On fire")).not_to_have_attribute("aria-current", "page")
    row.get_by_role("link", name="On fire").click()
    expect(page.get_by_role("main")).to_contain_text("1 ticket match")
    expect(page).to_have_url("/t/acme/tickets/?urgency=high")
    expect(row.get_by_role("link", name="On fire")).to_have_attribute("aria-current", "page")


def test_saved_views_work_without_javascript(
    open_context: Callable[..., BrowserContext], manager: User, tenant: Tenant
) -> None:
    save_some(tenant)
    page = open_context(viewport={"width": 390, "height": 800}, java_script_enabled=False).new_page()
    enter(page, "manager")
    page.goto("/t/acme/tickets/")
    page.get_by_role("link", name="On fire").click()
    expect(page.get_by_role("main")).to_contain_text("1 ticket match")
    page.get_by_role("link", name="Edit views").click()
    page.locator("summary", has_text="Rename: On fire").click()
    page.get_by_label("New name").first.fill("Burning")
    page.get_by_role("button", name="Rename", exact=True).first.click()
    expect(page.get_by_role("main")).to_contain_text("Renamed “On fire” to “Burning”")


def test_the_pages_fit_and_axe_finds_nothing(
    open_context: Callable[..., BrowserContext], manager: User, tenant: Tenant
) -> None:
    save_some(tenant)
    page = open_context(**AS_NARROW).new_page()
    enter(page, "manager")
    for path in ("tickets/?urgency=high", "tickets/?source=email", "views/", "views/add/?urgency=high&q=refund"):
        page.goto(f"/t/acme/{path}")
        assert faults(page) == []
