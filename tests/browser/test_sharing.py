"""Sharing in a real browser: with the filters chosen on the page, without JavaScript, and on paper."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tenants.models import Tenant, User
from tests.browser.conftest import enter
from tests.builders import store_tickets

pytestmark = pytest.mark.usefixtures("db")

PATHS = ("/", "/t/acme/", "/t/acme/tickets/?urgency=high", "/t/acme/tickets/T-1/", "/t/acme/customers/cust_1/",
         "/t/acme/work/", "/t/acme/response-times/", "/t/acme/due/", "/t/acme/incidents/")  # fmt: skip

CUT = """[...document.querySelectorAll("main *")].filter((element) => {
  const box = element.getBoundingClientRect();
  return box.width && box.right > innerWidth + 2 && !element.closest(".visually-hidden");
}).map((element) => element.outerHTML.slice(0, 80))"""
CONTROLS = """[...document.querySelectorAll("main :is(button, input, select, textarea, nav, summary)")]
  .filter((element) => element.checkVisibility()).map((element) => element.outerHTML.slice(0, 80))"""


@pytest.fixture
def filled(tenant: Tenant, manager: User) -> Tenant:
    store_tickets(tenant, [{"id": f"T-{n}", "subject": "No water " * 12, "message": "a lawsuit"} for n in range(1, 30)])
    return tenant


def test_the_menu_leads_to_the_numbers_of_what_is_shown_now(page: Page, filled: Tenant) -> None:
    enter(page, "manager")
    page.goto("/t/acme/")
    page.evaluate("history.replaceState(null, '', '?period=365d')")
    page.locator("details.share summary").click()
    expect(page.get_by_role("button", name="Copy link")).to_be_visible()
    expect(page.get_by_role("button", name="Print or save as PDF")).to_be_visible()
    page.get_by_role("link", name="E-mail…").click()
    expect(page.get_by_label("Link to this page")).to_have_value("http://127.0.0.1:8000/t/acme/?period=365d")


def test_without_javascript_the_menu_has_what_works(
    open_context: Callable[..., BrowserContext], filled: Tenant
) -> None:
    page = open_context(java_script_enabled=False).new_page()
    enter(page, "manager")
    page.goto("/t/acme/?period=365d")
    page.locator("details.share summary").click()
    expect(page.get_by_role("button", name="Copy link")).to_be_hidden()
    page.get_by_role("link", name="E-mail…").click()
    expect(page.get_by_role("heading", name="E-mail now")).to_be_visible()


@pytest.mark.parametrize("path", PATHS)
def test_on_paper_nothing_is_cut_and_nothing_is_to_be_clicked(
    open_context: Callable[..., Any], filled: Tenant, path: str
) -> None:
    page = open_context(viewport={"width": 703, "height": 1000}).new_page()  # A4 between its margins
    enter(page, "manager")
    page.goto(path)
    page.emulate_media(media="print")
    assert page.evaluate(CUT) == []
    assert page.evaluate(CONTROLS) == []


@pytest.mark.parametrize("with_scripts", [True, False])
def test_a_schedule_is_made_paused_and_deleted(
    open_context: Callable[..., BrowserContext], filled: Tenant, team_mate: User, settings: Any, with_scripts: bool
) -> None:
    settings.EMAIL_IS_SET = True
    User.objects.filter(pk=team_mate.pk).update(email="boss@example.com")
    page = open_context(java_script_enabled=with_scripts).new_page()
    enter(page, "manager")
    page.goto("/t/acme/share/dashboard/?period=last_week")
    page.get_by_role("link", name="Schedule…").click()
    page.get_by_label("Every month on day").check()
    page.get_by_label("Day of the month").select_option("28")
    page.get_by_role("button", name="Schedule", exact=True).click()
    expect(page.get_by_text("Choose at least one person.")).to_be_visible()
    expect(page.get_by_label("Day of the month")).to_have_value("28")
    page.get_by_text("boss@example.com").click()
    page.get_by_role("button", name="Schedule", exact=True).click()
    row = page.get_by_role("row").filter(has_text="Last week")
    expect(row).to_contain_text("Day 28 of every month at 07:00")
    row.get_by_role("button", name="Pause").click()
    expect(row).to_contain_text("Paused")
    row.get_by_text("Delete…").click()
    row.get_by_role("button", name="Delete schedule").click()
    expect(page.get_by_text("No schedules yet.")).to_be_visible()
