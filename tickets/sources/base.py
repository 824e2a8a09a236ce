"""What ingestion asks of a source, whatever helpdesk is behind it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol


class SourceError(Exception):
    """The source could not be read. `str()` is a sentence for a manager, `code` is for programs.

    Codes: unreachable, timeout, refused_login, not_found, rejected, server_error, rate_limited,
    not_json, unexpected_answer, too_large, redirect, misconfigured.
    """

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """One record: `fields` in the house's names for normalising, `raw` as it came for quarantine."""

    fields: Mapping[str, Any] | None
    raw: Any


@dataclass(frozen=True, slots=True)
class Page:
    records: Sequence[SourceRecord]
    number: int
    total_pages: int | None = None
    total_count: int | None = None


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

    def pages(self, *, since: datetime | None = None) -> Iterator[Page]:
        """Every page up to the last, the first record of the first one first; raises `SourceError`.

        With `since`, only what changed at or after it.
        """

    def record(self, raw: Any) -> SourceRecord:
        """A record as it came, with its fields under the house's names."""

    def find_deleted_ids(self) -> list[str]:
        """The ids the helpdesk itself lists as deleted; empty where it keeps no such list."""

    def close(self) -> None:
        """Give back connections."""
