"""Stores a page while the next one is read and compared."""

import sys
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from types import TracebackType
from typing import Any, Self

SWITCH_SECONDS = 0.0005
"""How long the storing thread waits at most for the one that plans the next page to give way. It waits after every answer
of the database; with Python's 5 ms, a run in which every tenth ticket has changed takes a sixth longer."""


class WriteBehind:
    """Context manager: one piece of work at a time, in order, in its own thread.

    What a piece raises is raised by `settle`, in the caller's thread. Leaving the block settles too, also on an
    exception, so that no work is in progress afterwards.
    """

    def __init__(self) -> None:
        sys.setswitchinterval(SWITCH_SECONDS)
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="store")
        self._in_progress: Future[None] | None = None
        self._then: Callable[[], None] | None = None

    def begin(self, work: Callable[[], None], *, then: Callable[[], None]) -> None:
        """Wait for the work in progress, then start `work`; once it has succeeded, `settle` calls `then`."""
        self.settle()
        self._in_progress, self._then = self._pool.submit(work), then

    def settle(self) -> None:
        """Wait until no work is in progress."""
        in_progress, self._in_progress = self._in_progress, None
        if in_progress is None:
            return
        in_progress.result()
        then, self._then = self._then, None
        assert then is not None
        then()

    def settle_before(self, other: Future[Any]) -> None:
        """Settle if the work finishes before `other` does, so that a slow `other` delays no progress report."""
        if self._in_progress is not None:
            wait((self._in_progress, other), return_when=FIRST_COMPLETED)
            if self._in_progress.done():
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
