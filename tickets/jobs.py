"""Ingestion jobs: one document per run for queue, progress, cancellation and audit log.

The collection `ingestion_logs` keeps all runs. `active` is true from request to end, and a unique partial index allows
one active run per tenant. A running job has a lease; if the lease expires, its process has crashed, and
`end_lost_jobs` marks the run as interrupted.

A sync reads one or several helpdesk connections, one after another. `connections` holds a part for each, in that order;
runs of versions that knew only one connection have none.
"""

import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from pymongo import ReturnDocument, WriteConcern
from pymongo.client_session import ClientSession
from pymongo.errors import DuplicateKeyError

from supportsaas import clock
from supportsaas.db import mongo
from supportsaas.db.mongo import Document, Pipeline
from tenants.models import Tenant

COLLECTION = "ingestion_logs"
LEASE_SECONDS = 60

Trigger = Literal["web", "admin", "api", "command", "demo", "schedule", "hook"]
Kind = Literal["sync", "retry", "import"]
"""What a run reads: the helpdesk, quarantined records, or a file."""

Status = Literal["queued", "running", "completed", "partial", "cancelled", "failed"]
PartStatus = Literal["waiting", "running", "completed", "partial", "cancelled", "failed"]

GOOD_ENDS: tuple[Status, ...] = ("completed", "partial")
GOOD_READ = {"status": {"$in": list(GOOD_ENDS)}, "options.kind": "sync"}
"""Query for syncs that read the helpdesk to its end."""

_ONE_MEMBER = WriteConcern(1)

COUNTS = ("new_ingested", "updated", "unchanged", "deleted", "restored", "quarantined", "foreign", "errors")
INTERRUPTED = {
    "code": "interrupted",
    "message": "The process running this job stopped unexpectedly. Imported tickets are kept; the next run resumes.",
}
IMPORT_INTERRUPTED = {
    "code": "interrupted",
    "message": "The process running this import stopped unexpectedly. Imported tickets are kept. Import the file again: "
    "nothing is imported twice.",
}

UNKNOWN_JOB = "unknown"
"""The job id if the active job ended before its id could be read."""


class JobActive(Exception):
    """The tenant already has a queued or running job, `job_id`."""

    def __init__(self, job_id: str) -> None:
        super().__init__(f"An ingestion is already running (job {job_id}).")
        self.job_id = job_id


