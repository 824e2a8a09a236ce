"""Quiet hours of a channel: when only alerts on high urgency are sent, and when the others follow. Pure."""

from datetime import date, datetime
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from tickets.clocks.business_hours import MIDNIGHT, BusinessHours
from tickets.clocks.week_text import HoursError, minutes_a_week, parse_nights

ALWAYS: Final = 7 * MIDNIGHT


def problem_of_quiet_hours(text: str) -> str:
    """What is wrong with quiet hours as a person wrote them, as a sentence; empty if nothing is."""
    try:
        minutes = minutes_a_week(parse_nights(text))
    except HoursError as error:
        return str(error)
    return "These are all hours of the week, so nothing would ever be sent." if minutes >= ALWAYS else ""


def quiet_until(text: str, at: datetime, *, zone: ZoneInfo) -> datetime | None:
    """The end of the quiet hours that the moment is in, in UTC; None outside of them.

    Times of day are those of the zone's clocks, also on days when these change.
    """
    if not text:
        return None
    hours = _hours(text, zone)
    return hours.closes_at(at) if hours.is_open(at) else None


@lru_cache(maxsize=256)
def _hours(text: str, zone: ZoneInfo) -> BusinessHours:
    return BusinessHours(zone=zone, week=parse_nights(text), holidays=_no_holiday)


def _no_holiday(_day: date) -> bool:
    return False
