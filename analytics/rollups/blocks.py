"""Which roll-ups make up a period: blocks of days, hours, and for the rest the tickets themselves. Pure.

Days are those of the tenant's zone, numbered as in `date.toordinal`. Blocks of 1, 2, 4 … 64 days lie on a
fixed grid, so a few of them cover any range of days. Hours are elapsed hours since the start of their day;
a day of 23 or 25 hours has as many.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from analytics.periods import Period, day_start

SIZES = (64, 32, 16, 8, 4, 2, 1)
HOUR = timedelta(hours=1)

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
    def number(self) -> int:
        """Its first day and length as one number, so that one list of values finds any blocks."""
        return self.first * 100 + self.days

    @classmethod
    def numbered(cls, number: int) -> "Block":
        return cls(number % 100, number // 100)

    @property
    def parts(self) -> list["Block"]:
        """Its two halves."""
        half = self.days // 2
        return [Block(half, self.first), Block(half, self.first + half)]


@dataclass(frozen=True, slots=True)
class Pieces:
    """What a period is read from: whole days, whole hours of other days, and tickets (`raw`)."""

    days: tuple[DayRange, ...] = ()
    hours: tuple[Period, ...] = ()
    raw: tuple[Period, ...] = ()


@dataclass(frozen=True, slots=True)
class ValidRange:
    """Which days' roll-ups are valid: those from `since` up to `until` (not included), except the `dirty` ones.

    `dirty` is ascending. Blocks that end after `complete` are not built yet.

    Days in the future are always read from the tickets: there are few, if any, and a single ticket dated
    in the year 8999 must not need a block for every day until then.
    """

    since: int
    dirty: tuple[int, ...]
    complete: int
    until: int = date.max.toordinal()
    not_stored: frozenset[int] = frozenset()
    """Numbers of the blocks that are over but not stored. Of a block of one day, the day is among the `dirty` ones."""

    def has_day(self, day: int) -> bool:
        return self.since <= day < self.until and not self._has_dirty(day, day + 1)

    def has_block(self, block: Block) -> bool:
        if block.first < self.since or block.end > self.until:
            return False
        if block.days > 1 and block.end > self.complete:
            return False
        if block.number in self.not_stored:
            return False
        return not self._has_dirty(block.first, block.end)

    def _has_dirty(self, first: int, end: int) -> bool:
        place = bisect_left(self.dirty, first)
        return place < len(self.dirty) and self.dirty[place] < end


def day_of(moment: datetime, zone: ZoneInfo) -> int:
    return moment.astimezone(zone).date().toordinal()


def start_of(day: int, zone: ZoneInfo) -> datetime:
    return day_start(date.fromordinal(day), zone)


def days_touching(period: Period, zone: ZoneInfo) -> range:
    """Every day that overlaps the period."""
    return range(day_of(period.start, zone), day_of(period.end - timedelta(milliseconds=1), zone) + 1)


def blocks_of(days: DayRange, valid_days: ValidRange) -> list[Block]:
    """The fewest blocks that cover the range, all of whose days must be valid."""
    found = []
    day, end = days
    while day < end:
        block = next(
            block
            for block in (Block(size, day) for size in SIZES)
            if block.days == 1 or (day % block.days == 0 and block.end <= end and valid_days.has_block(block))
        )
        found.append(block)
        day = block.end
    return found


def enclosing_blocks(days: Iterable[int], size: int) -> list[Block]:
    """The blocks of that size that contain any of the days."""
    return [Block(size, first) for first in sorted({day - day % size for day in days})]


def cut(period: Period, zone: ZoneInfo, valid_days: ValidRange, *, grid: datetime | None = None) -> Pieces:
    """The pieces of a period.

    With `grid`, a moment, there are no whole days, only hours that lie whole hours from it. Where a zone moved
    its clocks by half an hour, a day's hours do not; such a day is read from the tickets.
    """
    touching = days_touching(period, zone)
    inner = (
        touching[0] + (start_of(touching[0], zone) < period.start),
        touching[-1] + (start_of(touching[-1] + 1, zone) <= period.end),
    )
    days: list[DayRange] = []
    hours: list[Period] = []
    raw: list[Period] = []
    if inner[0] < inner[1]:
        days, raw = _split(inner, zone, valid_days)
    if grid is not None:
        for day in (each for a, b in days for each in range(a, b)):
            start, end = start_of(day, zone), start_of(day + 1, zone)
            if start < end:
                (hours if _is_on(grid, start) else raw).append(Period(start, end))
        days = []
    for day in {day for day in (touching[0], touching[-1]) if day not in range(*inner)}:
        midnight = start_of(day, zone)
        part = Period(max(period.start, midnight), min(period.end, start_of(day + 1, zone)))
        if valid_days.has_day(day) and (grid is None or _is_on(grid, midnight)):
            whole, rest = _whole_hours(part, midnight)
            hours += whole
            raw += rest
        else:
            raw.append(part)
    return Pieces(tuple(days), tuple(_joined(hours)), tuple(_joined(raw)))


def _split(days: DayRange, zone: ZoneInfo, valid_days: ValidRange) -> tuple[list[DayRange], list[Period]]:
    """The valid days of the range, and the periods of the others."""
    day, end = days
    valid: list[DayRange] = []
    invalid: list[DayRange] = []
    if day < valid_days.since and day < end:
        invalid.append((day, min(end, valid_days.since)))
        day = invalid[0][1]
    future = (max(day, valid_days.until), end)
    end = min(end, valid_days.until)
    for dirty in valid_days.dirty[bisect_left(valid_days.dirty, day) : bisect_left(valid_days.dirty, end)]:
        if day < dirty:
            valid.append((day, dirty))
        invalid.append((dirty, dirty + 1))
        day = dirty + 1
    if day < end:
        valid.append((day, end))
    if future[0] < future[1]:
        invalid.append(future)
    spans = ((start_of(first, zone), start_of(after, zone)) for first, after in invalid)
    return valid, [Period(start, stop) for start, stop in spans if start < stop]  # a skipped day has no moment


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


def _joined(periods: Sequence[Period]) -> list[Period]:
    """In order, adjacent periods as one."""
    found: list[Period] = []
    for each in sorted(periods, key=lambda period: period.start):
        if found and found[-1].end == each.start:
            found[-1] = Period(found[-1].start, each.end)
        else:
            found.append(each)
    return found
