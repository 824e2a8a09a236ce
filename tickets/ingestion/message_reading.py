"""Requests the messages of a page's new and changed tickets, and of those whose messages could not be read before.

A ticket whose messages cannot be read keeps what is stored of them, and the next run requests them again.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final

from supportsaas import clock
from supportsaas.clock import Clock
from supportsaas.formatting import format_count
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
MESSAGES_AT_ONCE: Final = 5_000
CHARACTERS_AT_ONCE: Final = 8_000_000
"""A page with more messages than this is handed on in parts, to save memory."""
_FORBIDDEN: Final = 403
_OF_ONE_TICKET: Final = (_FORBIDDEN, 404, 410)
"""Statuses that say something about one ticket: the key may not see it, or it is deleted."""


@dataclass(slots=True, kw_only=True)
class MessageReading:
    """Of one run. `check` raises if the run should stop; it is called before each request.

    `leaves_out`: also if its messages cannot be read for another reason, a ticket ends no run. For a run after one that
    failed because of that, or the tickets behind it would never be read.
    """

    store: TicketStore
    origin: Origin
    statuses: StatusMap
    check: Callable[[], None]
    now: Clock = clock.now
    leaves_out: bool = False
    _unread: set[str] = field(default_factory=set)
    _last_error: str = ""
    _read: int = 0
    _in_a_row: int = 0

    @property
    def warning(self) -> str:
        """A sentence about the tickets whose messages could not be read; empty if there are none."""
        if not self._unread:
            return ""
        return (
            f"The messages of {format_count(len(self._unread), 'ticket')} could not be read. What was stored of them is "
            f"kept, and the next sync requests them again. The last error: {self._last_error}"
        )

    def complete(self, source: TicketSource, page: Page) -> Iterator[Page]:
        """The page with messages, in parts if they are many.

        A ticket that is as it was when its messages were last read is marked as such.
        """
        if not source.requests_messages or not page.records:
            yield page
            return
        tickets = [self._ticket_of(each) for each in page.records]
        versions = self.store.find_versions([each.content.external_id for each in tickets if each is not None])
        others = _Others(source, page, tickets, check=self.check)
        part: list[SourceRecord] = []
        messages = characters = 0
        for number, (record, ticket) in enumerate(zip(page.records, tickets, strict=True)):
            if messages >= MESSAGES_AT_ONCE or characters >= CHARACTERS_AT_ONCE:
                yield replace(page, records=part, deleted_ids=())
                part, messages, characters = [], 0, 0
            complete = self._completed(source, record, ticket, versions, others=others, number=number)
            given = complete.messages or ()
            messages += len(given)
            characters += sum(len(text) for each in given if isinstance(text := each.get("text"), str))
            part.append(complete)
        yield replace(page, records=part)

    def complete_unread(self, source: TicketSource, records: Sequence[str]) -> list[SourceRecord]:
        """Records that were kept because their messages could not be read, with messages if they can be read now.

        Empty if the source has changed, so that it requests none. Raises `SourceError` if the helpdesk cannot be read.
        """
        found: list[SourceRecord] = []
        if not source.requests_messages:
            return found
        for text in records:
            record = source.record(json.loads(text))
            self.check()
            try:
                found.append(source.with_messages(record))
            except SourceError as error:
                if error.status not in _OF_ONE_TICKET and error.code not in UNREADABLE:
                    raise
                found.append(self._left_out(record, self._ticket_of(record), error))
        return found

    def _completed(
        self,
        source: TicketSource,
        record: SourceRecord,
        ticket: ReadTicket | None,
        versions: dict[str, StoredVersion],
        *,
        others: "_Others",
        number: int,
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
            self._check_that_others_can_be_read(error, others, number)
            return self._left_out(record, ticket, error)
        self._read, self._in_a_row = self._read + 1, 0
        self._unread.discard(ticket.content.external_id)
        return complete

    def _check_that_others_can_be_read(self, error: SourceError, others: "_Others", number: int) -> None:
        """Raise the error unless it is only about this ticket."""
        if error.status == _FORBIDDEN:
            if self._read and self._in_a_row < MOST_IN_A_ROW:
                return
            if not others.can_be_read(but=number):
                raise SourceError(
                    error.code, f"The key may not read the messages of tickets. {error}", status=error.status
                ) from None
            self._read, self._in_a_row = self._read + 1, 0
        elif error.status not in _OF_ONE_TICKET and (
            not self.leaves_out or error.code not in UNREADABLE or self._in_a_row >= MOST_IN_A_ROW
        ):
            raise error

    def _left_out(self, record: SourceRecord, ticket: ReadTicket | None, error: SourceError) -> SourceRecord:
        if ticket is None:
            return record
        self._unread.add(ticket.content.external_id)
        self._last_error, self._in_a_row = str(error), self._in_a_row + 1
        return replace(record, is_unread=True)

    def _ticket_of(self, record: SourceRecord) -> ReadTicket | None:
        """What the list says of the ticket; None if it is skipped, rejected or another tenant's."""
        read = read_records([record], tenant_id=self.store.tenant_id, origin=self.origin, statuses=self.statuses)
        return next(iter(read.tickets), None)


@dataclass(frozen=True, slots=True)
class _Others:
    """The tickets of a page, to find out whether the key may read the messages of any."""

    source: TicketSource
    page: Page
    tickets: Sequence[ReadTicket | None]
    check: Callable[[], None]

    def can_be_read(self, *, but: int) -> bool:
        """Whether the messages of one of a few others can be read; True if there is no other ticket to ask for."""
        numbers = [number for number, each in enumerate(self.tickets) if each is not None and number != but]
        for number in numbers[:: -(-len(numbers) // MOST_IN_A_ROW) or 1]:
            self.check()
            try:
                self.source.with_messages(self.page.records[number])
            except SourceError as error:
                if error.status not in _OF_ONE_TICKET:
                    raise
            else:
                return True
        return not numbers


def with_messages(source: TicketSource, records: Sequence[SourceRecord]) -> list[SourceRecord]:
    """The records with their messages requested, whatever is stored.

    A ticket whose messages the key may not see, or that is deleted, is left without; raises `SourceError` if all are.
    """
    if not source.requests_messages:
        return list(records)
    found: list[SourceRecord] = []
    refused: SourceError | None = None
    is_any_read = False
    for each in records:
        try:
            found.append(each if each.is_skipped else source.with_messages(each))
            is_any_read = is_any_read or not each.is_skipped
        except SourceError as error:
            if error.status not in _OF_ONE_TICKET:
                raise
            refused = refused or error
            found.append(each)
    if refused is not None and not is_any_read:
        raise refused
    return found
