"""Rules in a real browser: one is tried out, saved, put first, and a ticket says which rule decided."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tenants.models import Tenant, User
from tests.browser.conftest import enter
from tests.browser.looks import AS_NARROW, faults
from tests.builders import store_tickets
from tickets.ingestion.worker import Worker
from tickets.models import ClassificationRule
from tickets.rules.editing import switch_rule

pytestmark = pytest.mark.usefixtures("db")


def test_previewing_and_saving_a_rule_changes_the_ticket(
    page: Page, manager: User, tenant: Tenant, worker: Worker
) -> None:
    store_tickets(tenant, [{"id": f"T-{n}", "subject": "On the gold plan"} for n in range(3)])
    enter(page, "manager")
    page.goto("/t/acme/")
    page.get_by_role("link", name="Classification").click()
    page.get_by_role("link", name="Add a rule").click()
    page.get_by_label("When subject or message contains").fill("gold plan")
    page.get_by_label("Urgency becomes").select_option("High")
    page.get_by_role("button", name="Preview changes").click()
    expect(page.locator("#preview")).to_contain_text("3 of the newest 3 tickets would change")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#reclassification")).to_contain_text(
        "All stored tickets are up to date with these rules: 3 changed"
    )
    page.goto("/t/acme/tickets/T-1/")
    expect(page.get_by_role("main")).to_contain_text("rule: gold plan")
    expect(page.get_by_role("main")).to_contain_text("rules changed")


def test_the_list_works_without_javascript_and_by_keyboard(
    open_context: Callable[..., BrowserContext], manager: User, tenant: Tenant
) -> None:
    for phrases in ("one", "two"):
        ClassificationRule.objects.create(tenant=tenant, phrases=phrases, urgency="high")
    page = open_context(viewport={"width": 390, "height": 800}, java_script_enabled=False).new_page()
    enter(page, "manager")
    page.goto("/t/acme/rules/")
    page.get_by_role("button", name="Move up: two").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".rows h3").first).to_have_text("two")
    page.locator("summary", has_text="Delete: two").click()
    page.get_by_role("button", name="Delete the rule").first.click()
    expect(page.get_by_role("main")).to_contain_text("Deleted the rule “two”")


def test_the_pages_fit_and_axe_finds_nothing(
    open_context: Callable[..., BrowserContext], manager: User, tenant: Tenant
) -> None:
    store_tickets(tenant, [{"id": f"T-{n}", "subject": "On the gold plan, and a newsletter"} for n in range(3)])
    notes = ("They pay for it.", "")
    listed = [
        ClassificationRule.objects.create(tenant=tenant, phrases=phrases, urgency=urgency, sentiment=feeling, note=note)
        for phrases, urgency, feeling, note in (
            ("gold plan, key account, " + "averylongunbrokenword" * 4, "high", "", notes[0]),
            ("newsletter*", "low", "neutral", notes[1]),
            ("portal", "at least medium", "negative", "Switched off for the time being"),
        )
    ]
    switch_rule(listed[2], enabled=False)
    page = open_context(**AS_NARROW).new_page()
    enter(page, "manager")
    for name, path in (("rules", "rules/"), ("form", f"rules/{listed[0].pk}/"), ("ticket", "tickets/T-1/")):
        page.goto(f"/t/acme/{path}")
        if name == "form":
            page.get_by_label("Urgency becomes").select_option("Medium")
            page.get_by_role("button", name="Preview changes").click()
            expect(page.locator("#preview")).to_contain_text("of the newest 3 tickets")
        assert faults(page) == []
