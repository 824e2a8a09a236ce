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
from datetime import datetime, timedelta
from functools import partial
from itertools import chain
from typing import Any

from supportsaas import clock
from supportsaas.clock import Clock
from supportsaas.db import mongo
from supportsaas.reliability.lock import LockLost
from tenants.models import Tenant
from tickets import jobs
from tickets.alerts.channels import find_routes
from tickets.alerts.routing import Route
from tickets.classification.tenant_rules import NO_RULES, TenantRules
from tickets.erasure.erased_customers import Erasures
from tickets.helpdesks import Page, SourceError, TicketSource, open_source
from tickets.helpdesks.base import POSITION_EXPIRED, Position
from tickets.helpdesks.http import Wait
from tickets.helpdesks.model import Source
from tickets.ingestion.bounds import RunBounds, RunOver
from tickets.ingestion.listing import Listing
from tickets.ingestion.name_spaces import claim_origin
from tickets.ingestion.read_ahead import read_ahead
from tickets.ingestion.rejected import RejectedSample
from tickets.ingestion.resuming import find_unfinished_reading
from tickets.ingestion.run_lease import LockBusy, RunCancelled, RunGuard, Sleep
from tickets.ingestion.run_slots import Turn
from tickets.ingestion.settling import Settling
from tickets.ingestion.sync_state import SyncState, find_state, save_state
from tickets.ingestion.write_behind import WriteBehind
from tickets.jobs import JobRequest, Progress, Reading, Status
from tickets.planning.page_plan import PagePlan
from tickets.planning.planner import plan_page
from tickets.planning.reading import ReadPage, read_records
from tickets.records.origin import PLAIN, Origin
from tickets.records.rejections import RejectedReasons
from tickets.records.statuses import NO_STATUS_MAP, StatusMap
from tickets.rules.model import find_rules
from tickets.status_mapping.model import find_status_map
from tickets.status_mapping.words import unmapped_sentence
from tickets.store import quarantine
from tickets.store.quarantine import QuarantinedRecord
from tickets.store.ticket_store import TicketStore

logger = logging.getLogger(__name__)

