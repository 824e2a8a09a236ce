"""Lists whose pages link to the next one."""

from collections.abc import Callable, Mapping

from tickets.helpdesks.base import Position, SourceError
from tickets.helpdesks.http import Answer
from tickets.helpdesks.paging.pager import MOST_EMPTY_PAGES, Pager, PageResult


class LinkPager(Pager):
    """Follows links until there is none, or one to a page that was already read.

    `params` returns those of the first page, `find_next` the full URL of the next page in a response.
    """

    def __init__(
        self,
        path: str,
        *,
        params: Callable[[], Mapping[str, str | int]],
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
        return None if self._pages_before else self._params()

    @property
    def can_resize(self) -> bool:
        """The links that follow have the size of the first page in them."""
        return not self._pages_before

    @property
    def position(self) -> Position:
        return Position(self._pages_before, self._address or "")

    def advance(self, result: PageResult) -> None:
        if self.seen is not None and not result.is_repeated:
            self.seen += result.records
        self._record(result)
        self._empty = 0 if result.records else self._empty + 1
        following = self._find_next(result.answer)
        self._visited.add(result.answer.url)
        if following is None or following in self._visited:
            self._address = None
            return
        if self._empty >= MOST_EMPTY_PAGES:
            raise SourceError(
                "unexpected_answer",
                f"The helpdesk at {self._host} returned {self._empty} empty pages in a row, each with a next page, so the "
                "end of the list is unknown. Tickets imported so far are kept. Check the paging settings.",
            )
        self._visited.add(following)
        self._address = following
        self._pages_before += 1

    @property
    def _pages(self) -> int:
        return self._pages_before
