"""Ingestion jobs: the queue, the progress, the cancel wish and the audit log are one document a run.

The collection `ingestion_logs` holds every run there ever was. `active` is true from the
moment a run is asked for until it has ended, and a unique partial index on it lets a tenant
have one such run. A running one carries a lease; where the lease ends without a word, the
process is gone and `end_lost_jobs` closes the entry as interrupted.
"""

import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime, timedelta
from typing import Any, Literal

from pymongo import ReturnDocument, WriteConcern
from pymongo.client_session import ClientSession
from pymongo.errors import DuplicateKeyError

from supportsaas import clock
from supportsaas.db import mongo
from supportsaas.db.mongo import Document
from tenants.models import Tenant

COLLECTION = "ingestion_logs"
LEASE_SECONDS = 60
GO_ON_WITHIN = timedelta(hours=1)
LONGEST_CHAIN = timedelta(days=3)
"""So long after its first page a read of several runs begins anew: its list may have no end."""

Trigger = Literal["web", "admin", "api", "command", "demo", "schedule"]
Kind = Literal["sync", "retry", "import"]
"""What a run reads: the helpdesk, records in quarantine once more, or a file."""

Status = Literal["queued", "running", "completed", "partial", "cancelled", "failed"]

GOOD_ENDS: tuple[Status, ...] = ("completed", "partial")
GOOD_READ = {"status": {"$in": list(GOOD_ENDS)}, "options.kind": "sync"}
"""Of the runs, those that read the helpdesk to its end."""

_AT_ONCE = WriteConcern(1)

COUNTS = ("new_ingested", "updated", "unchanged", "deleted", "restored", "quarantined", "foreign", "errors")
INTERRUPTED = {
    "code": "interrupted",
    "message": "The process that ran this ended without a word. Everything it had stored stays; the next run goes on.",
}


RUN_OVER = ("run_limit", "gave_way")
"""Codes of the errors of runs that were too long for one, or for a worker with many."""

UNKNOWN_JOB = "unknown"
"""Whose job was active when another wanted to begin, where it ended before it could be named."""


class JobActive(Exception):
    """The tenant has a queued or running job already; `job_id` names it."""

    def __init__(self, job_id: str) -> None:
        super().__init__(f"An ingestion is already going (job {job_id}).")
        self.job_id = job_id


class JobLost(Exception):
    """The job was closed by somebody else (its lease had ended); the runner must stop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRequest:
    """Who wants a run, and which kind."""

    trigger: Trigger
    started_by: str
    kind: Kind = "sync"
    full: bool = False
    since: datetime | None = None
    confirm_deletions: bool = False
    records: Sequence[str] = ()
    """Of a retry: the keys of the records in quarantine to try again; none means all."""


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
    """How far a run has read its source, so that the next one can go on from there.

    `began`: when the reading of the first page began, maybe in an earlier run; `since`: what it
    asked for; `newest_stamp` and `newest_id`: the newest `updated_at` seen, and whose it is; `pages_before`
    and `token`: the page that was stored last (it is read again, because some of it may have slipped in the
    meantime). `resumed_from`: the pages before the one where this run went on; None where it began at the first.
    `mapping`: by which settings; under others the read begins again.
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
        """Whether the run stored a page behind the one where it began."""
        return self.pages_before > (self.resumed_from or 0)


@dataclass(slots=True)
class Progress:
    """How far a run is; `note` says what it is doing or waiting for.

    `reading` is there while pages are read; `read_began` once all of them are.
    """

    total_pages: int | None = None
    processed_pages: int = 0
    note: str = ""
    counts: Counts = field(default_factory=Counts)
    reading: Reading | None = None
    read_began: datetime | None = None


def enqueue(
    tenant: Tenant, request: JobRequest, *, now: datetime | None = None, session: ClientSession | None = None
) -> str:
    """Put a job into the queue for the worker; its id. Raises `JobActive`, which ends the session's transaction."""
    return _insert(tenant, request, {"status": "queued"}, now=now or clock.now(), session=session)


def begin_at_once(tenant: Tenant, request: JobRequest, *, owner_id: str, now: datetime | None = None) -> str:
    """Make a job that this process runs itself; its id. Raises `JobActive`."""
    now = now or clock.now()
    return _insert(tenant, request, _running(owner_id, now), now=now)


def claim_next(owner_id: str, *, now: datetime | None = None) -> Document | None:
    """Take the oldest queued job, atomically; None where there is none."""
    now = now or clock.now()
    found: Document | None = mongo.collection(COLLECTION).find_one_and_update(
        {"status": "queued"},
        {"$set": _running(owner_id, now)},
        sort=[("queued_at", 1)],
        return_document=ReturnDocument.AFTER,
    )
    return found


def queued_since() -> datetime | None:
    """Since when the oldest queued job waits; None where there is none."""
    found = mongo.collection(COLLECTION).find_one({"status": "queued"}, {"queued_at": 1}, sort=[("queued_at", 1)])
    return found["queued_at"] if found else None


def heartbeat(job_id: str, *, owner_id: str, now: datetime | None = None) -> bool:
    """Prolong the lease; whether a cancel was asked for. Raises `JobLost`."""
    now = now or clock.now()
    return _touch(job_id, owner_id, {"lease_expires_at": now + timedelta(seconds=LEASE_SECONDS)})


def save_progress(job_id: str, progress: Progress, *, owner_id: str) -> bool:
    """Store how far the run is; whether a cancel was asked for. Raises `JobLost`.

    Nobody waits for the disk or for a majority of the members: should this get lost, the next run
    goes on at an earlier page, whose tickets are stored already.
    """
    return _touch(
        job_id,
        owner_id,
        write_concern=_AT_ONCE,
        values={
            "total_pages": progress.total_pages,
            "processed_pages": progress.processed_pages,
            "note": progress.note,
            "counts": progress.counts.as_dict(),
            "reading": asdict(progress.reading) if progress.reading else None,
        },
    )


