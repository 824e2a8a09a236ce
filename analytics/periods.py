"""Which stretch of time a dashboard shows, and the buckets of its trend. Pure.

The presets are made of whole hours or days in the tenant's zone: `24h` is the 24 hours up to
the next full hour, `7d` to `365d` are that many calendar days, today included. Every bar then
covers a whole hour or day (or week, the first cut by the period), the bars together are the period, and links carry its exact
moments: what a number counts is what its list shows. A period that is still under way is
compared with the same part of the one before it (`comparison`), never with the whole of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from supportsaas.clock import iso_z
from tickets.store.filters import FilterError, parse_moment

CUSTOM = "custom"
DEFAULT = "7d"
NAMES = ("24h", "7d", "30d", "90d", "365d", CUSTOM)
LONGEST = timedelta(days=3653)
LONGEST_WORDS = "10 years"

_PRESET_DAYS = {"7d": 7, "30d": 30, "90d": 90, "365d": 365}
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
class Period:
    """From `start` up to, but not including, `end`; both aware, in UTC."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        for moment in (self.start, self.end):
            if moment.utcoffset() is None:
                raise ValueError("A period needs aware moments.")
        if self.start >= self.end:
            raise ValueError("A period ends after it starts.")
        object.__setattr__(self, "start", self.start.astimezone(UTC))
        object.__setattr__(self, "end", self.end.astimezone(UTC))

    @property
    def length(self) -> timedelta:
        return self.end - self.start

    @property
    def previous(self) -> "Period":
        """The period of the same length (in elapsed time) that ends where this one starts."""
        return Period(self.start - self.length, self.start)

    def comparison(self, now: datetime, zone: ZoneInfo) -> "Period":
        """The period before, up to the point this one has reached by `now`, to the full minute.

        Whole days are compared with as many whole days, up to the same time of day, though a
        change of the clocks makes one of the two an hour longer.
        """
        reached = min(_full_minute(now), self.end) if self.start < now < self.end else self.end
        days = (self.end.astimezone(zone).date() - self.start.astimezone(zone).date()).days
        if (self.start, self.end) != (_midnight_of(self.start, zone), _midnight_of(self.end, zone)):
            return Period(self.start - self.length, reached - self.length)

        def back(moment: datetime) -> datetime:
            local = moment.astimezone(zone)
            return datetime.combine(local.date() - timedelta(days=days), local.time(), tzinfo=zone)

        return Period(back(self.start), back(reached))


@dataclass(frozen=True, slots=True)
class Buckets:
    """The whole buckets that cover a period: bucket `i` goes from `edges[i]` to `edges[i + 1]`."""

    unit: Unit
    edges: tuple[datetime, ...]
    period: Period

    def __len__(self) -> int:
        return len(self.edges) - 1

    def __getitem__(self, position: int) -> Period:
        """The part of a bucket that lies in the period."""
        start, end = self.edges[position], self.edges[position + 1]
        return Period(max(start, self.period.start), min(end, self.period.end))


@dataclass(frozen=True, slots=True)
class ChosenPeriod:
    """What somebody asked for: one of `NAMES`, and the period it comes to."""

    name: str
    period: Period

    def parameters(self, zone: ZoneInfo) -> list[tuple[str, str]]:
        """Query parameters that `parse_period` reads back; whole days are written as dates."""
        if self.name != CUSTOM:
            return [("period", self.name)]
        return [("period", CUSTOM), ("from", self._written_start(zone)), ("to", self._written_end(zone))]

    def first_day(self, zone: ZoneInfo) -> date:
        return self.period.start.astimezone(zone).date()

    def last_day(self, zone: ZoneInfo) -> date:
        """The last day the period touches."""
        return (self.period.end - timedelta(milliseconds=1)).astimezone(zone).date()

    def _written_start(self, zone: ZoneInfo) -> str:
        day = self.first_day(zone)
        return day.isoformat() if day_start(day, zone) == self.period.start else iso_z(self.period.start) or ""

    def _written_end(self, zone: ZoneInfo) -> str:
        day = self.last_day(zone)
        is_whole = day_start(day + timedelta(days=1), zone) == self.period.end
        return day.isoformat() if is_whole else iso_z(self.period.end) or ""


