"""Disagreements: open tickets whose priority and whose text say the opposite."""

from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest
from django.test import Client

from supportsaas.db import mongo
from tenants.models import Tenant, User
from tests.api.caller import Api, token_of
from tests.builders import store_tickets, store_words
from tickets.classification.corrections import Verdicts
from tickets.corrections.correcting import correct_tickets
from tickets.records.priorities import level_of, sort_priorities
from tickets.records.ratings import sort_ratings
from tickets.store.filters import TicketFilter
from tickets.store.ticket_store import TicketStore

ClientOf = Callable[[User], Client]
LAWSUIT = "We will file a lawsuit"


def text_of(response: Any) -> str:
    return " ".join(response.content.decode().split())


@pytest.mark.parametrize(
    ("priority", "level"),
    [
        ("Urgent", "high"),
        ("1 - Critical", "high"),
        ("3 high", "high"),
        ("P1", "high"),
        ("P1 - Critical", "high"),
        ("Sev 1", "high"),
        ("SEV-4", "low"),
        ("High (P2)", "high"),
        ("Low priority", "low"),
        ("Hohe Priorität", "high"),
        ("Priority 1", None),
        ("🔥", None),
        (" very  HIGH ", "high"),
        ("dringend", "high"),
        ("1 low", "low"),
        ("5 - Planning", "low"),
        ("Trivial", "low"),
        ("normal", "normal"),
        ("3 - Moderate", "normal"),
        ("1", None),
        ("50", None),
        ("gold", None),
        ("", None),
    ],
)
def test_what_priorities_mean(priority: str, level: str | None) -> None:
    assert level_of(priority) == level


def test_priorities_keep_their_spelling() -> None:
    found = sort_priorities(["Low", "low", "URGENT", "gold", "Normal"])
    assert (found.high, found.low, found.unknown) == (("URGENT",), ("Low", "low"), ("gold",))


def test_open_tickets_that_disagree_are_listed_and_no_others(
    client_of: ClientOf, team_mate: User, tenant: Tenant
) -> None:
    store_tickets(
        tenant,
        [
            {"id": "A-1", "subject": "Low but urgent", "message": LAWSUIT, "priority": "Low"},
            {"id": "A-2", "subject": "Low and closed", "message": LAWSUIT, "priority": "Low", "status": "closed"},
            {"id": "A-3", "subject": "Low and calm", "message": "Hello", "priority": "Low"},
            {"id": "A-4", "subject": "High but calm", "message": "Hello", "priority": "1 - Critical"},
            {"id": "A-5", "subject": "High and urgent", "message": LAWSUIT, "priority": "1 - Critical"},
            {"id": "A-6", "subject": "Own name", "message": LAWSUIT, "priority": "gold"},
        ],
    )
    page = client_of(team_mate)
    set_low, set_high = text_of(page.get("/t/acme/disagreements/")).split("Set high, reads calm")
    listed = [name for name in ("A-1", "A-2", "A-3", "A-4", "A-5", "A-6") if f"/{name}/" in set_low]
    assert listed == ["A-1"]
    assert [name for name in ("A-1", "A-3", "A-4", "A-5", "A-6") if f"/{name}/" in set_high] == ["A-4"]
    assert "Not compared" in set_high and "gold" in set_high
    correct_tickets(tenant, ["A-1"], Verdicts(urgency="medium"), by="ann")
    assert "No open ticket with a low priority reads urgent." in text_of(page.get("/t/acme/disagreements/"))


def test_more_than_a_page_link_to_the_list_with_all(client_of: ClientOf, team_mate: User, tenant: Tenant) -> None:
    store_tickets(tenant, [{"message": LAWSUIT, "priority": "Low"} for _ in range(25)])
    shown = text_of(client_of(team_mate).get("/t/acme/disagreements/"))
    assert "View all 25" in shown
    link = shown.split("View all 25")[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")
    assert '<strong class="figure">25</strong>' in text_of(client_of(team_mate).get(link))


def test_without_priorities_it_says_what_to_do(client_of: ClientOf, team_mate: User, tenant: Tenant) -> None:
    store_tickets(tenant, [{"message": LAWSUIT}])
    assert "No priorities or ratings yet" in text_of(client_of(team_mate).get("/t/acme/disagreements/"))


def test_ratings_are_sorted_by_what_they_mean() -> None:
    found = sort_ratings(["Good", "not satisfied", "bad", "Bad, slow", "4", "Great"])
    assert (found.good, found.bad, found.unknown) == (("Good", "Great"), ("Bad, slow", "bad"), ("4", "not satisfied"))


def test_ratings_that_disagree_with_the_text_are_listed_and_open_exactly_their_list(
    tenant: Tenant, manager: User, client_of: ClientOf
) -> None:
    angry, calm = "This is terrible, awful and unacceptable", "How does it work"
    rated = [
        ("B", "bad", calm, 25),
        ("G", "good", angry, 2),
        ("A", "bad", angry, 3),
        ("C", "good", calm, 3),
        ("N", "4", calm, 1),
    ]
    records = [
        {"id": f"{prefix}-{number}", "rating": rating, "message": text, "status": "closed"}
        for prefix, rating, text, count in rated
        for number in range(count)
    ]
    store_tickets(tenant, records)
    store_words(tenant)
    page = client_of(manager).get("/t/acme/disagreements/")
    badly, well = page.context["rated_badly"], page.context["rated_well"]
    assert (badly.total, well.total) == (25, 2)
    assert {each["external_id"] for each in well.tickets} == {"G-0", "G-1"}
    assert all(each["external_id"].startswith("B-") for each in badly.tickets)
    assert "“<bdi>4</bdi>”" in page.content.decode()
    opened = client_of(manager).get(f"/t/acme/tickets/?{badly.query}")
    assert opened.context["page"].total == 25
    listed = Api(token_of(manager)).get("/tickets", tenant_id="acme", rating="bad", sentiment=["neutral", "positive"])
    assert listed["total"] == 25


def test_ratings_of_stored_tickets_become_words(tenant: Tenant) -> None:
    store_tickets(tenant, [{"id": "T-1", "rating": "bad"}, {"id": "T-2"}])
    store_words(tenant)
    mongo.collection("tickets").update_many({}, {"$pull": {"words": "=rating=bad"}})
    wanted = TicketFilter(rating=("bad",))
    assert TicketStore(tenant).queries.count(wanted) == 0
    import_module("tickets.migrations.0019_ratings_among_words").add_words(None, None)
    assert TicketStore(tenant).queries.count(wanted) == 1
