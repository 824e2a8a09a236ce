"""Which roll-ups make up a period: blocks of days, hours, and for the rest the tickets themselves. Pure.

Days are those of the tenant's zone, numbered as in `date.toordinal`. Blocks of 1, 8 and 64 days lie on a fixed grid, so
a few of them cover any range of days. Hours are elapsed hours since the start of their day; a day of 23 or 25 hours has
as many.
"""

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from tickets.records.period import Period, day_start

SIZES: Final = (64, 8, 1)
LARGER_SIZES: Final = (8, 64)
PARTS: Final = 8
"""A larger block consists of this many of the next smaller size."""

HOUR: Final = timedelta(hours=1)
ALL_TIME: Final = "all"
"""The key of the block of all time."""

DAY_KEYS: Final = "01 "
"""What the keys of days begin with; the number of the day follows."""

DayRange = tuple[int, int]
"""From the first day up to, but not including, the second."""


@dataclass(frozen=True, slots=True)
class Block:
    """`days` days, starting with the day `first`."""

    days: int
    first: int

    @property
    def end(self) -> int:
        return self.first + self.days

    @property
    def key(self) -> str:
        """Its place among the blocks of its size, in the order of time."""
        return f"{self.days:02} {self.first:07}"

    @property
    def parts(self) -> list["Block"]:
        size = self.days // PARTS
        return [Block(size, first) for first in range(self.first, self.end, size)]


@dataclass(frozen=True, slots=True)
class Pieces:
    """What a period is read from: whole days, whole hours of other days, and tickets (`raw`)."""

    days: tuple[DayRange, ...] = ()
    hours: tuple[Period, ...] = ()
    raw: tuple[Period, ...] = ()


HOUR_KEYS: Final = "hour "
"""What the keys of hours begin with."""


def hour_key(day: int, hour: int) -> str:
    return f"{HOUR_KEYS}{day:07} {hour:02}"


def hour_range(period: Period, zone: ZoneInfo) -> tuple[str, str]:
    """The key of the first of the whole hours that make up the period, and the first key after the last."""
    first, last = days_touching(period, zone)[0], days_touching(period, zone)[-1]
    after = -((start_of(last, zone) - period.end) // HOUR)
    return hour_key(first, (period.start - start_of(first, zone)) // HOUR), hour_key(last, after)


def hour_keys(periods: Sequence[Period], zone: ZoneInfo) -> list[str]:
    """The keys of the hours that make up these periods."""
    found: list[str] = []
    for period in periods:
        for day in days_touching(period, zone):
            midnight, end = start_of(day, zone), start_of(day + 1, zone)
            first = (max(period.start, midnight) - midnight) // HOUR
            after = -((midnight - min(period.end, end)) // HOUR)
            found += [hour_key(day, hour) for hour in range(first, after)]
    return found


def day_of(moment: datetime, zone: ZoneInfo) -> int:
    """The day that began last. Where clocks go back past midnight, their date is that of the day before once more."""
    day = moment.astimezone(zone).date().toordinal()
    return day if moment < start_of(day + 1, zone) else day + 1


def start_of(day: int, zone: ZoneInfo) -> datetime:
    return day_start(date.fromordinal(day), zone)


def days_touching(period: Period, zone: ZoneInfo) -> range:
    """Every day that overlaps the period."""
    return range(day_of(period.start, zone), day_of(period.end - timedelta(milliseconds=1), zone) + 1)


def blocks_of(days: DayRange, *, stored: Container[Block] | None = None) -> list[Block]:
    """The fewest blocks that cover the range. With `stored`, only these of more than one day."""
    return list(_blocks(days, stored))


def _blocks(days: DayRange, stored: Container[Block] | None) -> Iterator[Block]:
    day, end = days
    while day < end:
        block = next(
            block
            for block in (Block(size, day) for size in SIZES)
            if block.days == 1 or (day % block.days == 0 and block.end <= end and (stored is None or block in stored))
        )
        yield block
        day = block.end


def enclosing_block(day: int, size: int) -> Block:
    return Block(size, day - day % size)


def cut(period: Period, zone: ZoneInfo, *, until: int, grid: datetime | None = None) -> Pieces:
    """The pieces of a period. Days from `until` on are read from the tickets.

    These are days in the future: there are few tickets, if any, and a single one dated in the year 8999 must not need a
    block for every day until then. With `grid`, a moment, there are no whole days, only hours that lie whole hours from
    it. Where a zone moved its clocks by half an hour, a day's hours do not; such a day is read from the tickets.
    """
    future = start_of(until, zone)
    if period.start >= future:
        return Pieces(raw=(period,))
    raw: list[Period] = []
    if period.end > future:
        raw.append(Period(future, period.end))
        period = Period(period.start, future)
    touching = days_touching(period, zone)
    inner = (
        touching[0] + (start_of(touching[0], zone) < period.start),
        touching[-1] + (start_of(touching[-1] + 1, zone) <= period.end),
    )
    days: list[DayRange] = [inner] if inner[0] < inner[1] else []
    hours: list[Period] = []
    if grid is not None:
        for day in (each for a, b in days for each in range(a, b)):
            start, end = start_of(day, zone), start_of(day + 1, zone)
            if start < end:  # a day that the zone skipped has no moment
                (hours if _is_on(grid, start) else raw).append(Period(start, end))
        days = []
    for day in {day for day in (touching[0], touching[-1]) if day not in range(*inner)}:
        midnight = start_of(day, zone)
        part = Period(max(period.start, midnight), min(period.end, start_of(day + 1, zone)))
        if grid is None or _is_on(grid, midnight):
            whole, rest = _whole_hours(part, midnight)
            hours += whole
            raw += rest
        else:
            raw.append(part)
    return Pieces(tuple(days), tuple(joined_periods(hours)), tuple(joined_periods(raw)))


def _whole_hours(part: Period, midnight: datetime) -> tuple[list[Period], list[Period]]:
    """The whole hours of a part of a day, and what remains at its edges."""
    behind = -((midnight - part.start) // HOUR)  # hours up to the first full one, rounded up
    start = midnight + behind * HOUR
    end = midnight + (part.end - midnight) // HOUR * HOUR
    if start >= end:
        return [], [part]
    edges = [(part.start, start), (end, part.end)]
    return [Period(start, end)], [Period(a, b) for a, b in edges if a < b]


def _is_on(grid: datetime, midnight: datetime) -> bool:
    return (midnight - grid) % HOUR == timedelta(0)


def joined_periods(periods: Sequence[Period]) -> list[Period]:
    """In order, adjacent periods as one."""
    found: list[Period] = []
    for each in sorted(periods, key=lambda period: period.start):
        if found and found[-1].end == each.start:
            found[-1] = Period(found[-1].start, each.end)
        else:
            found.append(each)
    return found


def joined_days(ranges: Sequence[DayRange]) -> list[DayRange]:
    """Ascending ranges, adjacent ones as one."""
    found: list[DayRange] = []
    for first, end in ranges:
        if found and found[-1][1] == first:
            found[-1] = (found[-1][0], end)
        else:
            found.append((first, end))
    return found
