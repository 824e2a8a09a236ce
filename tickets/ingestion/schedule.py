"""When sources are read by themselves: the schedules, kept by all workers together.

`schedules` holds one document for each tenant whose source has a schedule and may be read. Its turns
lie on a grid of its interval, moved by an offset that the tenant's name decides, so that a thousand
tenants do not begin in the same second. Whoever takes a turn puts the next one an interval on, in one
atomic operation; if that process dies before the run is in the queue, one turn is lost and no more.

A turn is not always used: a source that has failed several times in a row lets turns pass. That is
computed from the log of runs whenever a turn comes, so one good read, by whomever, ends it.
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
from tickets.ingestion.sync_status import Standing, find_standing
from tickets.jobs import JobActive, JobRequest

COLLECTION = "schedules"
LONGEST_PAUSE = timedelta(days=1)
FIRST_TURN_WITHIN = timedelta(minutes=1)
"""A new or changed schedule that is due already begins so soon, spread over this time."""

COME_AGAIN_AFTER = timedelta(minutes=1)
MOST_AT_ONCE = 100
"""Turns taken in one go, so that the worker gets back to its jobs after an outage."""

_MINUTE_MS = 60_000
_MILLISECOND = timedelta(milliseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Schedule:
    """A tenant's turns: one an interval, the next at `next_at` (in the past where no worker took it)."""

    tenant_id: str
    interval: timedelta
    next_at: datetime

    def turn_before(self, moment: datetime) -> datetime:
        """The last turn of the grid that is not after the moment."""
        offset = offset_ms(self.tenant_id, self.interval)
        return moment - ((moment - _EPOCH) // _MILLISECOND - offset) * _MILLISECOND % self.interval

    def paused_until(self, standing: Standing) -> datetime | None:
        """The turn that is used again after failures in a row; None without a failure."""
        if standing.failed_at is None:
            return None
        return self.turn_before(standing.failed_at + pause(standing.failures, self.interval))

    def next_try_at(self, standing: Standing) -> datetime:
        return max(self.next_at, self.paused_until(standing) or self.next_at)


@dataclass(frozen=True, slots=True)
class Turn:
    """A turn that this process has taken, at the time `at` of the database's clock."""

    schedule: Schedule
    at: datetime


def pause(failures: int, interval: timedelta) -> timedelta:
    """How long to wait after this many failures in a row (at least one): at most a day, or the interval if that is longer."""
    return Backoff.between(interval, max(LONGEST_PAUSE, interval)).pause(failures)


def offset_ms(tenant_id: str, interval: timedelta) -> int:
    """Where in the interval the tenant's turns lie, in milliseconds: always the same for a tenant."""
    digest = hashlib.blake2b(tenant_id.encode(), digest_size=8).digest()
    return int.from_bytes(digest) % (interval // _MILLISECOND)


def find_schedules(tenant_ids: Sequence[str] | None = None) -> dict[str, Schedule]:
    """Of these tenants (None: of all), those that have a schedule."""
    wanted = {} if tenant_ids is None else {"_id": {"$in": list(tenant_ids)}}
    return {each["_id"]: _schedule(each) for each in mongo.collection(COLLECTION).find(wanted)}


def follow_source(source: Source, *, clock: Clock | None = None) -> None:
    """Have the tenant's schedule be what its source says, at once.

    A schedule that has not changed keeps its next turn.
    """
    tenant = source.tenant
    if source.every_minutes is not None and source.enabled and tenant.is_active:
        _follow(tenant.slug, source.every_minutes, clock=clock)
    else:
        forget_schedule(tenant.slug)


def forget_schedule(tenant_id: str) -> None:
    mongo.collection(COLLECTION).delete_one({"_id": tenant_id})


def follow_sources(*, clock: Clock | None = None) -> int:
    """Bring all schedules in line with the sources; how many were not.

    Saving a source does so at once. This is for what came about without it: a bulk update, a
    restored backup, a process that died between the two writes.
    """
    # In this order: a source that gets its schedule in between is never taken for one that lost it.
    present = {each["_id"]: each["every_minutes"] for each in mongo.collection(COLLECTION).find()}
    wanted = dict(_scheduled().filter(tenant__is_active=True).values_list("tenant__slug", "every_minutes"))
    for tenant_id in present.keys() - wanted.keys():
        forget_schedule(tenant_id)
    changed = {tenant_id: every for tenant_id, every in wanted.items() if present.get(tenant_id) != every}
    for tenant_id, every in changed.items():
        _follow(tenant_id, every, clock=clock)
    return len(changed) + len(present.keys() - wanted.keys())


def start_due_runs(*, clock: Clock | None = None) -> int:
    """Put a run into the queue for every tenant whose turn has come; how many. `clock` is for tests alone.

    Any number of processes may call it at any time: each turn is taken once. Where nothing is due
    it is one query.
    """
    started = 0
    for _ in range(MOST_AT_ONCE):
        turn = take_turn(clock=clock)
        if turn is None:
            break
        started += _use(turn)
    return started


def take_turn(*, clock: Clock | None = None) -> Turn | None:
    """The turn that is due longest, taken atomically; None where none is due."""
    now = server_time(clock)
    found = mongo.collection(COLLECTION).find_one_and_update(
        {"$expr": {"$lte": ["$next_at", now]}},
        [{"$set": {"turn_at": now, "next_at": _turn_after(now)}}],
        sort=[("next_at", 1)],
        return_document=ReturnDocument.AFTER,
    )
    return Turn(_schedule(found), found["turn_at"]) if found else None


def _use(turn: Turn) -> bool:
    """Queue the run of a turn; False where the turn passes."""
    schedule = turn.schedule
    # Two look-ups: joined, MongoDB would put every source and its tenant together first.
    tenant = Tenant.objects.filter(slug=schedule.tenant_id, is_active=True).first()
    if tenant is None or not _scheduled().filter(tenant=tenant).exists():
        forget_schedule(schedule.tenant_id)
        return False
    paused_until = schedule.paused_until(find_standing(schedule.tenant_id))
    if paused_until is not None and turn.at < paused_until:
        return False
    try:
        jobs.enqueue(tenant, JobRequest(trigger="schedule", started_by="schedule"), now=turn.at)
    except JobActive:
        _come_again(turn, tenant)
        return False
    return True


def _come_again(turn: Turn, tenant: Tenant) -> None:
    """A run that is going is as good as this one, unless it reads something else than the helpdesk."""
    job = jobs.find_active(tenant)
    if job is not None and job["options"]["kind"] == "sync":
        return
    schedule = turn.schedule
    mongo.collection(COLLECTION).update_one(
        {"_id": schedule.tenant_id, "next_at": schedule.next_at},
        {"$min": {"next_at": turn.at + COME_AGAIN_AFTER}},
    )


def _follow(tenant_id: str, every_minutes: int, *, clock: Clock | None) -> None:
    now = server_time(clock)
    interval = timedelta(minutes=every_minutes)
    offset = offset_ms(tenant_id, interval)
    soon = {"$add": [now, offset % (FIRST_TURN_WITHIN // _MILLISECOND)]}
    standing = find_standing(tenant_id)
    last = max((each for each in (standing.read_at, standing.failed_at) if each), default=None)
    turn = Schedule(tenant_id, interval, _EPOCH).turn_before(last + interval) if last else None
    is_same = {"$eq": ["$every_minutes", every_minutes]}
    values = {
        "every_minutes": every_minutes,
        "offset_ms": offset,
        "next_at": {"$cond": [is_same, "$next_at", {"$max": [turn, soon]}]},
    }
    mongo.collection(COLLECTION).update_one({"_id": tenant_id}, [{"$set": values}], upsert=True)


def _scheduled() -> Any:
    """The sources that are to be read by themselves, of active tenants and others."""
    return Source.objects.filter(every_minutes__isnull=False, enabled=True)


def _turn_after(now: Any) -> Document:
    """As `Schedule.turn_before` an interval on, for MongoDB to compute."""
    interval = {"$multiply": ["$every_minutes", _MINUTE_MS]}
    later = {"$add": [now, interval]}
    return {"$subtract": [later, {"$mod": [{"$subtract": [{"$toLong": later}, "$offset_ms"]}, interval]}]}


def _schedule(found: Document) -> Schedule:
    return Schedule(found["_id"], timedelta(minutes=found["every_minutes"]), found["next_at"])


@periodic_task("turns", every_seconds=5)
def _start_due_runs(_stop: threading.Event) -> None:
    start_due_runs()


@periodic_task("schedules", every_seconds=60)
def _follow_sources(_stop: threading.Event) -> None:
    follow_sources()
