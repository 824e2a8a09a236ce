"""The periods that pages offer by name, in the tenant's zone. Pure.

- Rolling: `24h` is the 24 hours up to the next full hour, `7d` to `365d` are that many calendar days including today.
- Of the calendar: `today`, `last_week`, `this_quarter` and so on. Weeks begin on Monday. A day, week, month or quarter
  that is longer ago is named like `2026-11-28`, `2026-W48`, `2026-11` or `2026-Q4`.
- `custom`: any other period.

All but custom ones consist of whole hours or days, so the bars of a chart add up to the period, and links carry its exact
start and end: a number and its list always agree. Periods are compared with what came before (`ChosenPeriod.comparison`),
and a period that is not over with the same part of it.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from supportsaas.clock import iso_z
from tickets.records.period import Period, day_start, hour_start

CUSTOM: Final = "custom"
DEFAULT: Final = "7d"


class CalendarUnit(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"


_RELATIVE: Final = {
    "today": (CalendarUnit.DAY, 0),
    "yesterday": (CalendarUnit.DAY, -1),
    "this_week": (CalendarUnit.WEEK, 0),
    "last_week": (CalendarUnit.WEEK, -1),
    "this_month": (CalendarUnit.MONTH, 0),
    "last_month": (CalendarUnit.MONTH, -1),
    "this_quarter": (CalendarUnit.QUARTER, 0),
    "last_quarter": (CalendarUnit.QUARTER, -1),
}
"""The unit, and how many of them after the present one."""

_ROLLING_DAYS: Final = {"7d": 7, "30d": 30, "90d": 90, "365d": 365}
_HOUR: Final = timedelta(hours=1)

CALENDAR: Final = tuple(_RELATIVE)
ROLLING: Final = ("24h", *_ROLLING_DAYS)
PRESETS: Final = (*CALENDAR, *ROLLING)
NAMES: Final = (*PRESETS, CUSTOM)
"""What pages offer. Besides, `preset` knows the names of single days, weeks, months and quarters."""

_MONTHS: Final = {CalendarUnit.MONTH: 1, CalendarUnit.QUARTER: 3}
_WRITTEN: Final = {
    CalendarUnit.DAY: re.compile(r"(\d{4})-(\d\d)-(\d\d)", re.ASCII),
    CalendarUnit.WEEK: re.compile(r"(\d{4})-W(\d\d)", re.ASCII),
    CalendarUnit.MONTH: re.compile(r"(\d{4})-(\d\d)", re.ASCII),
    CalendarUnit.QUARTER: re.compile(r"(\d{4})-Q([1-4])", re.ASCII),
}
_YEARS: Final = range(1900, 9000)


@dataclass(frozen=True, slots=True)
class ChosenPeriod:
    """A period, and the name by which it was chosen: a preset's, that of a day, week, month or quarter, or `CUSTOM`."""

    name: str
    period: Period

    @property
    def unit(self) -> CalendarUnit | None:
        """None for rolling and custom periods."""
        return calendar_unit(self.name)

    def comparison(self, now: datetime, zone: ZoneInfo) -> Period:
        """What the period is compared with: the one before it, up to the same point that this one has reached by `now`.

        A month is compared with the month before and a quarter with the quarter before, however long they are. If the
        earlier month has no such day, such as 30 February, it is compared up to its end.
        """
        months = _MONTHS.get(self.unit) if self.unit else None
        if months is None:
            return self.period.comparison(now, zone)
        start = day_start(_months_after(self.first_day(zone), -months), zone)
        end = _same_point(self.period.reached(now).astimezone(zone), -months, zone)
        return Period(start, min(end, self.period.start))

    def step(self, count: int, *, zone: ZoneInfo, now: datetime) -> "ChosenPeriod | None":
        """The period that many after this one: the week after a week, the seven days before seven days.

        None outside of the years that `preset` knows.
        """
        try:
            if self.unit:
                return _named(self.unit, _units_after(self.unit, self.first_day(zone), count), zone=zone, now=now)
            moved = self.period.shifted(count, zone)
        except OverflowError:
            return None
        name = next((each for each in ROLLING if preset(each, zone=zone, now=now) == moved), CUSTOM)
        return ChosenPeriod(name, moved) if moved.start.year in _YEARS else None

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


