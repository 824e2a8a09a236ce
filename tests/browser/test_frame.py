"""The frame of every page: keys, the command palette, the menu of tenants, and the bar of a phone."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import BrowserContext, Page, expect

from tenants.models import Membership, Tenant, User
from tests.browser.conftest import enter
from tests.browser.looks import AS_NARROW, NARROW, axe_finds, faults, faults_as
from tests.builders import store_tickets, store_words

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def tickets(tenant: Tenant) -> None:
    store_tickets(
        tenant,
        [
            {"id": "a-1", "subject": "Lamp", "created_at": "2026-03-10T09:00:00Z"},
            {"id": "a-2", "subject": "Table", "created_at": "2026-03-09T09:00:00Z"},
            {"id": "a-3", "subject": "Chair", "created_at": "2026-03-08T09:00:00Z", "customer_id": "chair-maker"},
        ],
    )
    store_words(tenant)


@pytest.fixture
def many(owner: User, tenant: Tenant) -> list[Tenant]:
    """Nine more tenants of the owner."""
    names = (
        "Ember Bank",
        "Harbor Foods",
        "Harbour Inn",
        "Lumen",
        "Mistral",
        "Northwind",
        "Old Harbor",
        "Pine",
        "Quill",
    )
    made = [Tenant.objects.create(slug=name.lower().replace(" ", "-"), name=name) for name in names]
    for each in made:
        Membership.objects.create(user=owner, tenant=each, role="viewer")
    return made


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.textContent.trim()"))


# -- Keys ----------------------------------------------------------------------------------


def test_j_and_k_move_over_the_rows_and_enter_opens_one(page: Page, owner: User, tickets: None) -> None:
    enter(page, "owner")
    page.goto("/t/acme/tickets/")
    for key, row in (("j", "Lamp"), ("j", "Table"), ("j", "Chair"), ("j", "Chair"), ("k", "Table")):
        page.keyboard.press(key)
        assert focused(page) == row
    page.keyboard.press("x")
    expect(page.get_by_text("1 selected")).to_be_visible()
    page.keyboard.press("j")
    page.get_by_role("link", name="Table").focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url("/t/acme/tickets/a-2/?via=list")
    expect(page.locator(".sidenav").get_by_role("link", name="Tickets")).to_have_attribute("href", "/t/acme/tickets/")


@pytest.mark.parametrize("path", ["/", "/search/?q=cha*"])
def test_j_reaches_the_first_row_of_other_lists(page: Page, owner: User, tickets: None, path: str) -> None:
    enter(page, "owner")
    page.goto(path)
    page.keyboard.press("j")
    assert focused(page) == page.locator("[data-row] a").first.inner_text()


def test_c_opens_the_correction_of_a_ticket_or_of_the_row(page: Page, owner: User, tickets: None) -> None:
    enter(page, "owner")
    page.goto("/t/acme/tickets/a-1/")
    page.keyboard.press("c")
    expect(page.get_by_role("button", name="Save correction")).to_be_visible()
    assert page.evaluate("document.activeElement.localName") == "select"
    page.goto("/t/acme/tickets/")
    page.keyboard.press("j")
    page.keyboard.press("c")
    expect(page.get_by_text("1 selected")).to_be_visible()
    assert page.evaluate("document.activeElement.closest('.select-bar') !== null")


def test_slash_goes_to_the_search_and_typing_is_left_alone(page: Page, owner: User, tickets: None) -> None:
    enter(page, "owner")
    page.goto("/t/acme/tickets/")
    page.keyboard.press("/")
    field = page.get_by_role("searchbox", name="Search the tickets of all my tenants")
    expect(field).to_be_focused()
    page.keyboard.type("jkg?x a-1")
    expect(field).to_have_value("jkg?x a-1")
    expect(page).to_have_url("/t/acme/tickets/")
    field.fill("a-1")
    field.press("Enter")
    expect(page).to_have_url("/t/acme/tickets/a-1/")


@pytest.mark.parametrize(
    ("key", "path"), [("o", "/"), ("d", "/t/acme/"), ("c", "/t/acme/customers/"), ("i", "/t/acme/incidents/")]
)
def test_g_and_a_letter_go_to_a_page(page: Page, owner: User, tickets: None, key: str, path: str) -> None:
    enter(page, "owner")
    page.goto("/t/acme/tickets/")
    page.keyboard.press("g")
    page.keyboard.press(key)
    expect(page).to_have_url(path)


def test_brackets_go_to_the_next_page_and_back(page: Page, owner: User, tenant: Tenant) -> None:
    store_tickets(tenant, [{"subject": f"Number {each}"} for each in range(60)])
    enter(page, "owner")
    page.goto("/t/acme/tickets/")
    page.keyboard.press("]")
    expect(page).to_have_url(re.compile("cursor="))
    expect(page.locator("[data-row]")).to_have_count(10)
    page.keyboard.press("[")
    expect(page.locator("[data-row]")).to_have_count(50)


def test_the_question_mark_shows_the_keys(page: Page, owner: User, tenant: Tenant) -> None:
    enter(page, "owner")
    page.goto("/t/acme/")
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(dialog).to_contain_text("Search all my tenants")
    assert axe_finds(page) == ""
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def test_single_keys_do_nothing_once_they_are_turned_off_but_the_palette_does(
    page: Page, owner: User, tickets: None
) -> None:
    enter(page, "owner")
    page.goto("/account/")
    page.get_by_role("button", name="Turn off single keys").click()
    expect(page.get_by_role("button", name="Turn on single keys")).to_be_visible()
    page.goto("/t/acme/tickets/")
    for key in ("j", "?", "/"):
        page.keyboard.press(key)
    assert page.evaluate("document.activeElement === document.body")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("Control+k")
    expect(page.get_by_role("dialog", name="Command palette")).to_be_visible()


def test_i_shows_the_exact_times_of_a_row_and_a_tap_shows_one(
    page: Page, open_context: Callable[..., BrowserContext], owner: User, tickets: None
) -> None:
    enter(page, "owner")
    page.goto("/t/acme/tickets/")
    page.keyboard.press("j")
    page.keyboard.press("i")
    expect(page.locator("#tip")).to_contain_text("10 Mar 2026")
    page.keyboard.press("j")
    expect(page.locator("#tip")).to_be_hidden()
    phone = open_context(viewport={"width": 390, "height": 844}, has_touch=True).new_page()
    enter(phone, "owner")
    phone.goto("/t/acme/tickets/a-1/")
    phone.locator("main time[title]").last.tap()
    expect(phone.locator("#tip")).to_be_visible()


def test_a_keyboard_reaches_the_first_result_in_three_steps(
    open_context: Callable[..., BrowserContext], owner: User, tickets: None
) -> None:
    page = open_context(viewport={"width": 1280, "height": 900}, java_script_enabled=False).new_page()
    enter(page, "owner")
    page.goto("/t/acme/tickets/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to results")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("checkbox", name="Select a-1")).to_be_focused()


# -- Palette -------------------------------------------------------------------------------


def test_a_page_is_reached_with_three_keys(page: Page, owner: User, tickets: None) -> None:
    enter(page, "owner")
    page.goto("/t/acme/")
    page.keyboard.press("Control+k")
    page.keyboard.press("t")
    page.keyboard.press("Enter")
    expect(page).to_have_url("/t/acme/tickets/")


def test_the_palette_finds_tickets_customers_tenants_and_actions(
    page: Page, owner: User, tickets: None, many: list[Tenant]
) -> None:
    enter(page, "owner")
    page.goto("/t/acme/customers/")
    page.keyboard.press("Control+k")
    palette = page.get_by_role("dialog", name="Command palette")
    field = palette.get_by_role("combobox")
    expect(field).to_be_focused()
    assert axe_finds(page) == ""
    field.press_sequentially("chair")
    expect(palette.get_by_role("group", name="Tickets").get_by_role("option")).to_have_text(re.compile("a-3 · Chair"))
    expect(palette.get_by_role("group", name="Customers").get_by_role("option")).to_have_text(re.compile("chair-maker"))
    chosen = palette.get_by_role("option", selected=True)
    expect(field).to_have_attribute("aria-activedescendant", chosen.get_attribute("id") or "")
    field.fill("harb")
    expect(palette.get_by_role("group", name="Tenants").get_by_role("option")).to_have_count(3)
    field.press("ArrowDown")
    expect(palette.get_by_role("option", selected=True)).to_contain_text("Harbour Inn")
    field.press("Enter")
    expect(page).to_have_url("/t/harbour-inn/customers/")
    page.keyboard.press("Control+k")
    field.fill("dark")
    field.press("Enter")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_the_number_of_a_ticket_is_the_first_result_however_fast_it_is_typed(
    page: Page, owner: User, tickets: None
) -> None:
    enter(page, "owner")
    page.goto("/")
    page.keyboard.press("Control+k")
    page.keyboard.type("a-2")
    page.keyboard.press("Enter")
    expect(page).to_have_url("/t/acme/tickets/a-2/")
    page.goto("/")
    page.keyboard.press("Control+k")
    expect(page.get_by_role("group", name="Recent").get_by_role("option")).to_have_text(re.compile("Ticket a-2"))


def test_the_palette_says_when_there_is_nothing_and_ends_with_escape(page: Page, owner: User, tenant: Tenant) -> None:
    enter(page, "owner")
    page.goto("/")
    page.get_by_role("button", name="Command palette").click()
    palette = page.get_by_role("dialog", name="Command palette")
    palette.get_by_role("combobox").fill("zzzz")
    expect(palette.get_by_role("option")).to_have_text([re.compile("Search all tenants for “zzzz”")])
    page.keyboard.press("Escape")
    expect(palette).to_be_hidden()


# -- Tenants -------------------------------------------------------------------------------


def test_the_menu_of_tenants_filters_as_one_types_and_enter_takes_the_first(
    page: Page, owner: User, many: list[Tenant]
) -> None:
    enter(page, "owner")
    page.goto("/t/acme/work/?period=30d")
    page.get_by_role("button", name="Tenant: Acme").click()
    menu = page.locator("#tenant-menu")
    page.keyboard.type("HARB")
    expect(menu.get_by_role("link")).to_have_text([re.compile(each) for each in ("Harbor", "Harbour", "Old Harbor")])
    page.keyboard.type("xx")
    expect(menu.get_by_text("No tenant of yours matches.")).to_be_visible()
    page.locator("#tenant-name").fill("harb")
    assert axe_finds(page) == ""
    page.keyboard.press("Enter")
    expect(page).to_have_url("/t/harbor-foods/work/?period=30d")


# -- Phone ---------------------------------------------------------------------------------


def test_a_phone_has_a_head_of_one_line_and_a_bar_at_the_bottom(
    open_context: Callable[..., BrowserContext], owner: User, tickets: None
) -> None:
    page = open_context(viewport={"width": 390, "height": 844}, java_script_enabled=False).new_page()
    enter(page, "owner")
    page.goto("/t/acme/tickets/")
    title = page.get_by_role("heading", level=1).bounding_box()
    assert title and title["y"] <= 60
    bar = page.get_by_role("navigation", name="Main pages")
    for item in bar.locator("a, button").all():
        box = item.bounding_box()
        assert box and box["width"] >= 44 and box["height"] >= 44 and box["y"] + box["height"] <= 844
    bar.get_by_role("link", name="Customers").click()
    expect(page).to_have_url("/t/acme/customers/")
    bar.get_by_role("button", name="More").click()
    page.get_by_role("navigation", name="Pages", exact=True).get_by_role("link", name="Settings").click()
    expect(page).to_have_url("/t/acme/settings/source/")
    page.get_by_role("link", name="Search", exact=True).click()
    expect(page.get_by_role("heading", name="Search", exact=True)).to_be_visible()


def test_what_has_the_focus_is_not_behind_the_bar(
    open_context: Callable[..., BrowserContext], owner: User, tenant: Tenant
) -> None:
    store_tickets(tenant, [{"subject": f"Number {each}"} for each in range(20)])
    page = open_context(viewport={"width": 390, "height": 844}).new_page()
    enter(page, "owner")
    page.goto("/t/acme/tickets/")
    top = page.locator(".bottom-bar").bounding_box()
    assert top
    for _ in range(12):
        page.keyboard.press("j")
    box = page.locator(":focus").bounding_box()
    assert box and box["y"] + box["height"] <= top["y"]


# -- Looks ---------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/search/", "/search/?q=lamp&from=acme", "/help/", "/account/"])
def test_the_pages_fit_and_axe_finds_nothing(
    open_context: Callable[..., BrowserContext], owner: User, tickets: None, path: str
) -> None:
    page = open_context(**AS_NARROW).new_page()
    enter(page, "owner")
    page.goto(path)
    assert faults(page) == []


def test_axe_finds_nothing_in_the_pages_behind_more(
    open_context: Callable[..., BrowserContext], owner: User, tenant: Tenant
) -> None:
    page = open_context(**AS_NARROW).new_page()
    enter(page, "owner")
    page.goto("/t/acme/")
    page.get_by_role("button", name="More").click()
    assert faults_as(NARROW, page) == []


def test_it_is_installed_as_an_app_with_icons_that_exist(client: Client, page: Page, tenant: Tenant) -> None:
    page.goto("/login/")
    address = page.locator("link[rel=manifest]").get_attribute("href")
    assert address
    response = page.request.get(address)
    assert response.headers["content-type"] == "application/manifest+json"
    manifest: dict[str, Any] = json.loads(response.text())
    folder = address.rpartition("/")[0]
    for icon in manifest["icons"]:
        shown = page.request.get(f"{folder}/{icon['src']}")
        assert (shown.status, shown.headers["content-type"]) == (200, icon["type"])
