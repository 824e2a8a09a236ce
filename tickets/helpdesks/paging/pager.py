"""The base class of pagers."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tickets.helpdesks.base import Position
from tickets.helpdesks.http import Answer

MOST_EMPTY_PAGES = 10
"""After more empty pages in a row, each with a next page, the list is considered endless."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageResult:
    """The result of a request: the response, its number of records, and the total if reported.

    `first` and `last` are its first and last record, None on an empty page. `is_repeated`: the page was read before, so its records are not new.
    """

    answer: Answer
    records: int
    first: Any = None
    last: Any = None
    total: int | None
    is_repeated: bool = False


class Pager(ABC):
    """Pages through a list, from its first page or from the position where an earlier read stopped."""

    def __init__(self, *, seen: int | None) -> None:
        self.seen = seen
        """The number of distinct records since the first page; None if unknown."""
        self._total: int | None = None
        self._largest = 0
        """The number of records in the largest page."""

    @property
    @abstractmethod
    def address(self) -> str | None:
        """The URL or path to request next; None at the end of the list."""

    @property
    @abstractmethod
    def params(self) -> Mapping[str, str | int] | None:
        """The query parameters of the next request."""

    @property
    def can_resize(self) -> bool:
        """Whether the next page may have another size: it begins behind the last record, not at a multiple of the size."""
        return False

    @property
    @abstractmethod
    def position(self) -> Position:
        """The position of the next page."""

    @abstractmethod
    def advance(self, result: PageResult) -> None:
        """Process the result of a request. Raises `SourceError` if the list does not end."""

    @property
    def announces_more(self) -> bool:
        """Whether the total exceeds the records read, or those that can have been read."""
        received = self.seen if self.seen is not None else self._pages * self._largest
        return self._total is not None and received < self._total

    @property
    @abstractmethod
    def _pages(self) -> int:
        """The number of pages before the next one."""

    @property
    def total_is_right(self) -> bool:
        """Whether the number of records read equals the total."""
        return self._total is not None and self.seen == self._total

    def _record(self, result: PageResult) -> None:
        self._total = result.total if result.total is not None else self._total
        self._largest = max(self._largest, result.records)