class JobLost(Exception):
    """The job's lease expired and another process closed it; the run must stop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRequest:
    """A requested run: its kind, options and who started it."""

    trigger: Trigger
    started_by: str
    kind: Kind = "sync"
    full: bool = False
    since: datetime | None = None
    confirm_deletions: bool = False
    records: Sequence[str] = ()
    """For a retry: the keys of quarantined records to retry; empty means all."""
    connections: Sequence[str] = ()
    """For a sync: the keys of the helpdesk connections to read; empty means all that are enabled."""
    upload: str = ""
    """For an import that a worker runs: the key of the uploaded file."""


@dataclass(slots=True)
class Counts:
    new_ingested: int = 0
    updated: int = 0
    unchanged: int = 0
    deleted: int = 0
    restored: int = 0
    quarantined: int = 0
    foreign: int = 0
    errors: int = 0

    def as_dict(self) -> dict[str, int]:
        return {name: getattr(self, name) for name in COUNTS}


@dataclass(slots=True)
class Reading:
    """How far a run has read its source, so that the next one can resume.

    `began` is when the first page was read, possibly in an earlier run; `since` the requested start time;
    `newest_stamp` and `newest_id` the newest `updated_at` seen and its ticket; `pages_before` and `token` the position
    of the last stored page, which is read again because records may have moved. `resumed_from` is the number of pages
    before the position where this run resumed, None if it started at the first. `mapping` identifies the connector
    settings; with other settings the sync starts over.
    """

    began: datetime
    since: datetime | None = None
    newest_stamp: datetime | None = None
    newest_id: str | None = None
    pages_before: int = 0
    token: str = ""
    mapping: str = ""
    resumed_from: int | None = None

    @property
    def has_advanced(self) -> bool:
        """Whether the run stored a page after the one it started with."""
        return self.pages_before > (self.resumed_from or 0)


@dataclass(slots=True, kw_only=True)
class Part:
    """One helpdesk connection's part of a sync. The fields mean what they mean for a whole run.

    The part that is running owns the run's `reading`; `reading` here is where a part that was not finished stopped.
    `remarks`: sentences about what was read in another way than usual, without a loss.
    """

    key: str
    name: str
    status: PartStatus = "waiting"
    counts: Counts = field(default_factory=Counts)
    read_began: datetime | None = None
    ended_at: datetime | None = None
    reading: Reading | None = None
    error: dict[str, Any] | None = None
    warning: dict[str, Any] | None = None
    remarks: list[str] = field(default_factory=list)

    def as_document(self) -> Document:
        return {**asdict(self), "counts": self.counts.as_dict()}


@dataclass(slots=True)
class Progress:
    """The progress of a run; `note` says what it is doing or waiting for.

    `reading` is set while pages are read, `read_began` after all of them are. `earlier_pages`: of the parts before the
    one that is running, included in `processed_pages` and `total_pages`.
    """

    total_pages: int | None = None
    processed_pages: int = 0
    note: str = ""
    counts: Counts = field(default_factory=Counts)
    reading: Reading | None = None
    read_began: datetime | None = None
    parts: list[Part] = field(default_factory=list)
    earlier_pages: int = 0


def enqueue(
    tenant: Tenant, request: JobRequest, *, now: datetime | None = None, session: ClientSession | None = None
) -> str:
    """Queue a job for a worker; returns its id. Raises `JobActive`, which ends the session's transaction."""
    return _insert(tenant, request, {"status": "queued"}, now=now or clock.now(), session=session)


def begin_at_once(tenant: Tenant, request: JobRequest, *, owner_id: str, now: datetime | None = None) -> str:
    """Start a job that this process runs itself; returns its id. Raises `JobActive`."""
    now = now or clock.now()
    return _insert(tenant, request, _running(owner_id, now), now=now)


def claim_next(owner_id: str, *, now: datetime | None = None) -> Document | None:
    """Atomically claim the oldest queued job; None if there is none."""
    now = now or clock.now()
    found: Document | None = mongo.collection(COLLECTION).find_one_and_update(
        {"status": "queued"},
        {"$set": _running(owner_id, now)},
        sort=[("queued_at", 1)],
        return_document=ReturnDocument.AFTER,
    )
    return found


def queued_since() -> datetime | None:
    """When the oldest queued job was queued; None if there is none."""
    found = mongo.collection(COLLECTION).find_one({"status": "queued"}, {"queued_at": 1}, sort=[("queued_at", 1)])
    return found["queued_at"] if found else None


def heartbeat(job_id: str, *, owner_id: str, now: datetime | None = None) -> bool:
    """Extend the lease; returns whether the job should be cancelled. Raises `JobLost`."""
    now = now or clock.now()
    return _touch(job_id, owner_id, {"lease_expires_at": now + timedelta(seconds=LEASE_SECONDS)})


def save_progress(job_id: str, progress: Progress, *, owner_id: str) -> bool:
    """Store the progress; returns whether the job should be cancelled. Raises `JobLost`.

    Waits for one member only: if the write is lost, the next run resumes at an earlier page that is already stored.
    """
    return _touch(
        job_id,
        owner_id,
        write_concern=_ONE_MEMBER,
        values={
            "total_pages": progress.total_pages,
            "processed_pages": progress.processed_pages,
            "note": progress.note,
            "counts": progress.counts.as_dict(),
            "reading": asdict(progress.reading) if progress.reading else None,
        },
    )


