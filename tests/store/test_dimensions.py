"""Lists narrowed by a team or a priority, whether or not the tickets have their words yet."""

from datetime import timedelta

import pytest

from supportsaas.db import mongo
from tenants.models import Tenant
from tests.builders import NOON, store_tickets, store_words
from tests.rolled_up import roll_up
from tickets.store import query_planner
from tickets.store.filters import TicketFilter
from tickets.store.index_scans import WORDS_INDEX
from tickets.store.ticket_store import TicketStore

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def teams(tenant: Tenant) -> Tenant:
    """T-1 to T-3 of billing, the last without words yet, T-4 of sales, T-5 of none."""
    store_tickets(tenant, [{"subject": "Refund", "status": "closed" if n == 1 else "open"} for n in range(5)])
    tickets = mongo.collection("tickets")
    tickets.update_many({"external_id": {"$in": ["T-1", "T-2", "T-3"]}}, {"$set": {"team": "billing"}})
    tickets.update_one({"external_id": "T-4"}, {"$set": {"team": "sales", "priority": "billing"}})
    store_words(tenant)
    waits = {"$set": {"unindexed_since": NOON + timedelta(minutes=1)}, "$unset": {"words": ""}}
    tickets.update_one({"external_id": "T-3"}, waits)
    roll_up(tenant)
    return tenant


def ids(tenant: Tenant, wanted: TicketFilter) -> list[str]:
    return [each["external_id"] for each in TicketStore(tenant).queries.iterate(wanted)]


def test_a_list_has_the_tickets_with_any_of_the_values(teams: Tenant) -> None:
    assert ids(teams, TicketFilter(team=("billing",))) == ["T-3", "T-2", "T-1"]
    assert ids(teams, TicketFilter(team=("billing", "sales"))) == ["T-4", "T-3", "T-2", "T-1"]
    assert ids(teams, TicketFilter(team=("Billing",))) == []
    assert ids(teams, TicketFilter(priority=("billing",))) == ["T-4"]
    assert ids(teams, TicketFilter(team=("billing",), priority=("billing",))) == []
    assert ids(teams, TicketFilter(team=("billing",), keyword="refund", status=("open",))) == ["T-3", "T-1"]
    assert ids(teams, TicketFilter(team=("billing",), q="refund")) == ["T-2", "T-1"]  # a search needs words


def test_a_list_of_one_value_is_read_and_counted_by_the_index_of_words(
    teams: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(query_planner, "MAX_EXAMINED", 1)
    queries, wanted = TicketStore(teams).queries, TicketFilter(team=("billing",))
    by_words, waiting = queries.scans_of(wanted)
    assert (by_words.index, by_words.residual) == (WORDS_INDEX, ())
    assert mongo.collection("tickets").count_documents(waiting.match) == 1
    page = queries.page_by_cursor(wanted, size=2)
    assert (page.total, page.is_more) == (3, False)


def test_a_text_or_word_beginning_does_not_find_a_dimension(teams: Tenant) -> None:
    for q in ("team", "team*", "billing", "bill*", '"team billing"', "team=billing"):
        assert ids(teams, TicketFilter(q=q)) == []