def request_cancel(tenant: Tenant, job_id: str, *, by: str, now: datetime | None = None) -> bool:
    """Ask a job to stop; a queued one ends at once. False where it is not going."""
    now = now or clock.now()
    jobs = mongo.collection(COLLECTION)
    wish = {"cancel_requested_at": now, "cancel_requested_by": by}
    ended = jobs.update_one(
        {"_id": job_id, "tenant_id": tenant.slug, "status": "queued"},
        {"$set": {**wish, "status": "cancelled", "active": False, "ended_at": now}},
    )
    if ended.matched_count:
        return True
    going = jobs.update_one({"_id": job_id, "tenant_id": tenant.slug, "status": "running"}, {"$set": wish})
    return going.matched_count == 1


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
    """Close the entry of a run; False where it was closed already."""
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
                "note": "",
                "error": error,
                "warning": warning,
                "notice": notice,
            }
        },
    )
    return result.matched_count == 1


def end_lost_jobs(*, now: datetime | None = None) -> int:
    """Close the running jobs whose lease has ended; how many."""
    now = now or clock.now()
    result = mongo.collection(COLLECTION).update_many(
        {"status": "running", "lease_expires_at": {"$lte": now}},
        {"$set": {"status": "failed", "active": False, "ended_at": now, "error": INTERRUPTED, "note": ""}},
    )
    return result.modified_count


def find_job(job_id: str) -> Document | None:
    """Any tenant's job: whoever shows it must first ask the door for its tenant."""
    return mongo.collection(COLLECTION).find_one({"_id": job_id})


def find_active(tenant: Tenant) -> Document | None:
    return mongo.collection(COLLECTION).find_one({"tenant_id": tenant.slug, "active": True})


def find_recent(tenant: Tenant, *, limit: int = 20, kind: Kind | None = None) -> list[Document]:
    """The tenant's runs, of one kind or of all, newest first."""
    wanted = {"tenant_id": tenant.slug, **({"options.kind": kind} if kind else {})}
    return list(mongo.collection(COLLECTION).find(wanted).sort("queued_at", -1).limit(limit))


def find_last_good(tenant: Tenant) -> Document | None:
    """The newest run that read the helpdesk to its end: what 'data as of' stands on."""
    return mongo.collection(COLLECTION).find_one({"tenant_id": tenant.slug, **GOOD_READ}, sort=[("queued_at", -1)])


def find_unfinished_reading(tenant: Tenant, *, now: datetime) -> Reading | None:
    """Where to go on if the tenant's last run did not reach the end and that was not long ago.

    A run that went on itself is followed by one that begins at the first page, or what changes there would
    not be seen as long as the end cannot be reached. It is followed by one that goes on only where it was
    stopped from outside, or by a bound of ours (or no read has ever reached the end), and came further.
    One that asked for the changes since a time that somebody chose is not gone on with: that may be too late a time.
    """
    last = mongo.collection(COLLECTION).find_one(
        {"tenant_id": tenant.slug, "active": False, "options.kind": "sync"}, sort=[("queued_at", -1)]
    )
    if last is None or last["status"] not in ("failed", "cancelled") or not last.get("reading"):
        return None
    if last["options"].get("since") is not None:
        return None
    if now - last["ended_at"] > (LONGEST_CHAIN if _was_over(last) else GO_ON_WITHIN):
        return None
    known = {each.name for each in fields(Reading)}
    reading = Reading(**{name: value for name, value in last["reading"].items() if name in known})
    if reading.resumed_from is not None and not (
        reading.has_advanced and _may_go_on_once_more(tenant, last, began=reading.began, now=now)
    ):
        return None
    reading.resumed_from = reading.pages_before
    return reading


def _may_go_on_once_more(tenant: Tenant, last: Document, *, began: datetime, now: datetime) -> bool:
    was_stopped = last["status"] == "cancelled" or _error_code(last) == INTERRUPTED["code"]
    is_long = _was_over(last) and now - began <= LONGEST_CHAIN
    return was_stopped or is_long or find_last_good(tenant) is None


def _was_over(job: Document) -> bool:
    """Whether the run reached a bound of ours, and said that the next one goes on."""
    return _error_code(job) in RUN_OVER


def _error_code(job: Document) -> str | None:
    return (job.get("error") or {}).get("code")


def forget_reading(tenant: Tenant) -> None:
    """Have the next run begin at the first page: the source is another one, or is read differently."""
    mongo.collection(COLLECTION).update_many(
        {"tenant_id": tenant.slug, "reading": {"$ne": None}}, {"$set": {"reading": None}}
    )


def percentage(job: Document) -> int:
    """0 to 100; 100 only at the end of a run that read everything."""
    if job["status"] in ("completed", "partial"):
        return 100
    total, done = job.get("total_pages"), job.get("processed_pages", 0)
    return min(done * 100 // total, 99) if total else 0


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
                break  # its transaction is over
            # the other one ended between the two operations: try again
    raise JobActive(UNKNOWN_JOB)


def _touch(job_id: str, owner_id: str, values: Document, *, write_concern: WriteConcern | None = None) -> bool:
    log = mongo.collection(COLLECTION)
    found = log.with_options(write_concern=write_concern or log.write_concern).find_one_and_update(
        {"_id": job_id, "owner_id": owner_id, "status": "running"},
        {"$set": values},
        projection={"cancel_requested_at": 1},
        return_document=ReturnDocument.AFTER,
    )
    if found is None:
        raise JobLost(f"Job {job_id} was closed by somebody else.")
    return found["cancel_requested_at"] is not None
