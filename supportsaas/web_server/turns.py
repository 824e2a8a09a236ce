"""Whose request is worked on next: one caller never takes more than a share of the places. No input or output."""

from collections import Counter, deque
from typing import Generic, TypeVar

T = TypeVar("T")


class Turns(Generic[T]):
    """`places` in all, `each` for one caller. Requests beyond that wait their turn; callers take turns, too.

    At most `most_waiting` wait, half of them one caller's.
    """

    def __init__(self, *, places: int, each: int, most_waiting: int) -> None:
        self._free = places
        self._each = each
        self._most_waiting = most_waiting
        self._count = 0
        self._waiting: dict[str, deque[T]] = {}
        self._running: Counter[str] = Counter()

    def add(self, caller: str, item: T) -> bool:
        """Whether there is room for it to wait."""
        queue = self._waiting.get(caller, deque())
        if self._count >= self._most_waiting or len(queue) >= max(self._most_waiting // 2, 1):
            return False
        queue.append(item)
        self._waiting[caller] = queue
        self._count += 1
        return True

    def take(self) -> T | None:
        """The next one that may begin; `end` gives its place back."""
        caller = next((each for each in self._waiting if self._running[each] < self._each), None)
        if caller is None or not self._free:
            return None
        queue = self._waiting.pop(caller)
        item = queue.popleft()
        self._count -= 1
        if queue:
            self._waiting[caller] = queue  # behind the others
        self._free -= 1
        self._running[caller] += 1
        return item

    def end(self, caller: str) -> None:
        self._free += 1
        self._running[caller] -= 1
        if not self._running[caller]:
            del self._running[caller]
