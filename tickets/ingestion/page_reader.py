"""Reads the pages of a helpdesk and stores each: normalise, classify, compare, save.

Pages are stored whole and in order. While one is compared, the next is fetched and the previous one is stored.
"""

import logging
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import chain

from supportsaas.clock import Clock
from supportsaas.db import mongo
from tenants.models import Tenant
from tickets.alerts.channels import find_routes
from tickets.alerts.routing import Route
from tickets.classification.classifier import TenantClassifier
from tickets.erasure.erased_customers import Erasures
from tickets.erasure.retention import erase_some, is_any_past_retention
from tickets.helpdesks import Page, TicketSource
from tickets.helpdesks.base import Position
from tickets.ingestion.bounds import RunBounds
from tickets.ingestion.listing import Listing
from tickets.ingestion.message_joining import join_stored
from tickets.ingestion.message_reading import MessageReading
from tickets.ingestion.read_ahead import read_ahead
from tickets.ingestion.rejected import RejectedSample
from tickets.ingestion.reported_deletions import ReportedDeletions
from tickets.ingestion.run_lease import RunLease
from tickets.ingestion.run_report import RunReport
from tickets.ingestion.write_behind import WriteBehind
from tickets.jobs import Kind, Reading
from tickets.planning.page_plan import PagePlan
from tickets.planning.planner import plan_page
from tickets.planning.reading import ReadPage, read_records
from tickets.records.origin import Origin
from tickets.records.statuses import StatusMap
from tickets.records.versions import ReadTicket
from tickets.rules.classifier import find_classifier
from tickets.status_mapping.model import find_status_map
from tickets.store import quarantine
from tickets.store.quarantine import QuarantinedRecord
from tickets.store.ticket_store import CorrectedMeanwhile, TicketStore

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class TenantSettings:
    """How a tenant's records become tickets, as it is set up when the run starts."""

    classifier: TenantClassifier
    statuses: StatusMap
    routes: tuple[Route, ...]
    erasures: Erasures

    @classmethod
    def of(cls, tenant: Tenant) -> "TenantSettings":
        """Under the tenant's lock: reclassification takes it too, so no ticket of a run escapes changed rules."""
        return cls(
            classifier=find_classifier(tenant),
            statuses=find_status_map(tenant),
            routes=find_routes(tenant),
            erasures=Erasures.of(tenant),
        )


@dataclass(slots=True)
class RejectedRecords:
    """What becomes of rejected records during a run."""

    tenant: Tenant
    has_stored: bool = False
    """Whether the tenant had rejected records before, some of which may now be read well."""
    sample: RejectedSample | None = None
    """How many are kept; None if all are."""

    @classmethod
    def of_run(cls, tenant: Tenant, kind: Kind) -> "RejectedRecords":
        """A retry reads the stored ones, and removes them itself: another version of a ticket may still be rejected."""
        if kind == "retry":
            return cls(tenant)
        stored = quarantine.count_records(tenant)
        return cls(tenant, has_stored=stored > 0, sample=RejectedSample.beside(stored))

    def take(self, records: Sequence[QuarantinedRecord]) -> Sequence[QuarantinedRecord]:
        """Those of a page that are kept."""
        return self.sample.take(records) if self.sample else records

    def drop_recovered(self, read: ReadPage) -> None:
        """Remove the stored records whose tickets a page brought without a problem."""
        if not self.has_stored:
            return
        rejected = {record.external_id for record in read.quarantined}
        ids = [ticket.content.external_id for ticket in read.tickets]
        quarantine.drop_recovered(self.tenant, [id_ for id_ in ids if id_ not in rejected])

    def describe_left_out(self, rejected: int) -> str:
        """A sentence if not all of the run's rejected records were kept, else empty. Said once."""
        if self.sample is None or not self.sample.left_out:
            return ""
        sentence, self.sample.left_out = self.sample.describe(rejected), 0
        return sentence


