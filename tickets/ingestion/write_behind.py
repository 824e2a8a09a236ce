"""Stores a page while the next one is read and compared."""

from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from types import TracebackType
from typing import Any, Self


class WriteBehind:
    """Context manager: one piece of work at a time, in a thread of its own, in order.

    What a piece raises is raised by `settle`, in the caller's thread; leaving the block settles
    too, also where another exception is on its way, so that nothing is under way afterwards.
    """

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="store")
        self._under_way: Future[None] | None = None
        self._then: Callable[[], None] | None = None

    def begin(self, work: Callable[[], None], *, then: Callable[[], None]) -> None:
        """Settle what is under way, and begin with `work`; once it has succeeded, `settle` calls `then`."""
        self.settle()
        self._under_way, self._then = self._pool.submit(work), then

    def settle(self) -> None:
        """Wait until nothing is under way."""
        under_way, self._under_way = self._under_way, None
        if under_way is None:
            return
        under_way.result()
        then, self._then = self._then, None
        assert then is not None
        then()

    def settle_before(self, other: Future[Any]) -> None:
        """Settle if that is over before `other` is: a slow `other` then hides nothing of what is done."""
        if self._under_way is not None:
            wait((self._under_way, other), return_when=FIRST_COMPLETED)
            if self._under_way.done():
                self.settle()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.settle()
        finally:
            self._pool.shutdown()
