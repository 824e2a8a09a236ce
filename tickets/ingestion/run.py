"""One run of ingestion, from the lock to its entry in the log of runs.

    lock → helpdesk's pages → normalise, classify, compare → save each page → deletions → cursor

Pages are stored whole and in order. So whatever stops a run, what it has stored stays, and the next run continues.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from supportsaas import clock
from supportsaas.clock import Clock
from supportsaas.db import mongo
from supportsaas.reliability.lock import LockLost
from tenants.models import Tenant
from tickets import jobs
from tickets.helpdesks import SourceError, TicketSource, open_source
from tickets.helpdesks.http import Wait
from tickets.helpdesks.model import Source
from tickets.ingestion.bounds import RunBounds, RunOver
from tickets.ingestion.run_lease import LockBusy, RunCancelled, RunLease, Sleep
from tickets.ingestion.run_report import RunReport
from tickets.ingestion.run_slots import Slot
from tickets.ingestion.run_steps import OpenSource, RunSteps
from tickets.jobs import JobRequest, Progress, Status
from tickets.records.origin import Origin
from tickets.records.rejections import RejectedReasons

logger = logging.getLogger(__name__)

Listener = Callable[[Progress], None]
Problem = dict[str, Any]
"""`{"code", "message"}`, for people and programs."""


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


def open_configured(tenant: Tenant, wait: Wait) -> TicketSource:
    """The tenant's helpdesk. Raises `SourceError` if none is connected, or it is switched off."""
    configured = Source.objects.filter(tenant=tenant, enabled=True).select_related("tenant").first()
    if configured is None:
        raise SourceError("misconfigured", "This tenant has no enabled source. Connect its helpdesk first.")
    return open_source(configured, wait=wait)


def ingest_tenant(
    tenant: Tenant,
    request: JobRequest,
    *,
    job_id: str,
    owner_id: str,
    open_source: OpenSource = open_configured,
    origin: Origin | None = None,
    stop: threading.Event | None = None,
    listener: Listener | None = None,
    slot: Slot | None = None,
    now: Clock = clock.now,
    sleep: Sleep = time.sleep,
) -> Outcome:
    """Run the job (which must be running under `owner_id`) to its end, and close its log entry.

    Never raises for what a helpdesk does; a bug is logged and ends the run as failed. `stop` ends the run at the next
    safe point and keeps what is stored. `origin`: whose tickets `open_source` brings; those of the tenant's helpdesk
    connection if it is left out. `slot`: the worker's run slot, which it shares with other runs.
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
    steps = RunSteps(
        tenant=tenant,
        request=request,
        job_id=job_id,
        origin=origin,
        lease=lease,
        bounds=bounds,
        report=report,
        now=now,
    )
    status, error = _run(steps, open_source)
    if error:
        report.progress.counts.errors += 1
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


def _run(steps: RunSteps, open_source: OpenSource) -> tuple[Status, Problem | None]:
    """Run the steps under the lease: how it ended, and the error if it failed."""
    slug = steps.tenant.slug
    try:
        with steps.lease:
            steps.run(open_source)
    except RunCancelled:
        return "cancelled", None
    except (SourceError, RunOver) as problem:
        return "failed", {"code": problem.code, "message": str(problem)}
    except LockBusy as problem:
        return "failed", {"code": "locked", "message": str(problem)}
    except (LockLost, jobs.JobLost):
        return "failed", {
            "code": "lock_lost",
            "message": "The run gave no sign of life for so long that another one took over.",
        }
    except mongo.UNAVAILABLE as problem:
        logger.error("Ingestion of %s lost the database: %s", slug, problem)
        return "failed", {
            "code": "database",
            "message": "The database was unavailable. The tickets imported so far are kept.",
        }
    except Exception:
        logger.exception("Ingestion of %s failed (job %s)", slug, steps.job_id)
        return "failed", {
            "code": "internal",
            "message": "An error in SupportSaaS stopped the run. The server's log has the details.",
        }
    is_partial = steps.report.progress.counts.quarantined or steps.report.warning
    return ("partial" if is_partial else "completed"), None