def save_parts(job_id: str, progress: Progress, *, owner_id: str) -> bool:
    """Store the parts when one begins or ends; returns whether the job should be cancelled. Raises `JobLost`."""
    return _touch(job_id, owner_id, {"earlier_pages": progress.earlier_pages, **_parts(progress), "reading": None})


def request_cancel(tenant: Tenant, job_id: str, *, by: str, now: datetime | None = None) -> bool:
    """Cancel a job: a queued one ends immediately, a running one at its next page. False if it is not active."""
    now = now or clock.now()
    jobs = mongo.collection(COLLECTION)
    cancellation = {"cancel_requested_at": now, "cancel_requested_by": by}
    ended = jobs.update_one(
        {"_id": job_id, "tenant_id": tenant.slug, "status": "queued"},
        {"$set": {**cancellation, "status": "cancelled", "active": False, "ended_at": now}},
    )
    if ended.matched_count:
        return True
    running = jobs.update_one({"_id": job_id, "tenant_id": tenant.slug, "status": "running"}, {"$set": cancellation})
    return running.matched_count == 1


def finish(
    job_id: str,
    *,
    owner_id: str,
    status: Status,
    progress: Progress,
    error: dict[str, Any] | None = None,
    warning: dict[str, Any] | None = None,
    notice: dict[str, Any] | None = None,
    now: datetime | None = None,
) -> bool:
    """Record the end of a run; False if it had already ended."""
    result = mongo.collection(COLLECTION).update_one(
        {"_id": job_id, "owner_id": owner_id, "status": "running"},
        {
            "$set": {
                "status": status,
                "active": False,
                "ended_at": now or clock.now(),
                "total_pages": progress.total_pages,
                "processed_pages": progress.processed_pages,
                "counts": progress.counts.as_dict(),
                "read_began": progress.read_began,
                **_parts(progress),
                "note": "",
                "error": error,
                "warning": warning,
                "notice": notice,
            }
        },
    )
    return result.matched_count == 1


def end_lost_jobs(*, now: datetime | None = None) -> int:
    """Mark running jobs with an expired lease as interrupted; returns how many."""
    now = now or clock.now()
    lost = {"status": "running", "lease_expires_at": {"$lte": now}}
    of_import: Document = {"$eq": ["$options.kind", "import"]}
    error: Document = {"$cond": [of_import, {"$literal": IMPORT_INTERRUPTED}, {"$literal": INTERRUPTED}]}
    end = {"status": "failed", "active": False, "ended_at": now, "error": error, "note": ""}
    return mongo.collection(COLLECTION).update_many(lost, [{"$set": end}]).modified_count


def find_job(job_id: str) -> Document | None:
    """A job of any tenant. Callers must check access to its tenant before showing it."""
    return mongo.collection(COLLECTION).find_one({"_id": job_id})


def find_active(tenant: Tenant) -> Document | None:
    return mongo.collection(COLLECTION).find_one({"tenant_id": tenant.slug, "active": True})


def find_recent(tenant: Tenant, *, limit: int = 20, kind: Kind | None = None) -> list[Document]:
    """The tenant's runs, newest first, of one kind or all."""
    wanted = {"tenant_id": tenant.slug, **({"options.kind": kind} if kind else {})}
    return list(mongo.collection(COLLECTION).find(wanted).sort("queued_at", -1).limit(limit))


def newest_runs_pipeline(tenant_ids: Sequence[str] | None = None) -> Pipeline:
    """A row for each tenant, its newest run as `run`. Reads one key of an index per tenant."""
    of_tenants: Pipeline = [{"$match": {"tenant_id": {"$in": list(tenant_ids)}}}] if tenant_ids is not None else []
    return [
        *of_tenants,
        {"$sort": {"tenant_id": 1, "queued_at": -1}},
        {"$group": {"_id": "$tenant_id", "run": {"$first": "$$ROOT"}}},
    ]


