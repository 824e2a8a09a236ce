"""Incidents on pages, on the dashboard, the overview and in the API: the same numbers everywhere."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from supportsaas.db import mongo
from tenants.models import Membership, Role, Tenant, User
from tests.api.caller import Api, token_of
from tests.builders import delete_stored, store_tickets
from tests.incidents.conftest import NOW, fault_records, look
from tests.incidents.made import MONDAY, incident_document
from tests.incidents.test_watching import LATER
from tests.reading_pages import page_of, text_of
from tickets.incidents.shared import find_shared
from tickets.incidents.store import IncidentStore

ClientOf = Callable[[User], Client]
pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture(autouse=True)
def _later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("supportsaas.clock.now", lambda: LATER)


@pytest.fixture
def incident(weeks: Tenant) -> Tenant:
    store_tickets(weeks, fault_records(15))
    assert look(weeks, LATER)
    return weeks


def insert(tenant: Tenant, **values: object) -> None:
    mongo.collection("incidents").insert_one(incident_document(tenant, **values))  # type: ignore[arg-type]


def test_page_list_and_api_have_the_same_numbers(incident: Tenant, manager: User, client_of: ClientOf) -> None:
    delete_stored(incident, ["F-4"])
    client = client_of(manager)
    listed = text_of(page_of(client, "/t/acme/incidents/"))
    assert "Ongoing latest first checkout Ongoing" in listed and "Customers 14 Tickets 14 Peak 15 usually 0" in listed
    page = page_of(client, "/t/acme/incidents/1/")
    text = text_of(page)
    assert "Within an hour, up to" in text and "15 different customers used the same words" in text
    assert "0 did on average" in text and "Customers 14 Tickets 14 First ticket" in text
    assert '<a href="/t/acme/tickets/?incident=1">14</a>' in page
    tickets = page_of(client, "/t/acme/tickets/?incident=1")
    assert "14 tickets" in text_of(tickets) and "Incident 1" in text_of(tickets)
    assert '<input type="hidden" name="incident" value="1">' in tickets  # stays when another filter is set
    api = Api(token_of(manager))
    (found,) = api.get("/tenants/acme/incidents")["incidents"]
    assert (found["state"], found["name"], found["tickets"], found["customers"]) == ("ongoing", "checkout", 14, 14)
    assert (found["observed"], found["usual"], found["hours"]) == (15, 0.0, 1) and found["limit"] >= 5
    assert api.get("/tickets", tenant_id="acme", incident="1")["total"] == 14


def test_a_number_that_is_none_is_rejected(incident: Tenant, manager: User, client_of: ClientOf) -> None:
    assert client_of(manager).get("/t/acme/tickets/?incident=x").status_code == 400
    status, body = Api(token_of(manager)).call("GET", "/tickets", tenant_id="acme", incident="-1")
    assert status == 422 and "incident" in str(body["errors"])


def test_managers_dismiss_and_undo_and_viewers_see_no_button(
    incident: Tenant, manager: User, team_mate: User, client_of: ClientOf
) -> None:
    client, address = client_of(manager), "/t/acme/incidents/1/"
    assert "Not an incident" in page_of(client, address)
    assert "Not an incident" not in page_of(client_of(team_mate), address)
    answer = client.post(f"{address}dismiss/", {"dismissed": "1"}, follow=True)
    assert "is dismissed. Its words raise no other incident for 30 days." in answer.content.decode()
    text = text_of(page_of(client, address))
    assert "Dismissed" in text and "by manager" in text and "Undo dismissal" in text
    assert "Ongoing" not in text_of(page_of(client, "/t/acme/incidents/"))
    client.post(f"{address}dismiss/", {"dismissed": "0"})
    assert "Ongoing" in text_of(page_of(client, "/t/acme/incidents/"))


def test_dismissing_one_that_is_gone_says_so(incident: Tenant, manager: User, client_of: ClientOf) -> None:
    answer = client_of(manager).post("/t/acme/incidents/9/dismiss/", {"dismissed": "1"}, follow=True)
    assert "This incident no longer exists." in answer.content.decode()
    assert client_of(manager).get("/t/acme/incidents/9/").status_code == 404


def test_the_dashboard_names_ongoing_incidents_and_no_others(
    incident: Tenant, manager: User, client_of: ClientOf
) -> None:
    insert(incident, number=2, name="parcel", ended_at=NOW, is_ongoing=False)
    text = text_of(page_of(client_of(manager), "/t/acme/"))
    assert "Incident: checkout , 15 customers since" in text and "parcel" not in text


class TestOverview:
    def test_the_same_incident_of_several_of_my_tenants_is_one_line(
        self, incident: Tenant, other_tenant: Tenant, manager: User, client_of: ClientOf
    ) -> None:
        times = {"first_at": NOW, "last_at": NOW, "found_at": NOW}
        insert(other_tenant, name="checkout", **times)
        insert(other_tenant, number=2, name="hotline", **times)
        assert "tenants:" not in text_of(page_of(client_of(manager), "/"))
        assert "Globex" not in page_of(client_of(manager), "/")
        Membership.objects.create(user=manager, tenant=other_tenant, role=Role.VIEWER)
        text = text_of(page_of(client_of(manager), "/"))
        assert "Incident in 2 tenants: checkout , within the same hours. Acme 15 customers, " in text
        assert f"Incident: {other_tenant.name} , hotline , 0 customers since" in text

    def test_the_same_words_at_another_time_are_not_the_same_incident(
        self, incident: Tenant, other_tenant: Tenant, manager: User, client_of: ClientOf
    ) -> None:
        Membership.objects.create(user=manager, tenant=other_tenant, role=Role.VIEWER)
        insert(other_tenant, name="checkout")
        assert "tenants:" not in text_of(page_of(client_of(manager), "/"))


def test_the_list_has_pages(incident: Tenant, manager: User, client_of: ClientOf) -> None:
    for number in range(2, 29):
        insert(incident, number=number, name=f"word{number}", ended_at=NOW, is_ongoing=False)
    first, second = (text_of(page_of(client_of(manager), f"/t/acme/incidents/?page={n}")) for n in (1, 2))
    assert "Page 1 of 2" in first and "word28" in first and "word2 " in second and IncidentStore(incident).count() == 28


def test_without_incidents_the_page_says_when_there_are_some(
    tenant: Tenant, manager: User, client_of: ClientOf
) -> None:
    assert "at least 5 different customers" in page_of(client_of(manager), "/t/acme/incidents/")


def test_incidents_are_shared_by_tenants_if_words_and_hours_are_the_same(tenant: Tenant, other_tenant: Tenant) -> None:
    insert(tenant, name="checkout")
    found = []
    for number, (name, hours) in enumerate([("checkout", 2), ("checkout", 4), ("hotline", 0)], 1):
        at = MONDAY + timedelta(hours=hours)
        insert(other_tenant, number=number, name=name, phrases=[name], first_at=at, last_at=at)
        mine, other = IncidentStore(tenant).find(1), IncidentStore(other_tenant).find(number)
        assert mine is not None and other is not None
        found.append(len(find_shared([mine, other])))
    assert found == [1, 0, 0]
