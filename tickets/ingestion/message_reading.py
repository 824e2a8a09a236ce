"""Requests the messages of a page's new and changed tickets, and of no other."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from supportsaas import clock
from supportsaas.clock import Clock
from tickets.helpdesks import Page, TicketSource
from tickets.helpdesks.base import SourceRecord
from tickets.planning.reading import read_records
from tickets.records.origin import Origin
from tickets.records.statuses import StatusMap
from tickets.records.versions import ReadTicket, StoredVersion
from tickets.store.ticket_store import TicketStore


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageReading:
    """Of one run. `check` raises if the run should stop; it is called before each request."""

    store: TicketStore
    origin: Origin
    statuses: StatusMap
    check: Callable[[], None]
    now: Clock = clock.now

    def complete(self, source: TicketSource, page: Page) -> Page:
        """The page with messages; a ticket that is as it was when its messages were last read is marked as such."""
        if not source.requests_messages or not page.records:
            return page
        tickets = [self._ticket_of(each) for each in page.records]
        ids = [each.content.external_id for each in tickets if each is not None]
        versions = self.store.find_versions(ids)
        return replace(
            page,
            records=[
                self._completed(source, record, ticket, versions)
                for record, ticket in zip(page.records, tickets, strict=True)
            ],
        )

    def _completed(
        self, source: TicketSource, record: SourceRecord, ticket: ReadTicket | None, versions: dict[str, StoredVersion]
    ) -> SourceRecord:
        if ticket is None:
            return record
        version = versions.get(ticket.content.external_id)
        if version is not None and version.is_as_listed(ticket):
            return replace(record, stored_digest=version.digest)
        if source.message_days and ticket.content.updated_at < self.now() - timedelta(days=source.message_days):
            return record
        self.check()
        return source.with_messages(record)

    def _ticket_of(self, record: SourceRecord) -> ReadTicket | None:
        """What the list says of the ticket; None if it is skipped, rejected or another tenant's."""
        read = read_records([record], tenant_id=self.store.tenant_id, origin=self.origin, statuses=self.statuses)
        return next(iter(read.tickets), None)


def with_messages(source: TicketSource, records: Sequence[SourceRecord]) -> list[SourceRecord]:
    """The records with their messages requested, whatever is stored."""
    return [
        source.with_messages(each) if source.requests_messages and not each.is_skipped else each for each in records
    ]
