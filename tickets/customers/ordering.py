"""The orders of the list of customers, and the places in them. Pure."""

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from supportsaas.db.paging import CursorError
from tickets.customers.profile import PERIODS

Document = dict[str, Any]

ORDERS: Final = {
    "name": "sort_name",
    "risk": "risk",
    "trend": "change",
    "open": "open",
    "high": "high",
    "negative": "negative",
    "tickets": "total",
    "newest": "newest_at",
}
"""The field of each header. All but names are sorted with the highest first, unless the order is reversed."""

OF_PERIODS: Final = ("high", "negative", "tickets")
"""The orders by numbers that a period narrows."""
DEFAULT: Final = "risk"

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """An order of the list. `period`: one of `PERIODS`, or empty for all time."""

    name: str = DEFAULT
    is_reversed: bool = False
    period: str = ""

    @classmethod
    def parse(cls, text: str, *, period: str = "") -> "Order":
        """From an address: `risk`, or `-risk` for the reverse. Anything else is the default."""
        name = text.removeprefix("-")
        period = period if period in PERIODS else ""
        if name not in ORDERS:
            return cls(period=period)
        return cls(name=name, is_reversed=text.startswith("-"), period=period)

    def __str__(self) -> str:
        return f"-{self.name}" if self.is_reversed else self.name

    @property
    def field(self) -> str:
        field = ORDERS[self.name]
        return f"periods.{self.period}.{field}" if self.period and self.name in OF_PERIODS else field

    @property
    def index(self) -> str:
        return f"tenant_id_{self.field}_customer_id"

    @property
    def descends(self) -> bool:
        return (self.name != "name") != self.is_reversed

    def sort(self, *, backwards: bool) -> list[tuple[str, int]]:
        """As the index has it, or its exact reverse."""
        ascends = self.descends == backwards
        ties_ascend = self.is_reversed == backwards
        return [(self.field, 1 if ascends else -1), ("customer_id", 1 if ties_ascend else -1)]

    def beyond(self, place: "Place | None") -> list[Document]:
        """Conditions that hold beyond a place in the order of reading."""
        if place is None:
            return []
        value_sign, key_sign = (direction for _, direction in self.sort(backwards=place.backwards))
        value = place.value
        if self.name == "newest":
            value = _EPOCH + int(place.value) * _MILLISECOND
        at_or_beyond = {self.field: {"$gte" if value_sign > 0 else "$lte": value}}
        not_beyond = {self.field: value, "customer_id": {"$lte" if key_sign > 0 else "$gte": place.key}}
        return [at_or_beyond, {"$nor": [not_beyond]}]

    def place_of(self, document: Document, *, backwards: bool = False) -> "Place":
        value: Any = document
        for part in self.field.split("."):
            value = value[part]
        if isinstance(value, datetime):
            value = (value - _EPOCH) // _MILLISECOND
        return Place(value=value, key=document["customer_id"], backwards=backwards)

    def read_place(self, text: str) -> "Place | None":
        """A place from an address, None for an empty text. Raises `CursorError`."""
        if not text:
            return None
        try:
            padded = text + "=" * (-len(text) % 4)
            backwards, value, key = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
            is_value = isinstance(value, str) if self.name == "name" else type(value) is int and abs(value) < 2**50
            if backwards not in (0, 1) or not is_value or not isinstance(key, str):
                raise CursorError(text)
            for each in (value, key):
                str(each).encode()  # a lone surrogate
            return Place(value=value, key=key, backwards=bool(backwards))
        except (ValueError, TypeError, OverflowError, binascii.Error, RecursionError):
            raise CursorError("This is not a cursor of this list.") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A customer's place in an order. `backwards`: what comes before it is meant."""

    value: Any
    key: str
    backwards: bool = False

    def encode(self) -> str:
        text = json.dumps([int(self.backwards), self.value, self.key], separators=(",", ":"))
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")
