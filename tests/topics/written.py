"""Tickets as several customers of a shop would write them."""

from collections.abc import Iterable
from typing import Any

from tickets.classification.topics.mining import MinedTicket

FILLING = (
    "Which colours does the {0} come in",
    "I would like to know the height of the {0}",
    "Can the {0} go into the dishwasher",
    "We admire your {0}",
    "Somebody gave me a {0} last winter",
    "Where was the {0} produced",
)
THINGS = ("kettle", "lamp", "bench", "mirror", "clock", "grinder", "shelf", "pan", "rug", "vase", "stool", "toaster")


def fillings(count: int) -> list[str]:
    """Different questions, each of which hardly anybody else asks."""
    return [
        FILLING[n % len(FILLING)].format(THINGS[n % len(THINGS)] + chr(97 + n % 26) + chr(97 + n // 26))
        for n in range(count)
    ]


def by_customers(messages: Iterable[str], *, customer: str = "") -> list[MinedTicket]:
    """Each message by a customer of its own, or all by the same."""
    return [MinedTicket(customer or f"cust_{n}", "", message) for n, message in enumerate(messages)]


def records(messages: Iterable[str], *, customer: str = "", prefix: str = "P", **values: Any) -> list[dict[str, Any]]:
    return [
        {"id_": f"{prefix}-{n}", "customer_id": customer or f"{prefix}_{n}", "subject": "", "message": text, **values}
        for n, text in enumerate(messages)
    ]
