"""Windows of a list that has a ceiling: where it ends, reading goes on from the last change that was seen. Pure."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from tickets.helpdesks.base import Position, SourceError

_BETWEEN: Final = "|"

StampAndId = Callable[[Any], tuple[datetime | None, str]]


@dataclass(slots=True)
class Window:
    """What one series of pages asks for: changes since a time. `start` is where an earlier read stopped."""

    since: datetime | None
    start: Position | None = None
    pages_before: int = 0
    """How many pages the windows before it had."""
    known: frozenset[str] = frozenset()
    """Tickets of the window before that changed at `since`: this one has them, too."""
    is_first: bool = True
    newest: datetime | None = None
    pages: int = 0
    _at_newest: set[str] = field(default_factory=set)

    def leave_out_known(self, records: list[Any], stamp_and_id: StampAndId) -> list[Any]:
        """The records that the window before did not have; remembers the last change for the next window."""
        kept = []
        self.pages += 1
        for record in records:
            stamp, id_ = stamp_and_id(record)
            if stamp is not None and (self.newest is None or stamp >= self.newest):
                if stamp != self.newest:
                    self._at_newest.clear()
                self.newest = stamp
                self._at_newest.add(id_)
            if not (id_ in self.known and stamp == self.since):
                kept.append(record)
        return kept

    def following(self, *, host: str) -> "Window":
        """The window from the last change on. Raises `SourceError` if that is no later than this one's start."""
        if self.newest is None or (self.since is not None and self.newest <= self.since):
            raise SourceError(
                "unexpected_answer",
                f"The helpdesk at {host} lists no more pages, and all tickets on them changed at the same time, so the "
                "rest cannot be requested. Use a larger page size.",
            )
        return Window(
            since=self.newest,
            pages_before=self.pages_before + (self.start.pages_before if self.start else 0) + self.pages,
            known=frozenset(self._at_newest),
            is_first=False,
        )


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
