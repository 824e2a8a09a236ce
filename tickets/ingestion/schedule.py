"""Scheduled syncs: the schedules of all tenants, kept by all workers together.

`schedules` holds one document, under the connection's key, for each helpdesk connection that has a schedule and may be
read. Its sync times lie on a grid of its interval, moved by an offset that depends on the key, so that a thousand tenants
do not start in the same second. A worker claims a due run and moves the next one on by an interval in one atomic
operation. If that process is killed before the run is queued, one run is lost and no more.

The connections of a tenant that are due at the same time share a run.

Not every due run is used: after several failures in a row, runs are skipped. That is computed from the log of runs
each time, so any successful sync, scheduled or not, ends the pause.
"""

import hashlib
import threading
from collections.abc import Collection, Sequence
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
from tickets.records.origin import connection_key, split_key

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
    """A connection's sync times: one per interval, the next at `next_at` (in the past if no worker has claimed it)."""

    key: str
    interval: timedelta
    next_at: datetime

    def time_before(self, moment: datetime) -> datetime:
        """The last time of the grid that is not after the moment."""
        offset = offset_ms(self.key, self.interval)
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


def offset_ms(key: str, interval: timedelta) -> int:
    """Where in the interval the connection's sync times lie, in milliseconds: always the same for a connection."""
    digest = hashlib.blake2b(key.encode(), digest_size=8).digest()
    return int.from_bytes(digest) % (interval // _MILLISECOND)


def find_schedules(keys: Sequence[str] | None = None) -> dict[str, Schedule]:
    """Of the connections with these keys (None: of all), those that have a schedule; by key."""
    wanted = {} if keys is None else {"_id": {"$in": list(keys)}}
    return {each["_id"]: _schedule(each) for each in mongo.collection(COLLECTION).find(wanted)}


def follow_source(source: Source, *, clock: Clock | None = None) -> None:
    """Make the connection's schedule what its source says, at once. An unchanged schedule keeps its next time."""
    if source.every_minutes is not None and source.enabled and source.tenant.is_active:
        _follow(source.key, source.every_minutes, clock=clock)
    else:
        forget_schedule(source.key)


def forget_schedule(key: str) -> None:
    mongo.collection(COLLECTION).delete_one({"_id": key})


def follow_sources(*, clock: Clock | None = None) -> int:
    """Bring all schedules in line with the sources; how many were not.

    `connecting.save_source` does so at once. This repairs what bypassed it: a bulk update, a restored backup, a
    process that was killed between the two writes.
    """
    # In this order, a source that gets its schedule in between is never mistaken for one that lost it.
    present = {each["_id"]: each["every_minutes"] for each in mongo.collection(COLLECTION).find()}
    scheduled = _scheduled().filter(tenant__is_active=True).values_list("tenant__slug", "prefix", "every_minutes")
    wanted = {connection_key(slug, prefix): every for slug, prefix, every in scheduled}
    for key in present.keys() - wanted.keys():
        forget_schedule(key)
    changed = {key: every for key, every in wanted.items() if present.get(key) != every}
    for key, every in changed.items():
        _follow(key, every, clock=clock)
    return len(changed) + len(present.keys() - wanted.keys())


def start_due_runs(*, clock: Clock | None = None) -> int:
    """Queue a run for every tenant with connections whose sync is due; how many. `clock` is for tests only.

    Any number of processes may call it at any time: each due run is claimed once. If nothing is due, it is one query.
    """
    by_tenant: dict[str, list[DueRun]] = {}
    for _ in range(MOST_AT_ONCE):
        due = claim_due_run(clock=clock)
        if due is None:
            break
        by_tenant.setdefault(split_key(due.schedule.key)[0], []).append(due)
    return sum(_queue(tenant_id, found) for tenant_id, found in by_tenant.items())


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


def _queue(tenant_id: str, due: Sequence[DueRun]) -> bool:
    """Queue one run for the connections of a tenant; False if it is skipped."""
    # Two queries: for a join, MongoDB would combine every source with its tenant first.
    tenant = Tenant.objects.filter(slug=tenant_id, is_active=True).first()
    prefixes = set(_scheduled().filter(tenant=tenant).values_list("prefix", flat=True)) if tenant else set()
    left = [each for each in due if _is_used(each, prefixes)]
    if tenant is None or not left:
        return False
    keys = tuple(each.schedule.key for each in left)
    try:
        jobs.enqueue(
            tenant,
            JobRequest(trigger="schedule", started_by="schedule", connections=keys),
            now=max(each.at for each in left),
        )
    except JobActive:
        for each in left:
            _try_again_soon(each, tenant)
        return False
    return True


def _is_used(due: DueRun, prefixes: Collection[str]) -> bool:
    """Whether a due run is queued: not after failures in a row, nor if its connection has lost its schedule."""
    schedule = due.schedule
    if split_key(schedule.key)[1] not in prefixes:
        forget_schedule(schedule.key)
        return False
    paused_until = schedule.paused_until(find_read_history(schedule.key))
    return paused_until is None or due.at >= paused_until


def _try_again_soon(due: DueRun, tenant: Tenant) -> None:
    """An active run is as good as this one, unless it reads something other than this connection."""
    job, schedule = jobs.find_active(tenant), due.schedule
    if job is not None and jobs.reads(job, schedule.key):
        return
    mongo.collection(COLLECTION).update_one(
        {"_id": schedule.key, "next_at": schedule.next_at},
        {"$min": {"next_at": due.at + TRY_AGAIN_AFTER}},
    )


def _follow(key: str, every_minutes: int, *, clock: Clock | None) -> None:
    now = server_time(clock)
    interval = timedelta(minutes=every_minutes)
    offset = offset_ms(key, interval)
    soon = {"$add": [now, offset % (FIRST_RUN_WITHIN // _MILLISECOND)]}
    history = find_read_history(key)
    last = max((each for each in (history.read_at, history.failed_at) if each), default=None)
    after_last = Schedule(key, interval, _EPOCH).time_before(last + interval) if last else None
    is_same = {"$eq": ["$every_minutes", every_minutes]}
    values = {
        "every_minutes": every_minutes,
        "offset_ms": offset,
        "next_at": {"$cond": [is_same, "$next_at", {"$max": [after_last, soon]}]},
    }
    mongo.collection(COLLECTION).update_one({"_id": key}, [{"$set": values}], upsert=True)


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
