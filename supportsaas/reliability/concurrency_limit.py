"""A limit on long requests of one kind in this process: in total, and per caller.

A long request occupies one of the web server's few threads. A request over the limit is rejected at once.
"""

import threading
from collections import Counter, deque
from types import TracebackType


class LimitReached(Exception):
    """All slots are taken: the caller's own (`is_own`), or everybody's. Nothing was changed."""

    def __init__(self, *, what: str, taken: int, is_own: bool, retry_after: int) -> None:
        self.is_own = is_own
        self.retry_after = retry_after
        whose = f"You already have {taken} {what} running" if is_own else f"The server is busy with other {what}"
        super().__init__(f"{whose}. Nothing was changed. Try again when one has finished.")

    @property
    def status(self) -> int:
        return 429 if self.is_own else 503


class ConcurrencyLimit:
    """`total` slots, at most `each` of them for one caller. `what` names the long requests, in the plural."""

    def __init__(self, what: str, *, total: int, each: int, retry_after: int = 30) -> None:
        self._what = what
        self._total = total
        self._each = each
        self._retry_after = retry_after
        self._taken: Counter[str] = Counter()
        self._released: deque[str] = deque()
        self._lock = threading.Lock()

    def take(self, caller: str) -> "Slot":
        """Take a slot. Raises `LimitReached`. The slot is taken until it is released."""
        with self._lock:
            self._count_released()
            own = self._taken[caller]
            if own >= self._each or self._taken.total() >= self._total:
                raise LimitReached(what=self._what, taken=own, is_own=own >= self._each, retry_after=self._retry_after)
            self._taken[caller] += 1
        return Slot(self, caller)

    def _release(self, caller: str) -> None:
        """Takes no lock: the garbage collector may call this at any moment, even in a thread that holds the lock."""
        self._released.append(caller)

    def _count_released(self) -> None:
        while self._released:
            self._taken[self._released.popleft()] -= 1
        self._taken += Counter()  # drops callers without slots

    @property
    def taken(self) -> int:
        with self._lock:
            self._count_released()
            return self._taken.total()


class Slot:
    """Released once: at the end of a `with` block, by `release`, or when nothing refers to it."""

    def __init__(self, limit: ConcurrencyLimit, caller: str) -> None:
        self._limit: ConcurrencyLimit | None = limit
        self._caller = caller

    def release(self) -> None:
        limit, self._limit = self._limit, None
        if limit is not None:
            limit._release(self._caller)

    def __enter__(self) -> "Slot":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.release()

    def __del__(self) -> None:
        self.release()
