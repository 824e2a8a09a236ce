"""The pages of targets and of what is due: numbers open lists that have exactly them, and who may change what."""

import re
import threading
from collections.abc import Callable
from datetime import datetime
from html import unescape
from typing import Any

import pytest
from django.test import Client

from tenants.models import Tenant, User
from tests.api.caller import Api, token_of
from tests.builders import NOON, store_tickets
from tests.reading_pages import text_of
from tests.service_levels.targets import add_target
from tickets.recount.walk import recount_waiting_tickets
from tickets.service_levels.targets import find_targets

ClientOf = Callable[[User], Client]
pytestmark = pytest.mark.usefixtures("db")
HERE = "/t/acme/targets/"

FORM = {"name": "Fast", "clock": "first_reply", "length": "2", "unit": "hours", "enabled": "on"}


@pytest.fixture(autouse=True)
def now(monkeypatch: pytest.MonkeyPatch) -> datetime:
    monkeypatch.setattr("supportsaas.clock.now", lambda: NOON)
    return NOON


def answered(number: int, hour: str, **values: Any) -> dict[str, Any]:
    return {"id": f"T-{number}", "replies": 1, "first_reply_at": f"2026-03-10T{hour}:00Z", **values}


@pytest.fixture
def tickets(tenant: Tenant) -> Tenant:
    """Created at 9:00. Of P1: two answered in time, one too late, one past due, one due at 13:00; and one of P2."""
    waiting = {"replies": 0, "priority": "P1"}
    store_tickets(
        tenant,
        [
            answered(1, "10:00", priority="P1"),
            answered(2, "10:30", priority="P1"),
            answered(3, "11:30", priority="P1"),
            {"id": "T-4", **waiting, "assignee": "Ann"},
            {"id": "T-5", **waiting, "created_at": "2026-03-10T11:00:00Z", "updated_at": "2026-03-10T11:00:00Z"},
            answered(6, "11:45", priority="P2"),
        ],
    )
    return tenant


def saved(tenant: Tenant, **values: Any) -> str:
    target = add_target(tenant, conditions={"priority": ["P1"]}, **values)
    recount_waiting_tickets(threading.Event())
    return str(target.pk)


def test_each_number_opens_its_list(tickets: Tenant, owner: User, client_of: ClientOf) -> None:
    saved(tickets)
    client = client_of(owner)
    page = client.get(HERE).content.decode()
    assert "Met in 30 days 66.7% 2 of 3 Breached in 30 days 1 Past due now 1 Due within 4 h 1" in text_of(page)
    lists = [unescape(each) for each in re.findall(r'href="(/t/acme/tickets/\?[^"]+)"', page)]
    assert [client.get(each).context["page"].total for each in lists] == [2, 1, 1, 1]


def test_what_is_due_is_listed_live(tickets: Tenant, team_mate: User, client_of: ClientOf) -> None:
    saved(tickets)
    client = client_of(team_mate)
    response = client.get("/t/acme/due/")
    said = text_of(response.content.decode())
    assert "1 past due" in said and "1 due within 4 h" in said
    assert [each["external_id"] for each in response.context["coming"]] == ["T-5"]
    assert [each["external_id"] for each in response.context["past"]] == ["T-4"]
    assert "1 h late A question First reply First reply Ann P1 cust_1" in said
    assert "in 1 h" in said
    polled = client.get("/t/acme/due/", headers={"HX-Request": "true"}).content.decode()
    assert polled.lstrip().startswith('<div id="due"') and 'hx-trigger="every 20s"' in polled


def test_the_dashboard_says_what_is_due(tickets: Tenant, team_mate: User, client_of: ClientOf) -> None:
    client = client_of(team_mate)
    assert "Due:" not in text_of(client.get("/t/acme/").content.decode())
    saved(tickets)
    page = client.get("/t/acme/").content.decode()
    assert 'Due:</strong> <a href="/t/acme/due/">1 past due, 1 due within 4 h</a>' in page


def test_the_api_has_the_numbers_of_the_page(tickets: Tenant, owner: User) -> None:
    target, api = saved(tickets), Api(token_of(owner))
    expected = {
        "id": target, "name": "First reply", "clock": "first_reply", "length": 2, "unit": "hours", "in_business_hours": False,
        "pauses": False, "conditions": {"priority": ["P1"]}, "enabled": True, "met": 2, "breached": 1,
        "met_ratio": 2 / 3, "past_due": 1, "due_soon": 1,
    }  # fmt: skip
    assert api.get("/tenants/acme/targets")["targets"] == [expected]
    found = api.get("/tickets", tenant_id="acme", clock="first_reply", target=target, met="no")
    assert [each["external_id"] for each in found["tickets"]] == ["T-3"]
    before = api.get("/tenants/acme/targets", from_date="2026-03-01", to_date="2026-03-09")
    assert (before["from_date"], before["to_date"]) == ("2026-03-01T00:00:00Z", "2026-03-10T00:00:00Z")
    assert (before["targets"][0]["met"], before["targets"][0]["met_ratio"]) == (0, None)
    for query in ({"from_date": "2026-03-11", "to_date": "2026-03-01"}, {"from_date": "2020-01-01"}):
        assert api.call("GET", "/tenants/acme/targets", **query)[0] == 422


