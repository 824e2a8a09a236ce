"""The card over a chart and zooming into it, by mouse, finger and keys, with numbers of real tickets."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from supportsaas import clock
from tenants.models import Tenant, User
from tests.browser.conftest import enter
from tests.browser.looks import AS_NARROW, axe_finds, each_look, faults_as
from tests.builders import store_tickets
from tickets.notes.store import NoteStore, Subject

pytestmark = pytest.mark.usefixtures("db")

WEEK = "/t/acme/?period=7d"
TEXTS = {"high": "We will file a lawsuit", "low": "Where do I find the manual"}


def days_ago(count: int) -> datetime:
    """A minute past midnight, so that it is over at whatever time the test runs."""
    return clock.now().replace(hour=0, minute=0, second=1, microsecond=0) - timedelta(days=count)


@pytest.fixture
def charts(tenant: Tenant, owner: User) -> None:
    """Three days ago 4 tickets, 2 of them urgent; a week before that day 1. And one of long ago, to compare with."""
    wanted = [(3, "high")] * 2 + [(3, "low")] * 2 + [(10, "high"), (1, "low"), (60, "low")]
    store_tickets(
        tenant,
        [{"created_at": days_ago(days).isoformat(), "message": TEXTS[urgency]} for days, urgency in wanted],
    )


@pytest.fixture
def open_page(open_context: Callable[..., BrowserContext], charts: None) -> Iterator[Callable[..., Page]]:
    complaints: list[str] = []

    def open_one(address: str = WEEK, **options: object) -> Page:
        page = open_context(**{"viewport": {"width": 1280, "height": 900}, **options}).new_page()
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        enter(page, "owner")
        page.goto(address)
        return page

    yield open_one
    assert complaints == []


def trend(page: Page) -> Locator:
    return page.locator(".chart-frame[data-chart=trend]")


def card(page: Page) -> Locator:
    return trend(page).locator(".chart-card")


def middle_of(page: Page, position: int, *, of: int = 7) -> tuple[float, float]:
    """The middle of a bucket, in the window."""
    page.locator(".chart-frame[data-chart=trend] .plot").scroll_into_view_if_needed()
    box = trend(page).locator(".plot").bounding_box()
    assert box
    return box["x"] + box["width"] * (position + 0.5) / of, box["y"] + 100


def rows_of(where: Locator) -> dict[str, list[str]]:
    return {
        row.get_by_role("rowheader").inner_text(): [
            " ".join(cell.inner_text().split()) for cell in row.get_by_role("cell").all()
        ]
        for row in where.locator("tbody tr").all()
    }


def test_the_card_has_the_numbers_of_the_table_and_each_list_has_as_many_tickets(
    open_page: Callable[..., Page],
) -> None:
    page = open_page()
    page.mouse.move(*middle_of(page, 3))
    found = rows_of(card(page))
    assert found["Tickets"] == ["4", "1", "+3 (worse)"]
    assert found["High"][:2] == ["2", "1"]
    assert found["Low"][:2] == ["2", "0"]
    assert days_ago(10).strftime("Before: %a %-d %b %Y") in card(page).inner_text()

    page.locator("details.numbers > summary").first.click()
    cells = page.locator("details.numbers").first.locator("tbody tr").nth(3).get_by_role("cell")
    assert [cells.nth(place).inner_text().split()[0] for place in (0, 1, 5)] == ["4", "2", "1"]
    for name, place, total in (("Tickets", 0, 4), ("High", 0, 2), ("Tickets", 1, 1)):
        page.goto(WEEK)
        page.mouse.move(*middle_of(page, 3))
        row = card(page).get_by_role("row", name=re.compile(f"^{name}"))
        row.get_by_role("cell").nth(place).get_by_role("link").click()
        expect(page.get_by_text(re.compile(rf"\b{total} tickets?\b")).first).to_be_visible()


def test_the_pointer_reaches_the_card_and_leaving_the_chart_closes_it(open_page: Callable[..., Page]) -> None:
    page = open_page()
    x, y = middle_of(page, 3)
    page.mouse.move(x, y)
    box = card(page).bounding_box()
    assert box
    page.mouse.move(x, box["y"] + box["height"] / 2, steps=12)
    expect(card(page)).to_be_visible()
    page.mouse.move(5, 5)
    expect(card(page)).to_be_hidden()


def test_arrow_keys_go_through_the_buckets_and_say_their_numbers(open_page: Callable[..., Page]) -> None:
    page = open_page()
    cursor = page.get_by_role("slider", name="Tickets per day")
    expect(cursor).to_have_count(1)
    page.get_by_role("link", name=re.compile("^Low urgency")).focus()
    page.keyboard.press("Tab")
    expect(cursor).to_be_focused()
    expect(card(page)).to_be_visible()
    for _ in range(3):
        page.keyboard.press("ArrowLeft")
    said = cursor.get_attribute("aria-valuetext") or ""
    assert "Tickets 4, before 1, +3 (worse); High 2, before 1, +1 (worse)" in said
    assert cursor.get_attribute("aria-valuenow") == "4"
    assert axe_finds(page) == ""
    page.keyboard.press("Escape")
    expect(card(page)).to_be_hidden()
    expect(cursor).to_be_focused()
    page.keyboard.press("Home")
    expect(card(page)).to_contain_text(days_ago(6).strftime("%a %-d %b %Y"))
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.wait_for_url("**/tickets/**")


def test_a_tap_shows_the_card_and_its_links_open_the_lists(open_page: Callable[..., Page]) -> None:
    page = open_page(viewport={"width": 390, "height": 800}, has_touch=True)
    page.touchscreen.tap(*middle_of(page, 3))
    expect(card(page)).to_be_visible()
    assert "period=7d" in page.url
    box = card(page).bounding_box()
    assert box and box["x"] >= 0 and box["x"] + box["width"] <= 390
    card(page).get_by_role("link", name="4", exact=True).tap()
    page.wait_for_url("**/tickets/**")


def test_dragging_zooms_into_the_days_and_back_returns(open_page: Callable[..., Page]) -> None:
    page = open_page()
    (x, y), (to, _) = middle_of(page, 2), middle_of(page, 4)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(to, y, steps=8)
    page.mouse.up()
    first, last = (f"{days_ago(days):%Y-%m-%d}" for days in (4, 2))
    page.wait_for_url(f"**/t/acme/?period=custom&from={first}&to={last}")
    expect(page.get_by_role("heading", name="Tickets per hour")).to_be_visible()
    expect(page.get_by_role("link", name="Tickets: 4", exact=True)).to_be_visible()
    page.keyboard.press("Escape")
    page.wait_for_url(f"**{WEEK}")
    expect(page.get_by_role("heading", name="Tickets per day")).to_be_visible()


def test_shift_and_arrow_keys_select_and_enter_zooms(open_page: Callable[..., Page]) -> None:
    page = open_page(f"{WEEK}&source=email")
    page.get_by_role("slider", name="Tickets per day").focus()
    page.keyboard.press("Home")
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Enter")
    first, last = (f"{days_ago(days):%Y-%m-%d}" for days in (3, 2))
    page.wait_for_url(f"**/t/acme/?period=custom&source=email&from={first}&to={last}")
    zoomed = page.get_by_role("slider", name="Tickets per hour")
    expect(zoomed).to_be_focused()
    page.keyboard.press("Escape")  # the card
    page.keyboard.press("Escape")  # the zoom
    page.wait_for_url("**/t/acme/?period=7d&source=email")


def test_a_click_on_a_bar_opens_its_list_and_the_card_zooms_into_its_day(open_page: Callable[..., Page]) -> None:
    page = open_page()
    page.mouse.move(*middle_of(page, 3))
    card(page).get_by_role("link", name="Zoom in").click()
    expect(page.get_by_role("heading", name="Tickets per hour")).to_be_visible()
    page.goto(WEEK)
    x, y = middle_of(page, 3)
    page.mouse.click(x, y)
    page.wait_for_url("**/tickets/**")


def test_without_script_the_bars_and_the_table_have_the_links(open_page: Callable[..., Page]) -> None:
    page = open_page(java_script_enabled=False)
    expect(page.locator(".chart-cursor")).to_have_count(0)
    page.locator("details.numbers > summary").first.click()
    row = page.locator("details.numbers").first.locator("tbody tr").nth(3)
    assert len(row.get_by_role("link").all()) == 6  # the day, three numbers, two of the previous period
    page.mouse.click(*middle_of(page, 3))
    page.wait_for_url("**/tickets/**")


@pytest.mark.parametrize("chart", ["trend", "backlog"])
def test_nothing_of_a_chart_is_only_in_a_title(open_page: Callable[..., Page], chart: str) -> None:
    page = open_page()
    figure = page.locator(f".chart-frame[data-chart={chart}]")
    assert figure.locator("title, [title]").count() == 0
    figure.scroll_into_view_if_needed()
    figure.hover(position={"x": 300, "y": 60})
    expect(figure.locator(".chart-card")).to_be_visible()


def test_a_note_is_left_from_the_card_and_stands_at_its_time(open_page: Callable[..., Page]) -> None:
    page = open_page()
    page.mouse.move(*middle_of(page, 3))
    card(page).get_by_role("link", name="Add a note").click()
    text = page.get_by_label("Note on the charts")
    expect(text).to_be_focused()
    expect(page.get_by_label("Day", exact=True)).to_have_value(f"{days_ago(3):%Y-%m-%d}")
    text.fill("Release 4.2")
    page.get_by_role("button", name="Add note").click()
    expect(page.get_by_text("The note is on the charts.")).to_be_visible()
    assert page.url.endswith(WEEK)
    listed = page.get_by_role("list", name="Incidents and notes")
    expect(listed).to_contain_text(f"{days_ago(3):%-d %b %Y} Note: Release 4.2 by owner")
    page.mouse.move(*middle_of(page, 3))
    expect(card(page)).to_contain_text("Note: Release 4.2 by owner")
    page.mouse.move(*middle_of(page, 2))
    expect(card(page)).not_to_contain_text("Release")
    shape = trend(page).locator(".happened-note").bounding_box()
    slot = trend(page).locator(".plot").bounding_box()
    assert shape and slot
    assert shape["x"] == pytest.approx(slot["x"] + slot["width"] * 3 / 7, abs=8)
    page.mouse.move(5, 5)
    trend(page).locator(".happened a").click()
    page.wait_for_url("**/t/acme/moments/*#note-*")
    page.get_by_text("Delete: Release 4.2").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("The note is back.")).to_be_visible()


@pytest.mark.parametrize("address", ["/t/acme/?period=7d", "/t/acme/moments/"])
def test_charts_with_notes_pass_axe_in_every_look(
    open_page: Callable[..., Page], tenant: Tenant, owner: User, address: str
) -> None:
    for days, text in ((3, "Release 4.2"), (3, "Mailing of a very long name " * 5), (0, "Today")):
        NoteStore(tenant).add(Subject("moment"), text, by=owner, now=clock.now(), at=days_ago(days))
    page = open_page(address, **AS_NARROW)
    for look in each_look(page):
        for cursor in page.locator(".chart-cursor").all()[:1]:
            cursor.focus()
            for key in ("Home", "ArrowRight", "ArrowRight", "ArrowRight"):
                page.keyboard.press(key)
        assert faults_as(look, page) == []
