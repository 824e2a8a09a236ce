"""One run of ingestion, from the lock to the audit log.

    lock → source.pages() → normalise, classify, compare → save the page → … → deletions → cursor

Pages are stored whole and in their order, one being fetched and one stored while another is
compared. So whatever stops a run, what it had stored stays and the next run goes on.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from itertools import chain
from typing import Any

from django.conf import settings

from supportsaas import clock, mongo
from supportsaas.clock import Clock
from supportsaas.reliability.lock import LockLost
from tenants.models import Source, Tenant
from tickets import jobs, quarantine
from tickets.erasures import Erasures
from tickets.ingestion.deletions import brake_applies
from tickets.ingestion.guard import LockBusy, RunCancelled, RunGuard, Sleep
from tickets.ingestion.listing import Listing
from tickets.ingestion.name_spaces import claim_origin
from tickets.ingestion.origin import PLAIN, Origin
from tickets.ingestion.planning import PagePlan
from tickets.ingestion.read_ahead import read_ahead
from tickets.ingestion.reading import ReadPage, read_records
from tickets.ingestion.rejected import RejectedSample
from tickets.ingestion.sync_state import find_state, save_state
from tickets.ingestion.tenant_rules import NO_RULES, TenantRules
from tickets.ingestion.write_behind import WriteBehind
from tickets.jobs import JobRequest, Progress, Reading, Status
from tickets.notifications.channels import find_routes
from tickets.notifications.routing import Route
from tickets.quarantine import QuarantinedRecord
from tickets.rules.model import find_rules
from tickets.sources import Page, SourceError, TicketSource, open_source
from tickets.sources.base import Position
from tickets.sources.http import Wait
from tickets.store import TicketStore

logger = logging.getLogger(__name__)

DELETION_BATCH = 500
_PLACE_IS_GONE = ("not_found", "rejected", "unexpected_answer")
OpenSource = Callable[[Tenant, Wait], TicketSource]
Listener = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended; `error` and `warning` are `{"code", "message"}` for people and programs."""

    job_id: str
    tenant_id: str
    status: Status
    progress: Progress
    error: dict[str, Any] | None = None
    warning: dict[str, Any] | None = None


def open_configured(tenant: Tenant, wait: Wait) -> TicketSource:
    """The tenant's helpdesk. Raises `SourceError` where none is connected, or it is switched off."""
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
    stop: threading.Event | None = None,
    listener: Listener | None = None,
    open_source: OpenSource = open_configured,
    origin: Origin | None = None,
    now: Clock = clock.now,
    sleep: Sleep = time.sleep,
) -> Outcome:
    """Run the job (which must be running under `owner_id`) to its end, and close its log entry.

    Never raises for what a helpdesk does; a fault of ours is logged and ends the run as failed.
    `stop` ends it at the next safe place, keeping what is in. `origin`: whose tickets `open_source` brings;
    those of the tenant's connection where it is left out.
    """
    progress = Progress()
    guard = RunGuard(
        tenant_id=tenant.slug,
        job_id=job_id,
        owner_id=owner_id,
        progress=progress,
        stop=stop,
        sleep=sleep,
        listener=listener,
    )
    run = _Run(
        tenant=tenant,
        request=request,
        job_id=job_id,
        guard=guard,
        progress=progress,
        now=now,
        origin=origin or PLAIN,
        is_connection=origin is None,
    )
    status: Status = "failed"
    error: dict[str, Any] | None = None
    try:
        with guard:
            run.read_everything(open_source)
        status = "partial" if progress.counts.quarantined or run.warning else "completed"
    except RunCancelled:
        status = "cancelled"
    except SourceError as problem:
        error = {"code": problem.code, "message": str(problem)}
    except LockBusy as problem:
        error = {"code": "locked", "message": str(problem)}
    except (LockLost, jobs.JobLost):
        error = {
            "code": "lock_lost",
            "message": "The run took so long without a sign of life that another one took over.",
        }
    except mongo.UNAVAILABLE as problem:
        logger.error("Ingestion of %s lost the database: %s", tenant.slug, problem)
        error = {"code": "database", "message": "The database was not reachable. What was stored before stays."}
    except Exception:
        logger.exception("Ingestion of %s failed (job %s)", tenant.slug, job_id)
        error = {
            "code": "internal",
            "message": "A fault in SupportSaaS stopped the run. The server's log has the details.",
        }
    if error:
        progress.counts.errors += 1
    try:
        jobs.finish(
            job_id, owner_id=owner_id, status=status, progress=progress, error=error, warning=run.warning, now=now()
        )
    except mongo.UNAVAILABLE:
        logger.error("The log entry of job %s could not be closed; its lease will end it.", job_id)
    return Outcome(job_id, tenant.slug, status, progress, error, run.warning)


