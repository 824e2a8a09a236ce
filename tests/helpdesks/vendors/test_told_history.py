"""The history before connecting, as helpdesks tell it, against a slow calculation from the servers' own logs."""

import random
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any, Final

import pytest
from django.test import Client

from supportsaas.db import mongo
from tenants.models import Tenant, User
from tests.api.caller import Api, token_of
from tests.helpdesk import answer
from tests.helpdesks.vendors import github, jira, redmine, zendesk
from tests.helpdesks.vendors.connecting import connect, expected, serving, stored
from tests.helpdesks.vendors.vendor import Request, Vendor, VendorTicket
from tests.listed import ingest
from tests.loopback_server import Answer
from tickets.status_mapping.editing import save_meanings
from tickets.status_mapping.remapping import remap_waiting
from tickets.store.ticket_store import TicketStore

pytestmark = pytest.mark.usefixtures("db")

Document = dict[str, Any]
SERVERS: Final[tuple[type[Vendor], ...]] = (jira.Server, redmine.Server, github.Server, zendesk.Server)
WORDS: Final = {
    "jira": {"Waiting for support": "open", "Bei Technik": "in_progress", "Erledigt": "resolved", "Abgelehnt": "resolved"},
    "github": {"open": "open", "closed": "closed"},
    "zendesk": {"open": "open", "pending": "pending", "solved": "resolved", "closed": "closed"},
    "redmine": {"New": "open", "In Progress": "in_progress", "Resolved": "resolved", "Closed": "closed"},
}  # fmt: skip
CLOSED: Final = ("resolved", "closed")


@pytest.fixture(params=SERVERS, ids=lambda each: each.kind)
def vendor(request: pytest.FixtureRequest) -> Iterator[Vendor]:
    with serving(request.param, tickets=12) as server:
        yield server


def walk(vendor: Vendor, *, steps: int, seed: int) -> None:
    """Random changes of the status, each dated by the server as resolved or not."""
    chance = random.Random(seed)
    for _ in range(steps):
        status = chance.choice(list(WORDS[vendor.kind]))
        is_closed = WORDS[vendor.kind][status] in CLOSED
        number = chance.choice([1, 2, 3, 4, 5])
        ticket = vendor.change(number, status=status)
        ticket.resolved = (ticket.resolved or vendor.now) if is_closed else None


def turns_in_log(vendor: Vendor, ticket: VendorTicket) -> list[datetime]:
    """When it was closed and reopened: every change looked at on its own."""
    words = WORDS[vendor.kind]
    changes = [each for each in ticket.log if each.field == "status"]
    return [each.at for each in changes if (words[each.old] in CLOSED) != (words[each.new] in CLOSED)]


def changes_in_log(vendor: Vendor, ticket: VendorTicket) -> list[tuple[datetime, str, str]]:
    words = WORDS[vendor.kind]
    changes = [(each.at, words[each.old], words[each.new]) for each in ticket.log if each.field == "status"]
    return [each for each in changes if each[1] != each[2]]


def entries(tenant: Tenant, external_id: str) -> list[Document]:
    """The oldest first."""
    return TicketStore(tenant).find_history(external_id, limit=10_000)[::-1]


def status_changes(tenant: Tenant, external_id: str, *, told: bool) -> list[tuple[datetime, str, str]]:
    return [
        (each["recorded_at"], each["changes"]["status"]["old"], each["changes"]["status"]["new"])
        for each in entries(tenant, external_id)
        if each["action"] == "updated" and "status" in each["changes"] and ("told_by" in each) == told
    ]


def assert_as_logged(tenant: Tenant, vendor: Vendor) -> None:
    assert _apart_from_stamps(stored(tenant, vendor)) == _apart_from_stamps(expected(vendor))
    for ticket in vendor.live:
        external_id = vendor.external_id(ticket)
        found = TicketStore(tenant).find_ticket(external_id)
        assert found is not None
        assert (found["turns"], found["is_closing_known"]) == (turns_in_log(vendor, ticket), True), external_id
        assert status_changes(tenant, external_id, told=True) == changes_in_log(vendor, ticket), external_id
        assert status_changes(tenant, external_id, told=False) == [], external_id


