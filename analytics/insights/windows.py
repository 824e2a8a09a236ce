"""The parts of time in which a tenant's numbers are compared with its own past. Pure.

Both consist of whole hours of the tenant's zone, so they are counted from stored numbers, and their links carry their exact
start and end.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, get_args
from zoneinfo import ZoneInfo

from tickets.incidents.normal import weeks_before
from tickets.incidents.rule import WEEKS
from tickets.records.period import Period, day_start

WindowName = Literal["day", "week"]
WINDOW_NAMES: Final[tuple[WindowName, ...]] = get_args(WindowName)

FALSE_A_YEAR: Final = 2.0
"""How many of its numbers may be called unusual by accident in an ordinary year of a tenant, in all windows together."""

_LOOKS_A_YEAR: Final[dict[WindowName, float]] = {"day": 365.0 * 4, "week": 52.0 * 4}
"""A window that slides is as good as four separate ones."""

DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Window:
    """`period` is what is looked at; `past` are the same hours of the weeks before, the latest first."""

    name: WindowName
    period: Period
    past: tuple[Period, ...]

    @property
    def periods(self) -> tuple[Period, ...]:
        return (self.period, *self.past)


def windows_at(now: datetime, zone: ZoneInfo) -> tuple[Window, Window]:
    """The 24 hours up to the last full hour, and the seven whole days up to the last midnight."""
    hour = now - timedelta(
        minutes=(local := now.astimezone(zone)).minute, seconds=local.second, microseconds=local.microsecond
    )
    today = local.date()
    week = Period(day_start(today - 7 * DAY, zone), day_start(today, zone))
    return _window("day", Period(hour - DAY, hour), zone), _window("week", week, zone)


def chance_of(name: WindowName, *, measures: int) -> float:
    """How likely each of the numbers that are looked at in a window may be called unusual by accident."""
    return FALSE_A_YEAR / len(WINDOW_NAMES) / measures / _LOOKS_A_YEAR[name]


def _window(name: WindowName, period: Period, zone: ZoneInfo) -> Window:
    past = tuple(
        Period(weeks_before(period.start, week, zone=zone), weeks_before(period.end, week, zone=zone))
        for week in range(1, WEEKS + 1)
    )
    return Window(name, period, past)
