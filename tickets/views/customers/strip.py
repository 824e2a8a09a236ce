"""The twelve weeks of a customer as bars: tickets, and of them those with high urgency. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from supportsaas.formatting import format_count, format_day, format_number
from tickets.customers.store import Customer

HEIGHT: Final = 20
BAR, STEP = 5, 7


@dataclass(frozen=True, slots=True)
class Bar:
    x: int
    height: float
    high: float
    """Of the part with high urgency, at the foot."""


@dataclass(frozen=True, slots=True)
class Week:
    """A week for a table and a chart's mark."""

    first_day: datetime
    label: str
    total: int
    high: int


@dataclass(frozen=True, slots=True)
class Strip:
    """`text`: the same in words. The last week is under way."""

    bars: tuple[Bar, ...]
    width: int
    height: int
    text: str


def strip_of(customer: Customer, *, height: int = HEIGHT, step: int = STEP) -> Strip:
    """Of small numbers: one ticket is a third of the height at least, so that three look like more than one."""
    top = max(3, *(total for total, _ in customer.weeks))
    bars = tuple(
        Bar(place * step, round(total / top * height, 1), round(high / top * height, 1))
        for place, (total, high) in enumerate(customer.weeks)
    )
    total = sum(each for each, _ in customer.weeks)
    high = sum(each for _, each in customer.weeks)
    text = f"{format_count(total, 'ticket')} in 12 weeks, {format_number(high)} high urgency, {format_number(customer.weeks[-1][0])} this week"
    return Strip(bars, step * len(bars) - 2, height, text)


def weeks_of(customer: Customer, zone: ZoneInfo) -> list[Week]:
    first = customer.weeks_from.astimezone(zone)
    return [
        Week(day, format_day(day.date()), total, high)
        for n, (total, high) in enumerate(customer.weeks)
        for day in (first + timedelta(weeks=n),)
    ]
