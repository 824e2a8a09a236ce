"""What ingestion asks of a source, whatever helpdesk is behind it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol


class SourceError(Exception):
    """The source could not be read. `str()` is a sentence for a manager, `code` is for programs.

    Codes: unreachable, timeout, refused_login, not_found, rejected, server_error, rate_limited,
    not_json, unexpected_answer, too_large, redirect, refused_address, misconfigured, bad_file.
    """

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """One record: `fields` in the house's names for normalising, `raw` as it came for quarantine.

    Where there are no fields, `problem` is the field and the reason it is refused for. `place`
    says where in a file it stands ("line 7 of old.csv"); empty for a helpdesk's records.
    """

    fields: Mapping[str, Any] | None
    raw: Any
    place: str = ""
    problem: tuple[str, str] = ("record", "is not an object")


@dataclass(frozen=True, slots=True)
class Position:
    """Where a page begins: how many pages lie before it, and the source's own word for the place."""

    pages_before: int
    token: str


@dataclass(frozen=True, slots=True)
class Page:
    """A page; `total_pages` and `total_count` are of the whole listing, where the source tells them."""

    records: Sequence[SourceRecord]
    position: Position
    total_pages: int | None = None
    total_count: int | None = None

    @property
    def number(self) -> int:
        return self.position.pages_before + 1


class TicketSource(Protocol):
    """A helpdesk, one page at a time."""

    @property
    def supports_since(self) -> bool:
        """Whether it can list only what changed since a moment."""

    @property
    def lists_everything(self) -> bool:
        """Whether a whole read shows all tickets there are, so that an absent one is gone."""

    def check(self) -> str:
        """Really log in; a sentence on success, raises `SourceError`."""

    def pages(self, *, since: datetime | None = None, start: Position | None = None) -> Iterator[Page]:
        """Every page up to the last, in the source's order; raises `SourceError`.

        With `since`, only what changed at or after it; with `start`, from that page on. Where the
        listing got shorter while it was read, pages come again: what slipped between two would be lost.
        """

    def record(self, raw: Any) -> SourceRecord:
        """A record as it came, with its fields under the house's names."""

    def find_deleted_ids(self) -> list[str]:
        """The ids the helpdesk itself lists as deleted; empty where it keeps no such list."""

    def close(self) -> None:
        """Give back connections."""
