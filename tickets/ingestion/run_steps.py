"""The steps of reading one connection, a file, or rejected records: from opening it to what the next run has to know.

open → where to start → read and store the pages → deletions → remember
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from supportsaas.clock import Clock
from tenants.models import Tenant
from tickets.helpdesks import SourceError, TicketSource
from tickets.helpdesks.base import POSITION_EXPIRED
from tickets.helpdesks.http import Wait
from tickets.ingestion.bounds import RunBounds
from tickets.ingestion.listing import Listing
from tickets.ingestion.message_reading import UNREAD, UNREADABLE, MessageReading
from tickets.ingestion.page_reader import PageReader, RejectedRecords, TenantSettings
from tickets.ingestion.reported_deletions import ReportedDeletions
from tickets.ingestion.resuming import problems_of_last_sync
from tickets.ingestion.run_lease import RunLease
from tickets.ingestion.run_report import RunReport
from tickets.ingestion.run_start import RunStart, find_start, start_over
from tickets.ingestion.settling import Coverage, Settled, Settling
from tickets.ingestion.sync_state import SyncState, find_state, kept, save_state
from tickets.jobs import JobRequest, Reading
from tickets.records.origin import Origin
from tickets.store.ticket_store import TicketStore

DELETION_BATCH = 500
OpenSource = Callable[[Tenant, Wait], TicketSource]


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What to read. `key`: of the connection; the tenant's own for a file or rejected records. `find_origin`: whose
    tickets these are, asked when it is open.
    """

    key: str
    open: OpenSource
    find_origin: Callable[[], Origin]


