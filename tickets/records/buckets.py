"""The buckets of a period: the hours, days, weeks or months that the bars of a chart show. Pure.

Buckets are those of the tenant's clock and calendar. The period may cut the first and the last one, so the buckets
always add up to the period.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from tickets.records.period import Period, day_start, hour_start

_HOUR = timedelta(hours=1)
_HOURS_UP_TO = timedelta(days=3, hours=1)  # three days, one of them with 25 hours
_DAYS_UP_TO = timedelta(days=100)
_WEEKS_UP_TO = timedelta(days=2 * 366)


class Unit(StrEnum):
    """How long a bucket is, on the tenant's clock and calendar. Weeks begin on Monday."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Buckets:
    """The buckets that cover a period: bucket `i` goes from `edges[i]` to `edges[i + 1]`."""

    unit: Unit
    edges: tuple[datetime, ...]
    period: Period

    def __len__(self) -> int:
        return len(self.edges) - 1

    def __getitem__(self, position: int) -> Period:
        """The part of a bucket that lies in the period."""
        start, end = self.edges[position], self.edges[position + 1]
        return Period(max(start, self.period.start), min(end, self.period.end))


def choose_unit(period: Period) -> Unit:
    """Hours up to three days, days up to 100 days, weeks up to two years, then months."""
    if period.length <= _HOURS_UP_TO:
        return Unit.HOUR
    if period.length <= _DAYS_UP_TO:
        return Unit.DAY
    return Unit.WEEK if period.length <= _WEEKS_UP_TO else Unit.MONTH


def buckets_of(period: Period, zone: ZoneInfo, unit: Unit | None = None) -> Buckets:
    """The buckets of the tenant's zone that cover the period.

    A day has 23, 24 or 25 hours, as on the calendar. Hours are elapsed hours, counted from the full hour in the
    tenant's zone at the start; in some zones that is half past in UTC.
    """
    unit = unit or choose_unit(period)
    edges: list[datetime] = []
    if unit is Unit.HOUR:
        edge = hour_start(period.start, zone)
        while edge < period.end:
            edges.append(edge)
            edge += _HOUR
        return Buckets(unit, (*edges, edge), period)
    day = _first_day(unit, period.start.astimezone(zone).date())
    while not edges or edges[-1] < period.end:
        edge = day_start(day, zone)
        # A zone that crossed the date line skipped a whole day, which gets no bucket.
        if not edges or edge > edges[-1]:
            edges.append(edge)
        day = _next_day(unit, day)
    return Buckets(unit, tuple(edges), period)


def _first_day(unit: Unit, day: date) -> date:
    if unit is Unit.WEEK:
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if unit is Unit.MONTH else day


def _next_day(unit: Unit, day: date) -> date:
    if unit is Unit.MONTH:
        return (day + timedelta(days=31)).replace(day=1)
    return day + timedelta(days=7 if unit is Unit.WEEK else 1)