PAGES_BETWEEN_LOOKS = 20
MOST_UNREAD = 100
"""Tickets of earlier runs whose messages one run requests again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageReader:
    """Of one run: what its pages pass through."""

    tenant: Tenant
    kind: Kind
    job_id: str
    store: TicketStore
    settings: TenantSettings
    rejected: RejectedRecords
    origin: Origin
    lease: RunLease
    bounds: RunBounds
    report: RunReport
    deletions: ReportedDeletions
    messages: MessageReading
    now: Clock

    def read(
        self, source: TicketSource, reading: Reading, *, pages_before: int = 0, first: Listing | None = None
    ) -> Listing:
        """Read and store every page; `reading` follows, so that the next run can continue after a stop.

        `pages_before`: how many pages the run has read already. `first`: the listing that this one is compared with.
        """
        listing = Listing(began=reading.began, first=first)
        start = Position(reading.pages_before, reading.token) if reading.token else None
        listed = chain.from_iterable(
            map(partial(self.messages.complete, source), source.pages(since=reading.since, start=start))
        )
        pages = map(partial(join_stored, self.store, self.origin), listed)
        is_whole = self.kind == "sync" and reading.since is None and start is None
        storing: set[str] = set()
        behind = WriteBehind()
        ahead = read_ahead(pages, abandon=self.lease.abandon, before_waiting=behind.settle_before)
        with closing(ahead) as fetched, behind:
            for number, page in enumerate(chain.from_iterable(each.parts() for each in fetched)):
                self.lease.yield_slot()
                # A tenant without a retention period when the run began may have been given one since.
                if self.tenant.retention_days is not None or number % PAGES_BETWEEN_LOOKS == 0:
                    self._erase_past_retention(behind)
                read = self._read_records(page)
                listing.add(page, read)
                read = self._leave_out_erased(read)
                ids = {*read.ids_at_the_source(), *self.origin.external_ids(page.deleted_ids)}
                if not storing.isdisjoint(ids):
                    behind.settle()  # these tickets must be compared with what the page before makes of them
                plan = self._plan(read, is_whole=is_whole)
                self.bounds.check_page(records=len(page.records), new=plan.new)
                behind.begin(
                    partial(self._save, page, read, plan, self.rejected.take(read.quarantined), is_whole=is_whole),
                    then=partial(self._note, source, reading, page, read, plan, pages_before=pages_before),
                )
                storing = ids
        return listing

    def read_unread(self, source: TicketSource, *, before: datetime) -> None:
        """Request the messages that could not be read by an earlier run, as the ticket was listed then."""
        found = self.store.find_unread(self.origin, before=before, limit=MOST_UNREAD)
        if not found:
            return
        records = self.messages.complete_unread(source, [each["record"] for each in found])
        read = self._leave_out_erased(self._read_records(Page(records, Position(0, ""))))
        ids = {ticket.content.external_id for ticket in read.tickets}

        def plan() -> PagePlan:
            plan = self._plan(read, is_whole=False)
            # One that is no ticket by the settings of today is not requested again.
            plan.updates += [(each["_id"], {"unread": None}) for each in found if each["external_id"] not in ids]
            return plan

        self.report.progress.counts.updated += self.store.save_planned(
            plan, lock=self.lease.lock, held=self.lease.held
        ).updated

    def _erase_past_retention(self, behind: WriteBehind) -> None:
        """A run may take hours, and nothing else can erase meanwhile. No page may be compared or stored at that time."""
        if is_any_past_retention(self.tenant, now=self.now()):
            behind.settle()
            erase_some(self.tenant, lock=self.lease.lock, held=self.lease.held, now=self.now())

    def _read_records(self, page: Page) -> ReadPage:
        return read_records(
            page.records,
            tenant_id=self.tenant.slug,
            classifier_version=self.settings.classifier.version,
            origin=self.origin,
            statuses=self.settings.statuses,
        )

    def _leave_out_erased(self, read: ReadPage) -> ReadPage:
        return self.settings.erasures.leave_out(read, classifier_version=self.settings.classifier.version)

    def _plan(self, read: ReadPage, *, is_whole: bool) -> PagePlan:
        return plan_page(
            self.store,
            read.tickets,
            job_id=self.job_id,
            now=self.now(),
            routes=self.settings.routes,
            classifier=self.settings.classifier,
            is_whole=is_whole,
        )

    def _save(
        self, page: Page, read: ReadPage, plan: PagePlan, rejected: Sequence[QuarantinedRecord], *, is_whole: bool
    ) -> None:
        self._store(read.tickets, plan, rejected, is_whole=is_whole)
        self.deletions.take(page.deleted_ids)
        self.rejected.drop_recovered(read)

    def _store(
        self, tickets: list[ReadTicket], plan: PagePlan, rejected: Sequence[QuarantinedRecord], *, is_whole: bool
    ) -> None:
        """Store them at once or, if MongoDB takes too long for that, in halves. Otherwise no run would ever get further."""
        try:
            self.store.save_page(plan, lock=self.lease.lock, held=self.lease.held, quarantined=rejected)
        except CorrectedMeanwhile:
            self._store(tickets, self._plan(ReadPage(tickets), is_whole=is_whole), rejected, is_whole=is_whole)
        except mongo.TransactionTooLong:
            half = len(tickets) // 2
            if not half:
                raise
            logger.warning(
                "MongoDB took too long to store %d tickets at once. They are stored in halves.", len(tickets)
            )
            for part, records in ((tickets[:half], rejected), (tickets[half:], ())):
                self._store(part, self._plan(ReadPage(part), is_whole=is_whole), records, is_whole=is_whole)

    def _note(
        self,
        source: TicketSource,
        reading: Reading,
        page: Page,
        read: ReadPage,
        plan: PagePlan,
        *,
        pages_before: int,
    ) -> None:
        source.note_stored(page)
        newest = max((ticket.content for ticket in read.tickets), key=lambda each: each.updated_at, default=None)
        if newest and (reading.newest_stamp is None or newest.updated_at >= reading.newest_stamp):
            reading.newest_stamp, reading.newest_id = newest.updated_at, newest.external_id
        reading.pages_before, reading.token = page.position.pages_before, page.position.token
        self.report.add_page(page, read, plan, reading, pages_before=pages_before)
        self.lease.report("Reading tickets")
