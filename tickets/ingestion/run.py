"""One run of ingestion, from the lock to its entry in the log of runs.

    lock → each connection: pages → normalise, classify, compare → save each page → deletions → cursor

Pages are stored whole and in order. So whatever stops a run, what it has stored stays, and the next run continues.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from supportsaas import clock
from supportsaas.clock import Clock
from supportsaas.db import mongo
from tenants.models import Tenant
from tickets import jobs
from tickets.ingestion.bounds import RunBounds
from tickets.ingestion.name_spaces import claim_for, find_sources
from tickets.ingestion.run_ends import Problem, end_of
from tickets.ingestion.run_lease import RunLease, Sleep
from tickets.ingestion.run_parts import RunParts, error_of, warning_of
from tickets.ingestion.run_report import RunReport
from tickets.ingestion.run_slots import Slot
from tickets.ingestion.run_steps import OpenSource, Task
from tickets.jobs import JobRequest, Progress, Status
from tickets.records.origin import PLAIN, Origin
from tickets.records.rejections import RejectedReasons

logger = logging.getLogger(__name__)

Listener = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended. A notice is about what was read and not about the run: that is complete."""

    job_id: str
    tenant_id: str
    status: Status
    progress: Progress
    error: Problem | None = None
    warning: Problem | None = None
    notice: Problem | None = None
    rejected: RejectedReasons = field(default_factory=RejectedReasons)


def ingest_tenant(
    tenant: Tenant,
    request: JobRequest,
    *,
    job_id: str,
    owner_id: str,
    open_source: OpenSource | None = None,
    origin: Origin | None = None,
    stop: threading.Event | None = None,
    listener: Listener | None = None,
    slot: Slot | None = None,
    now: Clock = clock.now,
    sleep: Sleep = time.sleep,
) -> Outcome:
    """Run the job (which must be running under `owner_id`) to its end, and close its log entry.

    Never raises for what a helpdesk does; a bug is logged and ends the run as failed. `stop` ends the run at the next
    safe point and keeps what is stored. `open_source`: opens what is read instead of the tenant's helpdesk connections;
    `origin`: whose tickets it brings, those of the tenant's first connection if it is left out. `slot`: the worker's run
    slot, which it shares with other runs.
    """
    report = RunReport()
    bounds = RunBounds.of_settings(now=now, is_of_file=request.kind == "import")
    lease = RunLease(
        tenant_id=tenant.slug,
        job_id=job_id,
        owner_id=owner_id,
        progress=report.progress,
        bounds=bounds,
        slot=slot,
        stop=stop,
        sleep=sleep,
        listener=listener,
    )
    parts = RunParts(
        tenant=tenant,
        request=request,
        job_id=job_id,
        owner_id=owner_id,
        lease=lease,
        bounds=bounds,
        report=report,
        now=now,
    )
    given = open_source and Task(
        key=tenant.slug, open=open_source, find_origin=lambda: _first_origin(tenant) if origin is None else origin
    )
    status, error = _run(parts, given)
    failed = sum(each.status == "failed" for each in report.progress.parts)
    report.progress.counts.errors += failed or (1 if error else 0)
    try:
        jobs.finish(
            job_id,
            owner_id=owner_id,
            status=status,
            progress=report.progress,
            error=error,
            warning=report.warning,
            notice=report.notice,
            now=now(),
        )
    except mongo.UNAVAILABLE:
        logger.error("The log entry of job %s could not be closed; it ends when its lease expires.", job_id)
    return Outcome(job_id, tenant.slug, status, report.progress, error, report.warning, report.notice, report.reasons)


def _run(parts: RunParts, given: Task | None) -> tuple[Status, Problem | None]:
    """Run the parts under the lease: how the run ended, and the error if it failed."""
    slug, report = parts.tenant.slug, parts.report
    try:
        with parts.lease:
            parts.run(given)
    except Exception as problem:
        status, error = end_of(problem)
        if isinstance(problem, mongo.UNAVAILABLE):
            logger.error("Ingestion of %s lost the database: %s", slug, problem)
        elif error is not None and error["code"] == "internal":
            logger.exception("Ingestion of %s failed (job %s)", slug, parts.job_id)
        _add_warning(report, error)
        return status, error
    error = error_of(report.progress.parts)
    _add_warning(report, error)
    if error is not None:
        return "failed", error
    is_partial = report.progress.counts.quarantined or report.warning
    return ("partial" if is_partial else "completed"), None


def _add_warning(report: RunReport, error: Problem | None) -> None:
    """What a person should know about the parts, unless the run's error says so already."""
    if error is None or len(report.progress.parts) == 1:
        report.warning = report.warning or warning_of(report.progress.parts)


def _first_origin(tenant: Tenant) -> Origin:
    """The name space of the tenant's first connection."""
    return next((claim_for(each) for each in find_sources(tenant)), PLAIN)
