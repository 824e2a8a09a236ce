"""Tickets as they are looked at, and how many customers used each phrase in an hour. Pure."""

from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class SeenTicket:
    """A ticket without a customer counts as one of the same unknown customer. `created_at` is aware and UTC."""

    external_id: str
    customer_id: str
    created_at: datetime
    phrases: frozenset[str]


@dataclass(frozen=True, slots=True)
class HourCounts:
    """How many customers wrote in an hour, and how many of them used each phrase.

    Thousands of hours are kept in memory, so a phrase is stored as the hash of its text, which takes a tenth of the space.
    Two phrases have the same one in 2⁶⁴ cases.
    """

    customers: int
    _hashes: "array[int]"
    _counts: "array[int]"

    @classmethod
    def of(cls, tickets: Iterable[SeenTicket]) -> "HourCounts":
        used: dict[str, set[str]] = {}
        for each in tickets:
            used.setdefault(each.customer_id, set()).update(each.phrases)
        counts = sorted(Counter(hash(phrase) for phrases in used.values() for phrase in phrases).items())
        return cls(len(used), array("q", (key for key, _ in counts)), array("I", (count for _, count in counts)))

    def customers_with(self, phrase: str) -> int:
        key = hash(phrase)
        place = bisect_left(self._hashes, key)
        return self._counts[place] if place < len(self._hashes) and self._hashes[place] == key else 0


def hour_of(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)
