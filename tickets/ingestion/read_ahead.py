"""Fetches the next page while the present one is stored."""

from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

from supportsaas.ops import logs
from tickets.helpdesks.base import Page


def read_ahead(
    pages: Iterator[Page],
    *,
    abandon: Callable[[], None],
    meanwhile: Callable[[Future[Page | None]], None] = lambda _upcoming: None,
) -> Generator[Page, None, None]:
    """The same pages in the same order, one of them fetched ahead in a thread of its own.

    What fetching raises is raised here. Close it where you stop early: `abandon` is then
    called so that a fetch which is waiting ends, and that end is waited for. `meanwhile` is
    called before a page is waited for, with what is waited for.
    """
    fetch = logs.carried(next)
    with ThreadPoolExecutor(1, thread_name_prefix="fetch") as pool:
        upcoming = pool.submit(fetch, pages, None)
        while True:
            try:
                meanwhile(upcoming)
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
