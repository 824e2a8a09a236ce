"""The page size of a list, halved for the rest of a run where the helpdesk does not answer larger pages in time."""

from collections.abc import Callable
from typing import Final

from supportsaas.formatting import format_count
from supportsaas.reliability.retry import ATTEMPTS
from tickets.helpdesks.base import SourceError
from tickets.helpdesks.http import Answer

SMALLEST: Final = 10
ATTEMPTS_A_SIZE: Final = 2
"""A single answer that is late says nothing about the size."""
_TOO_MUCH: Final = ("timeout", "too_large")


class PageSize:
    """`value` is what to request now."""

    def __init__(self, value: int) -> None:
        self._wanted = value
        self.value = value

    def answer(self, request: Callable[[int], Answer], *, may_change: bool) -> Answer:
        """The response to `request`, which takes how many late answers to accept, and asks for `value` tickets.

        `may_change`: the size does not decide which tickets the page begins with. Raises `SourceError`.
        """
        while True:
            can_halve = may_change and self.value // 2 >= SMALLEST
            try:
                return request(ATTEMPTS_A_SIZE if can_halve else ATTEMPTS)
            except SourceError as error:
                if not can_halve or error.code not in _TOO_MUCH:
                    raise
                self.value //= 2

    @property
    def remark(self) -> str:
        """A sentence for the log of runs; empty if the size is as wanted."""
        if self.value == self._wanted:
            return ""
        return (
            f"The helpdesk did not answer requests for {format_count(self._wanted, 'ticket')} in time, so at most "
            f"{format_count(self.value, 'ticket')} were requested at once."
        )