def _apart_from_stamps(tickets: dict[str, Document]) -> dict[str, Document]:
    """A stamp that moves without a change is not stored."""
    return {id_: {**each, "updated_at": None} for id_, each in tickets.items()}


def everything(tenant: Tenant) -> list[Document]:
    return [
        *mongo.collection("tickets").find({"tenant_id": tenant.slug}).sort("_id"),
        *mongo.collection("ticket_history").find({"tenant_id": tenant.slug}).sort("_id"),
    ]


@pytest.mark.parametrize("seed", range(3))
def test_closings_and_reopenings_before_connecting_are_those_of_the_log(
    tenant: Tenant, vendor: Vendor, seed: int
) -> None:
    walk(vendor, steps=60, seed=seed)
    assert any(len(turns_in_log(vendor, each)) > 2 for each in vendor.live)
    connect(tenant, vendor)
    assert ingest(tenant).status == "completed"
    assert_as_logged(tenant, vendor)


def test_changes_after_connecting_are_written_once_with_their_own_time(tenant: Tenant, vendor: Vendor) -> None:
    walk(vendor, steps=20, seed=1)
    connect(tenant, vendor)
    ingest(tenant)
    for seed in range(4):
        walk(vendor, steps=10, seed=10 + seed)
        assert ingest(tenant, full=seed % 2 == 0).status == "completed"
        assert_as_logged(tenant, vendor)
    before = everything(tenant)
    assert ingest(tenant, full=True).status == "completed"
    assert everything(tenant) == before


def test_a_change_of_another_field_keeps_its_own_entry(tenant: Tenant, vendor: Vendor) -> None:
    connect(tenant, vendor)
    ingest(tenant)
    vendor.change(3, status=vendor.closed_status, subject="Another subject")
    outcome = ingest(tenant)
    assert outcome.progress.counts.updated == 1
    assert_as_logged(tenant, vendor)
    told, noticed = (
        [each for each in entries(tenant, vendor.external_id(vendor.tickets[3])) if ("told_by" in each) == is_told]
        for is_told in (True, False)
    )
    assert [each["changes"].keys() for each in told] == [{"status"}]
    assert [each["action"] for each in noticed] == ["created", "updated"]
    assert noticed[1]["changes"]["subject"]["new"] == "Another subject"


@pytest.mark.parametrize("requests", range(2, 16, 3))
def test_a_run_that_broke_off_leaves_nothing_twice(tenant: Tenant, vendor: Vendor, requests: int) -> None:
    walk(vendor, steps=40, seed=2)
    connect(tenant, vendor)
    vendor.fail_from = requests
    ingest(tenant)
    vendor.fail_from = None
    assert ingest(tenant).status == "completed"
    assert_as_logged(tenant, vendor)


@pytest.mark.parametrize("zone", ["Etc/GMT+12", "Asia/Kolkata", "Pacific/Kiritimati"])
def test_times_are_right_in_whatever_zone_the_account_is(tenant: Tenant, zone: str) -> None:
    with serving(jira.Server, tickets=12) as vendor:
        vendor.zone = zone
        walk(vendor, steps=40, seed=3)
        connect(tenant, vendor)
        ingest(tenant)
        assert_as_logged(tenant, vendor)


class Local(jira.Server):
    """Writes times without a zone."""

    zone = "Asia/Tokyo"

    def _time(self, moment: datetime | None) -> str | None:
        written = super()._time(moment)
        return written and written[:19]


def test_a_wrong_time_zone_is_corrected_where_it_was_written(tenant: Tenant) -> None:
    with serving(Local, tickets=12) as vendor:
        walk(vendor, steps=40, seed=4)
        source = connect(tenant, vendor, timezone="Asia/Kolkata")
        ingest(tenant)
        wrong = status_changes(tenant, "SUP-1", told=True)
        assert wrong
        assert wrong != changes_in_log(vendor, vendor.tickets[1])
        source.options = {**source.options, "timezone": "Asia/Tokyo"}
        source.save()
        assert ingest(tenant, full=True).status == "completed"
        assert_as_logged(tenant, vendor)


