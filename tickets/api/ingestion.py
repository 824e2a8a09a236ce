"""The ingestion endpoints of the API: run, progress, cancel, lock and rate limit."""

import time
import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Field, HeaderEx, P, QueryEx, Router, Schema, Status
from ninja.errors import HttpError

from supportsaas import clock
from supportsaas.db.mongo import Document
from supportsaas.reliability import rate_limiter
from supportsaas.reliability.concurrency_limit import ConcurrencyLimit, LimitReached
from supportsaas.reliability.idempotency import KeyReused, Once, Outcome
from supportsaas.reliability.lock import Lock
from supportsaas.web.api_errors import InvalidParameter, Problem, reject_unknown
from tenants.api.access import Caller, TenantId, api_tenant, caller_of
from tenants.models import Role, Tenant
from tickets import jobs
from tickets.ingestion.connecting import UnknownConnection, find_connection
from tickets.ingestion.worker import count_workers
from tickets.jobs import JobRequest

router = Router(tags=["ingestion"])

POLL_SECONDS = 0.2
WAITING = ConcurrencyLimit("requests that wait for a run", total=3, each=2)
"""Each occupies a thread of the web server; requests beyond the limit get 202 at once."""

JobId = Annotated[
    str, Field(json_schema_extra={"description": "The id that `POST /ingest/run` returned.", "format": "uuid"})
]


class RunOut(Schema):
    status: Literal["completed", "partial", "cancelled", "failed"]
    job_id: str
    new_ingested: int
    updated: int
    unchanged: int
    deleted: int
    quarantined: int
    errors: int
    detail: str | None = None


class Running(Schema):
    status: Literal["running"] = "running"
    job_id: str


class Conflict(Problem):
    job_id: str


class ProgressOut(Schema):
    job_id: str
    tenant_id: str
    status: Literal["queued", "running", "completed", "partial", "cancelled", "failed"]
    progress: int
    total_pages: int | None
    processed_pages: int
    new_ingested: int
    updated: int
    unchanged: int
    deleted: int
    restored: int
    quarantined: int
    foreign: int
    errors: int
    note: str
    detail: str | None
    started_at: datetime | None
    ended_at: datetime | None


class Idle(Schema):
    status: Literal["idle"] = "idle"
    tenant_id: str


class Cancelling(Schema):
    status: Literal["cancelling"] = "cancelling"
    job_id: str


class LockOut(Schema):
    locked: bool
    tenant_id: str
    owner_id: str | None
    acquired_at: datetime | None
    expires_at: datetime | None
    is_expired: bool


class LimiterOut(Schema):
    limit: int
    window_seconds: int
    current_requests: int
    remaining: int


@router.post("/ingest/run", response={200: RunOut, 202: Running, 409: Conflict}, summary="Run an ingestion")
def run_ingestion(
    request: HttpRequest,
    response: HttpResponse,
    tenant_id: TenantId,
    connection: QueryEx[
        str,
        P(
            max_length=63,
            description="The name of the helpdesk connection to read. All that are turned on if left out.",
        ),
    ] = "",
    wait: QueryEx[int, P(ge=0, le=60, description="How many seconds to wait for the run to end.")] = 30,
    key: HeaderEx[
        str | None,
        P(
            alias="Idempotency-Key",
            pattern=r"^[!-~]{1,255}$",
            description="Any text you choose. Repeat it when you retry a request: within 24 hours it starts at most one run.",
        ),
    ] = None,
) -> Status[Any]:
    """Reads the tenant's helpdesk connections, one after another. Queues a run and waits up to `wait` seconds for it to
    end. Only a few requests can wait at the same time; others get 202 at once.

    A request that repeats an `Idempotency-Key` gets the same run: its result, or 202 while it is running. A 409 is
    repeated too, so a new run needs a new key.
    """
    reject_unknown(request, ("tenant_id", "connection", "wait"))
    tenant = api_tenant(request, tenant_id, Role.MANAGER)
    caller = caller_of(request)
    try:
        keys = [find_connection(tenant, connection).key] if connection else []
    except UnknownConnection as error:
        raise HttpError(404, str(error)) from None
    try:
        begun = _begin(tenant, caller, key, connections=keys)
    except KeyReused:
        raise InvalidParameter(
            "Idempotency-Key", "was used for another run within the last 24 hours; nothing was started"
        ) from None
    if begun.is_replayed:
        response["Idempotent-Replayed"] = "true"
    if "conflict" in begun.values:
        other = begun.values["conflict"]
        return Status(409, Conflict(detail=str(jobs.JobActive(other)), job_id=other))
    try:
        with WAITING.take(caller.key):
            return _wait_for(begun.values["job_id"], seconds=wait)
    except LimitReached:
        return _wait_for(begun.values["job_id"], seconds=0)


