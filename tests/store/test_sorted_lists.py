"""Lists in other orders: every page, forwards and backwards, and the neighbours of every ticket, agree with plain Python."""

from collections.abc import Callable
from datetime import datetime
from random import Random
from typing import Any

import pytest
from django.test import Client

from supportsaas.db import mongo
from supportsaas.db.paging import END, CursorError
from tenants.models import Tenant, User
from tests.builders import delete_stored, store_tickets, store_words
from tests.store.slow_filter import lets_through
from tickets.records.facets import SENTIMENTS, URGENCIES
from tickets.store import sorted_lists
from tickets.store.filters import TicketFilter
from tickets.store.list_orders import SORT_FIELDS, ListOrder, parse_order
from tickets.store.sorted_lists import SortedLists

ClientOf = Callable[[User], Client]
pytestmark = pytest.mark.usefixtures("db")

RANKS = {
    "urgency": URGENCIES,
    "sentiment": SENTIMENTS,
    "status": ("new", "open", "in_progress", "pending", "on_hold", "reopened", "resolved", "closed", "solved", "done"),
}


@pytest.fixture
def tickets(tenant: Tenant) -> Tenant:
    """60 tickets that have many values in common, and some fields not at all; one is deleted."""
    random = Random(3)
    messages = ("refund now, data breach", "thanks, great", "?", "this is unacceptable, lawsuit", "Hello")
    store_tickets(
        tenant,
        [
            {
                "id": f"T-{n:02}",
                "status": random.choice(("open", "closed", "pending", "Odd one", "new")),
                "source": random.choice(("email", "chat")),
                "message": random.choice(messages),
                "customer_id": random.choice(("cust_1", "Cust_2", "cust_10", "")),
                "created_at": f"2026-03-0{1 + n % 7}T10:00:00Z",
                "updated_at": f"2026-03-1{n % 5}T10:00:00Z",
                "assignee": random.choice((None, "Ann", "bo", "Émile")),
                "team": random.choice((None, "Billing")),
                "resolved_at": random.choice((None, "2026-03-09T10:00:00Z", "2026-03-08T10:00:00Z")),
            }
            for n in range(60)
        ],
    )
    store_words(tenant)
    delete_stored(tenant, ["T-07"])
    return tenant


def sorted_slowly(order: ListOrder, wanted: TicketFilter) -> list[str]:
    found = [each for each in mongo.collection("tickets").find({}) if lets_through(wanted, each)]
    found.sort(key=lambda each: (each["created_at"], each["external_id"]), reverse=True)
    known = [each for each in found if each.get(order.by.field)]

    def key(ticket: dict[str, Any]) -> Any:
        value, ranks = ticket[order.by.field], RANKS.get(order.by.name, ())
        if isinstance(value, datetime):
            return value
        return (ranks.index(value) if value in ranks else len(ranks), value.casefold(), value)

    known.sort(key=key, reverse=(order.by.kind == "time") != order.is_reversed)
    return [each["external_id"] for each in known] + [
        each["external_id"] for each in found if not each.get(order.by.field)
    ]


def walk(tenant: Tenant, wanted: TicketFilter, order: ListOrder, cursor: str) -> list[str]:
    found: list[str] = []
    backwards = bool(cursor)
    for _ in range(60):
        page = SortedLists(tenant).page(wanted, order, size=7, cursor=cursor)
        assert page is not None
        ids = [each["external_id"] for each in page.tickets]
        found = ids + found if backwards else found + ids
        following = page.previous_cursor if backwards else page.next_cursor
        if following is None:
            return found
        cursor = following
    raise AssertionError("The list does not end.")


ORDERS = [ListOrder(field, is_reversed) for field in SORT_FIELDS.values() for is_reversed in (False, True)]


