"""Takes the worker's steps over past tickets, and stores nothing. Pure."""

from collections import deque
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import chain
from typing import Final
from zoneinfo import ZoneInfo

from tickets.incidents.finding import LONGEST, find_unusual
from tickets.incidents.following import STEP, Followed, is_followed, take_step
from tickets.incidents.rule import WEEKS
from tickets.incidents.seen import HOUR, HourCounts, Normal, SeenTicket

READ_BEFORE: Final = timedelta(weeks=WEEKS) + LONGEST + 2 * HOUR
"""Tickets are needed from so long before the first step. The clocks may have changed in between."""

_NOTHING: Final = HourCounts.of(())


class PastHours:
    """The counts of the hours that a replay has passed, as far back as they are needed."""

    def __init__(self) -> None:
        self._hours: dict[datetime, HourCounts] = {}
        self._open: tuple[datetime, list[SeenTicket]] | None = None

    def add(self, ticket: SeenTicket) -> None:
        """Tickets come in the order of their creation."""
        hour = ticket.created_at.replace(minute=0, second=0, microsecond=0)
        if self._open is None or self._open[0] != hour:
            self._close(hour)
        self._open[1].append(ticket)  # type: ignore[index]

    def counts(self, hour: datetime) -> HourCounts:
        return self._hours.get(hour, _NOTHING)

    def _close(self, following: datetime) -> None:
        if self._open is not None:
            self._hours[self._open[0]] = HourCounts.of(self._open[1])
        self._open = (following, [])
        while self._hours and (oldest := next(iter(self._hours))) < following - READ_BEFORE:
            del self._hours[oldest]


def replay(
    tickets: Iterable[SeenTicket], *, start: datetime, end: datetime, zone: ZoneInfo, since: datetime
) -> Iterator[Followed]:
    """The incidents that the worker would have found between the two times, each as it was at its end.

    `tickets`: from `READ_BEFORE` before the start on, in the order of their creation. A ticket counts as read when it was
    created. `since`: when the tenant's first ticket was created.
    """
    hours = PastHours()
    normal = Normal(hours.counts, zone=zone, since=since)
    window: deque[SeenTicket] = deque()
    known: dict[int, Followed] = {}
    last_number = 0
    coming = iter(tickets)
    upcoming = next(coming, None)
    now = start
    while now <= end:
        has_new = False
        while upcoming is not None and upcoming.created_at < now:
            hours.add(upcoming)
            window.append(upcoming)
            has_new = has_new or upcoming.created_at >= now - STEP
            upcoming = next(coming, None)
        while window and window[0].created_at < now - LONGEST:
            window.popleft()
        findings = find_unusual(window, normal, now=now) if has_new else []
        for each in take_step(list(known.values()), findings, now=now, next_number=last_number + 1):
            known[each.number] = each
            last_number = max(last_number, each.number)
        for over in [each for each in known.values() if not is_followed(each, now)]:
            yield known.pop(over.number)
        now += STEP
    yield from chain(known.values())
