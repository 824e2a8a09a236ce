"""Lists paged by page number or by offset."""

from collections.abc import Callable, Mapping
from typing import Final

from tickets.helpdesks.base import Position
from tickets.helpdesks.paging.pager import Pager, PageResult
from tickets.helpdesks.shrinking_listing import Shrinking

MOST_HIDDEN_PAGES: Final = 1_000
"""With a `step`, after more empty pages in a row, the total is not believed."""


class NumberPager(Pager):
    """Advances by the records received, because servers may cap pages silently, and goes back if the list shrinks.

    The total alone never ends the list: it may be capped, outdated, or that of the page. It only saves the last request,
    if a shorter page completes exactly the total, or if an earlier read found it correct (`trusts_total`). `params` returns
    those of every page.

    With a `step`, each page covers that many places, whatever is left out of it, and the total ends the list.
    """

    def __init__(
        self,
        path: str,
        *,
        params: Callable[[], Mapping[str, str | int]],
        name: str,
        first: int,
        by_offset: bool,
        trusts_total: bool = False,
        step: Callable[[], int] | None = None,
        start: Position | None = None,
    ) -> None:
        place = int(start.token) if start else first
        super().__init__(seen=place if by_offset else None if start else 0)
        self._path, self._find_params, self._name = path, params, name
        self._first, self._by_offset = first, by_offset
        self.place = place
        """The page number or offset of the next request."""
        self._pages_before = start.pages_before if start else 0
        self._trusts_total = trusts_total
        self._find_step = step
        self._empty = 0
        self._shrinking = Shrinking()
        self._is_over = False
        self.went_back = False

    @property
    def address(self) -> str | None:
        return None if self._is_over else self._path

    @property
    def params(self) -> Mapping[str, str | int] | None:
        return {**self._fixed, self._name: self.place}

    @property
    def can_resize(self) -> bool:
        return self._by_offset

    @property
    def _fixed(self) -> Mapping[str, str | int]:
        return self._find_params()

    @property
    def position(self) -> Position:
        return Position(self._pages_before, str(self.place))

    def params_of_one_later(self, size_param: str) -> Mapping[str, str | int] | None:
        """Parameters to request the second record of the list; None if that is not possible."""
        if self._by_offset:
            return {**self._fixed, self._name: self._first + 1}
        return {**self._fixed, size_param: 1, self._name: self._first + 1} if size_param else None

    def params_after(self) -> Mapping[str, str | int]:
        """Parameters to request the page after the next one."""
        return {**self._fixed, self._name: self.place + (max(self._largest, 1) if self._by_offset else 1)}

    def is_past(self, pages: int, *, size: int) -> bool:
        """Whether the next page lies behind the first `pages` ones of `size` records."""
        return self.place - self._first >= pages * (size if self._by_offset else 1)

    def advance(self, result: PageResult) -> None:
        self.went_back = False
        step = self._find_step() if self._find_step and result.total is not None else 0
        if step:
            self.seen = min(self.place + step, result.total or 0)
        elif self.seen is not None and not result.is_repeated:
            self.seen = self.place + result.records if self._by_offset else self.seen + result.records
        lost = self._shrinking.by(result.total, seen=self.seen)
        is_shorter = result.records < self._largest
        self._record(result)
        if lost and self.place > self._first:
            self.place = max(self.place - (lost if self._by_offset else 1), self._first)
            self.seen = self.place if self._by_offset else None
            self.went_back = True
            return
        if step:
            self._empty = 0 if result.records else self._empty + 1
            self._is_over = self.seen == result.total or self._empty > MOST_HIDDEN_PAGES
            self.place += step
            self._pages_before += 1
            return
        if not result.records or ((is_shorter or self._trusts_total) and self.total_is_right):
            self._is_over = True
            return
        self.place += result.records if self._by_offset else 1
        self._pages_before += 1

    @property
    def _pages(self) -> int:
        return self._pages_before if self._by_offset else self.place - self._first
