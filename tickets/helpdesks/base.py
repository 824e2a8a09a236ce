"""What ingestion asks of a source, whatever helpdesk is behind it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal, Protocol, overload

from tickets.records.origin import Origin

Drift = Literal["none", "told", "silent"]
"""Of pages that move while they are read: none do; or their total and the list of deleted tickets tell; or nothing need."""


class SourceError(Exception):
    """The source could not be read. `str()` is a sentence for a manager, `code` is for programs.

    Codes: unreachable, timeout, refused_login, not_found, rejected, server_error, rate_limited,
    not_json, unexpected_answer, failed_answer, too_large, redirect, refused_address, misconfigured, bad_file.
    `status` is the HTTP status where the helpdesk knew no such page or rejected the request.
    """

    def __init__(self, code: str, sentence: str, *, status: int | None = None) -> None:
        super().__init__(sentence.encode(errors="replace").decode())  # it may quote what no database takes
        self.code = code
        self.status = status


PLACE_IS_GONE = ("not_found", "rejected", "unexpected_answer", "failed_answer")
"""Codes of what a helpdesk answers to a place in its list that is not there any more, such as a cursor that has lapsed."""


LARGEST_NUMBER = 10**12
"""No list has more tickets or pages: a larger number says something else, and the database may not hold it."""


def read_total(value: Any) -> int | None:
    """How many tickets a helpdesk says that there are, also as text; None where it says no number that can be."""
    if isinstance(value, str) and len(value) <= 30 and value.strip().isascii() and value.strip().isdecimal():
        value = int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LARGEST_NUMBER else None


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """One record: `fields` in the native field names for normalising, `raw` as it came for quarantine.

    Where there are no fields, `problem` is the field and the reason it is refused for. `place`
    says where in a file it stands ("line 7 of old.csv"); empty for a helpdesk's records. `origin`: whose
    it is, where the run does not say. `is_skipped`: the source's settings leave it out, so it is listed, but
    neither kept nor rejected.
    """

    fields: Mapping[str, Any] | None
    raw: Any
    place: str = ""
    problem: tuple[str, str] = ("record", "is not an object")
    origin: Origin | None = None
    is_skipped: bool = False


@dataclass(frozen=True, slots=True)
class Position:
    """Where a page begins: how many pages lie before it, and the source's own word for the place."""

    pages_before: int
    token: str


class MappedRecords(Sequence[SourceRecord]):
    """Records as they came, each mapped only when it is looked at: of very many no second object each is kept."""

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
    """A page; `total_pages` and `total_count` are of the whole listing, where the source tells them.

    `is_doubtful`: the list ended here in a way in which lists end that have moved.
    """

    records: Sequence[SourceRecord]
    position: Position
    total_pages: int | None = None
    total_count: int | None = None
    is_doubtful: bool = False

    @property
    def number(self) -> int:
        return self.position.pages_before + 1

    def parts(self) -> Iterator["Page"]:
        """The page in parts of at most `PART_RECORDS`: a server may send all it has, whatever was asked for."""
        for first in range(0, max(len(self.records), 1), PART_RECORDS):
            yield replace(self, records=self.records[first : first + PART_RECORDS])


class TicketSource(Protocol):
    """A helpdesk, one page at a time."""

    @property
    def supports_since(self) -> bool:
        """Whether it can list only what changed since a moment."""

    @property
    def lists_everything(self) -> bool:
        """Whether a whole read shows all tickets there are, so that an absent one is gone."""

    @property
    def drift(self) -> Drift:
        """Whether tickets that come or go while the list is read can push others past the reader."""

    def check(self) -> str:
        """Really log in; a sentence on success, raises `SourceError`."""

    def pages(self, *, since: datetime | None = None, start: Position | None = None) -> Iterator[Page]:
        """Every page up to the last, in the source's order; raises `SourceError`.

        With `since`, only what changed at or after it; with `start`, from that page on. Where the
        listing got shorter while it was read, pages come again: what slipped between two would be lost.
        """

    def record(self, raw: Any) -> SourceRecord:
        """A record as it came, with its fields under the native field names."""

    def find_deleted_ids(self) -> list[str]:
        """The ids the helpdesk itself lists as deleted; empty where it keeps no such list."""

    def close(self) -> None:
        """Give back connections."""
