"""Business hours in words, before and after they are saved."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from supportsaas.formatting import format_day
from tickets.clocks.week_text import minutes_a_week, parse_week
from tickets.service_levels.model import OpeningHours

_LOOKAHEAD_DAYS = 400
MOST_SHOWN = 6


@dataclass(frozen=True, slots=True)
class ClosedDay:
    """A day that would be open by the week; `name` may be empty."""

    day: date
    name: str

    def __str__(self) -> str:
        return f"{self.day:%a} {format_day(self.day)}" + (f" ({self.name})" if self.name else "")


def next_closed_days(hours: OpeningHours, now: datetime) -> Iterator[ClosedDay]:
    """From today on, for a little more than a year."""
    week, calendar = parse_week(hours.week), hours.calendar
    today = now.astimezone(hours.zone).date()
    for day in (today + timedelta(days=number) for number in range(_LOOKAHEAD_DAYS)):
        reason = calendar.reason(day)
        if reason is not None and week[day.weekday()]:
            yield ClosedDay(day, reason)


def summarize(hours: OpeningHours, now: datetime) -> str:
    """“Open 40 h a week; next closed: Thu 25 Dec 2026 (Christmas Day).”"""
    whole, minutes = divmod(minutes_a_week(parse_week(hours.week)), 60)
    length = f"{whole} h {minutes} min" if minutes else f"{whole} h"
    closed = next(next_closed_days(hours, now), None)
    return f"Open {length} a week" + (f"; next closed: {closed}." if closed else "; no closed days in the next year.")
