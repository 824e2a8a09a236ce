"""What a tenant's customers usually write in the same part of the week. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Final, Protocol
from zoneinfo import ZoneInfo

from tickets.incidents.rule import WEEKS
from tickets.incidents.seen import HOUR, HourCounts, hour_of

A_WEEK: Final = timedelta(weeks=1)
MOST_COUNTED: Final = 400
"""Tickets of the last week that are counted, to compare earlier weeks with."""

LEAST_SHARE: Final = 4
"""A week with less than one in this many of its tickets was a holiday, or before the tenant's tickets were imported."""


class Past(Protocol):
    """The tenant's earlier tickets. Times are aware and UTC."""

    def read_hours(self, start: datetime, end: datetime) -> Sequence[HourCounts]:
        """The counts of each hour. Both are full hours, `end` is exclusive."""

    def count_tickets(self, start: datetime, end: datetime, *, most: int) -> int:
        """How many tickets were created between the two times, counted up to `most`."""


@dataclass(frozen=True)
class WeekPart:
    """The part of an earlier week that corresponds to the window that is looked at. Its hours are read when needed.

    Of an hour that the part only touches, the same share counts. A customer who wrote in two hours of it counts in both,
    so what is usual is never underestimated.
    """

    start: datetime
    end: datetime
    past: Past = field(repr=False)

    @cached_property
    def customers(self) -> float:
        return sum(hour.customers * share for hour, share in self._hours)

    def customers_with(self, phrase: str) -> float:
        return sum(hour.customers_with(phrase) * share for hour, share in self._hours)

    @cached_property
    def _hours(self) -> list[tuple[HourCounts, float]]:
        starts = list(self._starts())
        counts = self.past.read_hours(starts[0], starts[-1] + HOUR)
        return [
            (found, (min(self.end, hour + HOUR) - max(self.start, hour)) / HOUR)
            for hour, found in zip(starts, counts, strict=True)
        ]

    def _starts(self) -> Iterator[datetime]:
        hour = hour_of(self.start)
        while hour < self.end:
            yield hour
            hour += HOUR


class Normal:
    """The same part of the weeks before, by the clock of the tenant's zone, also across changes of the hour."""

    def __init__(self, past: Past, *, zone: ZoneInfo) -> None:
        self._past = past
        self._zone = zone

    def find_weeks(self, start: datetime, end: datetime) -> list[WeekPart]:
        """Those that correspond to the window, the latest first, without weeks of which hardly any tickets are known."""
        last = self._past.count_tickets(end - A_WEEK, end, most=MOST_COUNTED)
        needed = max(last // LEAST_SHARE, 1)
        found = []
        for number in range(1, WEEKS + 1):
            first = weeks_before(start, number, zone=self._zone)
            over = first + (end - start)
            if self._past.count_tickets(over - A_WEEK, over, most=needed) >= needed:
                found.append(WeekPart(first, over, self._past))
        return found


def weeks_before(moment: datetime, weeks: int, *, zone: ZoneInfo) -> datetime:
    """The same time of the day by the clock of the zone, also across changes of the hour."""
    local = moment.astimezone(zone).replace(tzinfo=None) - timedelta(weeks=weeks)
    return local.replace(tzinfo=zone).astimezone(moment.tzinfo)
