"""What an alert would have done over the last 90 days, hour by hour, before it is saved."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from pymongo.errors import ExecutionTimeout

from tickets.incidents.normal import weeks_before
from tickets.incidents.past import replay_tenant
from tickets.incidents.rule import WEEKS
from tickets.number_alerts.model import NumberAlert
from tickets.number_alerts.reading import hours_of, share_of
from tickets.number_alerts.rules import Firing, firings, sample_at
from tickets.number_alerts.series import (
    HOUR,
    LONGEST_MS,
    Hours,
    breaches_by_hour,
    closed_by_hour,
    created_by_hour,
    find_first_ticket_at,
    first_replies_by_hour,
)
from tickets.records.period import Period
from tickets.store.filters import TicketFilter
from tickets.store.ticket_store import TicketStore

DAYS: Final = 90
HOURS_OF_WEEKS: Final = WEEKS * 168 + 1
"""With one for a change of the clocks."""

TOO_SLOW: Final = (
    f"There are too many tickets to try this out within {LONGEST_MS // 1000} seconds. You can save it without."
)
NIGHT: Final = (22, 7)
"""From and to, by the clock of the tenant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TryOut:
    """The firings of a period, the latest first. `since`: what is known begins there, later than asked for if need be."""

    since: datetime
    until: datetime
    firings: tuple[Firing, ...] = ()
    at_night: int = 0
    why_not: str = ""

    @property
    def count(self) -> int:
        return len(self.firings)

    @property
    def per_week(self) -> float:
        weeks = (self.until - self.since) / timedelta(days=7)
        return self.count / weeks if weeks >= 1 else float(self.count)

    @property
    def longest(self) -> timedelta:
        return max((each.end - each.start for each in self.firings), default=timedelta())


def try_out(alert: NumberAlert, *, now: datetime) -> TryOut:
    """Go through the last 90 days. Raises `FilterError` for a broken view."""
    until = now.replace(minute=0, second=0, microsecond=0)
    first = find_first_ticket_at(alert.tenant)
    since = max(until - timedelta(days=DAYS), _whole_hour(first)) if first else until
    if why_not := _why_not(alert):
        return TryOut(since=since, until=until, why_not=why_not)
    if since >= until:
        return TryOut(since=since, until=until, why_not="There are no earlier tickets to try this on.")
    try:
        found = _incidents(alert, since, until) if alert.metric == "incident" else _hourly(alert, since, until)
    except ExecutionTimeout:
        return TryOut(since=since, until=until, why_not=TOO_SLOW)
    at_night = sum(_is_at_night(each.start.astimezone(alert.tenant.zone)) for each in found)
    return TryOut(since=since, until=until, firings=tuple(reversed(found)), at_night=at_night)


def _why_not(alert: NumberAlert) -> str:
    if not alert.what.is_replayable:
        return "What was due at earlier times is not kept, so this cannot be tried out. It is checked from now on."
    if alert.metric == "in_view" and not _is_backlog(alert.wanted):
        return (
            "Which tickets this view had at earlier times is not kept. Only views of open tickets can be tried out. "
            "It is checked from now on."
        )
    return ""


def _is_backlog(wanted: TicketFilter) -> bool:
    return wanted.state == ("open",) and not (wanted.status or wanted.status_not)


def _incidents(alert: NumberAlert, since: datetime, until: datetime) -> list[Firing]:
    found = (
        Firing(
            start=each.found_at,
            end=max(each.last_at, each.found_at),
            peak=len(each.customers),
            peak_at=max(each.last_at, each.found_at),
        )
        for each in replay_tenant(alert.tenant, start=since, end=until)
    )
    alerting = (each for each in found if alert.limit.check(each.peak).is_alert)
    return sorted(alerting, key=lambda each: each.start)


def _hourly(alert: NumberAlert, since: datetime, until: datetime) -> list[Firing]:
    before = HOURS_OF_WEEKS if alert.is_unusual else 0
    start = since - (before + alert.window_hours) * HOUR
    hours = [start + number * HOUR for number in range((until - start) // HOUR)]
    values = _values(alert, hours, Period(start, until))
    known_from = find_first_ticket_at(alert.tenant)
    assert known_from is not None
    known = [value if hour >= known_from else None for hour, value in zip(hours, values, strict=True)]
    checked = (
        (hours[place], alert.limit.check(values[place], _sample(alert, known, hours, place)))
        for place in range((since - start) // HOUR, len(hours))
    )
    return list(firings(checked, alert.limit))


def _sample(alert: NumberAlert, known: Sequence[float | None], hours: Sequence[datetime], place: int) -> list[float]:
    """The number in the same hour of the weeks before, by the tenant's clock."""
    if not alert.is_unusual:
        return []
    zone = alert.tenant.zone
    same = (weeks_before(hours[place], week, zone=zone) for week in range(1, WEEKS + 1))
    return sample_at(known, ((hour - hours[0]) // HOUR for hour in same))


def _values(alert: NumberAlert, hours: Sequence[datetime], period: Period) -> list[float | None]:
    """The number at the end of each hour."""
    tenant, width = alert.tenant, alert.window_hours
    match alert.metric:
        case "in_view":
            return _open_at(alert, hours, period)
        case "arrived":
            return list(_rolling(created_by_hour(tenant, alert.wanted, period), hours, width))
        case "breached":
            return list(_rolling(breaches_by_hour(tenant, period), hours, width))
        case "negative_share":
            total = _rolling(created_by_hour(tenant, alert.wanted, period), hours, width)
            negative = created_by_hour(tenant, replace(alert.wanted, sentiment=("negative",)), period)
            return [share_of(*each) for each in zip(_rolling(negative, hours, width), total, strict=True)]
        case "first_reply_p90":
            return _rolling_p90(first_replies_by_hour(tenant, period), hours, width)
    raise AssertionError(alert.metric)


def _open_at(alert: NumberAlert, hours: Sequence[datetime], period: Period) -> list[float | None]:
    """The open tickets at the end of each hour: those that are open now, less what came after, and what was closed."""
    everything = replace(alert.wanted, state=())
    created = created_by_hour(alert.tenant, everything, period)
    closed = closed_by_hour(alert.tenant, everything, period)
    number = float(TicketStore(alert.tenant).queries.count(alert.wanted))
    values: list[float | None] = []
    for hour in reversed(hours):
        values.append(max(number, 0.0))
        number += closed.get(hour, 0) - created.get(hour, 0)
    return values[::-1]


def _rolling(counts: Hours, hours: Sequence[datetime], width: int) -> Iterator[float]:
    """The sum of each hour and those before it, `width` hours in all."""
    numbers = [counts.get(hour, 0) for hour in hours]
    total = 0
    for place, number in enumerate(numbers):
        total += number - (numbers[place - width] if place >= width else 0)
        yield float(total)


def _rolling_p90(
    by_hour: dict[datetime, list[tuple[int, int]]], hours: Sequence[datetime], width: int
) -> list[float | None]:
    steps: dict[int, int] = {}
    values: list[float | None] = []
    for place, hour in enumerate(hours):
        _add(steps, by_hour.get(hour, ()), 1)
        if place >= width:
            _add(steps, by_hour.get(hours[place - width], ()), -1)
        values.append(hours_of(sorted((step, number) for step, number in steps.items() if number)))
    return values


def _add(steps: dict[int, int], rows: Sequence[tuple[int, int]], sign: int) -> None:
    for step, number in rows:
        steps[step] = steps.get(step, 0) + sign * number


def _whole_hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)


def _is_at_night(local: datetime) -> bool:
    return local.hour >= NIGHT[0] or local.hour < NIGHT[1]
