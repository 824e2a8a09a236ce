"""Scheduled syncs: the schedules of all tenants, kept by all workers together.

`schedules` holds one document for each tenant whose helpdesk has a schedule and may be read. Its sync times lie on
a grid of its interval, moved by an offset that depends on the tenant's name, so that a thousand tenants do not
start in the same second. A worker claims a due run and moves the next one on by an interval in one atomic operation.
If that process is killed before the run is queued, one run is lost and no more.

Not every due run is used: after several failures in a row, runs are skipped. That is computed from the log of runs
each time, so any successful sync, scheduled or not, ends the pause.
"""

import hashlib
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from pymongo import ReturnDocument

from supportsaas.clock import Clock
from supportsaas.db import mongo
from supportsaas.db.mongo import Document
from supportsaas.ops.periodic_tasks import periodic_task
from supportsaas.reliability.backoff import Backoff
from supportsaas.reliability.shared_state import server_time
from tenants.models import Tenant
from tickets import jobs
from tickets.helpdesks.model import Source
from tickets.ingestion.read_history import ReadHistory, find_read_history
from tickets.jobs import JobActive, JobRequest

COLLECTION = "schedules"
LONGEST_PAUSE = timedelta(days=1)
FIRST_RUN_WITHIN = timedelta(minutes=1)
"""A new or changed schedule that is already due starts within this time, spread over it."""

TRY_AGAIN_AFTER = timedelta(minutes=1)
MOST_AT_ONCE = 100
"""Due runs claimed in one go, so that the worker gets back to its jobs after an outage."""

