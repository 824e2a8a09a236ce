"""What a target would have meant in the last 90 days, and what would be due now, before it is saved.

Each stored ticket is judged exactly as it would be after saving (`tickets.clocks.stopwatch`).
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from tenants.models import Tenant
from tickets.clocks.settings import ClockSettings
from tickets.clocks.stopwatch import clock_fields
from tickets.records.period import Period, day_start
from tickets.recount.target_sample import MOST_STOPPED, open_tickets, pieces_of, tickets_in
from tickets.service_levels.model import find_opening_hours
from tickets.service_levels.targets import ServiceTarget, find_targets
from tickets.store.clock_conditions import SOON
from tickets.store.target_counts import Due

DAYS: Final = 90
_NIGHT_ENDS, _NIGHT_BEGINS = 7, 22


@dataclass(frozen=True, slots=True)
class Week:
    """Promises that were decided in the week from this Monday on."""

    monday: date
    met: int
    breached: int


@dataclass(frozen=True, slots=True)
class TargetPreview:
    """Of `examined` tickets, `tickets` would have had the target; `met` and `breached` count its promises.

    - `outside_hours`, `at_night`: of the breached, those that were due outside business hours (None without any), and
      from 22:00 to 7:00 in the tenant's time.
    - `share`: in which part of the 90 days clocks were looked at, as a ratio; 1 for all of it.
    - `due`: of the newest `open_examined` of `open_total` open tickets.
    """

    examined: int
    share: float
    tickets: int
    met: int
    breached: int
    at_night: int
    outside_hours: int | None
    weeks: tuple[Week, ...]
    due: Due
    open_examined: int
    open_total: int

    @property
    def is_sample(self) -> bool:
        return self.share < 1

    @property
    def ratio(self) -> float | None:
        decided = self.met + self.breached
        return self.met / decided if decided else None

    @property
    def most_in_a_week(self) -> int:
        return max((each.met + each.breached for each in self.weeks), default=0)


def period_of_preview(tenant: Tenant, now: datetime) -> Period:
    """The last 90 days, today included."""
    today = now.astimezone(tenant.zone).date()
    return Period(day_start(today - timedelta(days=DAYS - 1), tenant.zone), now)


def preview_target(tenant: Tenant, changed: ServiceTarget, *, now: datetime) -> TargetPreview:
    """As if `changed`, which is valid, were saved in its place and switched on; a new one is the last."""
    settings, target_id = _settings_with(tenant, changed), str(changed.pk)
    period = period_of_preview(tenant, now)
    pieces = pieces_of(tenant, period)
    examined: set[str] = set()
    with_target: set[str] = set()
    promises: list[Mapping[str, Any]] = []
    for piece in pieces:
        for ticket in tickets_in(tenant, piece, most=MOST_STOPPED):
            found = [each for each in _stopped(ticket, settings, target_id) if piece.start <= each["at"] < piece.end]
            examined.add(ticket["external_id"])
            promises += found
            if found:
                with_target.add(ticket["external_id"])
    breached = [each for each in promises if not each["met"]]
    due_at = [each["due_at"] for each in breached if "due_at" in each]
    hours = settings.business_hours
    open_ = open_tickets(tenant)
    return TargetPreview(
        examined=len(examined),
        share=sum(each.length / period.length for each in pieces),
        tickets=len(with_target),
        met=len(promises) - len(breached),
        breached=len(breached),
        at_night=sum(_is_night(at.astimezone(tenant.zone)) for at in due_at),
        outside_hours=None if hours is None else sum(not hours.is_open(at) for at in due_at),
        weeks=_weeks(promises, period, tenant),
        due=_due_now(open_.newest, settings, target_id, now),
        open_examined=len(open_.newest),
        open_total=open_.total,
    )


def _settings_with(tenant: Tenant, changed: ServiceTarget) -> ClockSettings:
    hours, stored = find_opening_hours(tenant), find_targets(tenant)
    proposed = [changed if each.pk == changed.pk else each for each in stored]
    if changed.pk is None:
        proposed.append(changed)
    return ClockSettings(
        business_hours=None if hours is None else hours.as_business_hours(),
        targets=tuple(each.as_target(hours) for each in proposed if each.enabled or each is changed),
    )


def _stopped(ticket: Mapping[str, Any], settings: ClockSettings, target_id: str) -> list[Mapping[str, Any]]:
    found = clock_fields(ticket, settings)["clocks"] or ()
    return [each for each in found if each.get("target") == target_id]


def _due_now(tickets: Sequence[Mapping[str, Any]], settings: ClockSettings, target_id: str, now: datetime) -> Due:
    due = [each for ticket in tickets for each in clock_fields(ticket, settings)["due"] or ()]
    moments = [each["at"] for each in due if each.get("target") == target_id]
    past = sum(at < now for at in moments)
    return Due(past=past, soon=sum(at < now + SOON for at in moments) - past)


def _is_night(local: datetime) -> bool:
    return not _NIGHT_ENDS <= local.hour < _NIGHT_BEGINS


def _weeks(promises: Sequence[Mapping[str, Any]], period: Period, tenant: Tenant) -> tuple[Week, ...]:
    """From the first one with a promise on."""
    counted = Counter((_monday_of(each["at"], tenant), each["met"]) for each in promises)
    monday, last = _monday_of(period.start, tenant), _monday_of(period.end, tenant)
    if promises:
        monday = min(_monday_of(each["at"], tenant) for each in promises)
    weeks = []
    while monday <= last:
        weeks.append(Week(monday, counted[monday, True], counted[monday, False]))
        monday += timedelta(days=7)
    return tuple(weeks)


def _monday_of(moment: datetime, tenant: Tenant) -> date:
    day = moment.astimezone(tenant.zone).date()
    return day - timedelta(days=day.weekday())
