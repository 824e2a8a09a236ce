"""`/circuit/{name}`: who may see and reset which endpoint's circuit."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from supportsaas.reliability.circuit_breaker import CircuitBreaker, Permit
from tenants.models import ApiToken, Membership, Role, Tenant, User
from tests.alerts.conftest import Urgent
from tests.alerts.endpoint import Endpoint, Reply
from tickets.alerts.channels import endpoint_of
from tickets.alerts.dispatcher import Dispatcher
from tickets.alerts.model import Channel

pytestmark = pytest.mark.usefixtures("db")
ClientOf = Callable[[User], Client]


def fail(channel: Channel, times: int = 5) -> None:
    circuit = CircuitBreaker(endpoint_of(channel))
    for _ in range(times):
        permit = circuit.admit()
        assert isinstance(permit, Permit)
        circuit.record(permit, ok=False)


def status(client: Client, name: str = "notify") -> dict[str, Any]:
    response = client.get(f"/circuit/{name}/status")
    assert response.status_code == 200
    found: dict[str, Any] = response.json()
    return found


def test_the_notify_circuit_exists_before_anything_is_sent(team_mate: User, client_of: ClientOf) -> None:
    assert status(client_of(team_mate)) == {
        "name": "notify",
        "state": "closed",
        "failure_count": 0,
        "success_count": 0,
        "recent_failure_rate": 0.0,
        "opened_at": None,
        "retry_after": None,
    }


def test_an_open_circuit_reports_since_when_and_for_how_long(
    team_mate: User, client_of: ClientOf, native_channel: Channel
) -> None:
    fail(native_channel)
    for name in ("notify", endpoint_of(native_channel)):
        found = status(client_of(team_mate), name)
        assert (found["name"], found["state"], found["failure_count"]) == (name, "open", 5)
        assert found["recent_failure_rate"] == 1.0
        assert found["opened_at"].endswith("Z")
        assert 0 < found["retry_after"] <= 30


def test_notify_is_the_worst_of_the_users_own_native_endpoints(
    tenant: Tenant, other_tenant: Tenant, team_mate: User, stranger: User, client_of: ClientOf
) -> None:
    channels = [
        Channel.objects.create(tenant=owner, kind="house", name=f"at {port}", address=f"http://127.0.0.1:{port}")
        for owner, port in ((tenant, 1), (tenant, 2), (other_tenant, 3))
    ]
    fail(channels[1])
    assert status(client_of(team_mate))["state"] == "open"
    assert status(client_of(stranger))["state"] == "closed"
    Membership.objects.create(user=stranger, tenant=tenant, role=Role.VIEWER)
    assert status(client_of(stranger))["state"] == "open"


def test_a_circuit_of_another_tenant_is_404(
    native_channel: Channel, stranger: User, owner: User, client_of: ClientOf
) -> None:
    name = endpoint_of(native_channel)
    for client, wanted in ((client_of(stranger), name), (client_of(owner), "notify:elsewhere:80")):
        assert client.get(f"/circuit/{wanted}/status").status_code == 404
        assert client.post(f"/circuit/{wanted}/reset").status_code == 404
    assert Client().get("/circuit/notify/status").status_code == 401


def test_a_circuit_reset_sends_waiting_messages(
    manager: User, client_of: ClientOf, native_channel: Channel, endpoint: Endpoint, urgent: Urgent,
) -> None:  # fmt: skip
    endpoint.behaviour = lambda _key, _body: Reply(status=500)
    dispatcher = Dispatcher(owner="test", jitter=lambda _low, _high: 0.0)
    urgent(2)
    dispatcher.deliver_due()
    assert status(client_of(manager))["state"] == "open"
    endpoint.behaviour = lambda _key, _body: Reply()
    response = client_of(manager).post("/circuit/notify/reset")
    assert (response.status_code, response.json()) == (200, {"status": "reset", "name": "notify"})
    assert status(client_of(manager))["state"] == "closed"
    Dispatcher(owner="test").deliver_due()
    assert len(endpoint.accepted()) == 2


def test_a_viewer_cannot_reset_a_circuit(team_mate: User, client_of: ClientOf, native_channel: Channel) -> None:
    fail(native_channel)
    for name in ("notify", endpoint_of(native_channel)):
        assert client_of(team_mate).post(f"/circuit/{name}/reset").status_code == 403
    assert status(client_of(team_mate))["state"] == "open"


def test_resetting_notify_resets_only_endpoints_that_the_user_may_manage(
    tenant: Tenant, other_tenant: Tenant, manager: User, client_of: ClientOf
) -> None:
    Membership.objects.create(user=manager, tenant=other_tenant, role=Role.VIEWER)
    mine, read_only = (
        Channel.objects.create(tenant=owner, kind="house", name="House", address=f"http://127.0.0.1:{port}")
        for owner, port in ((tenant, 1), (other_tenant, 2))
    )
    for channel in (mine, read_only):
        fail(channel)
    assert client_of(manager).post("/circuit/notify/reset").status_code == 200
    assert status(client_of(manager), endpoint_of(mine))["state"] == "closed"
    assert status(client_of(manager), endpoint_of(read_only))["state"] == "open"


def test_a_token_sees_and_resets_only_its_own_circuits(
    tenant: Tenant, other_tenant: Tenant, manager: User, native_channel: Channel
) -> None:
    Membership.objects.create(user=manager, tenant=other_tenant, role=Role.MANAGER)
    name = endpoint_of(native_channel)
    for scope, role, seen, reset in (
        (tenant, Role.MANAGER, 200, 200),
        (tenant, Role.VIEWER, 200, 403),
        (other_tenant, Role.MANAGER, 404, 404),
    ):
        text = ApiToken.issue(name=f"{scope} {role}", user=manager, tenant=scope, role=role)[1]
        client = Client(headers={"Authorization": f"Bearer {text}"})
        assert client.get(f"/circuit/{name}/status").status_code == seen
        assert client.post(f"/circuit/{name}/reset").status_code == reset
