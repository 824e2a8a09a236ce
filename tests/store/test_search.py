"""Searching a tenant's tickets: when they become searchable, and what is found."""

import re
import threading
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client

from supportsaas import clock
from supportsaas.db import mongo
from tenants.models import Tenant, User
from tests.builders import NOON, delete_stored, store_tickets, store_words
from tests.profiling import operations_of
from tickets.store import query_planner
from tickets.store.filters import FilterError, TicketFilter
from tickets.store.search import MAX_WORDS_OF_A_PREFIX, TicketSearch
from tickets.store.ticket_store import TicketStore
from tickets.store.word_index import WordIndex, find_waiting_tenants, store_waiting_words

pytestmark = pytest.mark.usefixtures("db")


def found(tenant: Tenant, q: str, **narrowed: Any) -> list[str]:
    wanted = TicketFilter(q=q, **narrowed)
    store = TicketStore(tenant)
    page = store.queries.page_by_cursor(wanted, size=100)
    ids = [each["external_id"] for each in page.tickets]
    assert page.total == len(ids) == store.queries.count(wanted)
    return sorted(ids)


@pytest.fixture
def tickets(tenant: Tenant) -> Tenant:
    store_tickets(
        tenant,
        [
            {"id": "A-1", "subject": "Refund please", "message": "A data breach in Zürich", "customer_id": "cust_104"},
            {"id": "A-2", "subject": "Refunds", "message": "data, no real breach", "customer_id": "cust_7"},
            {
                "id": "A-3",
                "subject": "Straße",
                "message": "out of order 100%",
                "urgency": "x",
                "customer_id": "cust_104",
            },
        ],
    )
    store_words(tenant)
    return tenant


@pytest.mark.parametrize(
    ("q", "ids"),
    [
        ("refund", ["A-1"]),
        ("REFUN*", ["A-1", "A-2"]),
        ("data breach", ["A-1", "A-2"]),
        ('"data breach"', ["A-1"]),
        ('"data no"', ["A-2"]),
        ('"breach data"', []),
        ('"please a data"', []),  # from subject to message is not next to each other
        ('"dat"', []),
        ('"a data brea*"', ["A-1"]),
        ("zurich", ["A-1"]),
        ('"in zurich"', ["A-1"]),
        ("strasse", ["A-3"]),
        ('"out of order"', ["A-3"]),
        ("A-2", ["A-2"]),
        ("cust_104", ["A-1", "A-3"]),
        ("cust_10*", ["A-1", "A-3"]),
        ("cust_104 zurich", ["A-1"]),
        ("104", ["A-1", "A-3"]),
        ("refund -nothing", []),
        ("nowhere", []),
        ("the", []),
        ("#refund", ["A-1"]),
        (".*", []),
    ],
)
def test_queries_match_words_prefixes_and_phrases(tickets: Tenant, q: str, ids: list[str]) -> None:
    assert found(tickets, q) == ids


def test_a_search_can_be_combined_with_every_filter(tickets: Tenant) -> None:
    assert found(tickets, "data", customer_id="cust_104") == ["A-1"]
    assert found(tickets, '"data breach"', customer_id="cust_7") == []
    assert found(tickets, "data", keyword="breach") == ["A-1", "A-2"]
    assert found(tickets, "data", created_from=NOON) == []
    assert found(tickets, "data", status=("open",)) == ["A-1", "A-2"]
    assert found(tickets, "data", status=("closed",)) == []


def test_a_search_finds_no_words_of_another_tenant(tickets: Tenant, other_tenant: Tenant) -> None:
    store_tickets(other_tenant, [{"id": "G-1", "subject": "secretword refunding"}])
    store_words(other_tenant)
    assert found(tickets, "secretword") == []
    assert found(tickets, "refun*") == ["A-1", "A-2"]
    assert "refunding" not in TicketSearch(tickets).expand("refun")
    assert found(other_tenant, "refun*") == ["G-1"]


def test_a_prefix_of_too_many_words_asks_for_more_letters(tenant: Tenant) -> None:
    message = " ".join(f"zz{n}" for n in range(MAX_WORDS_OF_A_PREFIX + 1))
    store_tickets(tenant, [{"message": message}])
    store_words(tenant)
    assert found(tenant, "zz10*") == ["T-1"]
    with pytest.raises(FilterError, match="more letters"):
        TicketStore(tenant).queries.page_by_cursor(TicketFilter(q="zz*"), size=10)


