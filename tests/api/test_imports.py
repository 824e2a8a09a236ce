"""`POST /tickets/import`: a program sends tickets; sending them again changes nothing."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tenants.models import Role, Tenant, User
from tests.api.caller import token_of
from tests.builders import record
from tests.client_response import ClientResponse
from tickets import jobs
from tickets.helpdesks.model import Source
from tickets.jobs import JobRequest
from tickets.store.ticket_store import TicketStore

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def client_with_token(owner: User) -> Client:
    return Client(headers={"Authorization": f"Bearer {token_of(owner)}"}, enforce_csrf_checks=True)


def send(client: Client, body: str | bytes, **params: str) -> ClientResponse:
    query = "&".join(f"{name}={value}" for name, value in {"tenant_id": "acme", **params}.items())
    response: ClientResponse = client.post(f"/tickets/import?{query}", data=body, content_type="application/x-ndjson")
    return response


def lines(*records: Any) -> str:
    return "\n".join(json.dumps(each) for each in records)


def test_tickets_are_stored_and_sending_them_again_changes_nothing(client_with_token: Client, tenant: Tenant) -> None:
    body = lines(*(record(f"T-{n}", subject=f"no {n}") for n in range(1, 31)))
    first = send(client_with_token, body)
    assert first.status_code == 200, first.content
    assert first.json()["status"] == "completed"
    assert first.json()["new_ingested"] == 30
    again = send(client_with_token, body).json()
    assert (again["new_ingested"], again["updated"], again["unchanged"]) == (0, 0, 30)
    assert TicketStore(tenant).count_live() == 30


def test_a_json_list_is_read_too_and_a_changed_record_updates_its_ticket(
    client_with_token: Client, tenant: Tenant
) -> None:
    send(client_with_token, json.dumps([record("T-1")]))
    changed = record("T-1", subject="Changed", updated_at="2026-03-11T09:00:00Z")
    assert send(client_with_token, json.dumps([changed])).json()["updated"] == 1
    found = TicketStore(tenant).find_ticket("T-1")
    assert found is not None
    assert found["subject"] == "Changed"


def test_rejected_records_are_counted_by_reason_and_the_rest_is_stored(client_with_token: Client) -> None:
    answer = send(
        client_with_token, lines(record("T-1"), {"id": "T-2"}, 7, {**record("T-3"), "tenant_id": "other"})
    ).json()
    assert (answer["status"], answer["new_ingested"], answer["quarantined"], answer["foreign"]) == ("partial", 1, 2, 1)
    assert {"field": "created_at", "reason": "is missing", "count": 1, "first": ["record 2"]} in answer["rejected"]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("", "no records"),
        ("{", "Line 1 is not valid JSON"),
        ("[1,", "not valid JSON"),
        (b"\xff\xfe{", "UTF-8"),
        ("\n".join(["{}"] * 1001), "at most 1,000"),
        ("[" * 100_000, "not readable"),
    ],
)
def test_a_body_that_is_not_readable_is_rejected_whole(
    client_with_token: Client, body: str | bytes, reason: str
) -> None:
    response = send(client_with_token, body)
    assert response.status_code == 422
    assert reason in str(response.json())


def test_an_import_has_a_name_space_of_its_own_beside_a_connection(
    client_with_token: Client, tenant: Tenant, native_source: Callable[[str], Source]
) -> None:
    native_source("http://127.0.0.1:9")
    send(client_with_token, lines(record("T-1")), name="shop")
    assert TicketStore(tenant).find_ticket("shop:T-1") is not None
    assert send(client_with_token, lines(record("T-1")), name="no spaces?").status_code == 422
    assert send(client_with_token, lines(record("T-1")), into="nobody").status_code == 404


def test_the_name_of_a_connection_is_answered_with_the_parameters_to_send(
    client_with_token: Client, native_source: Callable[..., Source]
) -> None:
    native_source("http://127.0.0.1:9", name="api")
    response = send(client_with_token, lines(record("T-1")))
    assert response.status_code == 422
    assert response.json()["errors"][0]["field"] == "name"
    assert "Send another name, or into=api" in response.json()["detail"]
    assert send(client_with_token, lines(record("T-1")), name="shop").json()["new_ingested"] == 1


def test_a_run_that_is_going_is_a_conflict(client_with_token: Client, tenant: Tenant) -> None:
    job_id = jobs.begin_at_once(tenant, JobRequest(trigger="command", started_by="x"), owner_id="x")
    response = send(client_with_token, lines(record("T-1")))
    assert (response.status_code, response.json()["job_id"]) == (409, job_id)


def test_only_managers_may_import(tenant: Tenant, team_mate: User, stranger: User) -> None:
    for user, status in ((team_mate, 403), (stranger, 404)):
        client = Client(headers={"Authorization": f"Bearer {token_of(user, role=Role.ADMIN)}"})
        assert send(client, lines(record("T-1"))).status_code == status
    assert send(Client(), lines(record("T-1"))).status_code == 401