DELETION_BATCH = 500
MOST_STATUSES = 50
"""Of those that nobody mapped, so many are kept with a run: the most frequent ones."""
OpenSource = Callable[[Tenant, Wait], TicketSource]
Listener = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended; `error`, `warning` and `notice` are `{"code", "message"}` for people and programs.

    A notice is about what was read and not about the run: that is complete.
    """

    job_id: str
    tenant_id: str
    status: Status
    progress: Progress
    error: dict[str, Any] | None = None
    warning: dict[str, Any] | None = None
    notice: dict[str, Any] | None = None
    rejected: RejectedReasons = field(default_factory=RejectedReasons)


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
    turn: Turn | None = None,
) -> Outcome:
    """Run the job (which must be running under `owner_id`) to its end, and close its log entry.

    Never raises for what a helpdesk does; a fault of ours is logged and ends the run as failed.
    `stop` ends it at the next safe place, keeping what is in. `origin`: whose tickets `open_source` brings;
    those of the tenant's connection where it is left out. `turn`: the worker's place, which it shares with others.
    """
    progress = Progress()
    bounds = RunBounds.of_settings(now=now, is_of_file=request.kind == "import")
    guard = RunGuard(
        tenant_id=tenant.slug,
        job_id=job_id,
        owner_id=owner_id,
        progress=progress,
        stop=stop,
        sleep=sleep,
        listener=listener,
        bounds=bounds,
        turn=turn,
    )
    run = _Run(
        tenant=tenant,
        request=request,
        job_id=job_id,
        guard=guard,
        bounds=bounds,
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
    except (SourceError, RunOver) as problem:
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
            job_id,
            owner_id=owner_id,
            status=status,
            progress=progress,
            error=error,
            warning=run.warning,
            notice=run.notice,
            now=now(),
        )
    except mongo.UNAVAILABLE:
        logger.error("The log entry of job %s could not be closed; its lease will end it.", job_id)
    return Outcome(job_id, tenant.slug, status, progress, error, run.warning, run.notice, run.reasons)


@dataclass(slots=True)
class _Run:
    """The steps of one run and what they have found so far."""

    tenant: Tenant
    request: JobRequest
    job_id: str
    guard: RunGuard
    bounds: RunBounds
    progress: Progress
    now: Clock
    warning: dict[str, Any] | None = None
    notice: dict[str, Any] | None = None
    has_quarantine: bool = False
    rejected: RejectedSample | None = None
    """None where all are kept: a retry has only those that are stored already."""
    reasons: RejectedReasons = field(default_factory=RejectedReasons)
    routes: tuple[Route, ...] = ()
    rules: TenantRules = NO_RULES
    origin: Origin = PLAIN
    is_connection: bool = True
    """Whether it reads the tenant's connection, and not a file."""
    statuses: StatusMap = NO_STATUS_MAP
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
        self.rules, self.statuses = find_rules(self.tenant), find_status_map(self.tenant)
        self.erasures = Erasures.of(self.tenant)
        if self.bounds.room is not None:
            self.bounds.room = max(self.bounds.room - self.store.count_live(), 0)
        self.guard.report("Connecting")
        with open_source(self.tenant, self.guard.wait) as source:
            if self.is_connection:
                self._claim_origin()
            state = find_state(self.tenant).under(self.origin.mapping)
            reading, goes_on = self._begin_or_go_on(source, state)
            try:
                listing = self._read_pages(source, reading)
            except SourceError as error:
                if not goes_on or self.progress.processed_pages or error.code not in POSITION_EXPIRED:
                    raise
                reading, goes_on = self._begin(source, state), False  # the place is not there any more
                listing = self._read_pages(source, reading)
            if not goes_on and (left_out := self._left_out(listing, reading, state)):
                reading = Reading(began=self.now(), mapping=self.origin.mapping)
                listing = self._read_pages(source, reading, pages_done=self.progress.processed_pages)
                self._warn_of_filter(listing, left_out)
            if self.rejected and self.rejected.left_out:
                self._warn("rejected_not_kept", self.rejected.describe(self.progress.counts.quarantined))
            self.progress.reading, self.progress.read_began = None, reading.began
            is_whole = reading.since is None and not goes_on
            missed_nothing = True
            if self.request.kind == "sync":
                self.guard.report("Looking for deleted tickets")
                settling = Settling(
                    source=source,
                    store=self.store,
                    origin=self.origin,
                    is_confirmed=self.request.confirm_deletions,
                    delete=self._delete,
                    look_again=lambda first: self._look_again(source, first, since=reading.since),
                    warn=self._warn,
                )
                missed_nothing = settling.settle(listing, is_whole=is_whole, goes_on=goes_on)
        self._note_unmapped_statuses()
        if self.request.kind == "sync" and self.request.since is None:
            self._remember(
                source,
                reading,
                state,
                is_whole=is_whole,
                missed_nothing=missed_nothing,
                is_proof=missed_nothing and not self._may_have_slipped(source, listing, state),
            )

    def _remember(
        self,
        source: TicketSource,
        reading: Reading,
        state: SyncState,
        *,
        is_whole: bool,
        missed_nothing: bool,
        is_proof: bool,
    ) -> None:
        """From where the next run has to read.

        A whole read leaves the cursor where it is, so that the changes since the read before it are asked for
        once more: what slipped between two pages meanwhile is among them.
        """
        stamp = reading.newest_stamp if source.supports_since else None
        moves_on = missed_nothing and (reading.since is not None or state.cursor is None)
        is_newest = stamp is not None and (is_whole or state.newest_at is None or stamp >= state.newest_at)
        save_state(
            self.tenant,
            cursor=min(stamp, reading.began) if stamp and moves_on else None,
            # What slipped to pages that an earlier run had read is found by a read from the first page on.
            full_read_at=reading.began if is_whole and is_proof else None,
            newest=(reading.newest_id, stamp) if is_newest and stamp and reading.newest_id else None,
            mapping=self.origin.mapping,
        )

    def _may_have_slipped(self, source: TicketSource, listing: Listing, state: SyncState) -> bool:
        """Whether tickets could slip behind the place that was read without a sign, and none of them is stored yet.

        A list that names no total shows only at the pages looked at twice that it moved. Later whole reads
        miss nothing that the first did not store, so the first one is made sure of by one more.
        """
        is_silent = source.drift == "silent" and listing.total is None and listing.pages > 1
        return is_silent and state.cursor is None

    def _left_out(self, listing: Listing, reading: Reading, state: SyncState) -> str | None:
        """The id of a ticket that the changes have to bring and did not: it is deleted, or the filter reads our time otherwise."""
        if reading.since is None or self.request.since is not None:
            return None
        expected = state.expected(since=reading.since)
        return expected if expected and any(listing.seen.missing([expected])) else None

    def _warn_of_filter(self, whole: Listing, left_out: str) -> None:
        if not any(whole.seen.missing([left_out])):
            self._warn(
                "since_filter",
                "Asked for what changed, the helpdesk left out a ticket that had, so everything was read. "
                "It probably reads the time in another zone: check since_format, or leave since_param out.",
            )

    def _claim_origin(self) -> None:
        """Whose tickets these are. What a retry brings was read some time ago and overrules no stored stamp."""
        origin = claim_origin(self.tenant)
        self.origin = replace(origin, mapping="") if self.request.kind == "retry" else origin

    def _begin_or_go_on(self, source: TicketSource, state: SyncState) -> tuple[Reading, bool]:
        """Where to read from, and whether that is where an earlier run stopped."""
        plain = self.request.kind == "sync" and not self.request.full and self.request.since is None
        if plain and not self.request.confirm_deletions:
            unfinished = find_unfinished_reading(self.tenant, now=self.now())
            if unfinished is not None and unfinished.mapping in ("", self.origin.mapping):
                return unfinished, True
        return self._begin(source, state), False

    def _begin(self, source: TicketSource, state: SyncState) -> Reading:
        now = self.now()
        since = None
        if self.request.since and not source.supports_since:
            logger.warning("The helpdesk of %s cannot list only what changed: everything is read.", self.tenant.slug)
        if source.supports_since and not self.request.full and not self.request.confirm_deletions:
            since = self.request.since or state.since(now=now, mapping=self.origin.mapping)
        return Reading(began=now, since=since, mapping=self.origin.mapping)

    def _read_pages(
        self, source: TicketSource, reading: Reading, *, pages_done: int = 0, first: Listing | None = None
    ) -> Listing:
        """Store every page; `reading` follows, so that the next run can go on after a stop."""
        listing = Listing(began=reading.began, first=first)
        start = Position(reading.pages_before, reading.token) if reading.token else None
        pages = source.pages(since=reading.since, start=start)
        is_whole = self.request.kind == "sync" and reading.since is None and start is None
        storing: set[str] = set()
        behind = WriteBehind()
        ahead = read_ahead(pages, abandon=self.guard.abandon, meanwhile=behind.settle_before)
        with closing(ahead) as fetched, behind:
            for page in chain.from_iterable(each.parts() for each in fetched):
                self.guard.give_way()
                read = read_records(
                    page.records,
                    tenant_id=self.tenant.slug,
                    rules_version=self.rules.version,
                    origin=self.origin,
                    statuses=self.statuses,
                )
                listing.add(page, read)
                read = self.erasures.leave_out(read)
                ids = set(read.ids_at_the_source())
                if not storing.isdisjoint(ids):
                    behind.settle()  # these have to be compared with what that page makes of them
                plan = self._plan(read, is_whole=is_whole)
                self.bounds.check_page(records=len(page.records), new=plan.new)
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
        return plan_page(
            self.store, kept, job_id=self.job_id, now=now, routes=self.routes, rules=self.rules, is_whole=is_whole
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
        self.reasons.add(read.quarantined)
        counts.foreign += read.foreign
        newest = max((ticket.content for ticket in read.tickets), key=lambda each: each.updated_at, default=None)
        if newest and (reading.newest_stamp is None or newest.updated_at >= reading.newest_stamp):
            reading.newest_stamp, reading.newest_id = newest.updated_at, newest.external_id
        reading.pages_before, reading.token = page.position.pages_before, page.position.token
        self.progress.reading = reading
        self.progress.processed_pages = pages_done + page.number
        if page.total_pages is not None:
            self.progress.total_pages = pages_done + max(page.total_pages, page.number)
        self.guard.report("Reading tickets")

    def _look_again(self, source: TicketSource, first: Listing, *, since: datetime | None) -> Listing:
        """Read all pages once more; what they show for the second time is not counted again."""
        counts = self.progress.counts
        before, reasons = (counts.unchanged, counts.quarantined, counts.foreign), self.reasons
        self.reasons = RejectedReasons()
        self.bounds.count_anew()
        done = self.progress.processed_pages
        again = Reading(began=self.now(), since=since, mapping=self.origin.mapping)
        listing = self._read_pages(source, again, pages_done=done, first=first)
        self.progress.reading = None
        counts.unchanged, counts.quarantined, counts.foreign = before
        self.reasons = reasons
        return listing

    def _delete(self, external_ids: list[str]) -> None:
        for batch in _batches(external_ids, DELETION_BATCH):
            self.guard.check()
            self.progress.counts.deleted += self.store.delete_tickets(
                batch, job_id=self.job_id, lock=self.guard.lock, held=self.guard.held, now=self.now()
            )

    def _note_unmapped_statuses(self) -> None:
        """Of all tickets there are now: what an earlier run brought is not mapped by reading on."""
        unmapped = self.store.queries.count_unmapped_statuses()
        if unmapped:
            most = list(unmapped.items())[:MOST_STATUSES]
            statuses = [{"status": status, "tickets": count} for status, count in most]
            self.notice = {"code": "unmapped_statuses", "message": unmapped_sentence(unmapped), "statuses": statuses}

    def _warn(self, code: str, message: str) -> None:
        """Say it in the log; of several warnings the code is that of the one which waits for a person's word."""
        before = self.warning or {"code": code, "message": ""}
        kept = "deletion_brake" if code == "deletion_brake" else before["code"]
        self.warning = {"code": kept, "message": f"{before['message']} {message}".strip()}


def _batches(items: list[str], size: int) -> Iterator[list[str]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
