"""Optional fields in a real browser: filtered by them, shown as columns, and on the page of a ticket."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tenants.models import Tenant, User
from tests.browser.conftest import enter
from tests.browser.looks import AS_NARROW, faults
from tests.builders import store_tickets, store_words

pytestmark = pytest.mark.usefixtures("db")


def store_some(tenant: Tenant) -> None:
    """12 tickets with all fields, the values long where they may be."""
    store_tickets(
        tenant,
        [
            {
                "message": "Where is my parcel? This is unacceptable.",
                "assignee": ("Ann Ng", "Bo Li")[n % 2],
                "team": ("Billing", "Logistics and returns of the northern warehouse")[n % 2],
                "priority": ("high", "normal")[n % 2],
                "type": "Question",
                "tags": ["delivery", "averylongunbrokentagofmanyletters" * (n % 3), "vip"],
                "organisation": "Alder & Sons",
                "customer_name": "Jo Bell",
                "url": "https://help.example.com/1",
                "first_reply_at": "2026-03-10T10:00:00Z",
                "resolved_at": "2026-03-10T12:00:00Z",
                "due_at": "2026-03-12T10:00:00Z",
                "replies": 3,
                "rating": "good",
                "language": "en",
                "extra": {"Plan": "Pro", "Trial": False, "Renewal": "2026-04-01T09:00:00Z"},
            }
            for n in range(12)
        ],
    )
    store_words(tenant)


def test_filtering_by_a_team_an_assignee_and_adding_a_column(page: Page, manager: User, tenant: Tenant) -> None:
    store_some(tenant)
    enter(page, "manager")
    page.goto("/t/acme/tickets/")
    main = page.get_by_role("main")
    main.locator("summary", has_text="Filter").click()
    main.get_by_role("checkbox", name="Billing").first.check()
    expect(main).to_contain_text("6 tickets match")
    expect(page).to_have_url("/t/acme/tickets/?team=Billing")
    page.keyboard.press("Escape")
    main.locator("summary", has_text="Columns").click()
    main.get_by_role("checkbox", name="Assignee").check()
    main.locator(".column-menu").get_by_role("button", name="Apply").click()
    expect(main.get_by_role("columnheader", name="Assignee")).to_be_visible()
    expect(page).to_have_url("/t/acme/tickets/?team=Billing&columns=assignee")
    main.locator("summary", has_text="Filter").click()
    assignee = main.get_by_role("combobox", name="Assignee", exact=True)
    assignee.focus()
    expect(page.locator("#assignee-values option")).to_have_count(2)
    assignee.fill("Bo Li")
    assignee.press("Enter")
    expect(main).to_contain_text("No matching tickets")
    page.keyboard.press("Escape")
    main.get_by_role("link", name="Team Billing , remove filter").click()
    expect(main).to_contain_text("6 tickets match")
    expect(page).to_have_url("/t/acme/tickets/?assignee=Bo+Li&columns=assignee")


def test_the_dashboard_is_narrowed_by_a_click(page: Page, manager: User, tenant: Tenant) -> None:
    store_some(tenant)
    enter(page, "manager")
    page.goto("/t/acme/?period=custom&from=2026-03-01&to=2026-03-31")
    page.locator("#team-summary").click()
    team = page.get_by_role("group", name="Team")
    team.get_by_label("Billing").check()
    page.get_by_role("button", name="Apply").locator("visible=true").click()
    expect(page).to_have_url(re.compile(r"/t/acme/\?.*team=Billing"))
    expect(page.locator("#team-summary")).to_have_text("Team: Billing")


def test_filters_and_columns_work_without_javascript(
    open_context: Callable[..., BrowserContext], manager: User, tenant: Tenant
) -> None:
    store_some(tenant)
    page = open_context(viewport={"width": 1280, "height": 900}, java_script_enabled=False).new_page()
    enter(page, "manager")
    page.goto("/t/acme/tickets/?columns=tags")
    page.locator("summary", has_text="Filter").click()
    page.get_by_role("link", name="Show all filters").click()
    page.get_by_role("combobox", name="Assignee", exact=True).fill("Bo Li")
    page.get_by_role("button", name="Apply").click()
    expect(page.get_by_role("main")).to_contain_text("6 tickets match")
    expect(page.get_by_role("columnheader", name="Tags")).to_be_visible()


ADDRESSES = (
    "/t/acme/tickets/T-2/",
    "/t/acme/tickets/?team=Billing&assignee=Ann+Ng&tag=vip&columns=assignee&columns=team&columns=priority&columns=type"
    "&columns=tags&columns=organisation&columns=first_reply_at&columns=resolved_at&columns=due_at",
    "/t/acme/?period=custom&from=2026-03-01&to=2026-03-31&priority=high",
)


def test_the_pages_fit_and_axe_finds_nothing(
    open_context: Callable[..., BrowserContext], manager: User, tenant: Tenant
) -> None:
    store_some(tenant)
    page = open_context(**AS_NARROW).new_page()
    enter(page, "manager")
    for address in ADDRESSES:
        page.goto(address)
        assert faults(page) == []


def test_leaving_a_value_out_keeps_the_menu_open_and_a_period_replaces_dates(
    page: Page, manager: User, tenant: Tenant
) -> None:
    store_some(tenant)
    enter(page, "manager")
    page.goto("/t/acme/tickets/?created_from=2026-03-01")
    main = page.get_by_role("main")
    main.locator("summary", has_text="Filter").click()
    main.locator("label.exclude", has=page.locator("input[name=team_not][value=Billing]")).click()
    expect(page).to_have_url("/t/acme/tickets/?team_not=Billing&created_from=2026-03-01T00%3A00%3A00Z")
    expect(main).to_contain_text("6 tickets match")
    expect(main.locator("#filter-menu")).to_have_attribute("open", "")
    main.get_by_label("Created", exact=True).select_option("Today")
    expect(page).to_have_url("/t/acme/tickets/?team_not=Billing&period=today")
    page.keyboard.press("Escape")
    expect(main.locator("#filter-menu")).not_to_have_attribute("open", "")
    expect(main.locator("#filter-menu > summary")).to_be_focused()


def test_eighteen_rows_are_visible_at_once(page: Page, manager: User, tenant: Tenant) -> None:
    store_tickets(tenant, [{"status": "open", "subject": "A long subject " * 20} for _ in range(30)])
    enter(page, "manager")
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto("/t/acme/tickets/?state=open&status=open&source=email")
    bottoms = page.locator("table.tickets tbody tr").evaluate_all(
        "rows => rows.map(row => row.getBoundingClientRect().bottom)"
    )
    assert sum(bottom <= 900 for bottom in bottoms) >= 18


def test_a_card_on_a_phone_has_urgency_and_age_then_subject_then_customer_and_status(
    page: Page, manager: User, tenant: Tenant
) -> None:
    store_tickets(tenant, [{"subject": "Refund", "customer_id": "cust_1"}])
    enter(page, "manager")
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto("/t/acme/tickets/")
    cells = {
        name: page.locator(f"table.tickets tbody td.{name}").bounding_box()
        for name in ("of-urgency", "of-age", "wide", "customer", "of-status")
    }
    tops = {name: box["y"] + box["height"] / 2 for name, box in cells.items() if box}
    assert abs(tops["of-urgency"] - tops["of-age"]) < 4 < tops["wide"] - tops["of-age"]
    assert abs(tops["customer"] - tops["of-status"]) < 4 < tops["customer"] - tops["wide"]
