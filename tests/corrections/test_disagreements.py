"""Disagreements: open tickets whose priority and whose text say the opposite."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tenants.models import Tenant, User
from tests.builders import store_tickets
from tickets.classification.corrections import Verdicts
from tickets.corrections.correcting import correct_tickets
from tickets.records.priorities import level_of, sort_priorities

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
    assert "No priorities yet" in text_of(client_of(team_mate).get("/t/acme/disagreements/"))
