"""Lists whose pages name the address of the next one."""

from collections.abc import Callable, Mapping

from tickets.helpdesks.base import Position, SourceError
from tickets.helpdesks.http import Answer
from tickets.helpdesks.paging.pager import MOST_EMPTY_PAGES, Came, Pager


class LinkPager(Pager):
    """Follows the links to the end: no link, or one to a page that was read already.

    `find_next` gives the full address of the next page that an answer names.
    """

    def __init__(
        self,
        path: str,
        *,
        params: Mapping[str, str | int],
        find_next: Callable[[Answer], str | None],
        host: str,
        start: Position | None = None,
    ) -> None:
        super().__init__(seen=None if start else 0)
        self._params = params
        self._find_next = find_next
        self._host = host
        self._address: str | None = start.token if start else path
        self._pages_before = start.pages_before if start else 0
        self._visited: set[str] = set()
        self._empty = 0

    @property
    def address(self) -> str | None:
        return self._address

    @property
    def params(self) -> Mapping[str, str | int] | None:
        return None if self._pages_before else self._params

    @property
    def position(self) -> Position:
        return Position(self._pages_before, self._address or "")

    def go_on(self, came: Came) -> None:
        if self.seen is not None and not came.again:
            self.seen += came.records
        self._take_in(came)
        self._empty = 0 if came.records else self._empty + 1
        following = self._find_next(came.answer)
        self._visited.add(came.answer.url)
        if following is None or following in self._visited:
            self._address = None
            return
        if self._empty >= MOST_EMPTY_PAGES:
            raise SourceError(
                "unexpected_answer",
                f"The helpdesk at {self._host} names a next page after each of {self._empty} empty ones, so where "
                "its list ends cannot be told. What came before is stored. Check the paging settings of the source.",
            )
        self._visited.add(following)
        self._address = following
        self._pages_before += 1

    @property
    def _pages(self) -> int:
        return self._pages_before
