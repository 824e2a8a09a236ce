"""How periods, buckets, changes and lengths of time are named. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from analytics.figures import FEWEST_FOR_RATIO
from analytics.periods import Buckets, Period, Unit

PERIOD_NAMES = {"24h": "24 hours", "7d": "7 days", "30d": "30 days", "90d": "90 days", "365d": "12 months"}
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MOST_PERCENT = 10.0
NO_EARLIER_DATA = "no earlier data"

Direction = Literal["up", "down", "same"]


@dataclass(frozen=True, slots=True)
class Change:
    """How a number stands to the one before it, in words: “+12%”, “×14”, “+3”, “no change”."""

    words: str
    direction: Direction


_SAME = Change("no change", "same")


def change(now: int, before: int) -> Change:
    """Of two numbers of tickets. A ratio needs 20 before; of fewer it is the difference."""
    return ratio_change(now, before) if before >= FEWEST_FOR_RATIO else _difference(now, before)


def ratio_change(now: float, before: float) -> Change:
    """Of two numbers of which the one before is not nothing, whatever they count."""
    if now == before:
        return _SAME
    direction: Direction = "up" if now > before else "down"
    ratio = now / before
    if ratio > _MOST_PERCENT:
        return Change(f"×{ratio:.0f}", direction)
    percent = (ratio - 1) * 100
    # A small change of a large number is one, too: never “+0%”.
    return Change(f"{percent:+.0f}%" if abs(percent) >= 1 else f"{percent:+.1f}%", direction)


def _difference(now: int, before: int) -> Change:
    if now == before:
        return _SAME
    return Change(f"{now - before:+,}", "up" if now > before else "down")


def length_words(seconds: float) -> str:
    """A length of time in its largest telling unit: “40 s”, “25 min”, “6 h”, “1.5 h”, “2.3 days”."""
    if seconds < 89.5:
        return f"{seconds:.0f} s"
    if seconds < 89.5 * 60:
        return f"{_telling(seconds / 60)} min"
    if seconds < 47.5 * 3600:
        return f"{_telling(seconds / 3600)} h"
    return f"{_telling(seconds / 86_400)} days"


def lift_words(count: int, before: int) -> str:
    """How many times as many as before: “×3.2”, “+4%” where that says more, “+12” after fewer than 20."""
    if before < FEWEST_FOR_RATIO or round(count / before, 1) == 1.0:
        return change(count, before).words
    lift = count / before
    return f"×{lift:.1f}" if lift < _MOST_PERCENT else f"×{lift:.0f}"


def period_words(period: Period, zone: ZoneInfo) -> str:
    """“17–23 Nov 2026” for whole days, with the times of day otherwise."""
    start, last = period.start.astimezone(zone), (period.end - timedelta(milliseconds=1)).astimezone(zone)
    end = period.end.astimezone(zone)
    if (start.hour, start.minute, end.hour, end.minute) != (0, 0, 0, 0):
        from_day = "%-d %b" if start.year == end.year else "%-d %b %Y"
        until = f"{end:%H:%M}" if start.date() == end.date() else f"{end:%-d %b %Y, %H:%M}"
        return f"{start:{from_day}, %H:%M} – {until}"
    return _days(start, last)


def bucket_title(buckets: Buckets, position: int, zone: ZoneInfo) -> str:
    """One bucket for people: “Mon 23 Nov 2026, 14:00–15:00”; “part of” where the period cuts it."""
    start, end = (moment.astimezone(zone) for moment in buckets.edges[position : position + 2])
    match buckets.unit:
        case Unit.HOUR:
            words = f"{start:%a %-d %b %Y, %H:%M}–{end:%H:%M}"
        case Unit.DAY:
            words = f"{start:%a %-d %b %Y}"
        case Unit.WEEK:
            words = _days(start, end - timedelta(milliseconds=1))
        case Unit.MONTH:
            words = f"{start:%B %Y}"
    shown = buckets[position]
    is_cut = (shown.start, shown.end) != (buckets.edges[position], buckets.edges[position + 1])
    return f"part of {words}" if is_cut else words


def axis_words(buckets: Buckets, position: int, zone: ZoneInfo) -> str:
    """The few characters below a bar."""
    start = buckets.edges[position].astimezone(zone)
    if buckets.unit is Unit.HOUR:
        return f"{start:%H:%M}" if start.hour or len(buckets) <= 2 else f"{start:%-d %b}"
    return f"{start:%b %Y}" if buckets.unit is Unit.MONTH else f"{start:%-d %b}"


def _telling(number: float) -> str:
    """Two figures at least, no zero after the point: “1.5”, “6”, “17”."""
    return f"{number:.1f}".removesuffix(".0") if number < 9.95 else f"{number:.0f}"


def _days(first: datetime, last: datetime) -> str:
    if first.date() == last.date():
        return f"{first:%-d %b %Y}"
    if first.year != last.year:
        return f"{first:%-d %b %Y} – {last:%-d %b %Y}"
    if first.month != last.month:
        return f"{first:%-d %b} – {last:%-d %b %Y}"
    return f"{first.day}–{last:%-d %b %Y}"
