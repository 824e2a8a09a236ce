"""Words that earlier versions stored are removed, while lists and searches stay exact."""

import threading
from importlib import import_module

import pytest

from supportsaas.db import mongo
from supportsaas.db.indexes import RETIRED, ensure_indexes
from tenants.models import Tenant
from tests.builders import store_tickets, store_words
from tickets.store import older_words
from tickets.store.filters import TicketFilter
from tickets.store.index_scans import WORDS_INDEX
from tickets.store.older_words import COLLECTION, remove_older_words
from tickets.store.ticket_store import TicketStore
from tickets.store.word_index import words_of

pytestmark = pytest.mark.usefixtures("db")


def store_as_before(tenant: Tenant, count: int) -> None:
    """Tickets with their words as earlier versions stored them."""
    store_tickets(tenant, [{"subject": "Refund of an invoice", "status": "open" if n else "new"} for n in range(count)])
    store_words(tenant)
    tickets = mongo.collection("tickets")
    for each in tickets.find({"tenant_id": tenant.slug}):
        assert each["topics"]
        added = [f'#{topic}["{each["status"]}","low","neutral","email",true]' for topic in each["topics"]]
        tickets.update_one({"_id": each["_id"]}, {"$push": {"words": {"$each": added}}})


def migrate() -> None:
    import_module("tickets.migrations.0009_topics_stored_once").have_them_removed(None, None)


def are_right(tenant: Tenant) -> list[bool]:
    return [each["words"] == words_of(each) for each in mongo.collection("tickets").find({"tenant_id": tenant.slug})]


def test_only_the_second_form_of_topics_is_removed(
    tenant: Tenant, other_tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(older_words, "BATCH", 2)
    monkeypatch.setattr(older_words, "BATCHES_PER_ROUND", 2)
    store_as_before(tenant, 9)
    store_as_before(other_tenant, 3)
    assert not any(are_right(tenant))
    migrate()
    assert remove_older_words(threading.Event()) == 12
    assert are_right(tenant) == [True] * 9
    assert are_right(other_tenant) == [True] * 3
    assert mongo.collection(COLLECTION).count_documents({}) == 0


def test_lists_are_exact_while_some_tickets_still_have_older_words(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(older_words, "BATCH", 2)
    monkeypatch.setattr(older_words, "BATCHES_PER_ROUND", 1)
    store_as_before(tenant, 9)
    migrate()
    queries = TicketStore(tenant).queries
    for left in (8, 6, 4, 2, 0):
        older_words._remove_of(tenant.slug, threading.Event())
        assert are_right(tenant).count(False) == left
        assert queries.count(TicketFilter(keyword="refund")) == queries.count(TicketFilter(q="refund")) == 9
        assert queries.count(TicketFilter(keyword="refund", status=("open",))) == 8


def test_the_index_of_earlier_versions_is_dropped_once_the_workers_start(tenant: Tenant) -> None:
    tickets = mongo.collection("tickets")
    collection, name = RETIRED[0]
    assert collection == "tickets"
    keys = [("tenant_id", 1), ("words", 1), ("created_at", -1), ("external_id", -1)]
    tickets.create_index(keys, name=name, partialFilterExpression={"words": {"$exists": True}})
    store_as_before(tenant, 2)
    ensure_indexes()
    assert {name, WORDS_INDEX} <= tickets.index_information().keys()
    migrate()
    remove_older_words(threading.Event())
    assert name not in tickets.index_information()
    assert WORDS_INDEX in tickets.index_information()
    assert are_right(tenant) == [True] * 2


def test_a_topic_with_brackets_keeps_its_word(tenant: Tenant) -> None:
    store_as_before(tenant, 2)
    tickets = mongo.collection("tickets")
    tickets.update_one({"external_id": "T-1"}, {"$push": {"topics": "vip[1]", "words": "#vip[1]"}})
    migrate()
    remove_older_words(threading.Event())
    (ticket,) = tickets.find({"words": "#vip[1]"})
    assert sorted(ticket["words"]) == sorted(words_of(ticket))


def test_a_ticket_that_waits_for_new_words_gets_none_from_the_removal(tenant: Tenant) -> None:
    store_as_before(tenant, 1)
    migrate()
    store_tickets(tenant, [{"subject": "Refund, please", "updated_at": "2026-03-10T10:00:00Z"}])
    remove_older_words(threading.Event())
    assert mongo.collection("tickets").count_documents({"words": {"$exists": True}}) == 0
    assert store_words(tenant) == 1
    assert are_right(tenant) == [True]
