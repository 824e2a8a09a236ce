"""An account's pages, erasing a customer, and a session that ends under somebody's hands, in a real browser."""

from playwright.sync_api import Page, expect

from tenants.models import ApiToken, PersonSession, Role, Tenant, User
from tests.browser.conftest import enter
from tests.browser.looks import axe_finds, each_look, faults_as
from tests.builders import store_tickets
from tests.conftest import PASSWORD
from tickets import jobs
from tickets.helpdesks.model import Source


def test_the_pages_of_an_account_and_of_an_erasure_look_right_in_both_themes(
    page: Page, owner: User, tenant: Tenant
) -> None:
    ApiToken.issue(name="Export", user=owner, tenant=None, role=Role.VIEWER)
    store_tickets(tenant, [{"id": "T-1", "customer_id": "jane.doe@example.com"}])
    enter(page, "owner")
    for path in (
        "/account/",
        "/account/password/",
        "/t/acme/settings/members/",
        "/t/acme/customers/jane.doe@example.com/",
        "/t/acme/erase-customer/?customer=jane.doe@example.com",
    ):
        page.goto(path)
        for look in each_look(page):
            assert faults_as(look, page) == [], path


def test_a_button_pressed_after_the_session_ended_leads_back_to_its_page(
    page: Page, owner: User, tenant: Tenant
) -> None:
    Source.objects.create(tenant=tenant, kind="house", url="http://127.0.0.1:9")
    enter(page, "owner")
    page.goto("/t/acme/ingestion/")
    PersonSession.objects.all().delete()
    page.get_by_role("button", name="Run ingestion").click()
    expect(page.locator(".messages")).to_contain_text("nothing was changed")
    assert axe_finds(page) == ""
    page.fill("#username", "owner")
    page.fill("#password", PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url("/t/acme/ingestion/")
    page.get_by_role("button", name="Run ingestion").click()
    expect(page.get_by_role("button", name="Run ingestion")).to_have_count(0)
    assert jobs.find_active(tenant)


def test_a_log_in_form_left_in_a_second_tab_leads_on(page: Page, owner: User, tenant: Tenant) -> None:
    page.goto("/login/?next=/t/acme/customers/")
    second = page.context.new_page()
    second.goto("/login/?next=/t/acme/tickets/")
    for tab, url in ((page, "/t/acme/customers/"), (second, "/t/acme/tickets/")):
        tab.fill("#username", "owner")
        tab.fill("#password", PASSWORD)
        tab.get_by_role("button", name="Sign in").click()
        expect(tab).to_have_url(url)
