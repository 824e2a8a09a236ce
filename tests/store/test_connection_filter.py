"""A tenant with two helpdesks sees the tickets of one: page, list, export and API agree."""

import csv
import io
from collections.abc import Callable, Iterator
from datetime import date
from importlib import import_module
from threading import Event

import pytest
from django.test import Client

from supportsaas.db import mongo
from tenants.models import Tenant, User
from tests.api.caller import Api, token_of
from tests.builders import connect_source, record, store_words
from tests.helpdesk import ScriptedHelpdesk
from tests.rolled_up import facet_differences, roll_up
from tickets import jobs
from tickets.ingestion.run import ingest_tenant
from tickets.jobs import JobRequest
from tickets.rollups.building import build_outdated
from tickets.rollups.checking import check_day
from tickets.store.field_values import FieldValues
from tickets.store.filters import TicketFilter
from tickets.store.ticket_store import TicketStore

ClientOf = Callable[[User], Client]
pytestmark = pytest.mark.usefixtures("db")

PERIOD = "period=custom&from=2026-03-01&to=2026-03-31"


@pytest.fixture
def second() -> Iterator[ScriptedHelpdesk]:
    with ScriptedHelpdesk() as scripted:
        scripted.tickets = [record(f"T-{n}", subject="A refund", team="Billing") for n in range(1, 4)]
        yield scripted


@pytest.fixture
def both(tenant: Tenant, helpdesk: ScriptedHelpdesk, second: ScriptedHelpdesk) -> Tenant:
    """Five tickets of the first helpdesk, which keeps their ids, and three of the second."""
    helpdesk.tickets = [record(f"T-{n}", team="Billing") for n in range(1, 6)]
    connect_source(tenant, url=helpdesk.url)
    connect_source(tenant, url=second.url, name="second")
    ingest(tenant)
    store_words(tenant)
    return tenant


def ingest(tenant: Tenant) -> None:
    request = JobRequest(trigger="command", started_by="test")
    job_id = jobs.begin_at_once(tenant, request, owner_id="test")
    assert ingest_tenant(tenant, request, job_id=job_id, owner_id="test").status == "completed"


def rows(client: Client, address: str) -> list[dict[str, str]]:
    text = b"".join(client.get(address)).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.parametrize(
    ("name", "ids"),
    [("native", {f"T-{n}" for n in range(1, 6)}), ("second", {f"second:T-{n}" for n in range(1, 4)})],
)
def test_the_page_the_list_the_export_and_the_api_have_the_tickets_of_one_connection(
    both: Tenant, owner: User, client_of: ClientOf, name: str, ids: set[str]
) -> None:
    client, api = client_of(owner), Api(token_of(owner))
    listed = client.get(f"/t/acme/tickets/?connection={name}")
    assert {each["external_id"] for each in listed.context["page"].tickets} == ids
    page = listed.content.decode()
    assert '<legend class="field-label">Connection</legend>' in page
    assert f'name="connection" value="{name}" checked' in page
    assert {each["external_id"] for each in rows(client, f"/t/acme/export/tickets/?connection={name}")} == ids
    answered = api.get("/tickets", tenant_id="acme", connection=name)
    assert ({each["external_id"] for each in answered["tickets"]}, answered["total"]) == (ids, len(ids))

    dashboard = client.get(f"/t/acme/?{PERIOD}&connection={name}")
    assert dashboard.context["totals"].total == len(ids)
    (connections,) = [each for each in dashboard.context["bar"].values if each.name == "connection"]
    assert {each.value: each.count for each in connections.choices} == {"native": 5, "second": 3}
    numbers = api.get("/tenants/acme/dashboard", from_date="2026-03-01", to_date="2026-03-31", connection=name)
    assert numbers["totals"]["total"] == len(ids)
    charted = rows(client, f"/t/acme/charts/status/csv/?{PERIOD}&connection={name}")
    assert [each["tickets"] for each in charted] == [str(len(ids))]


def test_a_dashboard_says_that_it_takes_a_connection_or_a_team(both: Tenant, owner: User, client_of: ClientOf) -> None:
    answered = client_of(owner).get(f"/t/acme/?{PERIOD}&connection=second&team=Billing")
    assert answered.status_code == 400
    assert "Team cannot be combined with connection on a dashboard" in answered.content.decode()
    dashboard = {"from_date": "2026-03-01", "to_date": "2026-03-31"}
    status, body = Api(token_of(owner)).call(
        "GET", "/tenants/acme/dashboard", **dashboard, connection="second", team="Billing"
    )
    assert status == 422
    assert "team" in str(body)
    for given in ({"team": "Billing"}, {"connection": ["second", "native"]}):
        assert Api(token_of(owner)).get("/tenants/acme/dashboard", **dashboard, **given)["totals"]["total"] == 8


def test_a_single_connection_is_no_choice(
    tenant: Tenant, helpdesk: ScriptedHelpdesk, owner: User, client_of: ClientOf
) -> None:
    helpdesk.tickets = [record("T-1")]
    connect_source(tenant, url=helpdesk.url)
    ingest(tenant)
    assert 'name="connection"' not in client_of(owner).get("/t/acme/tickets/").content.decode()
    assert not client_of(owner).get(f"/t/acme/?{PERIOD}").context["bar"].values


def test_connections_have_numbers_of_their_own_once_there_are_two(
    tenant: Tenant, helpdesk: ScriptedHelpdesk, second: ScriptedHelpdesk, owner: User, client_of: ClientOf
) -> None:
    """Those of a single one are those of all tickets. Until they are built, pages count the tickets of a connection."""

    def slices() -> set[str]:
        numbers = mongo.collection("rollup_numbers")
        return {each["slice"] for each in numbers.find({"slice": {"$regex": "^connection="}})}

    helpdesk.tickets = [record(f"T-{n}", team="Billing") for n in range(1, 6)]
    connect_source(tenant, url=helpdesk.url)
    ingest(tenant)
    roll_up(tenant)
    assert not slices()
    connect_source(tenant, url=second.url, name="second")
    ingest(tenant)
    client = client_of(owner)
    for is_built in (False, True):
        assert slices() == ({"connection=0", "connection=1"} if is_built else set())
        assert client.get(f"/t/acme/?{PERIOD}&connection=second").context["totals"].total == 3
        assert client.get("/t/acme/tickets/?connection=second&state=open").context["page"].total == 3
        assert FieldValues(tenant).count(TicketFilter())["connection"] == (
            {"native": 5, "second": 3} if is_built else {"native": None, "second": None}
        )
        build_outdated(Event())
    roll_up(tenant)
    assert slices() == {"connection=0", "connection=1"}
    assert not facet_differences(tenant)
    assert not check_day(tenant, date(2026, 3, 10).toordinal())


def test_tickets_of_an_earlier_version_are_found_by_their_connection_after_the_upgrade(both: Tenant) -> None:
    tickets, queries = mongo.collection("tickets"), TicketStore(both).queries
    tickets.update_many({}, {"$unset": {"connection": ""}, "$pull": {"words": {"$regex": "^=connection="}}})
    roll_up(both)
    assert queries.count(TicketFilter(connection=("native",))) == 0
    migration = import_module("tickets.migrations.0012_tickets_by_connection")
    for step in (migration.name_connections, migration.add_words, migration.drop_rollups):
        step(None, None)
    roll_up(both)
    assert queries.count(TicketFilter(connection=("native",))) == 5
    found = [each["external_id"] for each in queries.iterate(TicketFilter(connection=("second",)))]
    assert found == ["second:T-3", "second:T-2", "second:T-1"]
    assert queries.count(TicketFilter(connection=("second",), q="refund")) == 3
