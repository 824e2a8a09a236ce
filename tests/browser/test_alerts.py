"""Alerts in a real browser: a channel is made and tried out, an urgent ticket arrives, a dead message is sent again."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from supportsaas import clock
from supportsaas.db import mongo
from tenants.models import Tenant, User
from tests.alerts.endpoint import Endpoint, Reply
from tests.browser.conftest import enter
from tests.browser.looks import AS_NARROW, faults
from tests.builders import store_tickets
from tickets.alerts.dispatcher import Dispatcher
from tickets.alerts.model import Channel

pytestmark = pytest.mark.usefixtures("db")


def bring_urgent(tenant: Tenant, *ids: str) -> None:
    moment = clock.iso_z(clock.now())
    times = {"created_at": moment, "updated_at": moment}
    records = [{"id": each, "message": "We file a lawsuit.", "customer_id": f"of {each}", **times} for each in ids]
    store_tickets(tenant, records, now=clock.now())


def let_die(ticket_id: str) -> None:
    values = {"status": "dead", "ended_at": clock.now(), "claimed_by": None}
    found = mongo.collection("deliveries").update_one({"tickets.ticket_id": ticket_id}, {"$set": values})
    assert found.modified_count == 1


def test_a_new_channel_fails_to_deliver_and_delivers_after_a_resend(page: Page, owner: User, tenant: Tenant) -> None:
    with Endpoint() as endpoint:
        enter(page, "owner")
        page.goto("/t/acme/alerts/")
        page.get_by_role("link", name="Add a channel").click()
        page.get_by_role("link", name="Signed webhook").click()
        page.get_by_label("Name").fill("Pager")
        page.get_by_label("URL", exact=True).fill(f"{endpoint.url}/hook")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_role("textbox", name="Signing secret")).to_have_value(re.compile("^whsec_"))

        page.get_by_role("button", name="Send test").click()
        expect(page.locator(".messages")).to_contain_text("Test delivered: status 200")
        expect(page.locator(".messages")).to_contain_text("thank you")
        assert endpoint.received[0].body["kind"] == "test"

        endpoint.behaviour = lambda _key, _body: Reply(500, b"out of order")
        bring_urgent(tenant, "T-1")
        Dispatcher(owner="test", jitter=lambda _shortest, _longest: 3600.0).deliver_due()
        let_die("T-1")
        page.get_by_role("link", name="Alerts").first.click()
        expect(page.get_by_role("main")).to_contain_text("1 message failed")
        page.locator("summary", has_text="1 attempt").click()
        expect(page.locator(".deliveries table")).to_contain_text("out of order")

        endpoint.behaviour = lambda _key, _body: Reply()
        page.get_by_role("button", name="Resend").click()
        expect(page.locator(".messages")).to_contain_text("1 message is queued to resend.")
        Dispatcher(owner="another").deliver_due()
        page.goto("/t/acme/alerts/")
        expect(page.locator(".deliveries")).to_contain_text("Delivered")
        expect(page.locator(".deliveries")).to_contain_text("resent by owner")
        keys = {each.key for each in endpoint.received[1:]}
        assert len(endpoint.received) == 3 and len(keys) == 1


def test_the_pages_of_alerts_pass_axe_and_fit_the_window(
    open_context: Callable[..., BrowserContext], owner: User, tenant: Tenant
) -> None:
    with Endpoint() as endpoint:
        channel = Channel.objects.create(tenant=tenant, kind="house", name="Desk", address=endpoint.url)
        Channel.objects.create(tenant=tenant, kind="email", name="Off", address="a@example.com", enabled=False)
        bring_urgent(tenant, *(f"T-{n}" for n in range(12)), "T-" + "long" * 30)
        Dispatcher(owner="test").deliver_due()
        let_die("T-3")
    page = open_context(**AS_NARROW).new_page()
    enter(page, "owner")
    found: list[str] = []
    settings = "/t/acme/settings/channels/"
    for address in ("/t/acme/alerts/", settings, f"{settings}add/?kind=webhook", f"{settings}{channel.pk}/"):
        page.goto(address)
        page.evaluate("document.querySelectorAll('main details.rest').forEach(each => { each.open = true })")
        found += faults(page)
    assert found == []
