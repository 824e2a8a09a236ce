"""Lists that are asked for by a number: of the page, or of the first record wanted."""

from collections.abc import Mapping

from tickets.helpdesks.base import Position
from tickets.helpdesks.paging.pager import Came, Pager
from tickets.helpdesks.shrinking_listing import Shrinking


class NumberPager(Pager):
    """Steps by what really came, because servers cap pages silently, and goes back where the list got shorter.

    The number of all tickets never ends the list by itself: it may be capped, late, or the page's own. It only
    saves the last request where a page shorter than others brings exactly as many as were announced, or where a
    walk before this one found it to be right (`believes_total`).
    """

    def __init__(
        self,
        path: str,
        *,
        params: Mapping[str, str | int],
        name: str,
        first: int,
        by_offset: bool,
        believes_total: bool = False,
        start: Position | None = None,
    ) -> None:
        place = int(start.token) if start else first
        super().__init__(seen=place if by_offset else None if start else 0)
        self._path, self._fixed, self._name = path, params, name
        self._first, self._by_offset = first, by_offset
        self._place = place
        self._pages_before = start.pages_before if start else 0
        self._believes_total = believes_total
        self._shrinking = Shrinking()
        self._is_over = False
        self.went_back = False

    @property
    def address(self) -> str | None:
        return None if self._is_over else self._path

    @property
    def params(self) -> Mapping[str, str | int] | None:
        return {**self._fixed, self._name: self._place}

    @property
    def position(self) -> Position:
        return Position(self._pages_before, str(self._place))

    def params_of_one_later(self, size_param: str) -> Mapping[str, str | int] | None:
        """What asks for the second record of the list, however long its pages are; None where that cannot be asked."""
        if self._by_offset:
            return {**self._fixed, self._name: self._first + 1}
        return {**self._fixed, size_param: 1, self._name: self._first + 1} if size_param else None

    def params_after(self) -> Mapping[str, str | int]:
        """What asks for the page behind the one that is asked for next."""
        return {**self._fixed, self._name: self._place + (max(self._largest, 1) if self._by_offset else 1)}

    def go_on(self, came: Came) -> None:
        self.went_back = False
        if self.seen is not None and not came.again:
            self.seen = self._place + came.records if self._by_offset else self.seen + came.records
        lost = self._shrinking.by(came.total, seen=self.seen)
        is_short_of_others = came.records < self._largest
        self._take_in(came)
        if lost and self._place > self._first:
            self._place = max(self._place - (lost if self._by_offset else 1), self._first)
            self.seen = self._place if self._by_offset else None
            self.went_back = True
            return
        if not came.records or ((is_short_of_others or self._believes_total) and self.total_is_right):
            self._is_over = True
            return
        self._place += came.records if self._by_offset else 1
        self._pages_before += 1

    @property
    def _pages(self) -> int:
        return self._pages_before if self._by_offset else self._place - self._first
