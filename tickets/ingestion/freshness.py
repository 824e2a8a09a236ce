"""How fresh a tenant's data is: the moment it stands for, whether that is late, and what a run brought.

Late after one interval of the source's schedule without a good read, an error after two: Airbyte's
rule. A source without a schedule is never late, because nobody said how fresh it should be.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from supportsaas import clock
from supportsaas.formatting import format_number, format_relative
from tenants.models import Tenant
from tickets.ingestion.schedule import Schedule, find_schedules
from tickets.ingestion.sync_status import Standing, find_standing, find_standings

State = Literal["fresh", "late", "error", "none"]

LONGEST_GRACE = timedelta(minutes=15)
SHORTEST_GRACE = timedelta(minutes=1)
OVERDUE_AFTER = timedelta(minutes=1)
"""Workers look for due turns every few seconds, so a turn that waits so long has no worker."""

_WORDS: dict[State, str] = {"fresh": "fresh", "late": "late", "error": "out of date", "none": ""}
_BROUGHT = (
    ("new_ingested", "new"),
    ("updated", "changed"),
    ("deleted", "gone"),
    ("quarantined", "refused"),
)


@dataclass(frozen=True, slots=True)
class Freshness:
    """`as_of`: whatever had happened at the source by then is in. `sentence` says all of it in words.

    The state is `none` without a schedule or before the first good read. `next_try_at` may lie in
    the past where no worker has taken the turn.
    """

    state: State
    as_of: datetime | None
    interval: timedelta | None
    failures: int
    next_try_at: datetime | None
    sentence: str

    @property
    def word(self) -> str:
        return _WORDS[self.state]

    @property
    def is_behind(self) -> bool:
        return self.state in ("late", "error")


@dataclass(frozen=True, slots=True)
class HelpdeskCounts:
    """Of the tenants whose helpdesk was ever tried: how many, how many of them failed the last time.

    Of those with a schedule: how many are late, and how many missed two intervals (they are not late too).
    """

    known: int
    failing: int
    late: int
    error: int


def data_as_of(tenant: Tenant) -> datetime | None:
    """Whatever had happened at the source by then is in: the start of the last run that read it."""
    return find_standing(tenant.slug).read_at


def find_freshness(tenant: Tenant, *, now: datetime | None = None) -> Freshness:
    return find_freshness_of([tenant], now=now)[tenant.slug]


def find_freshness_of(tenants: Sequence[Tenant], *, now: datetime | None = None) -> dict[str, Freshness]:
    """Each tenant's, by slug; three queries, however many tenants."""
    now = now or clock.now()
    slugs = [tenant.slug for tenant in tenants]
    schedules, standings = find_schedules(slugs), find_standings(slugs)
    return {slug: judge(schedules.get(slug), standings.get(slug, Standing()), now=now) for slug in slugs}


def count_helpdesks(
    schedules: Mapping[str, Schedule], standings: Mapping[str, Standing], *, now: datetime
) -> HelpdeskCounts:
    """Over all tenants, for who watches the system."""
    states = [
        state_of(each.interval, standings.get(each.tenant_id, Standing()).read_at, now=now)
        for each in schedules.values()
    ]
    known = [each for each in standings.values() if each.is_known]
    return HelpdeskCounts(
        known=len(known),
        failing=sum(each.failures > 0 for each in known),
        late=states.count("late"),
        error=states.count("error"),
    )


def judge(schedule: Schedule | None, standing: Standing, *, now: datetime) -> Freshness:
    interval = schedule.interval if schedule else None
    next_try_at = schedule.next_try_at(standing) if schedule else None
    return Freshness(
        state=state_of(interval, standing.read_at, now=now),
        as_of=standing.read_at,
        interval=interval,
        failures=standing.failures,
        next_try_at=next_try_at,
        sentence=_sentence(interval, standing, next_try_at, now=now),
    )


def state_of(interval: timedelta | None, read_at: datetime | None, *, now: datetime) -> State:
    if interval is None or read_at is None:
        return "none"
    age = now - read_at - grace(interval)
    if age <= interval:
        return "fresh"
    return "late" if age <= 2 * interval else "error"


def grace(interval: timedelta) -> timedelta:
    """What a run may take, or wait for its turn, before its numbers are called late."""
    return min(max(interval / 10, SHORTEST_GRACE), LONGEST_GRACE)


def every_words(interval: timedelta) -> str:
    """“every 15 minutes”, “every hour”, “every 2 days”."""
    minutes = interval // timedelta(minutes=1)
    for length, name in ((1440, "day"), (60, "hour"), (1, "minute")):
        if minutes % length == 0:
            count = minutes // length
            return f"every {name}" if count == 1 else f"every {format_number(count)} {name}s"
    raise AssertionError(interval)


def failure_words(failures: int, next_try_at: datetime | None, *, now: datetime) -> str:
    """“failed 4 times in a row, next try in 2 hours”; empty without a failure."""
    if not failures:
        return ""
    words = "the last read failed" if failures == 1 else f"failed {format_number(failures)} times in a row"
    return f"{words}, next try {_when(next_try_at, now)}" if next_try_at else words


def describe_counts(counts: Mapping[str, Any]) -> str:
    """What a run brought: “12 new, 3 changed”, or “nothing new”."""
    parts = [f"{format_number(counts[name])} {word}" for name, word in _BROUGHT if counts.get(name)]
    return ", ".join(parts) or "nothing new"


def _sentence(interval: timedelta | None, standing: Standing, next_try_at: datetime | None, *, now: datetime) -> str:
    if interval is None or next_try_at is None:
        return "It has no schedule and is read when somebody starts it."
    said = f"It is read {every_words(interval)}"
    if standing.read_at is not None and state_of(interval, standing.read_at, now=now) != "fresh":
        said += f", but the last good read began {format_relative(standing.read_at, now)}"
    if now - next_try_at > OVERDUE_AFTER:
        return f"{said}; the next run was due {format_relative(next_try_at, now)}, and no worker has begun it."
    return f"{said}; {failure_words(standing.failures, next_try_at, now=now) or f'next run {_when(next_try_at, now)}'}."


def _when(moment: datetime, now: datetime) -> str:
    words = format_relative(moment, now)
    return words if words.startswith("in ") else "now"
