"""How periods, buckets and changes are named. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from analytics.figures import FEWEST_FOR_RATIO, TopicCustomers
from supportsaas.formatting import (
    format_difference,
    format_multiple,
    format_number,
    format_percent_change,
)
from tickets.records.buckets import Buckets, Unit
from tickets.records.period import Period
from tickets.records.period_wording import days_text, period_text

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MOST_PERCENT = 10.0
"""A larger ratio is written as a multiple, not as a percentage."""
NO_EARLIER_DATA = "no earlier data"

Direction = Literal["up", "down", "same"]


@dataclass(frozen=True, slots=True)
class Change:
    """The change from the number before: “+12%”, “×14”, “+3”, “no change”."""

    text: str
    direction: Direction


_SAME = Change("no change", "same")

Tone = Literal["", "better", "worse"]


def tone_of(change: Change | None, *, is_up_bad: bool | None) -> Tone:
    """Whether a change is for the better. `is_up_bad` None: neither up nor down is."""
    if change is None or is_up_bad is None or change.direction == "same":
        return ""
    return "worse" if (change.direction == "up") is is_up_bad else "better"


def change(now: int, before: int) -> Change:
    """The change between two numbers of tickets: a ratio from 20 tickets before, otherwise the difference."""
    return ratio_change(now, before) if before >= FEWEST_FOR_RATIO else _difference(now, before)


def ratio_change(now: float, before: float) -> Change:
    """The change between any two numbers; `before` must not be 0."""
    if now == before:
        return _SAME
    direction: Direction = "up" if now > before else "down"
    ratio = now / before
    if ratio > _MOST_PERCENT:
        return Change(format_multiple(ratio), direction)
    return Change(format_percent_change(ratio - 1), direction)


def _difference(now: int, before: int) -> Change:
    if now == before:
        return _SAME
    return Change(format_difference(now - before), "up" if now > before else "down")


def lift_text(count: int, before: int) -> str:
    """The growth of a keyword: “×3.2”, “+4%” if it is small, “+12” if there were fewer than 20 before."""
    if before < FEWEST_FOR_RATIO or round(count / before, 1) == 1.0:
        return change(count, before).text
    return format_multiple(count / before)


def customers_text(customers: TopicCustomers) -> str:
    """“1,203”; “812+” if not all tickets were looked at."""
    return format_number(customers.count) + ("+" if customers.is_at_least else "")


def comparison_text(period: Period, comparison: Period, zone: ZoneInfo, now: datetime) -> str:
    """“16–22 Nov 2026”; if the period is not over: “16–22 Nov 2026 up to the same time”."""
    if not period.start <= now < period.end:
        return period_text(comparison, zone)
    return f"{period_text(Period(comparison.start, period.start), zone)} up to the same time"


def bucket_title(buckets: Buckets, position: int, zone: ZoneInfo) -> str:
    """The name of a bucket: “Mon 23 Nov 2026, 14:00–15:00”; “part of” if the period cuts it."""
    start, end = (moment.astimezone(zone) for moment in buckets.edges[position : position + 2])
    match buckets.unit:
        case Unit.HOUR:
            text = f"{start:%a %-d %b %Y, %H:%M}–{end:%H:%M}"
        case Unit.DAY:
            text = f"{start:%a %-d %b %Y}"
        case Unit.WEEK:
            text = days_text(start, end - timedelta(milliseconds=1))
        case Unit.MONTH:
            text = f"{start:%B %Y}"
    shown = buckets[position]
    is_cut = (shown.start, shown.end) != (buckets.edges[position], buckets.edges[position + 1])
    return f"part of {text}" if is_cut else text


def axis_label(buckets: Buckets, position: int, zone: ZoneInfo) -> str:
    """The short label below a bar."""
    start = buckets.edges[position].astimezone(zone)
    if buckets.unit is Unit.HOUR:
        return f"{start:%H:%M}" if start.hour or len(buckets) <= 2 else f"{start:%-d %b}"
    return f"{start:%b %Y}" if buckets.unit is Unit.MONTH else f"{start:%-d %b}"


def month_label(moment: datetime) -> str:
    """“Dec”, and “Jan 2026” where a year begins."""
    return f"{moment:%b %Y}" if moment.month == 1 else f"{moment:%b}"
