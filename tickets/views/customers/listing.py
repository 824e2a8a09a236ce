"""What the address of the list of customers says, and the addresses that lead from it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

from tickets.customers.ordering import DEFAULT, ORDERS, Order
from tickets.customers.profile import PERIODS
from tickets.store.filters import LONGEST_VALUE

HEADERS: Final = {
    "name": "Customer",
    "risk": "Risk",
    "trend": "Trend",
    "open": "Open",
    "high": "High urgency",
    "negative": "Negative",
    "tickets": "Tickets",
    "newest": "Newest",
}
PERIOD_LABELS: Final = {"": "Any time", "7d": "7 days", "30d": "30 days", "90d": "90 days"}
assert set(PERIOD_LABELS) == {"", *PERIODS} and set(HEADERS) == set(ORDERS)


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerSelection:
    """A list: its order with the period, a search, and whether it has one's watched customers alone."""

    order: Order = field(default_factory=Order)
    search: str = ""
    is_watched: bool = False

    @classmethod
    def of_page(cls, given: Mapping[str, str]) -> "CustomerSelection":
        """Whatever is not known is left out."""
        search = " ".join(given.get("q", "").replace("\0", "").split())[:LONGEST_VALUE]
        order = Order.parse(given.get("sort", ""), period=given.get("period", ""))
        return cls(order=order, search=search, is_watched=given.get("watched") == "1")

    @classmethod
    def of_query(cls, text: str) -> str:
        """The query string of a list that a form names: its parameters and its cursor alone."""
        given = dict(parse_qsl(text[: LONGEST_VALUE * 4]))
        return cls.of_page(given).query(cursor=given.get("cursor", ""))

    @property
    def is_narrowed(self) -> bool:
        return bool(self.search or self.is_watched or self.order.period)

    def query(self, **more: str) -> str:
        """The query string without a cursor; empty for the list as it is by default."""
        values = {
            "q": self.search,
            "period": self.order.period,
            "watched": "1" if self.is_watched else "",
            "sort": str(self.order) if str(self.order) != DEFAULT else "",
            **more,
        }
        return urlencode({name: value for name, value in values.items() if value})

    def sorted_by(self, name: str) -> str:
        """The query string of the list in this order, or reversed if it is sorted by it already."""
        is_reversed = self.order.name == name and not self.order.is_reversed
        return replace(self, order=replace(self.order, name=name, is_reversed=is_reversed)).query()

    def within(self, period: str) -> str:
        return replace(self, order=replace(self.order, period=period)).query()

    def headings(self) -> list[dict[str, Any]]:
        return [
            {
                "name": name,
                "title": title,
                "query": self.sorted_by(name),
                "direction": self._direction if self.order.name == name else "",
            }
            for name, title in HEADERS.items()
        ]

    @property
    def _direction(self) -> str:
        return "descending" if self.order.descends else "ascending"