def test_a_connection_that_reads_events_from_now_on_adds_what_was_before_it(tenant: Tenant, vendor: Vendor) -> None:
    walk(vendor, steps=40, seed=5)
    source = connect(tenant, vendor, events=None)
    ingest(tenant)
    assert not mongo.collection("ticket_history").find_one({"told_by": {"$exists": True}})
    assert not mongo.collection("tickets").find_one({"events_digest": {"$exists": True}})
    assert mongo.collection("tickets").find_one({"is_closing_known": True, "turns.0": {"$exists": True}}) is not None
    source.options = vendor.options
    source.save()
    assert ingest(tenant, full=True).status == "completed"
    assert_as_logged(tenant, vendor)


class Forbidden(jira.Server):
    """Does not show the table of statuses."""

    def answer(self, request: Request) -> Answer:
        if request.path == "/rest/api/3/status":
            return answer({"errorMessages": ["Forbidden"]}, 403)
        return super().answer(request)


def test_without_the_table_the_known_names_count_and_the_rest_is_as_dated(tenant: Tenant) -> None:
    with serving(Forbidden, tickets=12) as vendor:
        closed = vendor.change(1, status="Erledigt")
        closed.resolved = vendor.now
        connect(tenant, vendor)
        assert ingest(tenant).status == "completed"
        found = TicketStore(tenant).find_ticket("SUP-1")
        assert found is not None
        assert (found["turns"], found["is_closing_known"]) == ([closed.resolved], True)


def test_a_log_that_is_not_told_to_its_end_says_what_is_known(tenant: Tenant) -> None:
    with serving(jira.Server, tickets=12) as vendor:
        vendor.most_histories = 2
        vendor.change(1, status="Erledigt")
        vendor.change(1, status="Bei Technik")
        last = vendor.change(1, status="Erledigt").updated
        connect(tenant, vendor)
        ingest(tenant)
        found = TicketStore(tenant).find_ticket("SUP-1")
        assert found is not None
        reopened = vendor.tickets[1].log[1].at
        assert found["turns"] == [found["created_at"], reopened, last]
        assert found["is_closing_known"] is False


def test_assignee_and_priority_are_told_too(tenant: Tenant) -> None:
    with serving(jira.Server, tickets=3) as vendor:
        vendor.change(1, assignee="Cleo")
        connect(tenant, vendor)
        ingest(tenant)
        vendor.change(1, assignee="", priority="Low")
        ingest(tenant)
        told = [each["changes"] for each in entries(tenant, "SUP-1") if "told_by" in each]
        assert told == [
            {"assignee": {"old": "Bob Ray", "new": "Cleo"}},
            {"assignee": {"old": "Cleo", "new": None}},
            {"priority": {"old": "High", "new": "Low"}},
        ]
        noticed = [each for each in entries(tenant, "SUP-1") if "told_by" not in each]
        assert [each["action"] for each in noticed] == ["created"]


def test_zendesks_audits_tell_assignee_group_and_priority_by_name(tenant: Tenant) -> None:
    with serving(zendesk.Server, tickets=3) as vendor:
        vendor.rows_a_page = 1  # audits, agents and groups come on several pages
        vendor.change(1, assignee="Cleo", team="Billing")
        connect(tenant, vendor)
        ingest(tenant)
        vendor.change(1, assignee="", priority="low")
        vendor.automate(1, status="pending")
        assert ingest(tenant).status == "completed"
        told = [(each["author"], each["changes"]) for each in entries(tenant, "1") if "told_by" in each]
        assert told == [
            ("Bob", {"assignee": {"old": "Mel", "new": "Cleo"}, "team": {"old": "Support", "new": "Billing"}}),
            ("Bob", {"assignee": {"old": "Cleo", "new": None}, "priority": {"old": "urgent", "new": "low"}}),
            ("Zendesk", {"status": {"old": "open", "new": "pending"}}),
        ]
        assert [each["action"] for each in entries(tenant, "1") if "told_by" not in each] == ["created"]
        assert_as_logged(tenant, vendor)


