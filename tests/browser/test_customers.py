"""Customers in a real browser: sorted by risk, one opened, a note left, and watched. With and without JavaScript."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from supportsaas import clock
from tenants.models import Tenant, User
from tests.browser.conftest import enter
from tests.browser.looks import AS_NARROW, faults
from tests.builders import store_tickets
from tickets.customers.refreshing import refresh_customers

pytestmark = pytest.mark.usefixtures("db")


def keep_some(tenant: Tenant) -> None:
    def made(number: int, days: float, customer: str, **values: Any) -> dict[str, Any]:
        at = (clock.now() - timedelta(days=days)).isoformat()
        return {"id": f"T-{number}", "customer_id": customer, "created_at": at, "updated_at": at, **values}

    store_tickets(
        tenant,
        [
            *(made(n, n, "bob", customer_name="Bob Ray", organisation="Ray Ltd") for n in range(1, 4)),
            made(9, 1, "ann", message="We are switching to a competitor", customer_name="Ann Lee"),
            made(10, 100, "x" * 150, customer_name="שלום עליכם " * 9),
        ],
        now=clock.now(),
    )
    refresh_customers(threading.Event())


def visit(page: Page) -> None:
    """Sort by risk, open the first customer, leave a note, watch them, and find both in the list."""
    page.goto("/t/acme/customers/?sort=name")
    page.get_by_role("columnheader", name="Risk").get_by_role("link").click()
    expect(page.get_by_role("columnheader", name="Risk")).to_have_attribute("aria-sort", "descending")
    page.get_by_role("row").nth(1).get_by_role("link", name="Ann Lee").click()
    expect(page.get_by_role("region", name="Risk", exact=True)).to_contain_text("“switching to” 1 day ago")
    page.get_by_label("New note").fill("Contacted, calls back on Friday")
    page.get_by_role("button", name="Add note").click()
    expect(page.get_by_role("region", name="Notes")).to_contain_text("Contacted, calls back on Friday")
    page.get_by_role("button", name="Watch").click()
    expect(page.get_by_role("button", name="Watching")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("main").get_by_role("link", name="Customers").first.click()
    expect(page.get_by_role("row", name="Ann Lee")).to_contain_text("Contacted, calls back on Friday")
    page.get_by_role("link", name="Watched").click()
    expect(page.get_by_role("main")).to_contain_text("1 customer.")
    page.get_by_role("button", name="Watching").click()
    expect(page.get_by_role("main")).to_contain_text("You watch no customers")


def test_from_the_riskiest_customer_to_a_note_and_watching(page: Page, manager: User, tenant: Tenant) -> None:
    keep_some(tenant)
    enter(page, "manager")
    visit(page)


def test_customers_work_without_javascript(
    open_context: Callable[..., BrowserContext], manager: User, tenant: Tenant
) -> None:
    keep_some(tenant)
    page = open_context(viewport={"width": 390, "height": 800}, java_script_enabled=False).new_page()
    enter(page, "manager")
    visit(page)


def test_a_deleted_note_comes_back(page: Page, manager: User, tenant: Tenant) -> None:
    keep_some(tenant)
    enter(page, "manager")
    page.goto("/t/acme/customers/ann/")
    page.get_by_label("New note").fill("Wrong customer")
    page.get_by_role("button", name="Add note").click()
    notes = page.get_by_role("region", name="Notes")
    notes.get_by_role("button", name="Delete").click()
    expect(notes).not_to_contain_text("Wrong customer")
    notes.get_by_role("button", name="Undo").click()
    expect(notes).to_contain_text("Wrong customer")


def test_pages_of_customers_have_no_faults(
    open_context: Callable[..., BrowserContext], manager: User, tenant: Tenant
) -> None:
    keep_some(tenant)
    page = open_context(**AS_NARROW).new_page()
    enter(page, "manager")
    for path in ("", "ann/", f"{'x' * 150}/", "?q=nobody", "?watched=1"):
        page.goto(f"/t/acme/customers/{path}")
        assert faults(page) == [], path
