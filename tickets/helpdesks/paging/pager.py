"""What every pager has in common."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass

from tickets.helpdesks.base import Position
from tickets.helpdesks.http import Answer

MOST_EMPTY_PAGES = 10
"""More empty pages in a row, each with a page after it, are no list that ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """What a request brought: the answer, how many records, the number of all tickets where it says one.

    `again`: the page came before, so that its records are not new.
    """

    answer: Answer
    records: int
    total: int | None
    again: bool = False


class Pager(ABC):
    """The way through one list. Begins at its first page, or at the place where an earlier walk stopped."""

    def __init__(self, *, seen: int | None) -> None:
        self.seen = seen
        """How many records came since the first page, each once; None where that is not known."""
        self._total: int | None = None
        self._largest = 0
        """The records of the largest page."""

    @property
    @abstractmethod
    def address(self) -> str | None:
        """What to ask for next; None where the list is over."""

    @property
    @abstractmethod
    def params(self) -> Mapping[str, str | int] | None:
        """The parameters to ask with."""

    @property
    @abstractmethod
    def position(self) -> Position:
        """Where the page that is asked for next begins."""

    @abstractmethod
    def go_on(self, came: Came) -> None:
        """Take in what the request brought. Raises `SourceError` where the list leads nowhere."""

    @property
    def announces_more(self) -> bool:
        """Whether more tickets were announced than came, or than can have come where that is not known."""
        came = self.seen if self.seen is not None else self._pages * self._largest
        return self._total is not None and came < self._total

    @property
    @abstractmethod
    def _pages(self) -> int:
        """How many pages lie before the one that is asked for next."""

    @property
    def total_is_right(self) -> bool:
        """Whether as many tickets came as were announced."""
        return self._total is not None and self.seen == self._total

    def _take_in(self, came: Came) -> None:
        self._total = came.total if came.total is not None else self._total
        self._largest = max(self._largest, came.records)