def parse_period(parameters: Mapping[str, Sequence[str]], *, zone: ZoneInfo, now: datetime) -> ChosenPeriod:
    """From `period=24h|7d|30d|90d|365d|custom` and, for custom, `from` and `to` (dates or ISO 8601 times).

    What names no zone is in `zone`; a bare `to` date includes that day. Without `period`, given
    dates mean custom and nothing means `DEFAULT`. Raises `FilterError` with field and reason.
    """
    given = {name: _single(parameters, name) for name in ("period", "from", "to")}
    name = given["period"] or (CUSTOM if given["from"] or given["to"] else DEFAULT)
    if name not in NAMES:
        raise FilterError("period", f"must be one of {', '.join(NAMES)}, not {name[:40]!r}")
    if name != CUSTOM:
        return ChosenPeriod(name, preset(name, zone=zone, now=now))
    for field in ("from", "to"):
        if not given[field]:
            raise FilterError(field, "is missing: choose a date")
    start = parse_moment("from", given["from"], zone=zone)
    end = parse_moment("to", given["to"], zone=zone, end=True)
    if start >= end:
        raise FilterError("to", "lies before the first day")
    if end - start > LONGEST:
        raise FilterError("to", f"is too far from the first day: at most {LONGEST_WORDS}")
    return ChosenPeriod(CUSTOM, Period(start, end))


def preset(name: str, *, zone: ZoneInfo, now: datetime) -> Period:
    """The period of a name other than custom, as of `now`."""
    if name == "24h":
        end = _hour_start(now, zone) + _HOUR
        return Period(end - 24 * _HOUR, end)
    days = _PRESET_DAYS[name]
    today = now.astimezone(zone).date()
    return Period(day_start(today - timedelta(days=days - 1), zone), day_start(today + timedelta(days=1), zone))


def choose_unit(period: Period) -> Unit:
    """Hours up to three days, then days, weeks from 100 days on and months from two years on."""
    if period.length <= _HOURS_UP_TO:
        return Unit.HOUR
    if period.length <= _DAYS_UP_TO:
        return Unit.DAY
    return Unit.WEEK if period.length <= _WEEKS_UP_TO else Unit.MONTH


def buckets_of(period: Period, zone: ZoneInfo, unit: Unit | None = None) -> Buckets:
    """The buckets of the tenant's zone that cover the period.

    A day has 23, 24 or 25 hours as the calendar has it. Hours are elapsed hours counted from
    the full hour on the tenant's clock at the start, which in some zones is half past in UTC.
    """
    unit = unit or choose_unit(period)
    edges: list[datetime] = []
    if unit is Unit.HOUR:
        edge = _hour_start(period.start, zone)
        while edge < period.end:
            edges.append(edge)
            edge += _HOUR
        return Buckets(unit, (*edges, edge), period)
    day = _first_day(unit, period.start.astimezone(zone).date())
    while not edges or edges[-1] < period.end:
        edge = day_start(day, zone)
        # A zone that crossed the date line skipped a whole day: that day is no bucket.
        if not edges or edge > edges[-1]:
            edges.append(edge)
        day = _next_day(unit, day)
    return Buckets(unit, tuple(edges), period)


def day_start(day: date, zone: ZoneInfo) -> datetime:
    """The first moment of a day; where midnight is skipped, the moment of the skip."""
    return datetime.combine(day, time.min, tzinfo=zone).astimezone(UTC)


def _midnight_of(moment: datetime, zone: ZoneInfo) -> datetime:
    return day_start(moment.astimezone(zone).date(), zone)


def _full_minute(moment: datetime) -> datetime:
    """This one or the next."""
    return moment + timedelta(seconds=-moment.second, microseconds=-moment.microsecond) % timedelta(minutes=1)


def _hour_start(moment: datetime, zone: ZoneInfo) -> datetime:
    local = moment.astimezone(zone)
    return moment.astimezone(UTC) - timedelta(
        minutes=local.minute, seconds=local.second, microseconds=local.microsecond
    )


def _first_day(unit: Unit, day: date) -> date:
    if unit is Unit.WEEK:
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if unit is Unit.MONTH else day


def _next_day(unit: Unit, day: date) -> date:
    if unit is Unit.MONTH:
        return (day + timedelta(days=31)).replace(day=1)
    return day + timedelta(days=7 if unit is Unit.WEEK else 1)


def _single(parameters: Mapping[str, Sequence[str]], name: str) -> str:
    given = [value.strip() for value in parameters.get(name, []) if value.strip()]
    if len(given) > 1:
        raise FilterError(name, "may be given once")
    return given[0] if given else ""