def find_last_good(tenant: Tenant) -> Document | None:
    """The newest sync that read the helpdesk to its end, which defines “Data as of”."""
    return mongo.collection(COLLECTION).find_one({"tenant_id": tenant.slug, **GOOD_READ}, sort=[("queued_at", -1)])


def reads(job: Document, key: str) -> bool:
    """Whether a job reads a connection, or will."""
    keys = job["options"].get("connections")
    return job["options"]["kind"] == "sync" and (not keys or key in keys)


def part_of(job: Document, key: str) -> Document | None:
    """The part of a connection in a sync that has ended, as it ended; None if the run did not get to it."""
    parts = job.get("connections")
    if not parts:
        return job if key == job["tenant_id"] else None
    found: Document | None = next((each for each in parts if each["key"] == key), None)
    if found is None or found["status"] == "waiting":
        return None
    if found["status"] == "running":  # the process was killed, or lost the database
        return {**found, **{name: job.get(name) for name in ("status", "error", "ended_at", "reading")}}
    return found


def percentage(job: Document) -> int:
    """Progress from 0 to 100; 100 only for a finished run that read everything. Each connection counts the same."""
    if job["status"] in ("completed", "partial"):
        return 100
    parts, earlier = job.get("connections") or [], job.get("earlier_pages", 0)
    ended = sum(each["status"] not in ("waiting", "running") for each in parts)
    total, done = (job.get("total_pages") or 0) - earlier, job.get("processed_pages", 0) - earlier
    share = done * 100 // total if total > 0 else 0
    return min((ended * 100 + min(share, 100)) // max(len(parts), 1), 99)


def _running(owner_id: str, now: datetime) -> Document:
    return {
        "status": "running",
        "owner_id": owner_id,
        "started_at": now,
        "lease_expires_at": now + timedelta(seconds=LEASE_SECONDS),
    }


def _insert(
    tenant: Tenant, request: JobRequest, state: Document, *, now: datetime, session: ClientSession | None = None
) -> str:
    end_lost_jobs(now=now)
    job_id = str(uuid.uuid4())
    document: Document = {
        "_id": job_id,
        "tenant_id": tenant.slug,
        "active": True,
        "trigger": request.trigger,
        "started_by": request.started_by,
        "options": {
            "kind": request.kind,
            "full": request.full,
            "since": request.since,
            "confirm_deletions": request.confirm_deletions,
            "records": list(request.records),
            "connections": list(request.connections),
            **({"upload": request.upload} if request.upload else {}),
        },
        "queued_at": now,
        "started_at": None,
        "ended_at": None,
        "total_pages": None,
        "processed_pages": 0,
        "note": "",
        "counts": Counts().as_dict(),
        "reading": None,
        "read_began": None,
        "connections": [],
        "error": None,
        "warning": None,
        "cancel_requested_at": None,
        **state,
    }
    for _ in range(3):
        try:
            mongo.collection(COLLECTION).insert_one(document, session=session)
            return job_id
        except DuplicateKeyError:
            other = find_active(tenant)
            if other is not None:
                raise JobActive(other["_id"]) from None
            if session is not None:
                break  # the error has aborted the transaction
            # the other job ended in between: retry
    raise JobActive(UNKNOWN_JOB)


def _parts(progress: Progress) -> Document:
    return {"connections": [each.as_document() for each in progress.parts]}


def _touch(job_id: str, owner_id: str, values: Document, *, write_concern: WriteConcern | None = None) -> bool:
    log = mongo.collection(COLLECTION)
    found = log.with_options(write_concern=write_concern or log.write_concern).find_one_and_update(
        {"_id": job_id, "owner_id": owner_id, "status": "running"},
        {"$set": values},
        projection={"cancel_requested_at": 1},
        return_document=ReturnDocument.AFTER,
    )
    if found is None:
        raise JobLost(f"Job {job_id} was closed by another process.")
    return found["cancel_requested_at"] is not None