_MINUTE_MS = 60_000
_MILLISECOND = timedelta(milliseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Schedule:
    """A tenant's sync times: one per interval, the next at `next_at` (in the past if no worker has claimed it)."""

    tenant_id: str
    interval: timedelta
    next_at: datetime

    def time_before(self, moment: datetime) -> datetime:
        """The last time of the grid that is not after the moment."""
        offset = offset_ms(self.tenant_id, self.interval)
        return moment - ((moment - _EPOCH) // _MILLISECOND - offset) * _MILLISECOND % self.interval

    def paused_until(self, history: ReadHistory) -> datetime | None:
        """The sync time from which runs are used again after failures in a row; None without a failure."""
        if history.failed_at is None:
            return None
        return self.time_before(history.failed_at + pause(history.failures, self.interval))

    def next_try_at(self, history: ReadHistory) -> datetime:
        return max(self.next_at, self.paused_until(history) or self.next_at)


@dataclass(frozen=True, slots=True)
class DueRun:
    """A scheduled run that this process has claimed, at the time `at` of the database's clock."""

    schedule: Schedule
    at: datetime


def pause(failures: int, interval: timedelta) -> timedelta:
    """How long to wait after this many failures in a row (at least one): at most a day, or the interval if that is longer."""
    return Backoff.between(interval, max(LONGEST_PAUSE, interval)).pause(failures)


def offset_ms(tenant_id: str, interval: timedelta) -> int:
    """Where in the interval the tenant's sync times lie, in milliseconds: always the same for a tenant."""
    digest = hashlib.blake2b(tenant_id.encode(), digest_size=8).digest()
    return int.from_bytes(digest) % (interval // _MILLISECOND)


def find_schedules(tenant_ids: Sequence[str] | None = None) -> dict[str, Schedule]:
    """Of these tenants (None: of all), those that have a schedule."""
    wanted = {} if tenant_ids is None else {"_id": {"$in": list(tenant_ids)}}
    return {each["_id"]: _schedule(each) for each in mongo.collection(COLLECTION).find(wanted)}


def follow_source(source: Source, *, clock: Clock | None = None) -> None:
    """Make the tenant's schedule what its source says, at once. An unchanged schedule keeps its next time."""
    tenant = source.tenant
    if source.every_minutes is not None and source.enabled and tenant.is_active:
        _follow(tenant.slug, source.every_minutes, clock=clock)
    else:
        forget_schedule(tenant.slug)


def forget_schedule(tenant_id: str) -> None:
    mongo.collection(COLLECTION).delete_one({"_id": tenant_id})


def follow_sources(*, clock: Clock | None = None) -> int:
    """Bring all schedules in line with the sources; how many were not.

    `connecting.save_source` does so at once. This repairs what bypassed it: a bulk update, a restored backup, a
    process that was killed between the two writes.
    """
    # In this order, a source that gets its schedule in between is never mistaken for one that lost it.
    present = {each["_id"]: each["every_minutes"] for each in mongo.collection(COLLECTION).find()}
    wanted = dict(_scheduled().filter(tenant__is_active=True).values_list("tenant__slug", "every_minutes"))
    for tenant_id in present.keys() - wanted.keys():
        forget_schedule(tenant_id)
    changed = {tenant_id: every for tenant_id, every in wanted.items() if present.get(tenant_id) != every}
    for tenant_id, every in changed.items():
        _follow(tenant_id, every, clock=clock)
    return len(changed) + len(present.keys() - wanted.keys())


def start_due_runs(*, clock: Clock | None = None) -> int:
    """Queue a run for every tenant whose sync is due; how many. `clock` is for tests only.

    Any number of processes may call it at any time: each due run is claimed once. If nothing is due, it is one query.
    """
    started = 0
    for _ in range(MOST_AT_ONCE):
        due = claim_due_run(clock=clock)
        if due is None:
            break
        started += _queue(due)
    return started


def claim_due_run(*, clock: Clock | None = None) -> DueRun | None:
    """The run that has been due longest, claimed atomically; None if none is due."""
    now = server_time(clock)
    found = mongo.collection(COLLECTION).find_one_and_update(
        {"$expr": {"$lte": ["$next_at", now]}},
        [{"$set": {"turn_at": now, "next_at": _time_after(now)}}],
        sort=[("next_at", 1)],
        return_document=ReturnDocument.AFTER,
    )
    return DueRun(_schedule(found), found["turn_at"]) if found else None


def _queue(due: DueRun) -> bool:
    """Queue the run; False if it is skipped."""
    schedule = due.schedule
    # Two queries: for a join, MongoDB would combine every source with its tenant first.
    tenant = Tenant.objects.filter(slug=schedule.tenant_id, is_active=True).first()
    if tenant is None or not _scheduled().filter(tenant=tenant).exists():
        forget_schedule(schedule.tenant_id)
        return False
    paused_until = schedule.paused_until(find_read_history(schedule.tenant_id))
    if paused_until is not None and due.at < paused_until:
        return False
    try:
        jobs.enqueue(tenant, JobRequest(trigger="schedule", started_by="schedule"), now=due.at)
    except JobActive:
        _try_again_soon(due, tenant)
        return False
    return True


def _try_again_soon(due: DueRun, tenant: Tenant) -> None:
    """An active run is as good as this one, unless it reads something other than the helpdesk."""
    job = jobs.find_active(tenant)
    if job is not None and job["options"]["kind"] == "sync":
        return
    schedule = due.schedule
    mongo.collection(COLLECTION).update_one(
        {"_id": schedule.tenant_id, "next_at": schedule.next_at},
        {"$min": {"next_at": due.at + TRY_AGAIN_AFTER}},
    )


def _follow(tenant_id: str, every_minutes: int, *, clock: Clock | None) -> None:
    now = server_time(clock)
    interval = timedelta(minutes=every_minutes)
    offset = offset_ms(tenant_id, interval)
    soon = {"$add": [now, offset % (FIRST_RUN_WITHIN // _MILLISECOND)]}
    history = find_read_history(tenant_id)
    last = max((each for each in (history.read_at, history.failed_at) if each), default=None)
    after_last = Schedule(tenant_id, interval, _EPOCH).time_before(last + interval) if last else None
    is_same = {"$eq": ["$every_minutes", every_minutes]}
    values = {
        "every_minutes": every_minutes,
        "offset_ms": offset,
        "next_at": {"$cond": [is_same, "$next_at", {"$max": [after_last, soon]}]},
    }
    mongo.collection(COLLECTION).update_one({"_id": tenant_id}, [{"$set": values}], upsert=True)


def _scheduled() -> Any:
    """The sources that have a schedule, of active and inactive tenants."""
    return Source.objects.filter(every_minutes__isnull=False, enabled=True)


def _time_after(now: Any) -> Document:
    """As `Schedule.time_before` one interval later, for MongoDB to compute."""
    interval = {"$multiply": ["$every_minutes", _MINUTE_MS]}
    later = {"$add": [now, interval]}
    return {"$subtract": [later, {"$mod": [{"$subtract": [{"$toLong": later}, "$offset_ms"]}, interval]}]}


def _schedule(found: Document) -> Schedule:
    return Schedule(found["_id"], timedelta(minutes=found["every_minutes"]), found["next_at"])


@periodic_task("scheduled-runs", every_seconds=5)
def _start_due_runs(_stop: threading.Event) -> None:
    start_due_runs()


@periodic_task("schedules", every_seconds=60)
def _follow_sources(_stop: threading.Event) -> None:
    follow_sources()