@dataclass(slots=True, kw_only=True)
class RunSteps:
    """Of one task of a run; `pages_before`: how many pages the run's earlier tasks have read."""

    tenant: Tenant
    request: JobRequest
    job_id: str
    task: Task
    store: TicketStore
    settings: TenantSettings
    rejected: RejectedRecords
    lease: RunLease
    bounds: RunBounds
    report: RunReport
    now: Clock
    pages_before: int = 0

    def run(self) -> None:
        self.lease.report("Connecting")
        began = self.now()
        with self.task.open(self.tenant, self.lease.wait) as source, self._noting_remarks(source):
            origin = self._find_origin()
            reader = PageReader(
                tenant=self.tenant,
                kind=self.request.kind,
                job_id=self.job_id,
                store=self.store,
                settings=self.settings,
                rejected=self.rejected,
                origin=origin,
                lease=self.lease,
                bounds=self.bounds,
                report=self.report,
                deletions=ReportedDeletions(
                    store=self.store,
                    origin=origin,
                    is_confirmed=self.request.confirm_deletions,
                    delete=self._delete,
                    warn=self.report.warn,
                ),
                messages=MessageReading(
                    store=self.store,
                    origin=origin,
                    statuses=self.settings.statuses,
                    check=self.lease.check,
                    leaves_out=source.requests_messages and self._left_messages_unread(),
                ),
                now=self.now,
            )
            state = find_state(self.task.key).under(origin.mapping)
            start, listing = self._read(source, reader, state)
            if left_out := self.rejected.describe_left_out(self.report.progress.counts.quarantined):
                self.report.warn("rejected_not_kept", left_out)
            self.report.progress.reading, self.report.progress.read_began = None, start.reading.began
            if self.request.kind == "sync":
                reader.read_unread(source, before=began)
            settled = self._settle(source, reader, start, listing)
            if reader.messages.warning:
                self.report.warn(UNREAD, reader.messages.warning)
        if self.request.kind == "sync" and self.request.since is None:
            is_sure = settled.is_read_twice or not _may_have_slipped(source, start, listing)
            missed_nothing = settled.missed_nothing
            self._remember(source, start, state, origin.mapping, missed_nothing=missed_nothing, is_sure=is_sure)

    @contextmanager
    def _noting_remarks(self, source: TicketSource) -> Iterator[None]:
        """Also of a run that fails."""
        try:
            yield
        finally:
            for each in source.remarks:
                self.report.remark(each)

    def _left_messages_unread(self) -> bool:
        """Whether the messages of a single ticket may be why the last sync of the connection did not end well."""
        return not problems_of_last_sync(self.task.key).isdisjoint((*UNREADABLE, UNREAD))

    def _find_origin(self) -> Origin:
        """Whose tickets these are. What a retry reads came in earlier, so it overrules no stored version."""
        origin = self.task.find_origin()
        return replace(origin, mapping="") if self.request.kind == "retry" else origin

    def _read(self, source: TicketSource, reader: PageReader, state: SyncState) -> tuple[RunStart, Listing]:
        """Read all pages; from the first one if the place to continue at no longer exists, or changes are missing."""
        mapping = reader.origin.mapping
        start = find_start(self.task.key, self.request, source, state, mapping=mapping, now=self.now())
        try:
            listing = reader.read(source, start.reading, pages_before=self.pages_before)
        except SourceError as error:
            position_expired = (start.is_resumed or start.is_by_cursor) and error.code in POSITION_EXPIRED
            if not position_expired or self.report.progress.processed_pages > self.pages_before:
                raise
            if start.is_by_cursor:
                self.report.remark(
                    "The helpdesk rejected the cursor of the last sync, so the changes since that time were requested."
                )
            start = start_over(self.task.key, self.request, source, state, mapping=mapping, now=self.now())
            listing = reader.read(source, start.reading, pages_before=self.pages_before)
        left_out = self._find_left_out(listing, start, state)
        if left_out is None:
            return start, listing
        start = RunStart(Reading(began=self.now(), mapping=mapping))
        listing = reader.read(source, start.reading, pages_before=self.report.progress.processed_pages)
        if not any(listing.seen.missing([left_out])):
            self.report.warn(
                "since_filter",
                "Asked for changes, the helpdesk left out a ticket that had changed, so everything was read. "
                "It probably reads the time in another zone: check since_format, or leave since_param out.",
            )
        return start, listing

    def _find_left_out(self, listing: Listing, start: RunStart, state: SyncState) -> str | None:
        """The id of a ticket that the changes must contain and do not.

        Either it is deleted, or the helpdesk's filter reads the time in another zone.
        """
        since = start.reading.since
        if start.is_resumed or start.is_by_cursor or since is None or self.request.since is not None:
            return None
        expected = state.expected(since=since)
        return expected if expected and any(listing.seen.missing([expected])) else None

    def _settle(self, source: TicketSource, reader: PageReader, start: RunStart, listing: Listing) -> Settled:
        """Delete what the helpdesk no longer has."""
        if self.request.kind != "sync":
            return Settled()
        self.lease.report("Looking for deleted tickets")
        settling = Settling(
            source=source,
            store=self.store,
            origin=reader.origin,
            is_confirmed=self.request.confirm_deletions,
            delete=self._delete,
            read_again=lambda first: self._read_again(source, reader, start, first),
            warn=self.report.warn,
        )
        return settling.settle(listing, start.coverage)

    def _read_again(self, source: TicketSource, reader: PageReader, start: RunStart, first: Listing) -> Listing:
        self.bounds.start_over()
        reading = Reading(began=self.now(), since=start.reading.since, mapping=reader.origin.mapping)
        with self.report.counting_only_changes():
            listing = reader.read(source, reading, pages_before=self.report.progress.processed_pages, first=first)
        self.report.progress.reading = None
        return listing

    def _delete(self, external_ids: list[str]) -> None:
        for batch in _batches(external_ids, DELETION_BATCH):
            self.lease.check()
            self.report.progress.counts.deleted += self.store.delete_tickets(
                batch, job_id=self.job_id, lock=self.lease.lock, held=self.lease.held, now=self.now()
            )

    def _remember(
        self,
        source: TicketSource,
        start: RunStart,
        state: SyncState,
        mapping: str,
        *,
        missed_nothing: bool,
        is_sure: bool,
    ) -> None:
        """Save from where the next run has to read.

        A whole read leaves the cursor as it is, so that the changes since the read before it are requested once
        more: whatever slipped between two pages of the whole read is among them. Only what slips past the first one
        is stored nowhere, so that one is followed by another if it is not sure. After a read of changes that is not
        sure, the cursor moves one read later. The helpdesk's own cursor is where this read ended.
        """
        reading, is_whole = start.reading, start.coverage is Coverage.WHOLE
        stamp = reading.newest_stamp if source.supports_since else None
        end = min(stamp, reading.began) if stamp and missed_nothing else None
        is_newest = stamp is not None and (is_whole or state.newest_at is None or stamp >= state.newest_at)
        is_trusted, cursor, unconfirmed = False, None, None
        if reading.since is None:
            is_first = state.cursor is None
            is_trusted = is_whole and missed_nothing and (is_sure or not is_first)
            cursor = end if is_first else None
        elif missed_nothing:
            cursor, unconfirmed = (end, None) if is_sure else (state.unconfirmed, end)
        save_state(
            self.task.key,
            cursor=cursor,
            full_read_at=reading.began if is_trusted else None,
            needs_full_read=reading.since is None,
            unconfirmed=unconfirmed,
            newest=(reading.newest_id, stamp) if is_newest and stamp and reading.newest_id else None,
            end_cursor=kept(source.end_cursor) if missed_nothing and is_sure else None,
            mapping=mapping,
        )


def _may_have_slipped(source: TicketSource, start: RunStart, listing: Listing) -> bool:
    """Whether a ticket may have slipped past without a sign: between two pages, or where an earlier read stopped.

    Only a total that is right shows every ticket that leaves; of other lists a few pages are read again. A list of one
    page may have had a second one, whose tickets slipped to the first.
    """
    if source.drift == "none":
        return False
    is_silent = source.drift == "silent" and not listing.has_right_total
    return start.is_resumed or (is_silent and listing.records > 0)


def _batches(items: list[str], size: int) -> Iterator[list[str]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
