"""Tickets as they are looked at, and how many customers used each phrase in an hour. Pure."""

from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from tickets.incidents.rule import WEEKS

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
        return cls(len(used), array("q", (key for key, _ in counts)), array("L", (count for _, count in counts)))

    def customers_with(self, phrase: str) -> int:
        key = hash(phrase)
        place = bisect_left(self._hashes, key)
        return self._counts[place] if place < len(self._hashes) and self._hashes[place] == key else 0


class Normal:
    """What was usual in the same part of the week, in the weeks before. Counts of hours are read when they are needed.

    The part is the same by the clock of the tenant's zone, also across changes of the hour. Of hours that the window only
    touches, the same share counts. A customer who wrote in two hours of a longer window counts in both, so what is usual
    is never underestimated.
    """

    def __init__(self, read_hour: Callable[[datetime], HourCounts], *, zone: ZoneInfo, since: datetime) -> None:
        """`since`: when the tenant's first ticket was created. Weeks before it are no part of the normal."""
        self._read_hour = read_hour
        self._zone = zone
        self._since = since

    def weeks(self, start: datetime, end: datetime) -> Sequence["WeekPart"]:
        """The parts of the weeks before that correspond to the window, the latest first."""
        found = []
        for week in range(1, WEEKS + 1):
            first = self._weeks_before(start, week)
            if first < self._since:
                break
            found.append(WeekPart(tuple(self._shares(first, first + (end - start)))))
        return found

    def _weeks_before(self, moment: datetime, weeks: int) -> datetime:
        local = moment.astimezone(self._zone).replace(tzinfo=None) - timedelta(weeks=weeks)
        return local.replace(tzinfo=self._zone).astimezone(moment.tzinfo)

    def _shares(self, start: datetime, end: datetime) -> Iterator[tuple[HourCounts, float]]:
        hour = start.replace(minute=0, second=0, microsecond=0)
        while hour < end:
            share = (min(end, hour + HOUR) - max(start, hour)) / HOUR
            yield self._read_hour(hour), share
            hour += HOUR


@dataclass(frozen=True, slots=True)
class WeekPart:
    """The hours of an earlier window, each with the share of it that belongs to the window."""

    hours: tuple[tuple[HourCounts, float], ...]

    @property
    def customers(self) -> float:
        return sum(hour.customers * share for hour, share in self.hours)

    def customers_with(self, phrase: str) -> float:
        return sum(hour.customers_with(phrase) * share for hour, share in self.hours)
