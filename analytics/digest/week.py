"""The week of a digest, and when it is due: Monday morning in the tenant's zone. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tickets.records.period import Period

DUE_AT = time(7)
LATE_AFTER = timedelta(days=2)
"""A digest that was not sent by then (no worker ran, the mail server was down) is skipped."""


@dataclass(frozen=True, slots=True)
class DigestWeek:
    """The last complete week, Monday to Sunday."""

    name: str
    first_day: date
    last_day: date
    period: Period
    due_at: datetime

    def is_due(self, now: datetime) -> bool:
        return self.due_at <= now < self.due_at + LATE_AFTER


def common_week(weeks: Sequence[DigestWeek]) -> DigestWeek | None:
    """The week of a digest over tenants in several zones: it is due where Monday comes last. None before that."""
    if len({each.name for each in weeks}) != 1:
        return None
    return max(weeks, key=lambda each: each.due_at)


def week_before(now: datetime, zone: ZoneInfo) -> DigestWeek:
    today = now.astimezone(zone).date()
    monday = today - timedelta(days=today.weekday())
    first = monday - timedelta(days=7)
    year, number, _ = first.isocalendar()
    return DigestWeek(
        name=f"{year}-W{number:02}",
        first_day=first,
        last_day=monday - timedelta(days=1),
        period=Period(datetime.combine(first, time.min, tzinfo=zone), datetime.combine(monday, time.min, tzinfo=zone)),
        due_at=datetime.combine(monday, DUE_AT, tzinfo=zone),
    )