def preset(name: str, *, zone: ZoneInfo, now: datetime) -> Period:
    """The period of a name other than `custom`. Raises `ValueError` for a name that is none."""
    if name == "24h":
        end = hour_start(now, zone) + _HOUR
        return Period(end - 24 * _HOUR, end)
    today = now.astimezone(zone).date()
    if days := _ROLLING_DAYS.get(name):
        return _days(today - timedelta(days=days - 1), today + timedelta(days=1), zone)
    unit, first = _read(name, today)
    if first.year not in _YEARS:
        raise ValueError(f"{name} is not between the years {_YEARS.start} and {_YEARS.stop}.")
    return _days(first, _units_after(unit, first, 1), zone)


def calendar_unit(name: str) -> CalendarUnit | None:
    """What a name is one of; None for other periods."""
    if name in _RELATIVE:
        return _RELATIVE[name][0]
    return next((unit for unit, written in _WRITTEN.items() if written.fullmatch(name)), None)


def _read(name: str, today: date) -> tuple[CalendarUnit, date]:
    """The unit and the first day of a name of the calendar."""
    unit = calendar_unit(name)
    if unit is None:
        raise ValueError(f"{name} is no period.")
    if name in _RELATIVE:
        return unit, _units_after(unit, _first_day(unit, today), _RELATIVE[name][1])
    found = _WRITTEN[unit].fullmatch(name)
    assert found
    year, number = int(found[1]), int(found[2])
    match unit:
        case CalendarUnit.DAY:
            return unit, date(year, number, int(found[3]))
        case CalendarUnit.WEEK:
            return unit, date.fromisocalendar(year, number, 1)
        case CalendarUnit.MONTH:
            return unit, date(year, number, 1)
        case CalendarUnit.QUARTER:
            return unit, date(year, 3 * number - 2, 1)


def _named(unit: CalendarUnit, first: date, *, zone: ZoneInfo, now: datetime) -> ChosenPeriod | None:
    """The day, week, month or quarter that begins on a day: `last_week` rather than `2026-W48`, if it is that."""
    if first.year not in _YEARS:
        return None
    present = _first_day(unit, now.astimezone(zone).date())
    relative = (
        name for name, (of, count) in _RELATIVE.items() if of == unit and _units_after(unit, present, count) == first
    )
    name = next(relative, None) or _write(unit, first)
    return ChosenPeriod(name, _days(first, _units_after(unit, first, 1), zone))


def _write(unit: CalendarUnit, first: date) -> str:
    match unit:
        case CalendarUnit.DAY:
            return first.isoformat()
        case CalendarUnit.WEEK:
            year, week, _ = first.isocalendar()
            return f"{year}-W{week:02}"
        case CalendarUnit.MONTH:
            return f"{first:%Y-%m}"
        case CalendarUnit.QUARTER:
            return f"{first.year}-Q{(first.month + 2) // 3}"


def _first_day(unit: CalendarUnit, day: date) -> date:
    match unit:
        case CalendarUnit.DAY:
            return day
        case CalendarUnit.WEEK:
            return day - timedelta(days=day.weekday())
        case CalendarUnit.MONTH:
            return day.replace(day=1)
        case CalendarUnit.QUARTER:
            return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)


def _units_after(unit: CalendarUnit, first: date, count: int) -> date:
    if unit in _MONTHS:
        return _months_after(first, count * _MONTHS[unit])
    return first + timedelta(days=count * (7 if unit is CalendarUnit.WEEK else 1))


def _months_after(first: date, count: int) -> date:
    """The first day of another month. Raises `OverflowError` outside of the calendar."""
    year, month = divmod(12 * first.year + first.month - 1 + count, 12)
    if not date.min.year <= year <= date.max.year:
        raise OverflowError
    return date(year, month + 1, 1)


def _same_point(moment: datetime, months: int, zone: ZoneInfo) -> datetime:
    """The same day and time of another month; its end if it has no such day."""
    first = _months_after(moment.date().replace(day=1), months)
    following = _months_after(first, 1)
    day = first + timedelta(days=moment.day - 1)
    return datetime.combine(day, moment.time(), tzinfo=zone) if day < following else day_start(following, zone)


def _days(first: date, after_last: date, zone: ZoneInfo) -> Period:
    return Period(day_start(first, zone), day_start(after_last, zone))
