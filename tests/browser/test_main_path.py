"""The main path in a real browser: log in, run an ingestion, see it move, open a bar, a ticket, its history."""

import re
import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from supportsaas import clock
from supportsaas.clock import iso_z
from tenants.models import Tenant, User
from tests.browser.conftest import enter
from tests.browser.looks import AS_NARROW, faults
from tests.builders import record
from tests.conftest import PASSWORD
from tests.helpdesk import ScriptedHelpdesk
from tests.loopback_server import Answer
from tickets.helpdesks.model import Source
from tickets.ingestion.worker import Worker

pytestmark = pytest.mark.usefixtures("db")


def log_in(page: Page, name: str) -> None:
    page.goto("/")
    page.get_by_label("User").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    wait_for_log_in(page)


def wait_for_log_in(page: Page) -> None:
    """A click comes back before the page that it leads to is there; to go on elsewhere would cut the log-in off."""
    expect(page.locator("form[action='/logout/']")).to_be_attached()


def fresh(number: int, **values: object) -> dict[str, object]:
    """A record of the last hours, so that it is in every period."""
    moment = iso_z(clock.now() - timedelta(hours=2, minutes=number))
    return record(f"T-{number}", created_at=moment, updated_at=moment, **values)


class Gate:
    """Holds the helpdesk's second page back until the test has seen the progress."""

    def __init__(self) -> None:
        self.open = threading.Event()

    def __call__(self, path: str, query: dict[str, str]) -> Answer | None:
        if query.get("page") == "2":
            self.open.wait(20)
        return None


def test_from_the_login_to_a_diff(
    page: Page,
    owner: User,
    tenant: Tenant,
    helpdesk: ScriptedHelpdesk,
    native_source: Callable[..., Source],
    worker: Worker,
) -> None:
    native_source(helpdesk.url, page_size=10)
    helpdesk.tickets = [fresh(n) for n in range(30)]
    helpdesk.tickets[4] = fresh(4, subject="Wrong invoice", message="I want a refund, else we file a lawsuit.")
    log_in(page, "owner")

    # The dashboard is empty and says what to do next.
    page.get_by_role("link", name="Acme").first.click()
    page.get_by_role("link", name="Ingestion").first.click()

    # A run moves while it goes, without a reload.
    gate = Gate()
    helpdesk.script = gate
    page.get_by_role("button", name="Run ingestion").click()
    expect(page.locator("#progress")).to_contain_text("page 1 of 3")
    gate.open.set()
    expect(page.locator("#state")).to_contain_text("30 new")
    expect(page.get_by_role("table")).to_contain_text("Completed")

    # A number opens exactly what it counts.
    page.get_by_role("link", name="Dashboard").first.click()
    page.locator("svg a[href*='urgency=high']").first.click()
    expect(page).to_have_url(re.compile(r"urgency=high.*created_from="))
    expect(page.get_by_role("main")).to_contain_text("Wrong invoice")
    page.get_by_role("link", name="Wrong invoice").click()
    expect(page).to_have_url(re.compile(r"/tickets/T-4/"))
    expect(page.locator("mark", has_text="lawsuit")).to_be_visible()

    # A change at the helpdesk is a readable diff after the next run.
    helpdesk.tickets[4] = fresh(
        4, subject="Wrong invoice", message="I want a refund, else we file a complaint.", status="pending"
    )
    address = page.url
    page.get_by_role("link", name="Ingestion").first.click()
    page.get_by_role("button", name="Run ingestion").click()
    expect(page.locator("#state")).to_contain_text("1 changed")
    page.goto(address)
    expect(page.locator("del", has_text="lawsuit").first).to_be_visible()
    expect(page.locator("ins", has_text="complaint").first).to_be_visible()
    expect(page.locator("del", has_text="open").first).to_be_visible()
    expect(page.locator("ins", has_text="pending").first).to_be_visible()


def test_a_run_can_be_cancelled_and_keeps_what_is_in(
    page: Page,
    owner: User,
    tenant: Tenant,
    helpdesk: ScriptedHelpdesk,
    native_source: Callable[..., Source],
    worker: Worker,
) -> None:
    native_source(helpdesk.url, page_size=10)
    helpdesk.tickets = [fresh(n) for n in range(30)]
    gate = Gate()
    helpdesk.script = gate
    enter(page, "owner")
    page.goto("/t/acme/ingestion/")
    page.get_by_role("button", name="Run ingestion").click()
    expect(page.locator("#progress")).to_contain_text("page 1 of 3")
    page.locator("summary", has_text="Cancel").click()
    page.get_by_role("button", name="Stop the run").click()
    expect(page.locator("#progress")).to_contain_text("Stopping, as owner")
    gate.open.set()
    expect(page.get_by_role("table")).to_contain_text("Cancelled")
    page.goto("/t/acme/tickets/")
    expect(page.get_by_role("main")).to_contain_text("20 tickets")


def test_everything_but_live_refresh_works_without_javascript(
    open_context: Callable[..., BrowserContext],
    owner: User,
    tenant: Tenant,
    helpdesk: ScriptedHelpdesk,
    native_source: Callable[..., Source],
    worker: Worker,
) -> None:
    native_source(helpdesk.url)
    helpdesk.tickets = [fresh(n, status="open" if n % 2 else "closed") for n in range(8)]
    page = open_context(java_script_enabled=False).new_page()
    log_in(page, "owner")
    page.goto("/t/acme/ingestion/")
    with page.expect_navigation():
        page.get_by_role("button", name="Run ingestion").click()
    for _ in range(50):
        if "8 new" in page.locator("#state").inner_text():
            break
        page.wait_for_timeout(100)
        page.goto("/t/acme/ingestion/")
    expect(page.locator("#state")).to_contain_text("8 new")
    page.goto("/t/acme/tickets/?status=open")
    expect(page.get_by_role("main")).to_contain_text("4 tickets")
    page.get_by_role("link", name="A question").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("A question")


PAGES = ("/", "/t/acme/", "/t/acme/?period=24h", "/t/acme/tickets/", "/t/acme/tickets/T-4/", "/t/acme/customers/",
         "/t/acme/customers/cust_1/", "/t/acme/quarantine/", "/account/", "/account/password/",
         "/account/two-factor/", "/t/acme/settings/source/", "/t/acme/settings/source/new/rest/", "/t/acme/settings/members/",
         "/t/acme/settings/changes/", "/t/acme/settings/channels/", "/t/acme/alerts/", "/t/acme/ingestion/",
         "/t/acme/tickets/?urgency=extreme", "/nothing/")  # fmt: skip


def test_every_page_passes_axe_and_fits_the_window(
    open_context: Callable[..., BrowserContext],
    owner: User,
    tenant: Tenant,
    helpdesk: ScriptedHelpdesk,
    native_source: Callable[..., Source],
    worker: Worker,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Few rows, and a list of several pages all the same: axe takes its time for each piece of text.
    monkeypatch.setattr("tickets.views.tickets.ticket_list.PAGE_SIZE", 6)
    native_source(helpdesk.url)
    helpdesk.tickets = [fresh(n, message="We hate this. Refund, or we file a lawsuit!") for n in range(8)]
    helpdesk.tickets.append(record("bad", created_at="soon"))
    page = open_context(**AS_NARROW).new_page()
    page.goto("/login/")
    found = faults(page)
    enter(page, "owner")
    page.goto("/t/acme/ingestion/")
    page.get_by_role("button", name="Run ingestion").click()
    expect(page.get_by_role("table").first).to_contain_text("Partial", timeout=15_000)
    for address in PAGES:
        page.goto(address)
        found += faults(page)
    assert found == []
