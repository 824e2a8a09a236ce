"""Fetches the next page while the current one is stored."""

from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

from supportsaas.ops import logs
from tickets.helpdesks.base import Page


def read_ahead(
    pages: Iterator[Page],
    *,
    abandon: Callable[[], None],
    before_waiting: Callable[[Future[Page | None]], None] = lambda _upcoming: None,
) -> Generator[Page, None, None]:
    """The same pages in the same order, one of them fetched ahead in its own thread.

    What fetching raises is raised here. Close it if you stop early: then `abandon` is called, so that a fetch which
    is waiting ends, and that end is waited for. `before_waiting` is called with the page that will be waited for.
    """
    fetch = logs.carried(next)
    with ThreadPoolExecutor(1, thread_name_prefix="fetch") as pool:
        upcoming = pool.submit(fetch, pages, None)
        while True:
            try:
                before_waiting(upcoming)
            except BaseException:
                abandon()
                raise
            if (page := upcoming.result()) is None:
                return
            upcoming = pool.submit(fetch, pages, None)
            try:
                yield page
            except BaseException:
                abandon()
                raise
