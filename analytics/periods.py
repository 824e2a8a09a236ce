"""The periods a dashboard can show, and the buckets of its trend. Pure.

Presets consist of whole hours or days in the tenant's zone: `24h` is the 24 hours up to the next full hour,
`7d` to `365d` are that many calendar days including today. So every bar covers a whole hour, day or week (the
period may cut the first week), the bars add up to the period, and links carry its exact start and end: a number
and its list always agree. A period that is not over is compared with the same part of the previous one
(`comparison`), never with all of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from supportsaas.clock import iso_z
from tickets.records.period import Period, day_start
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


@dataclass(frozen=True, slots=True)
class ChosenPeriod:
    """The period that was chosen, and its name: one of `NAMES`."""

    name: str
    period: Period

    def parameters(self, zone: ZoneInfo) -> list[tuple[str, str]]:
        """Query parameters that `parse_period` reads. Whole days are written as dates."""
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

    Times without a zone are in `zone`; a bare `to` date includes that day. Without `period`, dates mean custom,
    and without dates it is `DEFAULT`. Raises `FilterError` with field and reason.
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
        raise FilterError("to", "must not be before From")
    if end - start > LONGEST:
        raise FilterError("to", f"must be at most {LONGEST_WORDS} after From")
    return ChosenPeriod(CUSTOM, Period(start, end))


def preset(name: str, *, zone: ZoneInfo, now: datetime) -> Period:
    """The period of a preset at `now`."""
    if name == "24h":
        end = _hour_start(now, zone) + _HOUR
        return Period(end - 24 * _HOUR, end)
    days = _PRESET_DAYS[name]
    today = now.astimezone(zone).date()
    return Period(day_start(today - timedelta(days=days - 1), zone), day_start(today + timedelta(days=1), zone))


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
        edge = _hour_start(period.start, zone)
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
        raise FilterError(name, "can be given only once")
    return given[0] if given else ""
