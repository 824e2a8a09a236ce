"""The progress of a run on the terminal."""

import sys
from collections.abc import Callable

from tqdm import tqdm

from supportsaas.formatting import format_number
from tickets.jobs import Progress
from tickets.management.output import Output

_PLAIN_LINE_EVERY_PAGES = 10


class Display:
    """A progress bar on a terminal, otherwise a line of text every few pages.

    The bar counts pages, or what `measure` returns: done and total.
    """

    def __init__(
        self,
        name: str,
        *,
        err: Output,
        shown: bool,
        unit: str,
        measure: Callable[[], tuple[int, int | None]] | None,
    ) -> None:
        self._name = name
        self._err = err
        self._measure = measure
        is_terminal = sys.stderr.isatty()
        self._bar = tqdm(
            desc=name, unit=unit, unit_scale=measure is not None, disable=not shown or not is_terminal, leave=False
        )
        self._plain = shown and not is_terminal
        self._reported = 0

    def __enter__(self) -> "Display":
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.close()

    def update(self, progress: Progress) -> None:
        done, total = self._measure() if self._measure else (progress.processed_pages, progress.total_pages)
        self._bar.total = total
        self._bar.set_postfix_str(progress.note, refresh=False)
        self._bar.update(done - self._bar.n)
        if self._plain and progress.processed_pages >= self._reported + _PLAIN_LINE_EVERY_PAGES:
            self._reported = progress.processed_pages
            pages = format_number(progress.total_pages) if progress.total_pages else "?"
            self._err.write(f"{self._name}: page {format_number(progress.processed_pages)} of {pages}")
