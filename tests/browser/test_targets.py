"""A target in a real browser: its preview follows what is entered, and it is saved."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import BrowserContext, expect

from supportsaas import clock
from supportsaas.clock import iso_z
from tenants.models import Tenant, User
from tests.browser.conftest import enter
from tests.browser.looks import AS_NARROW, faults
from tests.builders import store_tickets
from tickets.recount.walk import recount_waiting_tickets
from tickets.service_levels.targets import find_targets

pytestmark = pytest.mark.usefixtures("db")


def test_a_target_is_tried_out_and_saved(
    open_context: Callable[..., BrowserContext], owner: User, tenant: Tenant
) -> None:
    created = clock.now() - timedelta(days=2)
    store_tickets(
        tenant,
        [
            {
                "id": f"T-{hours}",
                "created_at": iso_z(created),
                "first_reply_at": iso_z(created + timedelta(hours=hours)),
                "replies": 1,
                "priority": "P1" if hours < 4 else "P2",
            }
            for hours in range(1, 7)
        ]
        + [{"id": "T-waits", "created_at": iso_z(created), "replies": 0, "priority": "P1"}],
        now=clock.now(),
    )
    page = open_context(**AS_NARROW).new_page()
    enter(page, "owner")
    page.goto("/t/acme/due/")
    found = faults(page)
    page.get_by_role("link", name="Add a target").click()
    preview = page.locator("#preview")
    page.get_by_label("Name").fill("Fast first reply")
    page.get_by_label("Within").fill("2")
    page.get_by_label("Within").press("Tab")
    expect(preview).to_contain_text("Tried on all 6 tickets")
    expect(preview.locator("dt:text-is('Breached') + dd")).to_have_text("4")
    page.get_by_label("P1").check()
    expect(preview.locator("dt:text-is('Breached') + dd")).to_have_text("1")
    expect(preview.locator("dt:text-is('Past due now') + dd")).to_have_text("1")
    found += faults(page)
    assert find_targets(tenant) == []
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("main")).to_contain_text("Saved the target “Fast first reply”.")
    recount_waiting_tickets(threading.Event())
    page.goto("/t/acme/targets/")
    expect(page.get_by_role("main")).to_contain_text("2 of 3")
    found += faults(page)
    page.get_by_role("navigation", name="Service levels of Acme").get_by_role("link", name="About to breach").click()
    expect(page.locator("#due")).to_contain_text("1 past due")
    assert found + faults(page) == []
