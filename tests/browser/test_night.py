"""A night on call, in a real browser on a phone: from the link in the message to an acknowledged alert."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, expect

from supportsaas.db import mongo
from tenants.models import Tenant, User
from tests.alerts.conftest import make_webhook
from tests.alerts.endpoint import Endpoint
from tests.browser.looks import AS_NARROW, faults
from tests.browser.test_alerts import bring_urgent
from tests.conftest import PASSWORD
from tickets.alerts.dispatcher import Dispatcher

pytestmark = pytest.mark.usefixtures("db")
MOST_CLICKS = 3
COUNT_CLICKS = """addEventListener("click", event => {
  if (event.isTrusted) sessionStorage.setItem("clicks", 1 + Number(sessionStorage.getItem("clicks") ?? 0));
}, true);"""


@pytest.mark.parametrize("link", ["acknowledge_url", "url"])
def test_from_the_link_in_a_message_to_an_acknowledged_alert(
    link: str, open_context: Callable[..., BrowserContext], owner: User, tenant: Tenant
) -> None:
    with Endpoint() as endpoint:
        make_webhook(tenant, endpoint)
        bring_urgent(tenant, "T-1")
        Dispatcher(owner="test").deliver_due()
        (request,) = endpoint.received
    address = request.body[link].partition("/t/")[2]
    page = open_context(**AS_NARROW).new_page()
    page.goto(f"/t/{address}")
    page.fill("#username", "owner")
    page.fill("#password", PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.add_init_script(COUNT_CLICKS)
    page.reload()
    page.evaluate("sessionStorage.setItem('clicks', 0)")
    assert mongo.collection("acknowledgements").count_documents({}) == 0, "opening a link acknowledges nothing"
    page.get_by_role("button", name="Acknowledge").click()
    expect(page.get_by_role("heading", name="Acknowledged by owner")).to_be_visible()
    if link == "acknowledge_url":
        page.get_by_role("link", name="Open ticket").click()
        expect(page.get_by_role("heading", name="Acknowledged by owner")).to_be_visible()
    expect(page).to_have_url("/t/acme/tickets/T-1/")
    assert int(page.evaluate("sessionStorage.getItem('clicks')")) <= MOST_CLICKS
    assert faults(page) == []
    page.goto("/t/acme/alerts/")
    expect(page.get_by_role("main")).to_contain_text("Acknowledged by owner")
    assert faults(page) == []
