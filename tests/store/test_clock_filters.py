"""Lists by what is due, by stopped clocks and by closings: page, total, file and API agree with plain Python."""

import csv
import io
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from django.test import Client

from supportsaas.db import mongo
from supportsaas.db.paging import Cursor
from tenants.models import Tenant, User
from tests.api.caller import Api, token_of
from tests.builders import NOON, delete_stored, store_tickets, store_words
from tests.store.slow_filter import lets_through
from tickets.store import query_planner
from tickets.store.export_rows import write_tickets
from tickets.store.filters import TicketFilter
from tickets.store.index_scans import CLOCK_INDEX, DUE_INDEX, TURN_INDEX, WAITING_FOR_INDEX
from tickets.store.ticket_queries import TicketQueries
from tickets.store.ticket_store import TicketStore

ClientOf = Callable[[User], Client]
pytestmark = pytest.mark.usefixtures("db")

START = datetime(2026, 3, 1, tzinfo=UTC)
FIRST, SECOND, LAST = (START + timedelta(days=days) for days in (2, 5, 9))


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> datetime:
    monkeypatch.setattr("supportsaas.clock.now", lambda: NOON)
    return NOON


@pytest.fixture
def tickets(tenant: Tenant, now: datetime) -> Tenant:
    """80 tickets with clocks of all kinds, put there as the stopwatch stores them; two are deleted."""
    store_tickets(tenant, [_made(number) for number in range(80)])
    store_words(tenant)
    delete_stored(tenant, ["T-03", "T-04"])
    random = Random(7)
    for each in mongo.collection("tickets").find({}):
        fields = _clock_fields(random, each, now)
        mongo.collection("tickets").update_one({"_id": each["_id"]}, {"$set": fields})
    return tenant