def test_prefixes_that_match_too_many_words_together_ask_for_more_letters(tenant: Tenant) -> None:
    message = " ".join(f"{letter}{letter}{n}" for letter in "abcde" for n in range(60))
    store_tickets(tenant, [{"message": message}])
    store_words(tenant)
    assert found(tenant, "aa* bb* cc*") == ["T-1"]
    with pytest.raises(FilterError, match="more letters before each"):
        TicketStore(tenant).queries.page_by_cursor(TicketFilter(q="aa* bb* cc* dd*"), size=10)


class TestBecomingSearchable:
    def test_a_new_ticket_waits_and_is_counted_until_the_workers_come(self, tenant: Tenant) -> None:
        store_tickets(tenant, [{"subject": "Refund"}, {"subject": "Refund"}], now=NOON)
        waiting = WordIndex(tenant).find_waiting()
        assert (waiting.count, waiting.since) == (2, NOON)
        assert found(tenant, "refund") == []
        assert store_waiting_words(threading.Event()) == 2
        assert WordIndex(tenant).find_waiting().count == 0
        assert found(tenant, "refund") == ["T-1", "T-2"]

    def test_tenants_that_wait_are_found_without_reading_tickets(self, tenant: Tenant, other_tenant: Tenant) -> None:
        store_tickets(other_tenant, [{}, {}, {}])
        store_words(other_tenant)
        store_tickets(tenant, [{}, {}, {}])
        found_tenants: list[str] = []
        operations = operations_of(lambda: found_tenants.extend(find_waiting_tenants()), on=["tickets"])
        assert found_tenants == [tenant.slug]
        assert [(each["keysExamined"] <= 2, each["docsExamined"]) for each in operations] == [(True, 0)]

    def test_a_changed_text_waits_again_and_loses_its_old_words(self, tenant: Tenant) -> None:
        store_tickets(tenant, [{"subject": "Refund"}])
        store_words(tenant)
        store_tickets(tenant, [{"subject": "Invoice", "updated_at": "2026-03-10T10:00:00Z"}])
        assert found(tenant, "refund") == found(tenant, "invoice") == []
        store_words(tenant)
        assert found(tenant, "refund") == []
        assert found(tenant, "invoice") == ["T-1"]

    def test_a_ticket_with_a_changed_status_stays_searchable(self, tenant: Tenant) -> None:
        store_tickets(tenant, [{"subject": "Refund"}])
        store_words(tenant)
        store_tickets(tenant, [{"subject": "Refund", "status": "closed", "updated_at": "2026-03-10T10:00:00Z"}])
        assert found(tenant, "refund", status=("closed",)) == ["T-1"]
        assert store_words(tenant) == 0

    def test_a_deleted_ticket_is_not_found_and_a_restored_one_is_again(self, tenant: Tenant) -> None:
        store_tickets(tenant, [{"subject": "Refund"}, {"subject": "Refund"}])
        store_words(tenant)
        delete_stored(tenant, ["T-1"])
        assert found(tenant, "refund") == ["T-2"]
        assert found(tenant, "refun*") == ["T-2"]
        store_tickets(tenant, [{"subject": "Refund"}])
        store_words(tenant)
        assert found(tenant, "refund") == ["T-1", "T-2"]

    def test_a_ticket_deleted_while_it_waits_gets_no_words(self, tenant: Tenant) -> None:
        store_tickets(tenant, [{"subject": "Refund"}])
        delete_stored(tenant, ["T-1"])
        assert store_waiting_words(threading.Event()) == 0
        assert mongo.collection("tickets").count_documents({"words": {"$exists": True}}) == 0

    def test_a_change_between_reading_and_writing_is_not_lost(
        self, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        store_tickets(tenant, [{"subject": "Refund"}], now=NOON)
        from tickets.store import word_index

        plain = word_index.words_of

        def changed_meanwhile(ticket: Any) -> list[str]:
            monkeypatch.setattr(word_index, "words_of", plain)
            store_tickets(
                tenant,
                [{"subject": "Invoice", "updated_at": "2026-03-10T10:00:00Z"}],
                now=NOON + timedelta(seconds=1),
            )
            return plain(ticket)

        monkeypatch.setattr(word_index, "words_of", changed_meanwhile)
        store_words(tenant)
        assert found(tenant, "refund") == []
        store_words(tenant)
        assert found(tenant, "invoice") == ["T-1"]

    def test_several_workers_at_once_give_every_ticket_its_words(self, tenant: Tenant, other_tenant: Tenant) -> None:
        for each in (tenant, other_tenant):
            store_tickets(each, [{"subject": f"Refund w{n}"} for n in range(40)])
        stop = threading.Event()
        threads = [threading.Thread(target=store_waiting_words, args=(stop,)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        store_waiting_words(stop)
        assert len(found(tenant, "refund")) == len(found(other_tenant, "refund")) == 40

    def test_the_list_of_a_keyword_includes_waiting_tickets(self, tenant: Tenant) -> None:
        store_tickets(tenant, [{"subject": "Invoice"}, {"subject": "Invoice"}])
        store_words(tenant)
        store_tickets(tenant, [{"id": "T-3", "subject": "Invoice", "created_at": "2026-03-10T08:00:00Z"}])
        page = TicketStore(tenant).queries.page_by_cursor(TicketFilter(keyword="invoice"), size=2)
        assert page.total == 3
        assert [each["external_id"] for each in page.tickets] == ["T-2", "T-1"]


class TestThePage:
    def test_hits_are_marked_and_nothing_typed_becomes_markup(
        self, tenant: Tenant, manager: User, client_of: Callable[[User], Client]
    ) -> None:
        store_tickets(tenant, [{"subject": "<b>Refund</b>", "message": "x " * 300 + "a <script>refund</script>"}])
        store_words(tenant)
        page = client_of(manager).get("/t/acme/tickets/", {"q": 'refund "<b>"'}).content.decode()
        assert '&lt;<mark class="hit">b</mark>&gt;<mark class="hit">Refund</mark>&lt;/' in page
        assert '&lt;script&gt;<mark class="hit">refund</mark>' in page
        assert "<script>refund" not in page and "<b>Refund" not in page
        assert 'href="/t/acme/tickets/T-1/?via=list&amp;q=refund+%22%3Cb%3E%22"' in page

    def test_the_ticket_page_highlights_hits_and_deciding_words(
        self, tenant: Tenant, manager: User, client_of: Callable[[User], Client]
    ) -> None:
        store_tickets(tenant, [{"subject": "Lawsuit", "message": "about Zürich"}])
        page = client_of(manager).get("/t/acme/tickets/T-1/", {"q": "zurich lawsuit"}).content.decode()
        assert '<mark class="hit">Zürich</mark>' in page
        assert '<mark class="hit mark-high"' in page
        assert client_of(manager).get("/t/acme/tickets/T-1/", {"q": "a*"}).status_code == 200

    def test_the_list_says_how_many_tickets_are_not_searchable_yet(
        self, tenant: Tenant, manager: User, client_of: Callable[[User], Client]
    ) -> None:
        store_tickets(tenant, [{}, {}], now=clock.now() - timedelta(minutes=7))
        client = client_of(manager)
        page = client.get("/t/acme/tickets/", {"q": "question"}).content.decode()
        assert "2 new or changed tickets are not searchable yet" in page
        assert "7 minutes ago" in page
        assert "No worker seems to be running" in page
        store_words(tenant)
        assert "not searchable yet" not in client.get("/t/acme/tickets/", {"q": "question"}).content.decode()

    def test_the_list_says_which_words_were_ignored(
        self, tenant: Tenant, manager: User, client_of: Callable[[User], Client]
    ) -> None:
        store_tickets(tenant, [{}])
        assert "Ignored because too common" in client_of(manager).get("/t/acme/tickets/", {"q": "the"}).content.decode()

    def test_a_query_that_matches_too_many_words_is_explained_at_its_field(
        self, tenant: Tenant, manager: User, client_of: Callable[[User], Client]
    ) -> None:
        store_tickets(tenant, [{"message": " ".join(f"zz{n}" for n in range(MAX_WORDS_OF_A_PREFIX + 1))}])
        store_words(tenant)
        client = client_of(manager)
        for q in ("zz*", "z*"):
            response = client.get("/t/acme/tickets/", {"q": q})
            assert response.status_code == 400
            assert "letters" in response.content.decode()
            assert client.get("/tickets", {"tenant_id": "acme", "q": q}).status_code == 422

    def test_a_search_that_gives_up_among_many_tickets_says_so_and_can_continue(
        self, tenant: Tenant, manager: User, client_of: Callable[[User], Client], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(query_planner, "MAX_EXAMINED", 3)
        monkeypatch.setattr(query_planner, "MAX_COMPARED", 0)
        store_tickets(tenant, [{"subject": "Refund", "status": "open" if n else "new"} for n in range(6)])
        store_words(tenant)
        client = client_of(manager)
        page = client.get("/t/acme/tickets/", {"q": "refund", "status": "new"}).content.decode()
        assert "No matches so far" in page and "None of the 3 tickets checked" in page
        further = re.search(r'href="([^"]*)"[^>]*>Keep searching<', page)
        assert further is not None
        page = client.get(unescape(further[1])).content.decode()
        assert "/t/acme/tickets/T-1/" in page and "No matches so far" not in page
        assert "/t/acme/tickets/T-1/" in client.get("/t/acme/tickets/?q=refund&status=new&count=all").content.decode()
