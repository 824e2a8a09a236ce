"""The interface of sources, for all helpdesks and files."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal, Protocol, Self, overload

from supportsaas.formatting import format_count
from tickets.records.origin import Origin

Purpose = Literal["run", "preview", "sample"]
"""What a source is opened for: a run, which may remember what the next run has to know; a preview of a run, or a sample
of its tickets, which store nothing."""

Drift = Literal["none", "reported", "silent"]
"""Whether records can move between pages during a read: never (`none`), visible in the total and the list of deleted
tickets (`reported`), or possibly without any sign (`silent`)."""


class SourceError(Exception):
    """The source could not be read. `str()` is a sentence for managers, `code` is for programs.

    Codes: unreachable, timeout, refused_login, not_found, rejected, server_error, rate_limited,
    not_json, unexpected_answer, failed_answer, too_large, redirect, refused_address, misconfigured, bad_file.
    `status` is the HTTP status if the helpdesk rejected the key or the request, or did not find the page.
    """

    def __init__(self, code: str, sentence: str, *, status: int | None = None) -> None:
        super().__init__(sentence.encode(errors="replace").decode())  # it may quote text that MongoDB cannot store
        self.code = code
        self.status = status


class TransientError(SourceError):
    """A failure that another attempt may not have."""


POSITION_EXPIRED = ("not_found", "rejected", "unexpected_answer", "failed_answer")
"""Codes of errors that an expired position in the list, such as an old cursor, can cause."""


LARGEST_NUMBER = 10**12
"""No list has more tickets or pages. A larger number means something else, and MongoDB may not store it."""


def read_total(value: Any) -> int | None:
    """The total that a helpdesk reports, as a number or text; None if it is not plausible."""
    if isinstance(value, str) and len(value) <= 30 and value.strip().isascii() and value.strip().isdecimal():
        value = int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LARGEST_NUMBER else None


def tickets_found(total: int | None) -> str:
    """A sentence about the number of tickets in a helpdesk, None if it is unknown."""
    return "Tickets found." if total is None else f"{format_count(total, 'ticket')} found."


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """A record: `fields` under native field names for normalization, `raw` as received for quarantine.

    Without fields, `problem` is the field and reason it is rejected for. `place` is the place in a file, such as
    "line 7 of old.csv", and empty for helpdesks. `origin` says where the record comes from, if the run does not.
    `is_skipped`: the connector settings skip it, so it counts as listed but is neither stored nor rejected.
    `messages` are those of its conversation under native field names (`tickets.records.conversation`); None if they
    are unknown, and `is_unread` if that is because they could not be read this time. `events` are the changes that the
    helpdesk tells (`tickets.records.told_events`), `events_missing` how many more it has. `stored_digest`: it is as it was
    when its messages were last read, and this is the stored digest. `adds_messages`: those that are stored and not among
    `messages` stay.
    """

    fields: Mapping[str, Any] | None
    raw: Any
    place: str = ""
    problem: tuple[str, str] = ("record", "is not an object")
    origin: Origin | None = None
    is_skipped: bool = False
    messages: Sequence[Mapping[str, Any]] | None = None
    is_unread: bool = False
    events: Sequence[Mapping[str, Any]] | None = None
    events_missing: int = 0
    stored_digest: str = ""
    adds_messages: bool = False


@dataclass(frozen=True, slots=True)
class Position:
    """Where a page starts: the number of pages before it, and the source's own token."""

    pages_before: int
    token: str


class MappedRecords(Sequence[SourceRecord]):
    """Raw records that are mapped on access, to save memory."""

    def __init__(self, raw: Sequence[Any], to_record: Callable[[Any], SourceRecord]) -> None:
        self._raw, self._to_record = raw, to_record

    def __len__(self) -> int:
        return len(self._raw)

    @overload
    def __getitem__(self, place: int) -> SourceRecord: ...
    @overload
    def __getitem__(self, place: slice) -> "MappedRecords": ...
    def __getitem__(self, place: int | slice) -> "SourceRecord | MappedRecords":
        if isinstance(place, slice):
            return MappedRecords(self._raw[place], self._to_record)
        return self._to_record(self._raw[place])


PART_RECORDS = 1_000


@dataclass(frozen=True, slots=True)
class Page:
    """A page. `total_pages` and `total_count` describe the whole list, if the source reports them.

    `is_doubtful`: the list ended here in a way that suggests records have moved. `deleted_ids`: tickets that records of
    this page report as deleted.
    """

    records: Sequence[SourceRecord]
    position: Position
    total_pages: int | None = None
    total_count: int | None = None
    is_doubtful: bool = False
    deleted_ids: tuple[str, ...] = ()

    @property
    def number(self) -> int:
        return self.position.pages_before + 1

    def parts(self) -> Iterator["Page"]:
        """The page in parts of at most `PART_RECORDS`, because a server may send more than requested."""
        for first in range(0, max(len(self.records), 1), PART_RECORDS):
            is_last = first + PART_RECORDS >= len(self.records)
            deleted = self.deleted_ids if is_last else ()
            yield replace(self, records=self.records[first : first + PART_RECORDS], deleted_ids=deleted)


class TicketSource(Protocol):
    """A helpdesk or file, read one page at a time. As a context manager, it closes itself."""

    @property
    def supports_since(self) -> bool:
        """Whether it can list only changes since a time."""

    @property
    def lists_everything(self) -> bool:
        """Whether a full sync lists all existing tickets, so that a missing one was deleted."""

    @property
    def drift(self) -> Drift:
        """Whether new or deleted tickets can move others between pages during a read."""

    def pages(self, *, since: datetime | None = None, start: Position | None = None) -> Iterator[Page]:
        """Yield all pages, at least one, in the source's order; raises `SourceError`.

        With `since`, only changes at or after that time; with `start`, from that page on. If the list gets shorter
        during the read, pages are repeated, because records that moved between pages would be lost.
        """

    @property
    def end_cursor(self) -> str:
        """Where the next read of changes can begin, once `pages` has come to its end; empty if that is only a time."""
        return ""

    @property
    def remarks(self) -> Sequence[str]:
        """Sentences for the log of runs about what was read in another way than usual, without a loss."""
        return ()

    def describe(self, first: Page) -> str:
        """A sentence that the source works, given its first page."""

    def record(self, raw: Any) -> SourceRecord:
        """Map a raw record to native field names."""

    @property
    def requests_messages(self) -> bool:
        """Whether the messages of a ticket need requests of their own."""
        return False

    @property
    def message_days(self) -> int:
        """Messages are requested for tickets that changed within this many days; 0 is all."""
        return 0

    def with_messages(self, record: SourceRecord) -> SourceRecord:
        """The record with its messages, requested now. Raises `SourceError`."""
        return record

    @property
    def can_be_asked(self) -> bool:
        """Whether it can be asked for one ticket by its id."""
        return False

    def exists(self, ticket_id: str) -> bool | None:
        """Whether it has the ticket, as one that counts; True if it does not say. Raises `SourceError`.

        None if it refuses to say, as of a ticket that the key may not see any more: then the list has to tell.
        """
        return True

    def note_stored(self, page: Page) -> None:
        """The page's tickets are stored: what it was read for need not be read again."""
        return

    def find_deleted_ids(self) -> list[str]:
        """The ids the helpdesk lists as deleted; empty if it has no such list."""

    def close(self) -> None:
        """Close connections."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
