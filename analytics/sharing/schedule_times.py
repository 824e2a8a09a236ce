"""When a schedule is due: at a full hour of the tenant's zone, every day, week or month. Pure."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
LAST_DAY: Final = 28
"""Every month has this day."""
_MOST_DAYS: Final = 32
"""After which any schedule is due again."""


class Every(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """`on`: the weekday from 0 (Monday), or the day of the month from 1 to `LAST_DAY`; 0 every day.

    Raises `ValueError` for values that are out of range.
    """

    every: Every
    on: int
    hour: int

    def __post_init__(self) -> None:
        days = {Every.DAY: range(1), Every.WEEK: range(7), Every.MONTH: range(1, LAST_DAY + 1)}
        if self.on not in days[self.every] or self.hour not in range(24):
            raise ValueError("There is no such day or hour.")

    @property
    def text(self) -> str:
        """“Every Monday at 07:00”."""
        at = f"at {self.hour:02}:00"
        match self.every:
            case Every.DAY:
                return f"Every day {at}"
            case Every.WEEK:
                return f"Every {WEEKDAYS[self.on]} {at}"
            case Every.MONTH:
                return f"Day {self.on} of every month {at}"

    def next_after(self, moment: datetime, zone: ZoneInfo) -> datetime:
        """The first time after a moment, in UTC.

        An hour that the clocks leave out is the hour after it, and one that comes twice is the first of both.
        """
        today = moment.astimezone(zone).date()
        for number in range(_MOST_DAYS):
            day = today + timedelta(days=number)
            is_day = {Every.DAY: True, Every.WEEK: day.weekday() == self.on, Every.MONTH: day.day == self.on}
            # Times of one zone are compared by the clock on the wall, so only those in UTC are compared here.
            due = datetime.combine(day, time(self.hour), tzinfo=zone).astimezone(UTC)
            if is_day[self.every] and due > moment:
                return due
        raise AssertionError("Every schedule is due within a month.")
