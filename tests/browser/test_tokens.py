"""A token from the first click to the last, and the API's page, in a real browser under the real policy."""

from typing import Any

from playwright.sync_api import Page, expect

from tenants.models import Tenant, User
from tests.api.caller import Api
from tests.browser.conftest import enter
from tests.browser.looks import axe_finds


def test_a_token_is_made_used_and_revoked(page: Page, owner: User, tenant: Tenant) -> None:
    enter(page, "owner")
    page.goto("/t/acme/")
    page.click(".sidenav >> text=Settings")
    page.click(".tabs >> text=Tokens")
    expect(page).to_have_url("/t/acme/settings/tokens/")
    page.fill("#id_name", "Export")
    assert axe_finds(page) == ""
    page.click("text=Make it")
    text = page.input_value("#made")
    assert axe_finds(page) == ""
    api = Api(text)
    assert api.call("GET", "/tickets", tenant_id="acme")[0] == 200
    page.click("text=Done")
    expect(page.locator(".rows")).to_contain_text("last used just now")
    assert text not in page.content()
    page.click("details.confirm summary")
    assert api.call("GET", "/tickets", tenant_id="acme")[0] == 200
    page.click("text=Revoke it")
    expect(page.locator(".messages")).to_contain_text("is revoked")
    assert api.call("GET", "/tickets", tenant_id="acme")[0] == 401


def test_the_apis_page_works_under_the_policy_without_script_and_on_a_phone(
    page: Page, open_context: Any, owner: User
) -> None:
    page.goto("/api/docs")  # the fixture fails on anything the policy refuses
    page.click("details.call summary >> nth=1")
    expect(page.locator("details.call[open]")).to_contain_text("tenant_id")
    page.click("details.call[open] >> text=TicketPageOut")
    expect(page.locator("#shape-TicketPageOut")).to_be_in_viewport()
    assert axe_finds(page) == ""
    phone = open_context(java_script_enabled=False, viewport={"width": 390, "height": 800}).new_page()
    phone.goto("/api/docs")
    phone.click("details.call summary >> nth=1")
    expect(phone.locator("details.call[open]")).to_contain_text("tenant_id")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
