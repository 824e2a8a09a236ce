"""How a tenant's helpdesk connections are: how fresh its data is, whether syncs fail, and when the next one starts.

Data is late after one interval of the schedule without a good read and out of date after two: Airbyte's rule.
Without a schedule it is never late, because nobody said how fresh it should be.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from supportsaas import clock
from supportsaas.formatting import format_relative
from tenants.models import Tenant
from tickets.helpdesks.model import Source
from tickets.ingestion.read_history import ReadHistory, find_read_histories
from tickets.ingestion.schedule import Schedule, find_schedules
from tickets.ingestion.wording import describe_failures, describe_future, describe_interval
from tickets.records.origin import connection_key, split_key

State = Literal["fresh", "late", "error", "none"]

LONGEST_GRACE = timedelta(minutes=15)
SHORTEST_GRACE = timedelta(minutes=1)
OVERDUE_AFTER = timedelta(minutes=1)
"""Workers look for due syncs every few seconds, so one that waits this long has no worker."""
FAILING_AFTER = 2
"""Failed syncs in a row before anybody is alerted: a single one is often a blip."""

_BADNESS: dict[State, int] = {"none": 0, "fresh": 1, "late": 2, "error": 3}
_WORDS: dict[State, str] = {"fresh": "fresh", "late": "late", "error": "out of date", "none": ""}


@dataclass(frozen=True, slots=True)
class SyncStatus:
    """Of a helpdesk connection, derived from the log of runs and the schedule, as of `now`.

    Of a tenant with several connections it is that of the one with the worst problem, which `name` then names; and
    `oldest` is since when the data of all of them is known.
    """

    history: ReadHistory
    schedule: Schedule | None
    now: datetime
    name: str = ""
    oldest: datetime | None = None

    @property
    def state(self) -> State:
        """`none` without a schedule or before the first good read."""
        return state_of(self.interval, self.history.read_at, now=self.now)

    @property
    def word(self) -> str:
        return _WORDS[self.state]

    @property
    def is_behind(self) -> bool:
        return self.state in ("late", "error")

    @property
    def as_of(self) -> datetime | None:
        """Everything that had happened in the helpdesk by then is stored."""
        return self.oldest or self.history.read_at

    @property
    def failures(self) -> int:
        """How many syncs have failed in a row."""
        return self.history.failures

    @property
    def is_failing(self) -> bool | None:
        """Whether to alert; None while too few syncs have failed to say."""
        if self.failures == 0:
            return False
        return True if self.failures >= FAILING_AFTER else None

    @property
    def badness(self) -> int:
        """For comparing: one whose last sync failed is at least as bad as one that is late."""
        return max(_BADNESS[self.state], _BADNESS["late"] if self.failures else 0)

    @property
    def interval(self) -> timedelta | None:
        return self.schedule.interval if self.schedule else None

    @property
    def next_try_at(self) -> datetime | None:
        """When the next scheduled sync starts; in the past if no worker has started it."""
        return self.schedule.next_try_at(self.history) if self.schedule else None

    @property
    def is_overdue(self) -> bool:
        """Whether a scheduled sync is due that no worker has started."""
        return self.schedule is not None and self.now - self.schedule.next_at > OVERDUE_AFTER

    @property
    def sentence(self) -> str:
        if self.interval is None or self.next_try_at is None:
            return "No schedule: syncs only when someone starts it."
        words = f"“{self.name}” syncs" if self.name else "Syncs"
        words += f" {describe_interval(self.interval)}"
        if self.history.read_at is not None and self.is_behind:
            words += f", but last synced {format_relative(self.history.read_at, self.now)}"
        if self.now - self.next_try_at > OVERDUE_AFTER:
            due = format_relative(self.next_try_at, self.now)
            return f"{words}; the next sync was due {due}, but no worker has started it."
        failed = describe_failures(self.failures, self.next_try_at, now=self.now)
        return f"{words}; {failed or f'next sync {describe_future(self.next_try_at, now=self.now)}'}."


@dataclass(frozen=True, slots=True)
class HelpdeskCounts:
    """Of the tenants whose helpdesk was ever read or tried: how many, and how many failed the last time.

    Of those with a schedule: how many are late, how many missed two intervals (these are not late too), and how
    many are overdue.
    """

    known: int
    failing: int
    late: int
    error: int
    overdue: int


def data_as_of(tenant: Tenant) -> datetime | None:
    """Everything that had happened in the tenant's helpdesks by then is stored; see `SyncStatus.as_of`."""
    return find_sync_status(tenant).as_of


