"""Times on a page that stays open go on, and newer numbers are offered."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from supportsaas import clock
from tenants.models import Tenant, User
from tests.browser.conftest import enter
from tests.builders import finished_job, store_tickets

pytestmark = pytest.mark.usefixtures("db")


def test_relative_times_tick_and_newer_numbers_are_offered(page: Page, owner: User, tenant: Tenant) -> None:
    at = clock.iso_z(clock.now() - timedelta(minutes=5, seconds=1))
    store_tickets(tenant, [{"created_at": at, "updated_at": at}], now=clock.now())
    finished_job(tenant, now=clock.now() - timedelta(seconds=5))
    page.clock.install()
    enter(page, "owner")
    page.goto("/t/acme/tickets/")
    fresh, age = page.locator("#as-of"), page.locator("main time[data-tick=age]").first
    expect(fresh).to_contain_text("Data as of just now")
    expect(age).to_have_text("5 min")
    page.clock.run_for(55_000)
    expect(fresh).to_contain_text("1 minute ago")
    expect(age).to_have_text("5 min")
    page.clock.run_for(120_000)
    expect(age).to_have_text("7 min")
    offer = page.get_by_role("status").filter(has_text="New numbers.")
    finished_job(tenant, now=clock.now())
    with page.expect_response("**/freshness/**"):
        page.clock.run_for(60_000)
    expect(offer).to_have_count(0)
    store_tickets(tenant, [{"id": "NEW", "subject": "Just arrived"}])
    page.clock.run_for(60_000)
    expect(offer).to_be_visible()
    expect(page.get_by_text("Just arrived")).to_have_count(0)
    page.get_by_role("link", name="Show").click()
    expect(page.get_by_text("Just arrived")).to_be_visible()
    expect(offer).to_have_count(0)


def test_an_answer_that_is_a_fault_is_not_put_before_the_reader(
    open_context: Callable[..., BrowserContext], owner: User, tenant: Tenant
) -> None:
    page = open_context().new_page()
    page.clock.install()
    enter(page, "owner")
    page.goto("/t/acme/tickets/")
    fault = "<main><h1>Away</h1><p>Not now.</p></main>"
    page.route("**/freshness/**", lambda route: route.fulfill(status=503, body=fault, content_type="text/html"))
    with page.expect_response("**/freshness/**"):
        page.clock.run_for(60_000)
    page.clock.run_for(1_000)
    expect(page.get_by_role("main")).not_to_contain_text("Not now.")


@pytest.mark.parametrize("seconds", [0, 44, 45, 59, 60, 119, 3599, 3600, 86_399, 86_400, 30 * 86_400, 800 * 86_400])
def test_the_script_says_what_the_server_says(seconds: int, page: Page, owner: User, tenant: Tenant) -> None:
    from supportsaas.formatting import format_age, format_relative

    enter(page, "owner")
    page.goto("/")
    now = clock.now()
    for kind, said in (("ago", format_relative), ("age", format_age)):
        for sign in (1, -1):
            script = "async ([kind, seconds]) => (await import('/static/js/times.js')).words(kind, seconds)"
            words = page.evaluate(script, [kind, sign * seconds])
            assert words == said(now - sign * timedelta(seconds=seconds), now)
