"""The way of a Monday morning, in a real browser: from a sentence of the overview to the next ticket, in few clicks."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from analytics.insights.watching import look
from supportsaas import clock
from tenants.models import Tenant, User
from tests.browser.conftest import enter
from tests.browser.looks import AS_NARROW, faults
from tests.browser.test_night import COUNT_CLICKS
from tests.builders import store_tickets
from tests.insights.made import ordinary_records, surge_records
from tickets.notes.store import NoteStore, Subject

pytestmark = pytest.mark.usefixtures("db")
TO_THE_FIRST_TICKET = 2
TO_CORRECT_IT = 2
"""Clicks; a verdict is chosen with the keyboard."""
TO_THE_NEXT = 1


def clicks(page: Page) -> int:
    return int(page.evaluate("sessionStorage.getItem('clicks') ?? 0"))


def test_from_a_sentence_to_the_next_ticket(page: Page, tenant: Tenant, manager: User) -> None:
    now = clock.now()
    store_tickets(tenant, ordinary_records(now=now), now=now)
    store_tickets(tenant, surge_records(40, at=now - timedelta(hours=20), source="web_form"), now=now)
    assert look(tenant, version=1, now=now)
    enter(page, manager.username)
    page.add_init_script(COUNT_CLICKS)
    page.goto("/", timeout=40_000)

    page.locator(".overview-insights").get_by_role("link", name=re.compile(r"^\d+ negative")).click()
    expect(page).to_have_url(re.compile("sentiment=negative"))
    page.locator("table.tickets tbody tr a").first.click()
    expect(page).to_have_url(re.compile("/t/acme/tickets/[^/?]+/\\?via=list"))
    first = page.url
    assert clicks(page) == TO_THE_FIRST_TICKET

    page.get_by_text("Correct…").click()
    page.get_by_label("Urgency").select_option("High")
    page.get_by_role("button", name="Save correction").click()
    expect(page.get_by_role("main")).to_contain_text("Corrected by manager")
    assert clicks(page) == TO_THE_FIRST_TICKET + TO_CORRECT_IT
    expect(page.locator("#history")).to_contain_text("Corrected by manager")

    page.get_by_role("link", name="Next").click()
    expect(page).not_to_have_url(re.compile(re.escape(first)))
    expect(page.locator(".crumb-filters")).to_contain_text("egative")
    assert clicks(page) == TO_THE_FIRST_TICKET + TO_CORRECT_IT + TO_THE_NEXT


def test_a_note_mentions_a_member_with_the_keyboard_alone(
    page: Page, tenant: Tenant, manager: User, team_mate: User
) -> None:
    store_tickets(tenant, [{}])
    enter(page, manager.username)
    page.goto("/t/acme/tickets/T-1/", timeout=40_000)
    page.get_by_label(re.compile("New team note")).press_sequentially("Please call, @te")
    expect(page.get_by_role("option", name="@team_mate")).to_be_visible()
    page.keyboard.press("Enter")
    page.keyboard.type("today")
    page.get_by_role("button", name="Add note").click()
    expect(page.locator(".bubble.by-note")).to_contain_text("Please call, @team_mate today")
    (note,) = NoteStore(tenant).find_about(Subject("ticket", "T-1"))
    assert note.mentions == (str(team_mate.pk),)


LONG = "x" * 10_000
RIGHT_TO_LEFT = "שלום, המשלוח לא הגיע"


@pytest.mark.parametrize("text", [LONG, RIGHT_TO_LEFT])
def test_long_words_and_right_to_left_texts_fit(
    text: str, open_context: Callable[..., BrowserContext], tenant: Tenant, manager: User
) -> None:
    told = [{"id": "m1", "author": text[:150], "at": "2026-03-10T09:00:00Z", "text": text, "is_customer": True}]
    values = dict.fromkeys(("assignee", "team", "organisation", "customer_name", "status"), text[:150])
    store_tickets(tenant, [{"subject": text, "message": text, "tags": [text[:80]], "messages": told, **values}])
    NoteStore(tenant).add(Subject("ticket", "T-1"), text[:2_000], by=manager, now=clock.now())
    page = open_context(**AS_NARROW).new_page()
    enter(page, manager.username)
    page.goto("/t/acme/tickets/T-1/", timeout=40_000)
    assert faults(page) == []
    page.goto("/t/acme/tickets/T-1/?history=all")
    page.set_viewport_size({"width": 1024, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
