"""The rows of a file of customers. Pure."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from tickets.customers.risk import MOST
from tickets.customers.store import Customer
from tickets.customers.wording import short_reasons

MOMENTS: Final = ("newest_at", "as_of")
COLUMNS: Final = (
    "customer_id", "name", "organisation", "risk", "risk_change", "risk_reasons", *(f"risk_{each}" for each in MOST),
    "open", "high", "negative", "tickets", "newest_at", "as_of",
)  # fmt: skip
"""A part of the risk that is not known is empty."""


def rows_of(customers: Iterable[Customer], period: str) -> Iterator[list[Any]]:
    """The numbers are those of the period, if it is not empty."""
    for each in customers:
        numbers, points = each.numbers_of(period), {part.name: part.points for part in each.parts}
        yield [
            *(each.customer_id, each.name, each.organisation, each.risk, each.change, short_reasons(each.parts)),
            *(points[name] for name in MOST),
            *(each.open, numbers.high, numbers.negative, numbers.total, each.newest_at, each.as_of),
        ]