def _made(number: int) -> dict[str, Any]:
    return {
        "id": f"T-{number:02}",
        "status": ("open", "closed", "pending")[number % 3],
        "created_at": (START + timedelta(hours=3 * (number // 2))).isoformat(),
        "assignee": ("Ann", "Bo")[number % 2],
        "priority": ("P1", "P2", "P3")[number % 3],
        "customer_id": f"cust_{number % 4}",
    }


def _clock_fields(random: Random, ticket: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    is_closed = ticket["status"] == "closed"
    count = 2 * random.randrange(2) + is_closed
    turns = sorted(ticket["created_at"] + timedelta(hours=random.randrange(200)) for _ in range(count))
    stopped = [
        {
            "clock": clock,
            "at": ticket["created_at"] + timedelta(hours=random.randrange(200)),
            "seconds": 5,
            "business": None,
            "by": "history",
        }
        | ({} if (met := random.choice((None, True, False))) is None else {"met": met, "target": random.choice("ab")})
        for clock in ("first_reply", "next_reply", "next_reply", "status:pending")
        if random.random() < 0.6
    ]
    fields: dict[str, Any] = {"turns": turns, **({"clocks": stopped} if stopped else {})}
    if not is_closed and random.random() < 0.7:
        moments = {target: now + timedelta(minutes=random.randrange(-600, 600)) for target in "ab"}
        due = [{"at": at, "target": target} for target, at in moments.items()]
        fields |= {"due": due, "next_due_at": min(moments.values())}
    if not is_closed and random.random() < 0.8:
        fields["waiting_for"] = random.choice(("us", "customer"))
    return fields


FILTERS: list[dict[str, Any]] = [
    {"due": ("breached",)},
    {"due": ("soon",)},
    {"due": ("breached", "soon")},
    {"due": ("soon",), "assignee": ("Ann",), "status": ("open",)},
    {"due": ("breached",), "waiting_for": ("us",), "created_from": FIRST},
    {"due": ("breached",), "target": "a"},
    {"due": ("soon",), "target": "b"},
    {"clock": "first_reply", "target": "a", "met": False},
    {"clock": "first_reply"},
    {"target": "a"},
    {"target": "b", "assignee": ("Ann",)},
    {"met": False},
    {"stopped_from": FIRST, "stopped_to": SECOND},
    {"stopped_from": FIRST, "target": "a"},
    {"clock": "first_reply", "stopped_from": FIRST, "stopped_to": SECOND},
    {"clock": "next_reply", "stopped_from": FIRST, "stopped_to": SECOND, "met": False},
    {"clock": "next_reply", "stopped_to": LAST, "met": True, "priority": ("P1", "P2")},
    {"clock": "status:pending", "stopped_from": SECOND, "customer_id": "cust_1"},
    {"clock": "first_reply", "stopped_from": FIRST, "status": ("closed", "open"), "q": "question"},
    {"resolved_from": FIRST, "resolved_to": SECOND},
    {"resolved_from": SECOND},
    {"resolved_to": LAST, "assignee": ("Bo",)},
    {"reopened_from": FIRST, "reopened_to": LAST},
    {"reopened_to": SECOND, "state": ("open",)},
    {"resolved_from": START, "reopened_from": START},
    {"waiting_for": ("us",)},
    {"waiting_for": ("us", "customer"), "status": ("pending", "closed")},
    {"waiting_for": ("customer",), "tag": ("none",)},
]


@pytest.mark.parametrize("most_found", [query_planner.MAX_FOUND_BY_CLOCK, 3])
@pytest.mark.parametrize("given", FILTERS)
def test_page_total_file_and_api_have_exactly_its_tickets(
    tickets: Tenant, owner: User, now: datetime, monkeypatch: pytest.MonkeyPatch, given: dict[str, Any], most_found: int
) -> None:
    """Few tickets are found by an index of clocks, many are checked in the order of the list."""
    monkeypatch.setattr(query_planner, "MAX_FOUND_BY_CLOCK", most_found)
    wanted, queries = TicketFilter(**given), TicketStore(tickets).queries
    every = mongo.collection("tickets").find({"tenant_id": "acme"})
    expected = [each for each in every if lets_through(wanted, each, now=now)]
    if given.get("tag") is None:
        assert expected, "a filter that nothing meets shows nothing"
    order = [each["external_id"] for each in sorted(expected, key=_place, reverse=True)]
    if wanted.due:
        order = [e["external_id"] for e in sorted(expected, key=lambda e: (e["next_due_at"], e["external_id"]))]
    assert queries.count(wanted) == len(order)
    assert _walk(queries, wanted) == order
    pages = [queries.page_by_number(wanted, number=number, size=7).tickets for number in range(1, 13)]
    assert [each["external_id"] for page in pages for each in page] == order
    file = b"".join(write_tickets("csv", queries.iterate(wanted), zone=tickets.zone)).decode("utf-8-sig")
    assert [row[0] for row in csv.reader(io.StringIO(file))][1:] == order
    parameters: dict[str, Any] = {}
    for name, value in wanted.parameters():
        parameters.setdefault(name, []).append(value)
    api = Api(token_of(owner)).get("/tickets", tenant_id="acme", page_size=100, **parameters)
    assert (api["total"], [each["external_id"] for each in api["tickets"]]) == (len(order), order)
    for field, counts in (queries.count_choices(wanted) or {}).items():
        if field in ("status", "urgency"):
            for value, number in counts.items():
                assert number == queries.count(TicketFilter(**{**given, field: (value,)}))


def _walk(queries: TicketQueries, wanted: TicketFilter) -> list[str]:
    """The list by its cursors, five at a time."""
    found: list[str] = []
    page = queries.page_by_cursor(wanted, size=5)
    found += [each["external_id"] for each in page.tickets]
    while page.next_cursor:
        page = queries.page_by_cursor(wanted, size=5, cursor=Cursor.decode(page.next_cursor))
        found += [each["external_id"] for each in page.tickets]
    return found


def _place(ticket: Mapping[str, Any]) -> tuple[datetime, str]:
    return ticket["created_at"], ticket["external_id"]


@pytest.mark.parametrize(
    ("given", "index"),
    [
        ({"due": ("breached",)}, DUE_INDEX),
        ({"clock": "first_reply", "stopped_from": FIRST, "stopped_to": SECOND}, CLOCK_INDEX),
        ({"resolved_from": FIRST, "resolved_to": SECOND}, TURN_INDEX),
        ({"waiting_for": ("us",)}, WAITING_FOR_INDEX),
    ],
)
def test_few_tickets_are_found_by_both_ends_of_a_range_of_an_index(
    tickets: Tenant, given: dict[str, Any], index: str
) -> None:
    (scan,) = TicketStore(tickets).queries.scans_of(TicketFilter(**given))
    assert scan.index == index
    plan = mongo.collection("tickets").find(scan.match).hint(index).explain()
    stage = plan["queryPlanner"]["winningPlan"]
    while stage["stage"] != "IXSCAN":
        stage = stage["inputStage"]
    bounds = stage["indexBounds"][
        index.split("is_deleted_")[1].removesuffix("_external_id").removesuffix("_created_at")
    ]
    assert len(bounds) == 1
    assert "Infinity" not in bounds[0]
    assert "9223372036854775807" not in bounds[0]


def test_a_list_of_what_is_due_goes_back_and_forth(tickets: Tenant) -> None:
    queries, wanted = TicketStore(tickets).queries, TicketFilter(due=("breached", "soon"))
    first = queries.page_by_cursor(wanted, size=5)
    assert first.next_cursor is not None
    second = queries.page_by_cursor(wanted, size=5, cursor=Cursor.decode(first.next_cursor))
    assert second.previous_cursor is not None
    back = queries.page_by_cursor(wanted, size=5, cursor=Cursor.decode(second.previous_cursor))
    assert back.tickets == first.tickets


class TestPages:
    def test_what_is_due_is_shown_and_chosen(self, tickets: Tenant, manager: User, client_of: ClientOf) -> None:
        client = client_of(manager)
        page = client.get("/t/acme/tickets/?due=breached")
        text = page.content.decode()
        assert [(chip.title, chip.value) for chip in page.context["chips"]] == [("Due", "past due")]
        assert 'class="past-due" data-tick="due"' in text
        assert 'name="due" value="breached" checked' in text
        assert "of-due" not in client.get("/t/acme/tickets/?state=closed").content.decode()

    def test_filters_that_only_links_set_stay_in_the_form(
        self, tickets: Tenant, manager: User, client_of: ClientOf
    ) -> None:
        query = "clock=next_reply&met=no&stopped_from=2026-03-02&stopped_to=2026-03-09"
        page = client_of(manager).get(f"/t/acme/tickets/?{query}")
        assert '<input type="hidden" name="clock" value="next_reply">' in page.content.decode()
        chips = [(chip.title, chip.value) for chip in page.context["chips"]]
        assert chips == [
            ("Clock", "Next reply"),
            ("Target met", "No"),
            ("Stopped from", "2 Mar 2026"),
            ("Stopped to", "9 Mar 2026"),
        ]
        assert page.context["chips"][0].query_without == ""

    def test_a_view_keeps_them(self, tickets: Tenant, manager: User, client_of: ClientOf) -> None:
        client = client_of(manager)
        saved = client.post("/t/acme/views/add/?due=soon&waiting_for=us", {"name": "Mine"})
        assert saved["Location"] == "/t/acme/tickets/?due=soon&waiting_for=us"
        assert [link.is_active for link in client.get(saved["Location"]).context["links"]] == [True]