def test_a_due_date_of_the_helpdesk_is_due_without_targets(
    tenant: Tenant, team_mate: User, client_of: ClientOf
) -> None:
    client = client_of(team_mate)
    assert "has no targets" in text_of(client.get("/t/acme/due/").content.decode())
    store_tickets(tenant, [{"due_at": "2026-03-10T14:00:00Z"}])
    said = text_of(client.get("/t/acme/due/").content.decode())
    assert "in 2 h A question Resolution Set by the helpdesk" in said


def test_the_form_previews_saves_and_keeps_what_was_chosen(tickets: Tenant, owner: User, client_of: ClientOf) -> None:
    client = client_of(owner)
    form = {**FORM, "priority": ["P1"], "tags": "vip\n eu "}
    seen = client.post(f"{HERE}add/", {**FORM, "priority": ["P1"], "preview": "1"})
    assert "Tickets with this target 3 Met 2 66.7% Breached 1" in text_of(seen.content.decode())
    assert "Past due now 1 Due within 4 h 1" in text_of(seen.content.decode())
    assert find_targets(tickets) == []
    client.post(f"{HERE}add/", {**form, "save": "1"})
    (target,) = find_targets(tickets)
    assert target.conditions == {"priority": ["P1"], "tags": ["vip", "eu"]}
    page = client.get(f"{HERE}{target.pk}/").content.decode()
    assert re.search(r'name="priority" value="P1"[^>]* checked', page)
    assert "vip\neu</textarea>" in page
    refused = client.post(f"{HERE}{target.pk}/", {**form, "tags": "x" * 201, "save": "1"})
    assert refused.status_code == 422 and "At most 50 values" in refused.content.decode()
    hours = client.post(f"{HERE}add/", {**FORM, "in_business_hours": "on", "save": "1"})
    assert hours.status_code == 422 and "Set the business hours first" in hours.content.decode()


def test_what_is_missing_is_said_once_and_plainly(tickets: Tenant, owner: User, client_of: ClientOf) -> None:
    client = client_of(owner)
    said = text_of(client.post(f"{HERE}add/", {"clock": "first_reply", "unit": "hours", "save": "1"}).content.decode())
    assert said.count("Enter a name.") == said.count("Enter a time.") == 1 and "required" not in said
    said = text_of(client.post(f"{HERE}add/", {**FORM, "length": "-3", "save": "1"}).content.decode())
    assert said.count("Enter a time of at least a minute") == 1 and "Ensure" not in said


def test_targets_are_ordered_switched_and_deleted(tickets: Tenant, owner: User, client_of: ClientOf) -> None:
    client = client_of(owner)
    saved(tickets)
    second = saved(tickets, name="Second", length=1)
    client.post(f"{HERE}{second}/move/", {"to": "up"})
    client.post(f"{HERE}{second}/switch/", {"enabled": "0"})
    assert [(each.name, each.enabled) for each in find_targets(tickets)] == [("Second", False), ("First reply", True)]
    assert "Working out stored tickets again" in client.get(HERE).content.decode()
    recount_waiting_tickets(threading.Event())
    assert "Working out" not in client.get(f"{HERE}recount/").content.decode()
    client.post(f"{HERE}{second}/delete/")
    assert [each.name for each in find_targets(tickets)] == ["First reply"]


def test_managers_see_targets_and_cannot_change_them(
    tickets: Tenant, manager: User, team_mate: User, client_of: ClientOf
) -> None:
    target, client = saved(tickets), client_of(manager)
    page = client.get(HERE).content.decode()
    assert "First reply within <strong>2 hours</strong>" in page
    assert "Add a target" not in page and "Delete" not in page
    for path in ("add/", f"{target}/"):
        assert client.post(f"{HERE}{path}", {**FORM, "save": "1"}).status_code == 403
    assert client_of(team_mate).get(HERE).status_code == 403
    assert "/t/acme/targets/" not in client_of(team_mate).get("/t/acme/due/").content.decode()
