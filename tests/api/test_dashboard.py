"""The dashboard API: the numbers of the page, and the usual errors."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from supportsaas.db import mongo
from tenants.models import ApiToken, Role, Tenant, User
from tests.builders import store_tickets
from tests.reading_pages import page_of, text_of

ClientOf = Callable[[User], Client]
MARCH = {"from_date": "2026-03-01", "to_date": "2026-03-31"}


@pytest.fixture
def tickets(tenant: Tenant) -> Tenant:
    tenant.timezone = "Europe/Berlin"
    tenant.save()
    store_tickets(
        tenant,
        [
            {"status": "open", "message": "lawsuit", "source": "chat"},
            {"status": "Waiting on Customer", "message": "This is terrible, please help"},
            {"status": "closed", "resolved_at": "2026-03-10T14:00:00Z", "updated_at": "2026-03-14T14:00:00Z"},
            {"status": "closed"},
            {"status": "open", "created_at": "2026-02-28T23:30:00Z"},  # 1 March in Berlin
            {"status": "open", "created_at": "2026-02-28T22:30:00Z"},
        ],
    )
    return tenant


def ask(client: Client, **query: Any) -> dict[str, Any]:
    answer = client.get("/tenants/acme/dashboard", {**MARCH, **query})
    assert answer.status_code == 200, answer.content
    found: dict[str, Any] = answer.json()
    return found


def test_the_dashboard_api_has_the_numbers_of_the_page_for_the_same_local_days(
    tickets: Tenant, team_mate: User, client_of: ClientOf
) -> None:
    client = client_of(team_mate)
    for _ in range(2):  # from the tickets, then from roll-ups
        found = ask(client)
        totals = found["totals"]
        assert totals == {
            "total": 5, "open": 3, "high": 1, "negative": 1, "needs_action": totals["needs_action"], "unknown_status": 1,
            "not_classified": 0,
        }  # fmt: skip
        page = page_of(client, "/t/acme/?from=2026-03-01&to=2026-03-31")
        names = {"Tickets": "total", "Open": "open", "High urgency": "high", "Negative": "negative"}
        names["Needs action"] = "needs_action"
        for name, field in names.items():
            assert f'aria-label="{name}: {totals[field]}"' in page
        assert "Waiting on Customer (not mapped)" in page
    assert found["time_zone"] == "Europe/Berlin"
    assert found["period"] == {"from_date": "2026-02-28T23:00:00Z", "to_date": "2026-03-31T22:00:00Z"}
    assert found["by_status"] == {"Waiting on Customer": 1, "closed": 2, "open": 2}
    assert found["unknown_statuses"] == {"Waiting on Customer": 1}
    assert sum(point["total"] for point in found["trend"]["buckets"]) == 5
    assert [len(hours) for hours in found["week_hours"]] == [24] * 7
    assert ask(client, source="chat")["totals"]["total"] == 1


def test_no_guessed_closing_time_is_in_a_median_and_the_page_says_how_many_were_left_out(
    tickets: Tenant, team_mate: User, client_of: ClientOf
) -> None:
    client = client_of(team_mate)
    for _ in range(2):
        found = ask(client)["resolution"]
        assert (found["resolved"], found["closing_time_unknown"], found["reopened"]) == (1, 1, 0)
        assert found["median_seconds"] == pytest.approx(5 * 3600, rel=0.021)
        page = text_of(page_of(client, "/t/acme/?from=2026-03-01&to=2026-03-31"))
        assert "1 resolved ticket not included: closing time unknown." in page
        csv = client.get("/t/acme/charts/resolution/csv/?from=2026-03-01&to=2026-03-31")
        rows = csv.getvalue().decode().splitlines()
        assert rows[0].endswith("closing_time_unknown") and rows[1].endswith(",1")
    assert client.get("/tickets/T-3", {"tenant_id": "acme"}).json()["resolved_at"] == "2026-03-10T14:00:00Z"
    assert client.get("/tickets/T-4", {"tenant_id": "acme"}).json()["resolved_at"] is None


def test_tickets_as_earlier_versions_stored_them_count_right_before_and_after_roll_ups_are_built(
    tenant: Tenant, team_mate: User, client_of: ClientOf
) -> None:
    store_tickets(tenant, [{"status": "Waiting on Customer"}, {"status": "closed"}, {"status": "open"}])
    tickets = mongo.collection("tickets")
    tickets.update_many({}, {"$unset": {"is_closing_known": "", "resolved_at": "", "mapped_from": ""}})
    updated = datetime(2026, 3, 12, 9, tzinfo=UTC)
    tickets.update_many({"status": {"$ne": "open"}}, {"$set": {"turns": [updated]}})
    client = client_of(team_mate)
    for _ in range(2):
        found = ask(client)
        assert (found["totals"]["open"], found["totals"]["unknown_status"]) == (2, 1)
        assert found["resolution"] == {
            "resolved": 0, "median_seconds": None, "p90_seconds": None, "reopened": 0, "closing_time_unknown": 1,
        }  # fmt: skip
        assert sum(point["settled"] for point in found["backlog"]) == 1
        assert found["backlog"][-1]["open"] == 2
        assert found["backlog"][0]["open"] == 0


def test_the_dashboard_api_covers_seven_days_by_default(tickets: Tenant, team_mate: User, client_of: ClientOf) -> None:
    found = client_of(team_mate).get("/tenants/acme/dashboard").json()
    assert len(found["trend"]["buckets"]) == 7
    assert found["trend"]["unit"] == "day"


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"from_date": "soon"}, "from_date"),
        ({"from_date": "2026-03-02", "to_date": "2026-03-01"}, "from_date"),
        ({"from_date": "1990-01-01", "to_date": "2026-03-01"}, "from_date"),
        ({"to_date": "2026-13-01"}, "to_date"),
        ({"period": "7d"}, "period"),
    ],
)
def test_an_invalid_dashboard_parameter_is_422_and_named(
    tenant: Tenant, team_mate: User, client_of: ClientOf, query: dict[str, str], field: str
) -> None:
    answer = client_of(team_mate).get("/tenants/acme/dashboard", query)
    assert answer.status_code == 422
    assert [each["field"] for each in answer.json()["errors"]] == [field]


def test_the_dashboard_api_is_404_for_strangers_and_401_without_authentication(
    tenant: Tenant, stranger: User, client_of: ClientOf
) -> None:
    assert client_of(stranger).get("/tenants/acme/dashboard").status_code == 404
    assert Client().get("/tenants/acme/dashboard").status_code == 401


def test_a_token_can_list_its_user_and_its_tenants(tenant: Tenant, other_tenant: Tenant, manager: User) -> None:
    _, text = ApiToken.issue(name="report", user=manager, tenant=tenant, role=Role.VIEWER)
    headers = {"Authorization": f"Bearer {text}"}
    mine = [{"tenant_id": "acme", "name": "Acme", "time_zone": tenant.timezone, "role": "viewer"}]
    assert Client().get("/tenants", headers=headers).json() == {"tenants": mine}
    me = Client().get("/me", headers=headers).json()
    assert (me["user"], me["token"], me["tenants"]) == (manager.username, "report", mine)
    assert Client().get("/me").status_code == 401


def test_the_dashboard_api_is_described_with_named_schemas(db: None) -> None:
    described = Client().get("/api/openapi.json").json()
    answer = described["paths"]["/tenants/{tenant_id}/dashboard"]["get"]["responses"]["200"]
    assert answer["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/DashboardOut"}
    totals = described["components"]["schemas"]["TotalsOut"]["properties"]
    assert set(totals) == {"total", "open", "high", "negative", "needs_action", "unknown_status", "not_classified"}