def find_sync_status(tenant: Tenant, *, now: datetime | None = None) -> SyncStatus:
    return find_sync_statuses([tenant], now=now)[tenant.slug]


def find_sync_statuses(tenants: Sequence[Tenant], *, now: datetime | None = None) -> dict[str, SyncStatus]:
    """Each tenant's, by slug; four queries, however many tenants."""
    now = now or clock.now()
    slug_of = {tenant.pk: tenant.slug for tenant in tenants}
    enabled = Source.objects.filter(tenant__in=list(slug_of), enabled=True).order_by("pk")
    names: dict[str, dict[str, str]] = {slug: {} for slug in slug_of.values()}
    for tenant_pk, prefix, name in enabled.values_list("tenant_id", "prefix", "name"):
        names[slug_of[tenant_pk]][connection_key(slug_of[tenant_pk], prefix)] = name
    statuses = _find_by_key([key for slug, found in names.items() for key in found or (slug,)], now=now)
    return {
        slug: combine([replace(statuses[key], name=name) for key, name in found.items()]) if found else statuses[slug]
        for slug, found in names.items()
    }


def find_connection_statuses(sources: Sequence[Source], *, now: datetime | None = None) -> dict[str, SyncStatus]:
    """Of connections, by key; three queries."""
    return _find_by_key([each.key for each in sources], now=now or clock.now())


def find_all_sync_statuses(*, now: datetime) -> dict[str, SyncStatus]:
    """Of every connection that has a schedule or a run in the log, by key; four queries."""
    further = Source.objects.exclude(prefix="").values_list("tenant__slug", "prefix")
    keys = [connection_key(slug, prefix) for slug, prefix in further]
    schedules, histories = find_schedules(), find_read_histories(further=keys)
    return {
        key: SyncStatus(histories.get(key, ReadHistory()), schedules.get(key), now)
        for key in schedules.keys() | histories.keys()
    }


def combine(statuses: Sequence[SyncStatus]) -> SyncStatus:
    """The status of a tenant, of those of its connections: the worst one."""
    if len(statuses) == 1:
        return replace(statuses[0], name="")
    read = [each.history.read_at for each in statuses if each.history.read_at]
    worst = max(statuses, key=lambda each: (each.badness, each.failures, each.schedule is not None))
    return replace(worst, oldest=min(read, default=None))


def _find_by_key(keys: Sequence[str], *, now: datetime) -> dict[str, SyncStatus]:
    tenant_ids = list(dict.fromkeys(split_key(key)[0] for key in keys))
    schedules = find_schedules(keys)
    histories = find_read_histories(tenant_ids, further=[key for key in keys if split_key(key)[1]])
    return {key: SyncStatus(histories.get(key, ReadHistory()), schedules.get(key), now) for key in keys}


def count_helpdesks(statuses: Collection[SyncStatus]) -> HelpdeskCounts:
    states = [each.state for each in statuses]
    return HelpdeskCounts(
        known=sum(each.history.is_known for each in statuses),
        failing=sum(each.failures > 0 for each in statuses),
        late=states.count("late"),
        error=states.count("error"),
        overdue=sum(each.is_overdue for each in statuses),
    )


def state_of(interval: timedelta | None, read_at: datetime | None, *, now: datetime) -> State:
    if interval is None or read_at is None:
        return "none"
    age = now - read_at - grace(interval)
    if age <= interval:
        return "fresh"
    return "late" if age <= 2 * interval else "error"


def grace(interval: timedelta) -> timedelta:
    """How long a run may take, or wait for a worker, before its data counts as late."""
    return min(max(interval / 10, SHORTEST_GRACE), LONGEST_GRACE)
