"""Corrections in a real browser: on a ticket and for a selection of the list, with undo, and without JavaScript."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tenants.models import Tenant, User
from tests.browser.conftest import enter
from tests.browser.looks import AS_NARROW, faults
from tests.builders import store_tickets

pytestmark = pytest.mark.usefixtures("db")
LAWSUIT = "We will file a lawsuit, please help"


def test_a_correction_holds_after_the_ticket_is_read_again(page: Page, manager: User, tenant: Tenant) -> None:
    store_tickets(tenant, [{"message": LAWSUIT}])
    enter(page, "manager")
    page.goto("/t/acme/tickets/T-1/")
    page.get_by_text("Correct…").click()
    page.get_by_label("Urgency").select_option("Low")
    page.get_by_label("Note (optional)").fill("A joke")
    page.get_by_role("button", name="Save correction").click()
    expect(page.get_by_role("main")).to_contain_text("Corrected by manager")
    store_tickets(tenant, [{"message": f"{LAWSUIT}, urgently", "updated_at": "2026-03-10T11:00:00Z"}])
    page.reload()
    expect(page.locator(".reasons")).to_contain_text("Low")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".reasons")).to_contain_text("High")
    page.get_by_role("button", name="All correct").click()
    expect(page.get_by_role("main")).to_contain_text("Confirmed by manager")


def test_a_selection_is_corrected_at_once(page: Page, manager: User, tenant: Tenant) -> None:
    store_tickets(tenant, [{"message": LAWSUIT} for _ in range(3)])
    enter(page, "manager")
    page.goto("/t/acme/tickets/?urgency=high")
    bar = page.locator(".select-bar")
    expect(bar).to_be_hidden()
    page.get_by_label("Select all tickets of this page").check()
    expect(bar).to_contain_text("3 selected")
    page.get_by_label("Select T-2").uncheck()
    expect(bar).to_contain_text("2 selected")
    bar.get_by_label("Urgency").select_option("Low")
    bar.get_by_role("button", name="Correct").click()
    expect(page.get_by_role("main")).to_contain_text("Corrected 2 tickets.")
    expect(page.get_by_label("Select T-2")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_label("Select T-1")).to_be_visible()


def test_without_a_choice_nothing_is_sent_and_nothing_is_lost(page: Page, manager: User, tenant: Tenant) -> None:
    store_tickets(tenant, [{"message": LAWSUIT} for _ in range(3)])
    enter(page, "manager")
    page.goto("/t/acme/tickets/")
    page.get_by_label("Select T-2").check()
    bar = page.locator(".select-bar")
    bar.get_by_role("button", name="Correct").click()
    expect(bar).to_contain_text("1 selected")
    asked = "document.querySelector('.select-bar select').validationMessage"
    assert page.evaluate(asked) == "Choose an urgency, a sentiment or whether action is needed."
    bar.get_by_label("Sentiment").select_option("Negative")
    bar.get_by_role("button", name="Correct").click()
    expect(page.get_by_role("main")).to_contain_text("Corrected 1 ticket.")
    page.goto("/t/acme/tickets/T-1/")
    page.get_by_text("Correct…").click()
    page.get_by_label("Note (optional)").fill("A joke")
    page.get_by_label("Note (optional)").press("Enter")
    page.get_by_label("Urgency").select_option("Low")
    page.get_by_label("Note (optional)").press("Enter")
    expect(page.get_by_role("main")).to_contain_text("“A joke”")


def test_it_works_without_javascript_fits_and_axe_finds_nothing(
    open_context: Callable[..., BrowserContext], manager: User, tenant: Tenant
) -> None:
    store_tickets(tenant, [{"message": LAWSUIT} for _ in range(3)])
    page = open_context(viewport={"width": 390, "height": 800}, java_script_enabled=False).new_page()
    enter(page, "manager")
    page.goto("/t/acme/tickets/")
    page.get_by_label("Select T-2").check()
    page.locator(".select-bar").get_by_label("Sentiment").select_option("Negative")
    page.locator(".select-bar").get_by_role("button", name="Correct").click()
    expect(page.get_by_role("main")).to_contain_text("Corrected 1 ticket.")
    for options in (AS_NARROW, {}):
        page = open_context(**options).new_page()
        enter(page, "manager")
        page.goto("/t/acme/tickets/")
        page.get_by_label("Select T-1").check()
        assert not faults(page)
        page.goto("/t/acme/tickets/T-2/")
        page.get_by_text("Correct…").click()
        assert not faults(page)
