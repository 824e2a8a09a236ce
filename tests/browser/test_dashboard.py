"""The dashboard with something of everything, in a real browser: both themes, wide and narrow, on paper."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from analytics.dashboard.statistics import StatisticsStore
from analytics.figures import DashboardFigures
from supportsaas import clock
from tenants.models import Tenant, User
from tests.analytics.made_figures import context_of, figures_of
from tests.browser.conftest import enter
from tests.browser.looks import AS_NARROW, each_look, faults_as
from tickets.ingestion import setup_checklist

pytestmark = pytest.mark.usefixtures("db")

WEEK = "/t/acme/?period=7d"
PANELS = (
    "Rising topics",
    "Topics",
    "Customers at risk",
    "Customers with the most tickets",
    "Backlog",
    "Age of open tickets",
    "Time to resolution",
    "When tickets arrive",
)


@pytest.fixture(autouse=True)
def _figures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Numbers that need weeks of history to come about."""

    def made(store: StatisticsStore, *given: Any, **wanted: Any) -> DashboardFigures:
        return figures_of(context_of("7d", now=clock.now()))

    monkeypatch.setattr(StatisticsStore, "dashboard", made)


@pytest.fixture
def open_page(
    open_context: Callable[..., BrowserContext], tenant: Tenant, owner: User
) -> Iterator[Callable[..., Page]]:
    """The dashboard, logged in; any error in the console fails the test."""
    complaints: list[str] = []
    tenant.timezone = "Europe/Berlin"
    tenant.save()

    def open_one(**options: object) -> Page:
        page = open_context(**options).new_page()
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        enter(page, "owner")
        page.goto(WEEK)
        return page

    yield open_one
    assert complaints == []


def test_every_panel_passes_axe_and_fits_the_window(open_page: Callable[..., Page]) -> None:
    page = open_page(**AS_NARROW)
    for summary in page.locator("details.numbers > summary").all():
        summary.click()
    for look in each_look(page):
        for name in PANELS:
            expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible()
        assert faults_as(look, page) == []


def test_a_mark_says_what_it_counts_and_its_cell_in_the_table_has_the_same_link(open_page: Callable[..., Page]) -> None:
    page = open_page(viewport={"width": 1280, "height": 900})
    trend = page.locator("section", has=page.get_by_role("heading", name="Tickets per day"))
    mark = trend.locator("a:has(> rect.mark-medium)").nth(1)
    trend.locator("summary").click()
    cell = trend.get_by_role("row").nth(3).get_by_role("link", name="240")
    assert cell.get_attribute("href") == mark.get_attribute("href")


def test_the_heat_map_is_a_table_that_can_be_read_aloud(open_page: Callable[..., Page]) -> None:
    page = open_page(viewport={"width": 1280, "height": 900})
    table = page.get_by_role("region", name="Tickets by weekday and hour").get_by_role("table")
    sunday = table.get_by_role("row").nth(7)
    assert sunday.get_by_role("rowheader").get_attribute("title") == "Sunday"
    cells = sunday.get_by_role("cell").all()
    assert [cells[0].inner_text(), cells[23].inner_text(), cells[24].inner_text()] == ["0", "138", "1,656"]
    assert cells[23].get_attribute("title") == "Sunday 23:00–00:00: 138 tickets"


def test_everything_is_reached_by_keyboard_and_seen_where_it_is(open_page: Callable[..., Page], tenant: Tenant) -> None:
    setup_checklist.dismiss(tenant, by="owner")  # it comes first as long as something is left to set up
    page = open_page(viewport={"width": 1280, "height": 900})
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{WEEK}#content")
    page.keyboard.press("Tab")
    expect(page.locator("summary", has_text="Share")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Earlier: ")).to_be_focused()
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
    assert outline == "2px"
    # A chart's marks are passed over: its table holds the same links.
    assert page.locator("svg a:not([tabindex='-1'])").count() == 0


def test_on_paper_there_are_charts_and_no_controls(open_page: Callable[..., Page]) -> None:
    page = open_page(viewport={"width": 703, "height": 1000})  # A4 between its margins
    page.emulate_media(media="print")
    for name in PANELS:
        expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible()
    for hidden in (".filter-bar", ".sidenav", "details.numbers", ".topbar .search"):
        expect(page.locator(hidden).first).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    underlined = "a => getComputedStyle(a).textDecorationLine !== 'none'"
    assert page.evaluate(f"[...document.querySelectorAll('main a')].filter({underlined}).length") == 0
    assert page.pdf(format="A4").startswith(b"%PDF")


def test_a_menu_of_the_filter_bar_closes_and_gives_the_focus_back(open_page: Callable[..., Page]) -> None:
    page = open_page(viewport={"width": 1280, "height": 900})
    button, week = page.locator("#period-summary"), page.get_by_role("link", name="Last week", exact=True)
    expect(week).to_be_hidden()
    button.press("Enter")
    expect(week).to_be_visible()
    page.keyboard.press("Escape")
    expect(week).to_be_hidden()
    expect(button).to_be_focused()
    button.click()
    page.get_by_role("heading", name="Dashboard · Acme").click()
    expect(week).to_be_hidden()
    button.click()
    week.click()
    expect(page).to_have_url(re.compile(r"\?period=last_week$"))
    expect(button).to_contain_text("Last week")
    expect(button).to_be_focused()


def test_the_period_is_chosen_without_javascript(open_page: Callable[..., Page]) -> None:
    page = open_page(viewport={"width": 390, "height": 800}, java_script_enabled=False)
    page.locator("#period-summary").click()
    page.get_by_label("From", exact=True).fill("2026-03-02")
    page.get_by_label("To", exact=True).fill("2026-03-08")
    page.get_by_role("button", name="Show these dates").click()
    expect(page).to_have_url(re.compile(r"period=custom&from=2026-03-02&to=2026-03-08$"))
    page.get_by_role("link", name="Earlier: ").click()
    expect(page).to_have_url(re.compile(r"from=2026-02-23&to=2026-03-01$"))
