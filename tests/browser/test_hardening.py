"""In a real browser: nothing that we send is refused by our own policy, and hostile text does nothing."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Dialog, Page, expect

from supportsaas import clock
from supportsaas.clock import iso_z
from tenants.models import Tenant, User
from tests import hostile
from tests.browser.conftest import enter
from tests.browser.test_main_path import log_in, wait_for_log_in
from tests.builders import finished_job, store_tickets
from tickets.helpdesks.model import Source

# An id of a customer with a line end is refused when it comes in.
CORPUS = {name: text for name, text in hostile.CORPUS.items() if name != "line ends"}

pytestmark = pytest.mark.usefixtures("db")

OURS = ("/", "/t/acme/", "/t/acme/tickets/", "/t/acme/tickets/T-1/", "/t/acme/customers/", "/t/acme/ingestion/",
        "/t/acme/settings/source/new/", "/t/acme/settings/source/new/zendesk/", "/new-tenant/",
        "/t/acme/quarantine/", "/t/acme/settings/source/", "/t/acme/settings/members/",
        "/t/acme/settings/tokens/", "/t/acme/settings/channels/", "/t/acme/settings/changes/", "/account/",
        "/account/password/", "/account/two-factor/", "/account/tokens/", "/api/docs", "/nothing/")  # fmt: skip
ADMIN = ("/admin/", "/admin/tenants/user/", "/admin/tenants/user/add/", "/admin/tenants/source/", "/admin/tenants/tenant/add/",
         "/admin/tenants/membership/add/", "/admin/tenants/apitoken/add/", "/admin/tenants/auditentry/",
         "/admin/tickets/ingestionlog/", "/admin/tickets/tickethistory/")  # fmt: skip


@pytest.fixture
def watched(open_context: Callable[..., BrowserContext]) -> tuple[Page, list[str]]:
    """A page, and what the browser said about refusals and scripts that ran."""
    page = open_context(viewport={"width": 1280, "height": 900}).new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(f"{message.text} (on {page.url})"))
    page.on("pageerror", lambda error: said.append(f"{error} (on {page.url})"))

    def dismiss(dialog: Dialog) -> None:
        said.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    page.on("dialog", dismiss)
    return page, said


def refused(said: list[str]) -> list[str]:
    return [each for each in said if re.search("Content Security Policy|Refused to|dialog", each)]


def settle(page: Page) -> None:
    """What the page has said up to now has arrived when an answer to a later question has."""
    page.evaluate("0")


def test_our_policy_refuses_nothing_of_ours_and_nothing_of_djangos_admin(
    watched: tuple[Page, list[str]], superuser: User, tenant: Tenant
) -> None:
    page, said = watched
    now = iso_z(clock.now())
    store_tickets(tenant, [{"id": "T-1", "created_at": now, "message": "We want a refund, else a lawsuit."}])
    Source.objects.create(tenant=tenant, kind="house", url="http://127.0.0.1:1")
    finished_job(tenant)
    enter(page, "root")
    for address in (
        *OURS,
        *ADMIN,
        f"/admin/tenants/tenant/{tenant.pk}/change/",
        f"/admin/tenants/user/{superuser.pk}/change/",
    ):
        page.goto(address)
        settle(page)
    assert refused(said) == []


def test_the_policy_does_refuse_an_inline_script(watched: tuple[Page, list[str]], superuser: User) -> None:
    """The test above would notice."""
    page, said = watched
    page.goto("/login/")
    with page.expect_console_message(lambda message: bool(refused([message.text]))):
        page.evaluate(
            "document.body.appendChild(Object.assign(document.createElement('script'), {textContent: 'alert(1)'}))"
        )
    assert refused(said)


def test_hostile_text_runs_nothing_and_turns_nothing_else_round(
    watched: tuple[Page, list[str]], owner: User, tenant: Tenant
) -> None:
    page, said = watched
    now = iso_z(clock.now())
    texts = [
        dict.fromkeys(("subject", "message", "customer_id", "source", "status"), value) for value in CORPUS.values()
    ]
    store_tickets(tenant, [{"id": f"T-{n}", "created_at": now, **each} for n, each in enumerate(texts)])
    enter(page, "owner")
    for address in (
        "/",
        "/t/acme/",
        "/t/acme/tickets/?page_size=100",
        "/t/acme/customers/",
        *(f"/t/acme/tickets/T-{n}/" for n in range(len(texts))),
    ):
        page.goto(address)
        settle(page)
        assert [each for each in said if "alert" in each or "dialog" in each] == [], address
    assert refused(said) == []

    # What comes after a text that is never closed stands where it would stand after any other.
    page.goto(f"/t/acme/tickets/T-{list(CORPUS).index('unclosed')}/")
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_contain_text("never closed")
    directions: Any = page.evaluate(
        """() => [...document.querySelectorAll('main *')]
            .filter(each => [...each.childNodes].some(n => n.nodeType === 3 && /[\\u202a-\\u202e\\u2066-\\u2069]/.test(n.data)))
            .map(each => getComputedStyle(each).unicodeBidi)"""
    )
    assert directions and set(directions) <= {"isolate", "plaintext", "isolate-override"}


def test_two_factor_log_in_is_set_up_and_used(page: Page, owner: User, tenant: Tenant) -> None:
    import pyotp

    from tests.conftest import PASSWORD

    log_in(page, "owner")
    page.goto("/account/two-factor/")
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Set up").click()
    expect(page.locator(".qr svg")).to_be_visible()
    secret = page.locator("main code").inner_text().replace(" ", "")
    page.get_by_label("Six-digit code").fill(pyotp.TOTP(secret).now())
    page.get_by_role("button", name="Turn on").click()
    shown = page.locator(".codes code")
    expect(shown).to_have_count(10)
    codes = shown.all_inner_texts()
    page.context.clear_cookies()
    log_in_until_code(page)
    page.get_by_label("Code").fill(codes[0])
    page.get_by_role("button", name="Sign in").click()
    wait_for_log_in(page)
    page.goto("/account/")
    expect(page.get_by_role("main")).to_contain_text("9 recovery codes left")


def log_in_until_code(page: Page) -> None:
    from tests.conftest import PASSWORD

    page.goto("/login/")
    page.get_by_label("User").fill("owner")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/login/code/")
