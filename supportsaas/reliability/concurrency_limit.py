"""How many may do the same long thing at once in this process, and how many of them one caller.

A long request holds one of the web server's few threads. Whoever finds no place is told so at once, and holds none.
"""

import threading
from collections import Counter, deque
from types import TracebackType


class LimitReached(Exception):
    """All places are taken: those of the caller (`is_own`), or those of everybody. Nothing was done."""

    def __init__(self, *, what: str, taken: int, is_own: bool, retry_after: int) -> None:
        self.is_own = is_own
        self.retry_after = retry_after
        whose = f"You already have {taken} {what} running" if is_own else f"The server is busy with other {what}"
        super().__init__(f"{whose}. Nothing was done; try again when one has ended.")

    @property
    def status(self) -> int:
        return 429 if self.is_own else 503


class ConcurrencyLimit:
    """`total` places, `each` of them for one caller. `what` names the long thing in the plural."""

    def __init__(self, what: str, *, total: int, each: int, retry_after: int = 30) -> None:
        self._what = what
        self._total = total
        self._each = each
        self._retry_after = retry_after
        self._taken: Counter[str] = Counter()
        self._given_back: deque[str] = deque()
        self._turn = threading.Lock()

    def take(self, caller: str) -> "Slot":
        """Raises `LimitReached`. The place is the caller's until it is given back."""
        with self._turn:
            self._count_given_back()
            own = self._taken[caller]
            if own >= self._each or self._taken.total() >= self._total:
                raise LimitReached(what=self._what, taken=own, is_own=own >= self._each, retry_after=self._retry_after)
            self._taken[caller] += 1
        return Slot(self, caller)

    def _give_back(self, caller: str) -> None:
        """Waits for nothing: the garbage collector calls it too, at any moment, also in a thread that counts."""
        self._given_back.append(caller)

    def _count_given_back(self) -> None:
        while self._given_back:
            self._taken[self._given_back.popleft()] -= 1
        self._taken += Counter()  # forgets who has none

    @property
    def taken(self) -> int:
        with self._turn:
            self._count_given_back()
            return self._taken.total()


class Slot:
    """Given back once, at the end of a `with` block, by `give_back`, or when nobody refers to it any more."""

    def __init__(self, places: ConcurrencyLimit, caller: str) -> None:
        self._places: ConcurrencyLimit | None = places
        self._caller = caller

    def give_back(self) -> None:
        places, self._places = self._places, None
        if places is not None:
            places._give_back(self._caller)

    def __enter__(self) -> "Slot":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.give_back()

    def __del__(self) -> None:
        self.give_back()
