"""Requests the messages of a page's new and changed tickets, and of no other."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from supportsaas import clock
from supportsaas.clock import Clock
from tickets.helpdesks import Page, TicketSource
from tickets.helpdesks.base import SourceError, SourceRecord
from tickets.planning.reading import read_records
from tickets.records.origin import Origin
from tickets.records.statuses import StatusMap
from tickets.records.versions import ReadTicket, StoredVersion
from tickets.store.ticket_store import TicketStore

UNREADABLE: Final = frozenset(("not_json", "rejected", "server_error", "timeout", "too_large", "unexpected_answer"))
"""Codes of errors that may concern one ticket alone."""
UNREAD: Final = "messages_unread"
"""The code of the warning of a run that left messages out."""
MOST_IN_A_ROW: Final = 5
"""If the messages of more tickets than this cannot be read one after another, it is not those tickets."""


@dataclass(slots=True, kw_only=True)
class MessageReading:
    """Of one run. `check` raises if the run should stop; it is called before each request.

    `leaves_out`: a ticket whose messages cannot be read keeps what is stored of them, instead of ending the run. For
    a run after one that failed because of that, or the tickets behind it would never be read. `unread` counts them.
    """

    store: TicketStore
    origin: Origin
    statuses: StatusMap
    check: Callable[[], None]
    now: Clock = clock.now
    leaves_out: bool = False
    unread: int = 0
    _in_a_row: int = 0

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
        try:
            complete = source.with_messages(record)
        except SourceError as error:
            if not self.leaves_out or error.code not in UNREADABLE or self._in_a_row >= MOST_IN_A_ROW:
                raise
            self.unread, self._in_a_row = self.unread + 1, self._in_a_row + 1
            return record
        self._in_a_row = 0
        return complete

    def _ticket_of(self, record: SourceRecord) -> ReadTicket | None:
        """What the list says of the ticket; None if it is skipped, rejected or another tenant's."""
        read = read_records([record], tenant_id=self.store.tenant_id, origin=self.origin, statuses=self.statuses)
        return next(iter(read.tickets), None)


def with_messages(source: TicketSource, records: Sequence[SourceRecord]) -> list[SourceRecord]:
    """The records with their messages requested, whatever is stored."""
    return [
        source.with_messages(each) if source.requests_messages and not each.is_skipped else each for each in records
    ]
