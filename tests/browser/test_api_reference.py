"""The API reference in a real browser: it loads under the real policy, and its calls work by session and by token."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tenants.models import ApiToken, Role, Tenant, User
from tests.browser.conftest import enter
from tests.browser.looks import NARROW, WIDE, take_on
from tests.builders import store_tickets

pytestmark = pytest.mark.usefixtures("db")


PATIENCE = 60_000
"""Swagger UI is a script of 1.5 MB; on a busy machine that takes its time."""


def call_at(page: Page, method: str, path: str) -> Locator:
    summary = page.locator(f".opblock-summary-{method.lower()} [data-path='{path}']")
    return page.locator(".opblock").filter(has=summary)


def open_reference(page: Page) -> None:
    page.set_default_timeout(PATIENCE)
    page.goto("/api/docs", wait_until="commit")
    expect(call_at(page, "GET", "/tickets")).to_be_visible(timeout=PATIENCE)


def authorize(page: Page, token: str) -> None:
    page.locator(".btn.authorize").click()
    page.get_by_label("auth-bearer-value").fill(token)
    page.get_by_label("Apply credentials").click()
    page.get_by_role("button", name="Close", exact=True).click()


def try_call(page: Page, method: str, path: str, **parameters: str) -> Locator:
    """Opens the call and sends it; its answer. The `page` fixture fails on anything that the policy refuses."""
    call = call_at(page, method, path)
    call.locator(".opblock-summary-control").click()
    call.get_by_role("button", name="Try it out").click()
    for name, value in parameters.items():
        call.get_by_placeholder(name, exact=True).fill(value)
    call.get_by_role("button", name="Execute").click()
    answer = call.locator(".live-responses-table")
    expect(answer).to_be_visible(timeout=PATIENCE)
    return answer


def status_of(answer: Locator) -> str:
    return answer.locator(".response .response-col_status").inner_text().split()[0]


def json_of(answer: Locator) -> Any:
    return json.loads(answer.locator(".highlight-code code").first.inner_text())


def test_a_read_with_the_session_sends_no_filter_that_nobody_chose(page: Page, owner: User, tenant: Tenant) -> None:
    store_tickets(tenant, [{"subject": "A refund"}])
    enter(page, "owner")
    open_reference(page)
    answer = try_call(page, "GET", "/tickets", tenant_id="acme")
    assert status_of(answer) == "200"
    assert [each["external_id"] for each in json_of(answer)["tickets"]] == ["T-1"]


def test_a_change_with_the_session_sends_the_csrf_token(page: Page, owner: User, tenant: Tenant) -> None:
    enter(page, "owner")
    open_reference(page)
    answer = try_call(page, "POST", "/circuit/{name}/reset", name="notify")
    assert status_of(answer) == "200"
    assert json_of(answer) == {"status": "reset", "name": "notify"}


def test_a_token_is_used_instead_of_the_session(page: Page, owner: User, tenant: Tenant) -> None:
    token = ApiToken.issue(name="Export", user=owner, tenant=tenant, role=Role.VIEWER)[1]
    enter(page, "owner")
    open_reference(page)
    authorize(page, token)
    answer = try_call(page, "GET", "/me")
    assert (status_of(answer), json_of(answer)["token"]) == ("200", "Export")
    page.reload()
    expect(call_at(page, "GET", "/tickets")).to_be_visible(timeout=PATIENCE)
    assert token not in page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")


def test_a_token_works_without_a_session(page: Page, owner: User, tenant: Tenant) -> None:
    token = ApiToken.issue(name="Export", user=owner, tenant=tenant, role=Role.VIEWER)[1]
    open_reference(page)
    authorize(page, token)
    assert status_of(try_call(page, "GET", "/tickets", tenant_id="acme")) == "200"


def test_the_api_reference_fits_both_themes_and_a_phone(
    open_context: Callable[..., BrowserContext], owner: User
) -> None:
    page = open_context(viewport={"width": 1280, "height": 900}).new_page()
    enter(page, "owner")
    open_reference(page)
    call_at(page, "GET", "/tickets").locator(".opblock-summary-control").click()
    for look, is_dark in ((WIDE, False), (NARROW, True)):
        take_on(page, look)
        expect(page.locator("html.dark-mode")).to_have_count(int(is_dark))
        assert page.evaluate("document.documentElement.scrollWidth") <= look.width


def test_every_page_leads_to_it(page: Page, owner: User, tenant: Tenant) -> None:
    page.goto("/login/")
    page.get_by_role("contentinfo").get_by_role("link", name="API reference").click()
    expect(page).to_have_url("/api/docs")
    enter(page, "owner")
    page.goto("/t/acme/")
    page.get_by_role("contentinfo").get_by_role("link", name="API reference").click()
    expect(page).to_have_url("/api/docs")
    owner.is_staff = True
    owner.save()
    page.goto("/admin/")
    page.get_by_role("contentinfo").get_by_role("link", name="API reference").click()
    expect(page).to_have_url("/api/docs")
    page.get_by_role("button", name="Your menu").click()
    page.locator("#person-menu").get_by_role("link", name="API reference").click()
    expect(page).to_have_url("/api/docs")


def test_without_script_it_leads_to_the_description(open_context: Callable[..., BrowserContext]) -> None:
    page = open_context(java_script_enabled=False).new_page()
    page.goto("/api/docs")
    expect(page.get_by_text("The reference needs JavaScript")).to_be_visible()
