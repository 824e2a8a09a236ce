"""Takes the worker's steps over past tickets, and stores nothing. Pure."""

from bisect import bisect_left
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from tickets.incidents.finding import LONGEST, find_unusual
from tickets.incidents.following import STEP, Followed, is_followed, take_step
from tickets.incidents.normal import A_WEEK, Normal
from tickets.incidents.rule import WEEKS
from tickets.incidents.seen import HOUR, HourCounts, SeenTicket, hour_of

READ_BEFORE: Final = (WEEKS + 1) * A_WEEK + LONGEST + 2 * HOUR
"""Tickets are needed from so long before the first step. The clocks may have changed in between."""

_NOTHING: Final = HourCounts.of(())


class PassedTickets:
    """What a replay has passed, as far back as it is needed. Tickets come in the order of their creation."""

    def __init__(self) -> None:
        self._hours: dict[datetime, HourCounts] = {}
        self._current: list[SeenTicket] = []
        self._times: list[datetime] = []

    def add(self, ticket: SeenTicket) -> None:
        hour = hour_of(ticket.created_at)
        if self._current and hour_of(self._current[0].created_at) != hour:
            self._hours[hour_of(self._current[0].created_at)] = HourCounts.of(self._current)
            self._current = []
            while (oldest := next(iter(self._hours))) < hour - READ_BEFORE:
                del self._hours[oldest]
        self._current.append(ticket)
        self._times.append(ticket.created_at)

    def read_hours(self, start: datetime, end: datetime) -> Sequence[HourCounts]:
        return [self._hours.get(start + number * HOUR, _NOTHING) for number in range((end - start) // HOUR)]

    def count_tickets(self, start: datetime, end: datetime, *, most: int) -> int:
        return min(bisect_left(self._times, end) - bisect_left(self._times, start), most)


def replay(tickets: Iterable[SeenTicket], *, start: datetime, end: datetime, zone: ZoneInfo) -> Iterator[Followed]:
    """The incidents that the worker would have found between the two times, each as it was at its end.

    `tickets`: from `READ_BEFORE` before the start on, in the order of their creation. A ticket counts as read when it was
    created.
    """
    passed = PassedTickets()
    normal = Normal(passed, zone=zone)
    window: deque[SeenTicket] = deque()
    known: dict[int, Followed] = {}
    last_number = 0
    coming = iter(tickets)
    upcoming = next(coming, None)
    now = start
    while now <= end:
        has_new = False
        while upcoming is not None and upcoming.created_at < now:
            passed.add(upcoming)
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
    yield from known.values()
