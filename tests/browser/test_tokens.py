"""A token from the first click to the last, in a real browser under the real policy."""

from playwright.sync_api import Page, expect

from tenants.models import Tenant, User
from tests.api.caller import Api
from tests.browser.conftest import enter
from tests.browser.looks import axe_finds


def test_a_token_is_created_used_and_revoked(page: Page, owner: User, tenant: Tenant) -> None:
    enter(page, "owner")
    page.goto("/t/acme/")
    page.click(".sidenav >> text=Settings")
    page.click(".tabs >> text=Tokens")
    expect(page).to_have_url("/t/acme/settings/tokens/")
    page.fill("#id_name", "Export")
    assert axe_finds(page) == ""
    page.click("text=Create token")
    text = page.input_value("#made")
    assert axe_finds(page) == ""
    api = Api(text)
    assert api.call("GET", "/tickets", tenant_id="acme")[0] == 200
    page.click("text=Done")
    expect(page.locator(".rows")).to_contain_text("last used just now")
    assert text not in page.content()
    page.click("details.confirm summary")
    assert api.call("GET", "/tickets", tenant_id="acme")[0] == 200
    page.click("text=Revoke token")
    expect(page.locator(".messages")).to_contain_text("Revoked “Export”")
    assert api.call("GET", "/tickets", tenant_id="acme")[0] == 401
