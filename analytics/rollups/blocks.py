"""Which pieces a period is put together from: blocks of days, hours, and the tickets themselves. Pure.

Days are those of the tenant's zone, numbered as `date.toordinal` does. Blocks of 1, 2, 4 … 64 days
lie on a fixed grid, so any stretch of days is at most a handful of them, however long it is. Hours are
elapsed hours counted from the start of their day; a day of 23 or 25 hours has as many.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from analytics.periods import Period, day_start

SIZES = (64, 32, 16, 8, 4, 2, 1)
HOUR = timedelta(hours=1)

Stretch = tuple[int, int]
"""Days from the first up to, but not including, the second."""


@dataclass(frozen=True, slots=True)
class Block:
    """`days` days from the day `first` on."""

    days: int
    first: int

    @property
    def end(self) -> int:
        return self.first + self.days

    @property
    def number(self) -> int:
        """Where and how long it is, as one number: any blocks are found by one list of values."""
        return self.first * 100 + self.days

    @classmethod
    def numbered(cls, number: int) -> "Block":
        return cls(number % 100, number // 100)

    @property
    def parts(self) -> list["Block"]:
        """The two halves that it is made of."""
        half = self.days // 2
        return [Block(half, self.first), Block(half, self.first + half)]


@dataclass(frozen=True, slots=True)
class Pieces:
    """A period in parts: whole days, whole hours of other days, and moments only the tickets know of."""

    days: tuple[Stretch, ...] = ()
    hours: tuple[Period, ...] = ()
    raw: tuple[Period, ...] = ()


@dataclass(frozen=True, slots=True)
class Trust:
    """Which days' roll-ups hold: those from `since` up to `until` (not included) that are not in `marked`
    (ascending); blocks that end after `complete` are not built.

    Days in the future are always read from the tickets: there are few, if any, and a single ticket
    dated in the year 8999 must not lay out a block for every day until then.
    """

    since: int
    marked: tuple[int, ...]
    complete: int
    until: int = date.max.toordinal()
    not_kept: frozenset[int] = frozenset()
    """Blocks (their numbers) that are not there though they are over; their days are in `marked` where no smaller ones are."""

    def holds(self, day: int) -> bool:
        place = bisect_left(self.marked, day)
        is_marked = place < len(self.marked) and self.marked[place] == day
        return self.since <= day < self.until and not is_marked

    def holds_all(self, block: Block) -> bool:
        if block.first < self.since or block.end > self.until or (block.days > 1 and block.end > self.complete):
            return False
        if block.number in self.not_kept:
            return False
        place = bisect_left(self.marked, block.first)
        return place == len(self.marked) or self.marked[place] >= block.end


def day_of(moment: datetime, zone: ZoneInfo) -> int:
    return moment.astimezone(zone).date().toordinal()


def start_of(day: int, zone: ZoneInfo) -> datetime:
    return day_start(date.fromordinal(day), zone)


def days_touching(period: Period, zone: ZoneInfo) -> range:
    """Every day that has a moment in common with the period."""
    return range(day_of(period.start, zone), day_of(period.end - timedelta(milliseconds=1), zone) + 1)


def blocks_of(stretch: Stretch, trust: Trust) -> list[Block]:
    """The fewest trusted blocks that make up the stretch; its days must all hold."""
    found = []
    day, end = stretch
    while day < end:
        block = next(
            block
            for block in (Block(size, day) for size in SIZES)
            if block.days == 1 or (day % block.days == 0 and block.end <= end and trust.holds_all(block))
        )
        found.append(block)
        day = block.end
    return found


def enclosing_blocks(days: Iterable[int], size: int) -> list[Block]:
    """The blocks of that size that hold any of the days."""
    return [Block(size, first) for first in sorted({day - day % size for day in days})]


def cut(period: Period, zone: ZoneInfo, trust: Trust, *, grid: datetime | None = None) -> Pieces:
    """The pieces of a period. With `grid`, a moment, there are no whole days: all is hours that lie whole
    hours from it, or raw (where a zone moved its clocks by half an hour, a day's hours do not)."""
    touching = days_touching(period, zone)
    inner = (
        touching[0] + (start_of(touching[0], zone) < period.start),
        touching[-1] + (start_of(touching[-1] + 1, zone) <= period.end),
    )
    days: list[Stretch] = []
    hours: list[Period] = []
    raw: list[Period] = []
    if inner[0] < inner[1]:
        days, raw = _split(inner, zone, trust)
    if grid is not None:
        for day in (each for a, b in days for each in range(a, b)):
            start, end = start_of(day, zone), start_of(day + 1, zone)
            if start < end:
                (hours if _is_on(grid, start) else raw).append(Period(start, end))
        days = []
    for day in {day for day in (touching[0], touching[-1]) if day not in range(*inner)}:
        midnight = start_of(day, zone)
        part = Period(max(period.start, midnight), min(period.end, start_of(day + 1, zone)))
        if trust.holds(day) and (grid is None or _is_on(grid, midnight)):
            whole, rest = _whole_hours(part, midnight)
            hours += whole
            raw += rest
        else:
            raw.append(part)
    return Pieces(tuple(days), tuple(_joined(hours)), tuple(_joined(raw)))


def _split(stretch: Stretch, zone: ZoneInfo, trust: Trust) -> tuple[list[Stretch], list[Period]]:
    """The stretch's days that hold, and the periods of the others."""
    day, end = stretch
    good: list[Stretch] = []
    bad: list[Stretch] = []
    if day < trust.since and day < end:
        bad.append((day, min(end, trust.since)))
        day = bad[0][1]
    future = (max(day, trust.until), end)
    end = min(end, trust.until)
    for marked in trust.marked[bisect_left(trust.marked, day) : bisect_left(trust.marked, end)]:
        if day < marked:
            good.append((day, marked))
        bad.append((marked, marked + 1))
        day = marked + 1
    if day < end:
        good.append((day, end))
    if future[0] < future[1]:
        bad.append(future)
    spans = ((start_of(a, zone), start_of(b, zone)) for a, b in bad)
    return good, [Period(start, stop) for start, stop in spans if start < stop]  # a skipped day has no moment


def _whole_hours(part: Period, midnight: datetime) -> tuple[list[Period], list[Period]]:
    """The whole hours of a part of a day, and what is left at its edges."""
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
    """In order, neighbours as one."""
    found: list[Period] = []
    for each in sorted(periods, key=lambda period: period.start):
        if found and found[-1].end == each.start:
            found[-1] = Period(found[-1].start, each.end)
        else:
            found.append(each)
    return found
