"""Time that passes within a tenant's business hours. Pure.

Opening hours are local: Monday 09:00 to 17:00 in the tenant's zone, except on holidays. Elapsed time is real time. An hour
that clocks skip does not count, and one that they repeat counts twice, if the business is open then.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

OpenInterval = tuple[int, int]
"""Minutes since local midnight as the clock shows them: from the first up to, but not including, the second."""

Week = tuple[tuple[OpenInterval, ...], ...]
"""For each day from Monday to Sunday its intervals, in order and without overlap. What lasts past midnight is two of them."""

MIDNIGHT: Final = 24 * 60
"""The end of a day, in minutes."""

CLOSED_WEEK: Final[Week] = ((),) * 7

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_DAY = _EPOCH.toordinal()
_DAY = 86_400
_YEAR = 31_557_600
"""Seconds of 365.25 days: years of one length are found by a division."""

_YEARS = 230
"""Dates before 1970 or after 2199 are mistakes; nothing counts then, so that one wrong date costs no time."""


class NeverOpen(ValueError):
    """There are no business hours, or not enough of them before the year 2200."""


@dataclass(frozen=True, slots=True)
class BusinessHours:
    """Weekly hours in a time zone, without the days that `holidays` is true for.

    Thread-safe. The hours of a year are worked out when they are first needed, and kept: about 1 ms and 12 KB. Every
    moment is an aware datetime; results are in UTC, to the microsecond. Raises `ValueError` for a week that is not one.
    """

    zone: ZoneInfo
    week: Week
    holidays: Callable[[date], bool]
    _years: "dict[int, _Year]" = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if len(self.week) != 7:
            raise ValueError(f"a week has 7 days, not {len(self.week)}")
        for day in self.week:
            times = [time for interval in day for time in interval]
            ends_before_it_starts = any(start >= end for start, end in day)
            if ends_before_it_starts or times != sorted(times) or (times and not 0 <= times[0] < times[-1] <= MIDNIGHT):
                raise ValueError(f"not intervals of one day in order: {day}")

    def elapsed(self, start: datetime, end: datetime) -> timedelta:
        """The business time from `start` to `end`; none if `end` is not later."""
        if end <= start:
            return timedelta(0)
        since, until = _microseconds(start), _microseconds(end)
        first, last = since // _YEAR_LENGTH, until // _YEAR_LENGTH
        if first == last:
            year = self._year(first)
            return timedelta(microseconds=year.open_before(until) - year.open_before(since))
        between = range(max(first + 1, 0), min(last, _YEARS))
        whole_years = sum(self._year(number).total for number in between)
        return timedelta(
            microseconds=self._year(first).open_after(since) + whole_years + self._year(last).open_before(until)
        )

    def add(self, start: datetime, duration: timedelta) -> datetime:
        """The first moment at which `duration` of business time has passed since `start`.

        8 hours from Monday 09:00 is Monday 17:00, not Tuesday 09:00. Raises `NeverOpen`, and `ValueError` for a negative
        duration.
        """
        if duration < timedelta(0):
            raise ValueError("a negative duration")
        since = _microseconds(start)
        if not duration:
            return _moment(since)
        number = max(since // _YEAR_LENGTH, 0)
        wanted = self._year(number).open_before(since) + duration // _MICROSECOND
        while number < _YEARS and any(self.week):
            year = self._year(number)
            if wanted <= year.total:
                return _moment(year.when_open_for(wanted))
            wanted -= year.total
            number += 1
        raise NeverOpen

    def is_open(self, at: datetime) -> bool:
        moment = _microseconds(at)
        return self._year(moment // _YEAR_LENGTH).is_open(moment)

    def opens_at(self, at: datetime) -> datetime:
        """The first open moment from `at` on: `at` itself if that is one. Raises `NeverOpen`."""
        if self.is_open(at):
            return _moment(_microseconds(at))
        return self.add(at, _MICROSECOND) - _MICROSECOND

    def closes_at(self, at: datetime) -> datetime:
        """The first moment from `at` on at which it is not open: `at` itself if it is closed then.

        Midnight and a change of the clocks close nothing. What is open for more than a year counts as always open, and
        the moment is then an arbitrary one, a year later.
        """
        moment = _microseconds(at)
        last = moment + _YEAR_LENGTH
        while moment < last and (end := self._year(moment // _YEAR_LENGTH).closes_at(moment)) is not None:
            moment = end
        return _moment(moment)

    def _year(self, number: int) -> "_Year":
        """The open time of the years since 1970, counted from 0."""
        if not 0 <= number < _YEARS:
            return _CLOSED_YEAR
        year = self._years.get(number)
        if year is None:
            year = self._years[number] = _Year(self._intervals(number))
        return year

    def _intervals(self, number: int) -> Iterator[tuple[int, int]]:
        """From when to when it is open in that year, in seconds since 1970, in order."""
        for begin, end, offset in _stretches(self.zone, number * _YEAR, (number + 1) * _YEAR):
            for day in range((begin + offset) // _DAY, (end + offset - 1) // _DAY + 1):
                local_day = date.fromordinal(_EPOCH_DAY + day)
                hours = self.week[local_day.weekday()]
                if not hours or self.holidays(local_day):
                    continue
                midnight = day * _DAY - offset
                for opens, closes in hours:
                    since, until = max(midnight + opens * 60, begin), min(midnight + closes * 60, end)
                    if since < until:
                        yield since, until


class _Year:
    """The open intervals of a year, in microseconds since 1970, and how long it was open before each of them."""

    __slots__ = ("before", "ends", "starts", "total")

    def __init__(self, intervals: Iterator[tuple[int, int]]) -> None:
        self.starts, self.ends, self.before = array("q"), array("q"), array("q")
        self.total = 0
        for start, end in intervals:
            self.starts.append(start * 1_000_000)
            self.ends.append(end * 1_000_000)
            self.before.append(self.total)
            self.total += (end - start) * 1_000_000

    def open_before(self, moment: int) -> int:
        index = bisect_right(self.starts, moment) - 1
        if index < 0:
            return 0
        return self.before[index] + min(moment, self.ends[index]) - self.starts[index]

    def open_after(self, moment: int) -> int:
        return self.total - self.open_before(moment)

    def is_open(self, moment: int) -> bool:
        return self.closes_at(moment) is not None

    def closes_at(self, moment: int) -> int | None:
        """The end of the interval around the moment; None if it is not open then."""
        index = bisect_right(self.starts, moment) - 1
        return self.ends[index] if index >= 0 and moment < self.ends[index] else None

    def when_open_for(self, duration: int) -> int:
        """The first moment before which it was open for `duration`, more than 0 and at most `total`."""
        index = bisect_left(self.before, duration) - 1
        return self.starts[index] + duration - self.before[index]


_CLOSED_YEAR = _Year(iter(()))
_YEAR_LENGTH = _YEAR * 1_000_000
_MICROSECOND = timedelta(microseconds=1)


def _stretches(zone: ZoneInfo, begin: int, end: int) -> Iterator[tuple[int, int, int]]:
    """What the zone's offset from UTC is from `begin` to `end`: from, to, offset, in seconds.

    Looks once a day: since 1970, no zone changed its offset twice within six days.
    """
    since, looked, offset = begin, begin, _offset(zone, begin)
    for next_look in [*range(begin + _DAY, end, _DAY), end]:
        if (changed := _offset(zone, next_look)) != offset:
            before, after = looked, next_look
            while after - before > 1:
                middle = (before + after) // 2
                before, after = (middle, after) if _offset(zone, middle) == offset else (before, middle)
            yield since, after, offset
            since, offset = after, changed
        looked = next_look
    if since < end:
        yield since, end, offset


def _offset(zone: ZoneInfo, second: int) -> int:
    offset = datetime.fromtimestamp(second, zone).utcoffset()
    assert offset is not None
    return offset.days * _DAY + offset.seconds


def _microseconds(at: datetime) -> int:
    since = at - _EPOCH
    return (since.days * _DAY + since.seconds) * 1_000_000 + since.microseconds


def _moment(microseconds: int) -> datetime:
    return _EPOCH + timedelta(microseconds=microseconds)
