"""Windows of a list: where one ends, reading continues from the last change that was seen. Pure.

A window ends at the list's ceiling, or, in a list in order of change, with each page. The next one begins a second before
the last change, because the helpdesk may or may not include the time it is asked for.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from tickets.helpdesks.base import Position, SourceError

_BETWEEN: Final = "|"
_BEFORE_THE_LAST: Final = timedelta(seconds=1)

StampAndId = Callable[[Any], tuple[datetime | None, str]]
_Seen = tuple[str, datetime]
"""The id of a ticket and when it changed."""


@dataclass(slots=True)
class Window:
    """What one series of pages asks for: changes since a time. `start` is where an earlier read stopped."""

    since: datetime | None
    start: Position | None = None
    pages_before: int = 0
    """How many pages the windows before it had."""
    known: frozenset[_Seen] = frozenset()
    """Tickets of the window before that this one has, too, unless they changed again."""
    is_first: bool = True
    newest: datetime | None = None
    pages: int = 0
    _seen: set[_Seen] = field(default_factory=set)

    def leave_out_known(self, records: list[Any], stamp_and_id: StampAndId) -> list[Any]:
        """The records that the window before did not have; remembers the last changes for the next window."""
        kept = []
        self.pages += 1
        for record in records:
            stamp, id_ = stamp_and_id(record)
            if stamp is not None:
                self.newest = stamp if self.newest is None else max(self.newest, stamp)
                self._seen.add((id_, stamp))
            if stamp is None or (id_, stamp) not in self.known:
                kept.append(record)
        return kept

    @property
    def may_be_followed(self) -> bool:
        """Whether a window from the last change on begins later than this one."""
        return self._next_since is not None

    def following(self, *, host: str) -> "Window":
        """The window from the last change on. Raises `SourceError` if that is no later than this one's start."""
        since = self._next_since
        if since is None:
            raise SourceError(
                "unexpected_answer",
                f"The helpdesk at {host} lists no more pages, and all tickets on them changed at the same time, so the "
                "rest cannot be requested. Use a larger page size.",
            )
        return Window(
            since=since,
            pages_before=self.pages_before + (self.start.pages_before if self.start else 0) + self.pages,
            known=frozenset((id_, stamp) for id_, stamp in self._seen if stamp >= since),
            is_first=False,
        )

    @property
    def _next_since(self) -> datetime | None:
        if self.newest is None:
            return None
        since = self.newest - _BEFORE_THE_LAST
        return since if self.since is None or since > self.since else None


class Windows:
    """The windows of one read, each once; `begin_next` adds one."""

    def __init__(self, *, since: datetime | None, start: Position | None) -> None:
        self._next: Window | None = _window_at(start, since)

    def __iter__(self) -> Iterator[Window]:
        while (window := self._next) is not None:
            self._next = None
            yield window

    def begin_next(self, window: Window, *, host: str) -> None:
        self._next = window.following(host=host)

    def position(self, window: Window, place: Position) -> Position:
        """The position of a page in the whole read."""
        if window.is_first or window.since is None:
            return place
        token = f"{window.since.isoformat()}{_BETWEEN}{place.token}"
        return Position(window.pages_before + place.pages_before, token)


def _window_at(start: Position | None, since: datetime | None) -> Window:
    if start is None or _BETWEEN not in start.token:
        return Window(since=since, start=start)
    begin, _, token = start.token.partition(_BETWEEN)
    try:
        moment = datetime.fromisoformat(begin)
    except ValueError:
        return Window(since=since, start=start)
    return Window(since=moment, start=Position(start.pages_before, token), is_first=False)
