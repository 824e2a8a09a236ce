"""A file from the disk to tickets, in a real browser: its parts, its preview, the run's progress."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tenants.models import Tenant, User
from tests.browser.conftest import enter
from tests.helpdesks.test_known_exports import JIRA_CSV
from tickets.ingestion.worker import Worker
from tickets.store.ticket_store import TicketStore

Theme = Literal["light", "dark"]
MANY = JIRA_CSV + "Third,SUP-3,3,Bug,Odd One,SUP,Support,Low,,,kim,kim,soon,,,,,,,,,,,\n"

pytestmark = pytest.mark.usefixtures("db")


def test_a_file_of_several_parts_becomes_tickets(page: Page, tenant: Tenant, manager: User, tmp_path: Path) -> None:
    enter(page, manager.username)
    page.goto("/t/acme/settings/import/")
    rows = "".join(f"{n},2026-03-10,Row {n},{'x' * 400},Odd\n" for n in range(6_000))
    path = tmp_path / "large.csv"
    path.write_text(f"id,created_at,subject,message,status\n{rows}")
    page.set_input_files("input[type=file]", str(path))
    page.get_by_role("button", name="Upload and check").click()
    expect(page.get_by_role("heading", name="6,000 rows")).to_be_visible(timeout=30_000)
    page.get_by_label("Odd means").select_option("closed")
    page.get_by_role("button", name="Import 6,000 rows").click()
    expect(page.get_by_role("heading", name="Importing a file")).to_be_visible()
    Worker().run_pending()
    expect(page.get_by_text("file import")).to_be_visible(timeout=15_000)
    ticket = TicketStore(tenant).find_ticket("5999")
    assert ticket is not None and ticket["status"] == "closed"


def test_a_rejected_file_leaves_the_page_usable(
    open_context: Callable[..., BrowserContext], tenant: Tenant, manager: User
) -> None:
    page = open_context().new_page()  # the browser notes the rejection in its console
    enter(page, manager.username)
    page.goto("/t/acme/settings/import/")
    page.set_input_files("input[type=file]", {"name": "a.xlsx", "mimeType": "text/csv", "buffer": b"x"})
    page.get_by_role("button", name="Upload and check").click()
    expect(page.locator("form [role=alert]")).to_contain_text("must end in one of these")
    page.set_input_files("input[type=file]", {"name": "Jira.csv", "mimeType": "text/csv", "buffer": JIRA_CSV.encode()})
    page.get_by_role("button", name="Upload and check").click()
    expect(page.get_by_text("Recognised: Jira issues (CSV).")).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_pages_fit_wide_and_narrow_windows(page: Page, tenant: Tenant, manager: User, theme: Theme) -> None:
    enter(page, manager.username)
    page.emulate_media(color_scheme=theme)
    page.goto("/t/acme/settings/import/")
    _look(page, f"choose-{theme}")
    page.set_input_files("input[type=file]", {"name": "Jira.csv", "mimeType": "text/csv", "buffer": MANY.encode()})
    page.get_by_role("button", name="Upload and check").click()
    expect(page.get_by_text("Recognised: Jira issues (CSV).")).to_be_visible()
    page.get_by_text("Choose columns").click()
    _look(page, f"check-{theme}")


def _look(page: Page, name: str) -> None:
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        if folder := os.environ.get("SHOTS"):
            page.screenshot(path=f"{folder}/{name}-{width}.png", full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
