"""Lists paged by a cursor that each response gives for the next request."""

from collections.abc import Callable, Mapping

from tickets.helpdesks.base import Position, SourceError
from tickets.helpdesks.paging.pager import MOST_EMPTY_PAGES, Pager, PageResult

FIRST = "-"
"""The token of the first page, which has no cursor."""


class CursorPager(Pager):
    """Asks with the cursor of the response before until there is none, one that came before, or a response that `is_last`.

    `params_with` returns the query parameters with a cursor, `find_cursor` the cursor in a response; empty is none.
    """

    def __init__(
        self,
        path: str,
        *,
        params_with: Callable[[str], Mapping[str, str | int]],
        find_cursor: Callable[[PageResult], str],
        is_last: Callable[[PageResult], bool],
        host: str,
        start: Position | None = None,
    ) -> None:
        super().__init__(seen=None if start else 0)
        self._path = path
        self._params_with = params_with
        self._find_cursor = find_cursor
        self._is_last = is_last
        self._host = host
        self.cursor = "" if start is None or start.token == FIRST else start.token
        self.newest = self.cursor
        """The cursor of the last response; behind it are, at the end, only later changes."""
        self._pages_before = start.pages_before if start else 0
        self._is_over = False
        self._used: set[int] = set()
        self._empty = 0

    @property
    def address(self) -> str | None:
        return None if self._is_over else self._path

    @property
    def params(self) -> Mapping[str, str | int]:
        return self._params_with(self.cursor)

    @property
    def can_resize(self) -> bool:
        return True

    @property
    def position(self) -> Position:
        return Position(self._pages_before, self.cursor or FIRST)

    def advance(self, result: PageResult) -> None:
        if self.seen is not None and not result.is_repeated:
            self.seen += result.records
        self._record(result)
        self._empty = 0 if result.records else self._empty + 1
        following = self._find_cursor(result)
        self.newest = following or self.newest
        self._used.add(hash(self.cursor))
        if not following or self._is_last(result) or hash(following) in self._used:
            self._is_over = True
            return
        if self._empty >= MOST_EMPTY_PAGES:
            raise SourceError(
                "unexpected_answer",
                f"The helpdesk at {self._host} returned {self._empty} empty pages in a row, each with a cursor, so the "
                "end of the list is unknown. Tickets imported so far are kept. Check the paging settings.",
            )
        self.cursor = following
        self._pages_before += 1

    @property
    def _pages(self) -> int:
        return self._pages_before
