"""The limits of one run: time, pages, tickets, and the quota of its tenant."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from supportsaas.clock import Clock
from supportsaas.formatting import format_count

_CONTINUES = "The tickets imported so far are kept, and the next run continues where this one stopped."
_IMPORT_AGAIN = (
    "The tickets imported so far are kept. Import the file in parts, or raise the limit and import it again."
)


class RunOver(Exception):
    """The run has reached a limit. `str()` is a sentence for a manager, `code` is for programs."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


@dataclass(slots=True, kw_only=True)
class RunBounds:
    """What one run may use. `room`: how many more tickets the tenant may have, None without a quota.

    `is_of_file`: it reads a file, which has an end, and which no later run could continue.
    """

    until: datetime
    longest: timedelta
    pages_left: int
    tickets_left: int
    room: int | None
    now: Clock
    is_of_file: bool = False

    @classmethod
    def of_settings(cls, *, now: Clock, is_of_file: bool = False) -> "RunBounds":
        longest = timedelta(minutes=settings.RUN_LONGEST_MINUTES)
        return cls(
            until=now() + longest,
            longest=longest,
            pages_left=settings.RUN_MOST_PAGES,
            tickets_left=settings.RUN_MOST_TICKETS,
            room=settings.TENANT_MOST_TICKETS or None,
            now=now,
            is_of_file=is_of_file,
        )

    def leave_room_beside(self, count_live: Callable[[], int]) -> None:
        """Before anything is stored: the tenant's quota also covers the tickets it has."""
        if self.room is not None:
            self.room = max(self.room - count_live(), 0)

    def start_over(self) -> None:
        """Before the same pages are read once more: a list that fits into a run once has to fit twice."""
        self.pages_left, self.tickets_left = settings.RUN_MOST_PAGES, settings.RUN_MOST_TICKETS

    def begin_next_connection(self) -> None:
        """Each connection of a run may use as much as a run; only the tenant's quota is shared."""
        self.until = self.now() + self.longest
        self.start_over()

    def check_time(self) -> None:
        if self.now() > self.until:
            minutes = self.longest // timedelta(minutes=1)
            raise RunOver(
                "run_limit",
                f"The run took more than {format_count(minutes, 'minute')} (RUN_LONGEST_MINUTES). "
                f"{_IMPORT_AGAIN if self.is_of_file else _CONTINUES}",
            )

    def check_page(self, *, records: int, new: int) -> None:
        """Before a page is stored; `new` of its records are new tickets."""
        if self.pages_left <= 0 and not self.is_of_file:
            raise RunOver(
                "run_limit",
                f"The run read {format_count(settings.RUN_MOST_PAGES, 'page')} (RUN_MOST_PAGES). {_CONTINUES}",
            )
        if self.tickets_left <= 0 and not self.is_of_file:
            raise RunOver(
                "run_limit",
                f"The run read {format_count(settings.RUN_MOST_TICKETS, 'ticket')} (RUN_MOST_TICKETS). {_CONTINUES}",
            )
        if self.room is not None and new > self.room:
            raise RunOver(
                "quota",
                f"The tenant may have {format_count(settings.TENANT_MOST_TICKETS, 'ticket')} (TENANT_MOST_TICKETS), and this page "
                "would exceed that. The tickets imported so far are kept; new ones are not imported until the limit is raised.",
            )
        self.pages_left -= 1
        self.tickets_left -= records
        if self.room is not None:
            self.room -= new
