"""Reads a tenant's connections one after another, in one run. If one fails, the others are still read."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from supportsaas.clock import Clock
from tenants.models import Tenant
from tickets import jobs
from tickets.erasure.retention import erase_some
from tickets.helpdesks import SourceError, open_source
from tickets.helpdesks.model import Source
from tickets.ingestion.bounds import RunBounds
from tickets.ingestion.name_spaces import claim_for, find_sources
from tickets.ingestion.page_reader import RejectedRecords, TenantSettings
from tickets.ingestion.run_ends import Problem, end_of, stops_run
from tickets.ingestion.run_lease import RunLease
from tickets.ingestion.run_report import RunReport
from tickets.ingestion.run_steps import RunSteps, Task
from tickets.jobs import Counts, JobRequest, Part
from tickets.store.ticket_store import TicketStore

logger = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class RunParts:
    """Of one run, under its lease."""

    tenant: Tenant
    request: JobRequest
    job_id: str
    owner_id: str
    lease: RunLease
    bounds: RunBounds
    report: RunReport
    now: Clock
    store: TicketStore = field(init=False)

    def __post_init__(self) -> None:
        self.store = TicketStore(self.tenant)

    @property
    def parts(self) -> list[Part]:
        return self.report.progress.parts

    def run(self, given: Task | None) -> None:
        """Read what is given, or the connections that the request asks for."""
        rejected = RejectedRecords.of_run(self.tenant, self.request.kind)
        settings = TenantSettings.of(self.tenant)
        self.bounds.leave_room_beside(self.store.count_live)
        # Runs may follow each other without a pause, and fail before their first page.
        erase_some(self.tenant, lock=self.lease.lock, held=self.lease.held, now=self.now())
        if given is not None:
            self._steps(given, settings, rejected).run()
        else:
            sources = self._find_connections()
            self.parts[:] = [Part(key=each.key, name=each.title) for each in sources]
            for part, source in zip(self.parts, sources, strict=True):
                self._run_part(part, source, settings, rejected)
            began = [each.read_began for each in self.parts if each.read_began and each.status in jobs.GOOD_ENDS]
            self.report.progress.read_began = min(began, default=None)
        if given is not None or any(each.status in jobs.GOOD_ENDS for each in self.parts):
            self.report.note_unmapped(self.store.queries.count_unmapped_statuses())

    def _find_connections(self) -> list[Source]:
        """The enabled connections that the request asks for, first those that the run before did not get to."""
        enabled = [each for each in find_sources(self.tenant) if each.enabled]
        for each in enabled:
            claim_for(each)
        wanted = self.request.connections
        found = [each for each in enabled if not wanted or each.key in wanted]
        if enabled and not found:
            raise SourceError("misconfigured", "The connection was removed or turned off, so nothing was read.")
        if not found:
            raise SourceError("misconfigured", "This tenant has no enabled source. Connect its helpdesk first.")
        if len(found) == 1:
            return found
        before = [each for each in jobs.find_recent(self.tenant, limit=2, kind="sync") if each["_id"] != self.job_id]
        parts = before[0].get("connections") or [] if before else []
        waiting = {each["key"] for each in parts if each["status"] == "waiting"}
        return sorted(found, key=lambda each: each.key not in waiting)

    def _run_part(self, part: Part, source: Source, settings: TenantSettings, rejected: RejectedRecords) -> None:
        """Read a connection. Raises only what stops the whole run."""
        progress, before = self.report.progress, replace(self.report.progress.counts)
        part.status = "running"
        progress.reading, progress.read_began = None, None
        progress.earlier_pages, progress.total_pages = progress.processed_pages, None
        if part is not self.parts[0]:
            self.bounds.begin_next_connection()
        jobs.save_parts(self.job_id, progress, owner_id=self.owner_id)
        task = Task(
            key=part.key,
            open=lambda _tenant, wait: open_source(source, wait=wait, purpose="run"),
            find_origin=lambda: claim_for(source),
        )
        stopped: Exception | None = None
        try:
            self._steps(task, settings, rejected).run()
        except Exception as error:
            stopped = error
        part.counts = _difference(progress.counts, before)
        part.warning = self.report.take_warning()
        part.remarks = self.report.take_remarks()
        part.read_began, part.ended_at = progress.read_began, self.now()
        if stopped is None:
            part.status = "partial" if part.counts.quarantined or part.warning else "completed"
            return
        part.status, part.error = end_of(stopped)
        part.reading = progress.reading
        if stops_run(stopped):
            raise stopped
        if part.error is not None and part.error["code"] == "internal":
            logger.error("Reading %s failed (job %s)", part.key, self.job_id, exc_info=stopped)

    def _steps(self, task: Task, settings: TenantSettings, rejected: RejectedRecords) -> RunSteps:
        return RunSteps(
            tenant=self.tenant,
            request=self.request,
            job_id=self.job_id,
            task=task,
            store=self.store,
            settings=settings,
            rejected=rejected,
            lease=self.lease,
            bounds=self.bounds,
            report=self.report,
            now=self.now,
            pages_before=self.report.progress.processed_pages,
        )


def error_of(parts: Sequence[Part]) -> Problem | None:
    """The error of a run that could read none of its connections; None if it read one."""
    errors = [each.error for each in parts if each.status == "failed" and each.error]
    if not errors or len(errors) < len(parts):
        return None
    if len(errors) == 1:
        return errors[0]
    codes = {each["code"] for each in errors}
    return {"code": codes.pop() if len(codes) == 1 else "connections", "message": _sentences(parts)}


def warning_of(parts: Sequence[Part]) -> Problem | None:
    """The warning of a run: which connections failed, and what a person should know about the others."""
    problems = [each.error or each.warning for each in parts if each.error or each.warning]
    if not problems:
        return None
    if len(parts) == 1:
        return parts[0].warning
    codes = [each["code"] for each in problems if each]
    return {"code": codes[0] if len(set(codes)) == 1 else "connections", "message": _sentences(parts)}


def _sentences(parts: Sequence[Part]) -> str:
    """One for each connection that has a problem."""
    sentences = []
    for part in parts:
        if part.error is not None:
            sentences.append(f"“{part.name}” could not be read. {part.error['message']}")
        elif part.warning is not None:
            sentences.append(f"“{part.name}”: {part.warning['message']}")
    return " ".join(sentences)


def _difference(after: Counts, before: Counts) -> Counts:
    counted = before.as_dict()
    return Counts(**{name: number - counted[name] for name, number in after.as_dict().items()})
