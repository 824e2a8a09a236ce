"""Alerts on numbers in a real browser: tried out, saved, fired, acknowledged; and how the pages look."""

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from supportsaas import clock
from tenants.models import Tenant, User
from tests.browser.conftest import enter
from tests.browser.looks import AS_NARROW, each_look, faults_as
from tests.number_alerts.answering import acknowledge, holder
from tests.number_alerts.test_watching import alert, store
from tickets.alerts.model import Channel
from tickets.number_alerts.model import NumberAlert
from tickets.number_alerts.watching import check

pytestmark = pytest.mark.usefixtures("db")
HERE = "/t/acme/alerts/numbers/"


def looked_at(page: Page, name: str) -> list[str]:
    found = []
    for look in each_look(page):
        found += faults_as(look, page)
        if folder := os.environ.get("LOOKS"):
            page.screenshot(path=Path(folder) / f"{name}-{look.theme}-{look.width}.png", full_page=True)
    return found


def test_from_an_example_to_an_acknowledged_alert(page: Page, owner: User, tenant: Tenant) -> None:
    now = clock.now()
    Channel.objects.create(tenant=tenant, name="On call", kind="webhook", address="http://127.0.0.1:9")
    store(tenant, 12, at=now - timedelta(days=20))
    store(tenant, 8, at=now - timedelta(minutes=1))
    enter(page, "owner")
    page.goto("/t/acme/alerts/")
    page.get_by_role("link", name="Alerts on numbers").click()
    page.get_by_role("link", name="More new tickets in an hour").click()
    expect(page.get_by_label("Over", exact=True)).to_have_value("1")
    expect(page.get_by_label("Limit", exact=True)).to_have_count(0)
    page.get_by_label("Alert if it is").select_option("Above a limit")
    page.get_by_label("Limit", exact=True).fill("5")
    page.get_by_role("button", name="Try it out").click()
    expect(page.locator("main").get_by_role("status")).to_contain_text("in the last 20 days")
    expect(page.get_by_label("Limit", exact=True)).to_have_value("5")
    page.get_by_label("Number", exact=True).select_option("Open tickets past due")
    expect(page.get_by_label("Over", exact=True)).to_have_count(0)
    page.get_by_label("Number", exact=True).select_option("New tickets")
    expect(page.get_by_label("Over", exact=True)).to_be_visible()
    page.get_by_label("Over", exact=True).select_option("the last hour")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Not checked yet")).to_be_visible()
    made = NumberAlert.objects.get()
    assert check(made, now=clock.now())
    page.reload()
    expect(page.get_by_role("link", name="8", exact=True)).to_be_visible()
    page.get_by_role("button", name="Acknowledge").click()
    expect(page.get_by_role("main")).to_contain_text("Acknowledged by owner")
    assert holder(made) == "owner"


def test_the_form_works_without_javascript(
    open_context: Callable[..., BrowserContext], owner: User, tenant: Tenant
) -> None:
    page = open_context(java_script_enabled=False).new_page()
    enter(page, "owner")
    page.goto(f"{HERE}add/")
    page.get_by_label("Number", exact=True).select_option("Open tickets past due")
    page.get_by_role("button", name="Show the fields for this").click()
    expect(page.get_by_label("Over", exact=True)).to_have_count(0)
    page.get_by_label("Limit", exact=True).fill("0")
    page.get_by_role("button", name="Try it out").click()
    expect(page.locator("main").get_by_role("status")).to_contain_text("cannot be tried out")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("main")).to_contain_text("Open tickets past due, above 0")


def test_the_states_change_by_themselves_and_open_questions_stay_open(page: Page, owner: User, tenant: Tenant) -> None:
    made = alert(tenant, threshold=2)
    enter(page, "owner")
    page.goto(HERE)
    page.get_by_text("Mute", exact=False).first.click()
    store(tenant, 3, at=clock.now())
    check(made, now=clock.now())
    expect(page.get_by_role("button", name="Acknowledge")).to_be_visible(timeout=25_000)
    expect(page.get_by_role("button", name="8 hours")).to_be_visible()
    expect(page.locator("#summary")).to_have_text("1 alert fires.")


def test_the_pages_fit_and_axe_finds_nothing(
    open_context: Callable[..., BrowserContext], owner: User, tenant: Tenant
) -> None:
    page = open_context(**AS_NARROW).new_page()
    enter(page, "owner")
    page.goto(HERE)
    found = looked_at(page, "empty")
    now = clock.now()
    channel = Channel.objects.create(tenant=tenant, name="On call", kind="webhook", address="http://127.0.0.1:9")
    for days in range(2, 80, 6):
        store(tenant, 6 + days % 5, at=now - timedelta(days=days))
    store(tenant, 9, at=now)
    open_one = alert(tenant, threshold=2)
    mine = alert(tenant, threshold=3, name="Rush of the day")
    alert(tenant, metric="negative_share", threshold=40)
    alert(tenant, metric="past_due", threshold=0, enabled=False)
    gone = alert(tenant, metric="breached", threshold=5, channels=["6b0dcf3e27c24995db84c678"])
    for each in (open_one, mine, gone):
        check(each, now=now)
    acknowledge(mine, by="manager")
    NumberAlert.objects.filter(pk=mine.pk).update(muted_until=now + timedelta(hours=1))
    page.goto(HERE)
    page.get_by_text("Mute", exact=False).first.click()
    found += looked_at(page, "list")
    page.goto("/t/acme/")
    expect(page.get_by_role("main")).to_contain_text("outside its limit")
    found += looked_at(page, "dashboard")
    page.goto(f"{HERE}add/?metric=arrived&window_hours=1&rule=above&threshold=5")
    expect(page.get_by_role("heading", name="Tried out over the past")).to_be_visible()
    found += looked_at(page, "form")
    page.get_by_label("Limit", exact=True).fill("5,5")
    page.get_by_role("button", name="Save").click()
    found += looked_at(page, "errors")
    assert channel.enabled
    assert found == []
