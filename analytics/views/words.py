"""How periods, buckets and changes are named."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from analytics.periods import Buckets, Period, Unit

PERIOD_NAMES = {"24h": "24 hours", "7d": "7 days", "30d": "30 days"}
_MOST_PERCENT = 10.0

Direction = Literal["up", "down", "same"]


@dataclass(frozen=True, slots=True)
class Change:
    """How a number stands to the one before it, in words: “+12%”, “×14”, “new”, “no change”."""

    words: str
    direction: Direction


def change(now: int, before: int) -> Change:
    """From nothing to something is “new”: a percentage of nothing says nothing."""
    if now == before:
        return Change("no change", "same")
    direction: Direction = "up" if now > before else "down"
    if not before:
        return Change("new", direction)
    ratio = now / before
    if ratio > _MOST_PERCENT:
        return Change(f"×{ratio:.0f}", direction)
    percent = (ratio - 1) * 100
    # A small change of a large number is one, too: never “+0%”.
    return Change(f"{percent:+.0f}%" if abs(percent) >= 1 else f"{percent:+.1f}%", direction)


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


def _days(first: datetime, last: datetime) -> str:
    if first.date() == last.date():
        return f"{first:%-d %b %Y}"
    if first.year != last.year:
        return f"{first:%-d %b %Y} – {last:%-d %b %Y}"
    if first.month != last.month:
        return f"{first:%-d %b} – {last:%-d %b %Y}"
    return f"{first.day}–{last:%-d %b %Y}"
