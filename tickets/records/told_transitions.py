"""When a ticket was closed and reopened, as its helpdesk tells it. Pure.

A change that is not told, but shows in the values of the next one, happened right before that at the latest, and counts
there. A ticket whose first told change begins at a closed status was closed before, nobody knows when.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tickets.records.normalize import TicketContent
from tickets.records.statuses import is_open
from tickets.records.told_events import Telling
from tickets.records.transitions import Transitions, dated_closing, stored_transitions


def told_transitions(
    content: TicketContent, telling: Telling, *, now: datetime, stored: Mapping[str, Any] | None = None
) -> Transitions | None:
    """None if the helpdesk tells no change of the status, or does not say when the ticket was created.

    `stored`: the stored version, if there is one. It counts only where what is told does not lead to the status that
    the ticket has, because the list was read before or after the events.
    """
    if content.is_first_seen or not telling.changes_of("status"):
        return None
    told = _moments(telling, since=content.created_at)
    is_closed = not is_open(content.status)
    moments = list(told.moments)
    while len(moments) % 2 != is_closed and moments and moments[-1] > content.updated_at:
        moments.pop()
    if len(moments) % 2 == is_closed:
        return Transitions(tuple(moments), told.is_closing_known if moments else True)
    at = dated_closing(content, now=now) if is_closed else None
    if not moments and at is None:
        return None
    known = told.is_closing_known if moments else True
    untold = at or _noticed(stored, is_closed=is_closed) or content.updated_at
    return Transitions((*moments, max([untold, *moments[-1:]])), known)


def _moments(telling: Telling, *, since: datetime) -> Transitions:
    moments: list[datetime] = []
    is_closing_known = True
    for number, (at, change) in enumerate(telling.changes_of("status")):
        at = max(at, since)
        was_open = len(moments) % 2 == 0 if change.old is None else is_open(change.old)
        if was_open != (len(moments) % 2 == 0):
            is_closing_known = is_closing_known and bool(moments)
            moments.append(at if number else since)
        if is_open(change.new or "") != was_open:
            moments.append(at)
    return Transitions(tuple(moments), is_closing_known)


def _noticed(stored: Mapping[str, Any] | None, *, is_closed: bool) -> datetime | None:
    """When an earlier sync noticed that the ticket came to the state it has."""
    if stored is None:
        return None
    moments = stored_transitions(stored).moments
    return moments[-1] if moments and len(moments) % 2 == is_closed else None
