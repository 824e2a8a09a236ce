"""Business hours in a real browser: set up with what the page offers, and without JavaScript."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tenants.models import Tenant, User
from tests.browser.conftest import enter
from tests.browser.looks import AS_NARROW, faults
from tickets.service_levels.model import find_opening_hours

pytestmark = pytest.mark.usefixtures("db")
HERE = "/t/acme/settings/hours/"


def test_a_week_with_holidays_and_own_days(page: Page, owner: User, tenant: Tenant) -> None:
    enter(page, "owner")
    page.goto("/t/acme/settings/members/")
    page.get_by_role("link", name="Business hours").click()
    page.get_by_role("button", name="Around the clock").click()
    expect(page.get_by_label("Sunday")).to_have_value("00:00–24:00")
    page.get_by_label("Sunday").fill("")
    page.get_by_label("Saturday").fill("10-14")
    page.get_by_label("Country").select_option("Germany")
    expect(page.get_by_role("heading", name="Next closed days")).to_be_visible()
    page.get_by_label("Region").select_option("Berlin")
    expect(page.get_by_role("main")).to_contain_text("Women's Day")
    new_day = page.get_by_role("group", name="New day")
    new_day.get_by_label("Date").fill("2040-12-24")
    new_day.get_by_label("Name").fill("Christmas Eve")
    new_day.get_by_role("button", name="Add").click()
    expect(page.get_by_role("button", name="Remove 2040-12-24")).to_be_visible()
    assert find_opening_hours(tenant) is None
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("main")).to_contain_text("Business hours saved.")
    expect(page.get_by_role("heading", name="As saved")).to_be_visible()
    stored = find_opening_hours(tenant)
    assert stored is not None
    assert stored.week == "Mon–Fri 00:00–24:00; Sat 10:00–14:00"
    assert (stored.country, stored.region, stored.closed_days) == ("DE", "BE", ["2040-12-24 Christmas Eve"])


def test_an_error_is_at_its_day_without_javascript(
    open_context: Callable[..., BrowserContext], owner: User, tenant: Tenant
) -> None:
    page = open_context(java_script_enabled=False).new_page()
    enter(page, "owner")
    page.goto(HERE)
    page.get_by_label("Tuesday").fill("17-9")
    page.get_by_label("Tuesday").press("Enter")
    tuesday = page.get_by_label("Tuesday")
    expect(tuesday).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#id_day-1_error")).to_contain_text("09:00 is before 17:00.")
    tuesday.fill("9-12")
    page.get_by_label("Country").select_option("Germany")
    page.get_by_role("button", name="Show regions and holidays").click()
    expect(page.get_by_label("Region")).to_be_visible()
    assert find_opening_hours(tenant) is None, "the Enter key saves nothing"
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("main")).to_contain_text("Business hours saved.")


def test_the_page_fits_and_axe_finds_nothing(
    open_context: Callable[..., BrowserContext], owner: User, tenant: Tenant
) -> None:
    page = open_context(**AS_NARROW).new_page()
    enter(page, "owner")
    page.goto(HERE)
    page.get_by_label("Country").select_option("Germany")
    expect(page.get_by_label("Region")).to_be_visible()
    new_day = page.get_by_role("group", name="New day")
    new_day.get_by_label("Name").fill("A day without a date")
    page.get_by_label("Monday").fill("9-12, 11-13")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Two times overlap")).to_be_visible()
    found = faults(page)
    page.get_by_role("group", name="A day without a date").get_by_label("Date").fill("2040-12-24")
    page.get_by_label("Monday").fill("9-12, 13-17")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", name="As saved")).to_be_visible()
    assert found + faults(page) == []