@dataclass(slots=True)
class _Run:
    """The steps of one run and what they have found so far."""

    tenant: Tenant
    request: JobRequest
    job_id: str
    guard: RunGuard
    progress: Progress
    now: Clock
    warning: dict[str, Any] | None = None
    has_quarantine: bool = False
    rejected: RejectedSample | None = None
    """None where all are kept: a retry has only those that are stored already."""
    routes: tuple[Route, ...] = ()
    rules: TenantRules = NO_RULES
    origin: Origin = PLAIN
    is_connection: bool = True
    """Whether it reads the tenant's connection, and not a file."""
    store: TicketStore = field(init=False)
    erasures: Erasures = field(init=False)

    def __post_init__(self) -> None:
        self.store = TicketStore(self.tenant)

    def read_everything(self, open_source: OpenSource) -> None:
        # A retry lets go of its records itself: of two versions of a ticket, one may still be refused.
        if self.request.kind != "retry":
            stored = quarantine.count_records(self.tenant)
            self.has_quarantine, self.rejected = stored > 0, RejectedSample.beside(stored)
        self.routes = find_routes(self.tenant)
        # Under the lock: whoever judges the stored tickets anew after a change takes it too, so none of ours slips by.
        self.rules = find_rules(self.tenant)
        self.erasures = Erasures.of(self.tenant)
        self.guard.report("Connecting")
        source = open_source(self.tenant, self.guard.wait)
        try:
            if self.is_connection:
                self._claim_origin()
            reading, goes_on = self._begin_or_go_on(source)
            try:
                listing = self._read_pages(source, reading)
            except SourceError as error:
                if not goes_on or self.progress.processed_pages or error.code not in _PLACE_IS_GONE:
                    raise
                reading, goes_on = self._begin(source), False  # the place is not there any more
                listing = self._read_pages(source, reading)
            if self.rejected and self.rejected.left_out:
                self._warn("rejected_not_kept", self.rejected.describe(self.progress.counts.quarantined))
            is_whole = reading.since is None and not goes_on
            if is_whole and source.supports_since and not listing.is_complete:
                # What slipped between two pages while we read is old: no read of changes would bring it.
                listing = self._look_again(source)
            self.progress.reading, self.progress.read_began = None, reading.began
            self._settle_deletions(source, listing, is_whole=is_whole)
        finally:
            source.close()
        if self.request.kind == "sync" and self.request.since is None:
            stamp = reading.newest_stamp if source.supports_since else None
            save_state(
                self.tenant,
                cursor=min(stamp, reading.began) if stamp else None,
                # What slipped to pages that an earlier run had read is found by a read from the first page on.
                full_read_at=reading.began if is_whole else None,
                mapping=self.origin.mapping,
            )

    def _claim_origin(self) -> None:
        """Whose tickets these are. What a retry brings was read some time ago and overrules no stored stamp."""
        origin = claim_origin(self.tenant)
        self.origin = replace(origin, mapping="") if self.request.kind == "retry" else origin

    def _begin_or_go_on(self, source: TicketSource) -> tuple[Reading, bool]:
        """Where to read from, and whether that is where an earlier run stopped."""
        plain = self.request.kind == "sync" and not self.request.full and self.request.since is None
        if plain and not self.request.confirm_deletions:
            unfinished = jobs.find_unfinished_reading(self.tenant, now=self.now())
            if unfinished is not None and unfinished.mapping in ("", self.origin.mapping):
                return unfinished, True
        return self._begin(source), False

    def _begin(self, source: TicketSource) -> Reading:
        now = self.now()
        since = None
        if self.request.since and not source.supports_since:
            logger.warning("The helpdesk of %s cannot list only what changed: everything is read.", self.tenant.slug)
        if source.supports_since and not self.request.full and not self.request.confirm_deletions:
            since = self.request.since or find_state(self.tenant).since(now=now, mapping=self.origin.mapping)
        return Reading(began=now, since=since, mapping=self.origin.mapping)

    def _read_pages(self, source: TicketSource, reading: Reading, *, pages_done: int = 0) -> Listing:
        """Store every page; `reading` follows, so that the next run can go on after a stop."""
        listing = Listing()
        start = Position(reading.pages_before, reading.token) if reading.token else None
        pages = source.pages(since=reading.since, start=start)
        is_whole = self.request.kind == "sync" and reading.since is None and start is None
        storing: set[str] = set()
        behind = WriteBehind()
        ahead = read_ahead(pages, abandon=self.guard.abandon, meanwhile=behind.settle_before)
        with closing(ahead) as fetched, behind:
            for page in chain.from_iterable(each.parts() for each in fetched):
                self.guard.check()
                read = read_records(
                    page.records,
                    tenant_id=self.tenant.slug,
                    rules_version=self.rules.version,
                    origin=self.origin,
                )
                listing.add(page, read)
                read = self.erasures.leave_out(read)
                ids = set(read.ids_at_the_source())
                if not storing.isdisjoint(ids):
                    behind.settle()  # these have to be compared with what that page makes of them
                plan = self._plan(read, is_whole=is_whole)
                kept = self.rejected.take(read.quarantined) if self.rejected else read.quarantined
                behind.begin(
                    partial(self._save, read, plan, kept),
                    then=partial(self._note, reading, page, read, plan, pages_done=pages_done),
                )
                storing = ids
        return listing

    def _plan(self, read: ReadPage, *, is_whole: bool) -> PagePlan:
        now = self.now()
        kept = read.tickets
        if self.tenant.retention_days is not None:
            oldest = now - timedelta(days=self.tenant.retention_days)
            kept = [ticket for ticket in kept if ticket.content.created_at > oldest]
        return self.store.plan_page(
            kept, job_id=self.job_id, now=now, routes=self.routes, rules=self.rules, is_whole=is_whole
        )

    def _save(self, read: ReadPage, plan: PagePlan, rejected: Sequence[QuarantinedRecord]) -> None:
        self.store.save_page(plan, lock=self.guard.lock, held=self.guard.held, quarantined=rejected)
        if self.has_quarantine:
            refused = {record.external_id for record in read.quarantined}
            well = [ticket.content.external_id for ticket in read.tickets]
            quarantine.drop_recovered(self.tenant, [id_ for id_ in well if id_ not in refused])

    def _note(self, reading: Reading, page: Page, read: ReadPage, plan: PagePlan, *, pages_done: int) -> None:
        """A page is stored: say so, and where the next run could go on."""
        counts = self.progress.counts
        counts.new_ingested += plan.new
        counts.updated += plan.updated
        counts.restored += plan.restored
        counts.unchanged += plan.unchanged
        counts.quarantined += len(read.quarantined)
        counts.foreign += read.foreign
        stamps = [ticket.content.updated_at for ticket in read.tickets]
        if reading.newest_stamp is not None:
            stamps.append(reading.newest_stamp)
        reading.newest_stamp = max(stamps, default=None)
        reading.pages_before, reading.token = page.position.pages_before, page.position.token
        self.progress.reading = reading
        self.progress.processed_pages = pages_done + page.number
        if page.total_pages is not None:
            self.progress.total_pages = pages_done + max(page.total_pages, page.number)
        self.guard.report("Reading tickets")

    def _settle_deletions(self, source: TicketSource, listing: Listing, *, is_whole: bool) -> None:
        """Delete what the helpdesk lists as deleted, and what a whole and complete read lacks.

        A ticket that is merely absent gets a second look first: one that moved between two
        pages while we read is not gone.
        """
        if not source.lists_everything:
            return
        self.guard.report("Looking for deleted tickets")
        deleted = self.origin.external_ids(source.find_deleted_ids())
        self._delete(list(listing.seen.missing(deleted)))  # an id that was also listed lives
        if not is_whole:
            return
        gone = list(self.store.without_those_from_files(listing.seen.missing(self.store.iterate_live_ids(self.origin))))
        if not gone:
            return
        if not listing.is_complete:
            self._warn(
                "short_listing",
                f"The helpdesk announced {listing.total:,} tickets but listed {listing.records:,}. Nothing was deleted.",
            )
            return
        stored, seen = self.store.count_live(self.origin), listing.seen.count_distinct()
        brake = brake_applies(
            gone=len(gone),
            stored=stored,
            seen=seen,
            most=settings.DELETION_BRAKE_TICKETS,
            most_percent=settings.DELETION_BRAKE_PERCENT,
        )
        if brake and not self.request.confirm_deletions:
            self._warn(
                "deletion_brake",
                f"The helpdesk listed {seen:,} tickets, and {len(gone):,} of our {stored:,} are not among them. "
                "That looks like a fault of the helpdesk, so nothing was deleted. If it is right, confirm the deletion.",
            )
            return
        second = self._look_again(source)
        if second.is_complete:
            self._delete(list(second.seen.missing(gone)))

    def _look_again(self, source: TicketSource) -> Listing:
        """Read all pages once more; what they show for the second time is not counted again."""
        counts = self.progress.counts
        before = (counts.unchanged, counts.quarantined, counts.foreign)
        listing = self._read_pages(source, Reading(began=self.now()), pages_done=self.progress.processed_pages)
        self.progress.reading = None
        counts.unchanged, counts.quarantined, counts.foreign = before
        return listing

    def _delete(self, external_ids: list[str]) -> None:
        for batch in _batches(external_ids, DELETION_BATCH):
            self.guard.check()
            self.progress.counts.deleted += self.store.delete_tickets(
                batch, job_id=self.job_id, lock=self.guard.lock, held=self.guard.held, now=self.now()
            )

    def _warn(self, code: str, message: str) -> None:
        self.warning = {"code": code, "message": message}


def _batches(items: list[str], size: int) -> Iterator[list[str]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
