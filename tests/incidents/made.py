"""Tickets as incidents are found in: what is written every day, and what a fault makes customers write."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from tenants.models import Tenant
from tickets.incidents.phrases import phrases_of
from tickets.incidents.seen import SeenTicket

MONDAY: Final = datetime(2026, 1, 5, tzinfo=UTC)
BY_HOUR: Final = {9: 3, 10: 4, 11: 4, 14: 3, 15: 4, 16: 2}
"""Tickets an hour on any day."""

ORDINARY: Final = (
    "Where is my order? It should have come by now.",
    "Which sizes does the garden bench come in?",
    "I would like to change the delivery address of my order.",
    "Please send the invoice to our accounting.",
    "The kettle arrived with a dent, may I exchange it?",
    "When will the oak shelf be in stock again?",
    "Thanks for the quick answer, all is fine.",
)
FAULT: Final = (
    "At the checkout my card is declined.",
    "The checkout shows an error after I enter the card.",
    "Checkout refuses every card I have.",
    "I cannot pay, the checkout never ends.",
    "Your checkout seems to be down.",
)


def ordinary_weeks(weeks: int, *, start: datetime = MONDAY) -> list[SeenTicket]:
    """What is written at any time, in the order of creation."""
    found: list[SeenTicket] = []
    for day in range(weeks * 7):
        for hour, count in BY_HOUR.items():
            for number in range(count):
                at = start + timedelta(days=day, hours=hour, minutes=number * 13 + day % 7)
                text = ORDINARY[(len(found) * 5 + day) % len(ORDINARY)]
                found.append(ticket(f"O-{len(found)}", f"cust_{len(found) % 97}", at, text))
    return found


def fault(
    customers: int, *, at: datetime, minutes: int, prefix: str = "F", texts: tuple[str, ...] = FAULT
) -> list[SeenTicket]:
    """Each of the customers writes once within the time, in turns of the words."""
    return [
        ticket(f"{prefix}-{n}", f"{prefix}_{n}", at + timedelta(minutes=n * minutes / customers), texts[n % len(texts)])
        for n in range(customers)
    ]


def ticket(external_id: str, customer: str, at: datetime, text: str) -> SeenTicket:
    return SeenTicket(external_id, customer, at, phrases_of("", text))


def in_order(*parts: list[SeenTicket]) -> list[SeenTicket]:
    return sorted((each for part in parts for each in part), key=lambda one: (one.created_at, one.external_id))


def incident_document(tenant: Tenant, *, number: int = 1, name: str = "checkout", **values: Any) -> dict[str, Any]:
    """A stored incident that is going on."""
    peak = {"phrase": name, "hours": 1, "at": MONDAY, "observed": 9, "usual": 0.5, "limit": 6}
    times = {"first_at": MONDAY, "last_at": MONDAY, "found_at": MONDAY, "ended_at": None, "dismissed_at": None}
    return {
        "_id": f"{tenant.slug} {number}",
        "tenant_id": tenant.slug,
        "number": number,
        "names": [name],
        "phrases": [name],
        "tickets": [],
        "dismissed_by": "",
        "is_ongoing": True,
        "peak": peak,
        **times,
        **values,
    }