def test_zendesks_audits_bring_replies_and_changes_in_one_request_a_ticket(tenant: Tenant) -> None:
    with serving(zendesk.Server, tickets=3) as vendor:
        connect(tenant, vendor)
        ingest(tenant)
        before = len(vendor.requests)
        vendor.reply(2, "Done.")
        vendor.change(2, status="solved", resolved=vendor.now + timedelta(minutes=1))
        ingest(tenant)
        assert [each.path for each in vendor.requests[before:]] == [
            "/api/v2/incremental/tickets/cursor.json",
            "/api/v2/tickets/2/audits",
        ]
        conversation = TicketStore(tenant).find_conversation("2")
        assert conversation is not None
        assert [(each.author, each.text) for each in conversation.messages] == [
            ("Ada", vendor.tickets[2].text),
            ("Bob", "Done."),
        ]
        assert_as_logged(tenant, vendor)


class WithoutPeople(zendesk.Server):
    """Shows the key no list of agents and groups, and no authors."""

    def answer(self, request: Request) -> Answer:
        if request.path in ("/api/v2/users.json", "/api/v2/groups.json"):
            return answer({"error": {"title": "Forbidden", "message": "You do not have access to this page."}}, 403)
        if request.path.endswith("/audits"):
            request.query["include"] = ""
        return super().answer(request)


def test_people_that_zendesk_does_not_name_stay_as_ids(tenant: Tenant) -> None:
    with serving(WithoutPeople, tickets=3) as vendor:
        vendor.change(1, assignee="Cleo", team="Billing", status="pending")
        connect(tenant, vendor)
        assert ingest(tenant).status == "completed"
        (told,) = [each for each in entries(tenant, "1") if "told_by" in each]
        mel, bob, cleo = (str(each) for each in zendesk.AGENTS.values())
        support, billing = (str(each) for each in zendesk.GROUPS.values())
        assert told["author"] == bob
        assert told["changes"] == {
            "assignee": {"old": mel, "new": cleo},
            "team": {"old": support, "new": billing},
            "status": {"old": "open", "new": "pending"},
        }
        assert stored(tenant, vendor) == expected(vendor)


def test_the_page_and_the_api_say_who_told_it(tenant: Tenant, owner: User, client_of: Callable[[User], Client]) -> None:
    with serving(jira.Server, tickets=3) as vendor:
        vendor.change(1, status="Erledigt")
        connect(tenant, vendor)
        ingest(tenant)
        happened = vendor.tickets[1].log[0].at
    page = client_of(owner).get(f"/t/{tenant.slug}/tickets/SUP-1/").content.decode()
    assert "by <bdi>Bob</bdi>, reported by the helpdesk" in page
    answered = Api(token_of(owner)).get("/tickets/SUP-1/history", tenant_id=tenant.slug)["history"]
    told = [each for each in answered if "told_by" in each]
    assert [(each["told_by"], each["author"], each["action"]) for each in told] == [("helpdesk", "Bob", "updated")]
    assert datetime.fromisoformat(told[0]["recorded_at"]) == happened
    assert [each["action"] for each in answered if "author" not in each] == ["created"]


def test_what_was_told_stands_when_the_events_are_not_read_again(tenant: Tenant) -> None:
    with serving(redmine.Server, tickets=12) as vendor:
        walk(vendor, steps=40, seed=6)
        source = connect(tenant, vendor)
        ingest(tenant)
        source.options = {**vendor.options, "events": None}
        source.save()
        closed = next(each for each in vendor.live if each.resolved)
        vendor.change(closed.id, subject="Another", resolved=vendor.now)
        assert ingest(tenant, full=True).status == "completed"
        assert_as_logged(tenant, vendor)


def test_a_new_meaning_of_a_status_holds_for_what_was_told_before(tenant: Tenant) -> None:
    with serving(redmine.Server, tickets=12) as vendor:
        for status in ("Rejected", "New", "Rejected"):
            vendor.change(1, status=status)
        connect(tenant, vendor, status_map={})
        ingest(tenant)
        save_meanings(tenant, {"Rejected": "closed"})
        remap_waiting(threading.Event())
        ingest(tenant, full=True)
        found = TicketStore(tenant).find_ticket("1")
        assert found is not None
        assert found["turns"] == [each.at for each in vendor.tickets[1].log]
        assert found["is_closing_known"] is True
