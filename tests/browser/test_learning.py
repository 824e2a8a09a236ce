"""From a correction to what it teaches, in a real browser: it holds when the ticket is read again, and a word is vetoed."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tenants.models import Tenant, User
from tests.browser.conftest import enter
from tests.browser.looks import AS_NARROW, faults
from tests.builders import store_tickets
from tests.learning.corrected import bad, correct_shop, store_shop, train
from tickets.corrections.correcting import undo_correction

pytestmark = pytest.mark.usefixtures("db")


def test_a_correction_holds_teaches_and_a_word_is_vetoed(
    page: Page, open_context: Callable[..., BrowserContext], manager: User, tenant: Tenant
) -> None:
    store_shop(tenant)
    correct_shop(tenant)
    assert undo_correction(tenant, "B-00", by="ann")
    enter(page, "manager")
    page.goto("/t/acme/tickets/B-00/")
    expect(page.locator(".reasons")).to_contain_text("Neutral")
    page.get_by_text("Correct…").click()
    page.get_by_label("Sentiment").select_option("Negative")
    page.get_by_role("button", name="Save correction").click()
    expect(page.locator(".reasons")).to_contain_text("a person decided")

    store_tickets(tenant, [{**bad(0), "status": "pending", "updated_at": "2026-03-10T11:00:00Z"}])
    page.reload()
    expect(page.locator(".facts").first).to_contain_text("Pending")
    expect(page.locator(".reasons")).to_contain_text("Negative")
    expect(page.locator(".reasons")).to_contain_text("a person decided")

    assert train(tenant) == 1
    store_tickets(tenant, [{"id": "N-1", "subject": "Hello", "message": "Why was my parcel rerouted again to here?"}])
    page.goto("/t/acme/tickets/N-1/")
    expect(page.locator(".reasons")).to_contain_text("Negative")
    expect(page.locator(".reasons")).to_contain_text("rerouted")

    page.goto("/t/acme/rules/")
    page.get_by_role("link", name="Learning").click()
    expect(page.get_by_role("main")).to_contain_text("learned from 24 corrections")
    narrow = open_context(**AS_NARROW).new_page()
    enter(narrow, "manager")
    narrow.goto("/t/acme/learning/")
    assert not faults(narrow)
    page.locator("li", has=page.get_by_text("rerouted", exact=True)).get_by_role("button").click()
    expect(page.get_by_role("main")).to_contain_text("“rerouted” will not be learned.")
    expect(page.get_by_role("main")).to_contain_text("Vetoed words")