@pytest.mark.parametrize("most", [3_000, 0], ids=["in memory", "by facet"])
def test_every_page_and_every_neighbour_is_that_of_plain_python(
    tickets: Tenant, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(sorted_lists, "MAX_SORTED", most)
    filters = (
        TicketFilter(),
        TicketFilter(status_not=("open",), urgency=("high", "low")),
        TicketFilter(team=("Billing",)),
    )
    lists = SortedLists(tickets)
    for order in ORDERS:
        for wanted in filters:
            expected = sorted_slowly(order, wanted)
            assert len(expected) > 10
            if most == 0 and order.by.kind != "facet":
                assert lists.page(wanted, order, size=7) is None
                assert lists.find_neighbours(wanted, order, {"created_at": None, "external_id": ""}) is None
                continue
            assert walk(tickets, wanted, order, "") == expected, order.name
            assert walk(tickets, wanted, order, END.encode()) == expected, order.name
            stored = {each["external_id"]: each for each in mongo.collection("tickets").find({})}
            for place in (0, 5, len(expected) - 1):
                near = lists.find_neighbours(wanted, order, stored[expected[place]])
                assert near is not None
                assert near.previous == (expected[place - 1] if place else None)
                assert near.next == (expected[place + 1] if place + 1 < len(expected) else None)


def test_a_ticket_that_moves_between_two_pages_costs_no_other_one(tickets: Tenant) -> None:
    order, lists = parse_order({"sort": ["customer"]}), SortedLists(tickets)
    first = lists.page(TicketFilter(), order, size=10)
    assert first is not None and first.next_cursor
    last = first.tickets[-1]["external_id"]
    mongo.collection("tickets").update_one({"external_id": last}, {"$set": {"customer_id": "aaa"}})
    second = lists.page(TicketFilter(), order, size=100, cursor=first.next_cursor)
    assert second is not None
    seen = [each["external_id"] for each in (*first.tickets, *second.tickets)]
    assert len(seen) == len(set(seen)) == 59


@pytest.mark.parametrize("cursor", ["x", "W10", "WzAsMSwyLCJhIl0", "WzAsbnVsbCwidCIsImEiXQ"])
def test_what_is_no_cursor_of_the_list_is_refused(tickets: Tenant, cursor: str) -> None:
    with pytest.raises(CursorError):
        SortedLists(tickets).page(TicketFilter(), parse_order({"sort": ["customer"]}), size=5, cursor=cursor)


class TestPages:
    def test_headers_sort_and_turn_round_and_the_order_is_kept(
        self, tickets: Tenant, manager: User, client_of: ClientOf
    ) -> None:
        client = client_of(manager)
        page = client.get("/t/acme/tickets/?state=open&sort=customer").content.decode()
        assert 'aria-sort="ascending"' in page and "by customer" in page
        assert 'href="/t/acme/tickets/?state=open&amp;sort=-customer"' in page
        assert 'href="/t/acme/tickets/?state=open&amp;sort=urgency"' in page
        assert 'href="/t/acme/tickets/?state=open"' in page  # by age, newest first
        assert "?via=list&amp;state=open&amp;sort=customer" in page
        oldest = client.get("/t/acme/tickets/?sort=-created")
        expected = sorted_slowly(parse_order({}), TicketFilter())[::-1]
        assert [each["external_id"] for each in oldest.context["page"].tickets] == expected[:50]
        further = client.get(f"/t/acme/tickets/?{oldest.context['next_query']}")
        assert [each["external_id"] for each in further.context["page"].tickets] == expected[50:]
        refused = client.get("/t/acme/tickets/?sort=password")
        assert (refused.status_code, list(refused.context["errors"])) == (400, ["sort"])

    def test_a_list_that_is_too_long_says_so_and_offers_what_it_can(
        self, tickets: Tenant, manager: User, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for module in ("tickets.store.sorted_lists", "tickets.views.tickets.ticket_list"):
            monkeypatch.setattr(f"{module}.MAX_SORTED", 20)
        response = client_of(manager).get("/t/acme/tickets/?sort=customer")
        page = response.content.decode()
        assert "too many to sort by customer" in page and "newest first" in page
        assert set(response.context["sorts"]) == {"created", "urgency", "sentiment", "status", "source"}

    def test_neighbours_follow_the_order(self, tickets: Tenant, manager: User, client_of: ClientOf) -> None:
        expected = sorted_slowly(parse_order({"sort": ["-customer"]}), TicketFilter())
        response = client_of(manager).get(f"/t/acme/tickets/{expected[3]}/?via=list&sort=-customer")
        here = response.context["in_list"]
        assert here.previous == f"/t/acme/tickets/{expected[2]}/?via=list&sort=-customer"
        assert here.next == f"/t/acme/tickets/{expected[4]}/?via=list&sort=-customer"