def _begin(tenant: Tenant, caller: Caller, key: str | None, *, connections: Sequence[str]) -> Outcome:
    """`job_id` of the run that was started, now or with the same key before, or the `conflict` with another."""
    wish = JobRequest(trigger="api", started_by=caller.name, connections=connections)
    if key is None:
        try:
            return Outcome({"job_id": jobs.enqueue(tenant, wish)}, is_replayed=False)
        except jobs.JobActive as error:
            return Outcome({"conflict": error.job_id}, is_replayed=False)
    once = Once(caller=caller.key, key=key, request=" ".join(["ingest/run", tenant.slug, *connections]))
    for _ in range(3):
        try:
            return once.run(lambda session: {"job_id": jobs.enqueue(tenant, wish, session=session)})
        except jobs.JobActive as error:
            if error.job_id != jobs.UNKNOWN_JOB:
                return once.keep({"conflict": error.job_id})
    return Outcome({"conflict": jobs.UNKNOWN_JOB}, is_replayed=False)


def _wait_for(job_id: str, *, seconds: int) -> Status[Any]:
    deadline = time.monotonic() + seconds
    while True:
        job = jobs.find_job(job_id)
        if job is not None and not job["active"]:
            counts = {name: job["counts"][name] for name in jobs.COUNTS if name in RunOut.model_fields}
            return Status(200, RunOut(status=job["status"], job_id=job_id, detail=_detail(job), **counts))
        if time.monotonic() >= deadline or not count_workers():
            return Status(202, Running(job_id=job_id))
        time.sleep(POLL_SECONDS)


@router.get("/ingest/status", response=ProgressOut | Idle, summary="Get the tenant's active run, or idle")
def show_status(request: HttpRequest, tenant_id: TenantId) -> ProgressOut | Idle:
    reject_unknown(request, ("tenant_id",))
    tenant = api_tenant(request, tenant_id)
    job = jobs.find_active(tenant)
    return _progress(job) if job else Idle(tenant_id=tenant.slug)


@router.get("/ingest/progress/{job_id}", response=ProgressOut, summary="Get a run's progress or result")
def show_progress(request: HttpRequest, job_id: JobId) -> ProgressOut:
    reject_unknown(request, ())
    return _progress(_job(request, job_id, Role.VIEWER)[1])


@router.get("/ingest/lock/{tenant_id}", response=LockOut, summary="Get the tenant's lock")
def show_lock(request: HttpRequest, tenant_id: TenantId) -> LockOut:
    reject_unknown(request, ())
    tenant = api_tenant(request, tenant_id)
    state = Lock(tenant.slug).state()
    return LockOut(
        locked=state.locked,
        tenant_id=tenant.slug,
        owner_id=state.owner_id,
        acquired_at=state.acquired_at,
        expires_at=state.expires_at,
        is_expired=state.is_expired,
    )


@router.delete("/ingest/{uuid:job_id}", response={202: Cancelling}, summary="Cancel a run; imported tickets are kept")
def cancel_ingestion(request: HttpRequest, job_id: uuid.UUID) -> Status[Cancelling]:
    reject_unknown(request, ())
    tenant, job = _job(request, str(job_id), Role.MANAGER)
    if not jobs.request_cancel(tenant, job["_id"], by=caller_of(request).name):
        raise HttpError(404, "This run has already ended.")
    return Status(202, Cancelling(job_id=job["_id"]))


@router.get("/rate-limiter/status", response=LimiterOut, summary="Get the rate limit for helpdesk requests")
def show_rate_limiter(request: HttpRequest) -> LimiterOut:
    """If there are several helpdesk hosts, the one with the fewest requests left."""
    reject_unknown(request, ())
    state = rate_limiter.busiest_state()
    return LimiterOut(
        limit=state.limit,
        window_seconds=state.window_seconds,
        current_requests=state.current_requests,
        remaining=state.remaining,
    )


def _job(request: HttpRequest, job_id: str, needed: Role) -> tuple[Tenant, Document]:
    """The job and its tenant. Raises 404 for a job of a tenant that the caller may not see, as if there were none."""
    job = jobs.find_job(job_id)
    if job is None:
        raise HttpError(404, "There is no such job.")
    try:
        return api_tenant(request, job["tenant_id"], needed), job
    except HttpError as error:
        raise HttpError(404, "There is no such job.") if error.status_code == 404 else error from None


def _progress(job: Document) -> ProgressOut:
    if job["status"] == "running" and job["lease_expires_at"] <= clock.now():
        jobs.end_lost_jobs()
        job = jobs.find_job(job["_id"]) or job
    return ProgressOut(
        job_id=job["_id"],
        progress=jobs.percentage(job),
        detail=_detail(job),
        **{name: job[name] for name in ("tenant_id", "status", "total_pages", "processed_pages", "note")},
        **job["counts"],
        started_at=job["started_at"],
        ended_at=job["ended_at"],
    )


def _detail(job: Document) -> str | None:
    return next((each["message"] for each in (job.get("error"), job.get("warning")) if each), None)
