"""A first-time admin's way in a real browser: from an empty installation to a dashboard with tickets."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from supportsaas import clock
from tenants.models import Tenant, User
from tenants.new_tenant import propose_id
from tests.browser.conftest import enter
from tests.browser.looks import AS_NARROW, faults
from tests.builders import record
from tests.conftest import PASSWORD
from tests.helpdesk import ScriptedHelpdesk
from tests.helpdesks.vendors.redmine import Server as Redmine
from tickets.demo.server import DemoHelpdesk
from tickets.helpdesks.model import Source
from tickets.ingestion.worker import Worker

pytestmark = pytest.mark.usefixtures("db")

MOST_CLICKS = 12


class Clicks:
    def __init__(self) -> None:
        self.count = 0

    def __call__(self, target: Locator) -> None:
        self.count += 1
        target.click()


@pytest.fixture
def simulator() -> Iterator[DemoHelpdesk]:
    """The simulated helpdesk, with tickets of the last days."""
    sizes = {"tenant_a": 130, "tenant_b": 10, "tenant_c": 10, "tenant_d": 10}
    with DemoHelpdesk(port=0, anchor=clock.now() - timedelta(hours=1), sizes=sizes, rate_limit=None) as helpdesk:
        yield helpdesk


def test_from_an_empty_installation_to_a_dashboard(
    page: Page, superuser: User, simulator: DemoHelpdesk, worker: Worker
) -> None:
    click = Clicks()
    page.goto("/")
    page.get_by_label("User").fill(superuser.username)
    page.get_by_label("Password").fill(PASSWORD)
    click(page.get_by_role("button", name="Sign in"))

    click(page.get_by_role("link", name="Create your first tenant"))
    page.get_by_label("Name").fill("Tenant A")
    expect(page.get_by_label("ID")).to_have_value("tenant-a")
    page.get_by_label("ID").fill("tenant_a")
    page.get_by_label("Time zone").fill("berlin")
    click(page.get_by_role("button", name="Create and connect its helpdesk"))
    assert Tenant.objects.get().timezone == "Europe/Berlin"

    # The search narrows the list while somebody types.
    page.get_by_label("Find your helpdesk").fill("redm")
    expect(page.get_by_role("link", name="Zendesk")).to_have_count(0)
    click(page.get_by_role("link", name="Native protocol"))
    page.get_by_label("Address").fill(simulator.url)
    click(page.get_by_role("button", name="Test connection"))
    expect(page.get_by_role("heading", name="10 of your tickets, as they will look")).to_be_visible()
    assert not Source.objects.exists()
    click(page.get_by_role("button", name="Save and start the first sync"))

    expect(page.get_by_role("table")).to_contain_text("Completed", timeout=60_000)
    click(page.get_by_role("link", name="Dashboard").first)
    expect(page.locator(".tiles")).to_be_visible()
    assert click.count <= MOST_CLICKS

    # What is left to do is on the dashboard until it is done, or until somebody does not want to see it.
    checklist = page.get_by_role("region", name="Set up Tenant A")
    expect(checklist.get_by_role("listitem").filter(has_text="done")).to_have_count(2)
    expect(checklist.get_by_role("link", name="Choose who is alerted")).to_be_visible()
    checklist.get_by_role("button", name="Hide this list").click()
    expect(checklist).to_have_count(0)


def test_the_way_works_without_javascript(
    open_context: Callable[..., BrowserContext], owner: User, tenant: Tenant, helpdesk: ScriptedHelpdesk
) -> None:
    helpdesk.tickets = [record(f"T-{n}", status="Parked") for n in range(3)]
    page = open_context(java_script_enabled=False).new_page()
    enter(page, "owner")
    page.goto("/t/acme/")
    page.get_by_role("link", name="Connect a helpdesk").first.click()
    page.get_by_label("Find your helpdesk").fill("nothing of the kind")
    page.get_by_role("button", name="Find").click()
    expect(page.get_by_role("main")).to_contain_text("is not in the list")
    page.get_by_role("link", name="Native protocol").click()
    page.get_by_label("Address").fill(helpdesk.url)
    page.get_by_role("button", name="Test connection").click()
    page.get_by_label("Parked means").select_option("on_hold")
    page.get_by_role("button", name="Save and start the first sync").click()
    expect(page.get_by_role("main")).to_contain_text("The first sync has started")


def test_the_link_to_the_key_appears_once_its_address_is_known(page: Page, owner: User, tenant: Tenant) -> None:
    enter(page, "owner")
    page.goto("/t/acme/settings/source/new/zendesk/")
    link = page.get_by_role("link", name="Open the page where the key is created")
    expect(link).to_have_count(0)
    page.get_by_label("Subdomain").fill("acme")
    expect(link).to_have_attribute(
        "href", "https://acme.zendesk.com/admin/apps-integrations/apis/zendesk-api/oauth_clients"
    )
    page.get_by_label("Subdomain").fill("acme.example/x?")
    expect(link).to_have_count(0)


def test_the_page_proposes_the_same_ids_as_the_server(page: Page, superuser: User) -> None:
    enter(page, superuser.username)
    page.goto("/new-tenant/")
    script = "async (name) => (await import('/static/js/propose_id.js')).proposeId(name)"
    for name in ("Alder Shop", "Müller & Söhne", "Straße 7", "  --  Øre  --  ", "日本", "É" * 70, "İstanbul", "ﬁt"):
        assert page.evaluate(script, name) == propose_id(name), name


def test_the_pages_of_the_setup_pass_axe_and_fit_the_window(
    open_context: Callable[..., BrowserContext], superuser: User, tenant: Tenant
) -> None:
    page = open_context(**AS_NARROW).new_page()
    enter(page, superuser.username)
    found = []
    new = "/t/acme/settings/source/new/"
    for address in ("/new-tenant/", "/t/acme/", new, f"{new}zendesk/", f"{new}rest/", f"{new}file/"):
        page.goto(address)
        found += faults(page)
    with Redmine() as server:
        for number in range(12):
            server.add(number, subject="A subject that is rather long " * 3)
        server.add(20, status="Waiting on Customer", customer_name="A customer with a name " * 3)
        page.goto(f"{new}redmine/")
        page.get_by_label("Address").fill(server.url)
        page.get_by_label("API key").fill(server.secret)
        page.get_by_role("button", name="Test connection").click()
        expect(page.get_by_role("button", name="Save and start the first sync")).to_be_visible()
        found += faults(page)
        page.goto(f"{new}redmine/")
        page.get_by_label("Address").fill(server.url)
        page.get_by_label("API key").fill("wrong")
        page.get_by_role("button", name="Test connection").click()
        expect(page.locator(".banner.danger")).to_contain_text("rejected the credentials")
        found += faults(page)
    assert found == []
