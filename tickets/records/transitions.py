"""When a ticket was closed and reopened, as far as it is known. Pure.

The moments stand in a list (`turns` in the database), ascending: closed, reopened, closed … A ticket begins open, so an
odd number of them means that it is closed. A closing that happened between two of our reads is known to the interval
between them, and one that the helpdesk dates is known exactly. A ticket that was closed when it was first seen, or whose
status only then got a meaning, without such a date: nobody knows when. It counts as closed from its creation on, so that
it is in no backlog, and `is_closing_known` is False, which keeps it out of every time to resolution.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tickets.records.normalize import TicketContent
from tickets.records.statuses import is_open, state_of

CLOCKS_DIFFER = timedelta(days=1)
"""A closing that lies further ahead than this is a mistake of the helpdesk's, or of the mapping."""


@dataclass(frozen=True, slots=True)
class Transitions:
    """`is_closing_known` is about the first of the turns; None where an earlier version stored them and did not say."""

    turns: tuple[datetime, ...] = ()
    is_closing_known: bool | None = True

    @property
    def fields(self) -> dict[str, Any]:
        """As they are stored."""
        return {"turns": list(self.turns), "is_closing_known": self.is_closing_known}


def first_transitions(content: TicketContent, *, now: datetime) -> Transitions:
    """Of a ticket that is seen for the first time."""
    if is_open(content.status):
        return Transitions()
    dated = _dated_closing(content, now=now)
    return Transitions((content.created_at,), is_closing_known=False) if dated is None else Transitions((dated,))


def next_transitions(
    stored: Mapping[str, Any], content: TicketContent, *, now: datetime, is_corrected: bool = False
) -> Transitions:
    """Of a stored ticket that has now this content.

    `is_corrected`: another mapping read the stored version, so a difference is no news of today, and what stood at the
    former stamp moves with it.
    """
    before = stored_transitions(stored)
    at = _moment(stored, content, now=now, is_corrected=is_corrected)
    if is_corrected:
        before = _corrected(before, former=max(stored["updated_at"], stored["created_at"]), stamp=at)
    if is_open(content.status):
        return _opened(before, stored, content, at=at)
    dated = _dated_closing(content, now=now)
    if len(before.turns) % 2 == 0:
        before = _closed(before, stored, content, at=at, is_corrected=is_corrected)
    elif dated is None and before.turns == (stored.get("resolved_at"),):
        before = Transitions((content.created_at,), is_closing_known=False)  # the helpdesk has taken its date back
    if dated is not None:
        *earlier, _ = before.turns
        turns = (*earlier, max([dated, *earlier[-1:]]))
        return Transitions(turns, is_closing_known=before.is_closing_known if earlier else True)
    if len(before.turns) == 1 and before.is_closing_known is False:
        return Transitions((content.created_at,), is_closing_known=False)
    return before


def stored_transitions(stored: Mapping[str, Any]) -> Transitions:
    """What is stored, in line with the stored status: earlier versions took every word they did not know for closed."""
    is_closed = not is_open(stored["status"])
    turns: Sequence[datetime] | None = stored.get("turns")
    if turns is None or (is_closed and not turns):
        turns = [stored["created_at"]] if is_closed else []
        return Transitions(tuple(turns), is_closing_known=not is_closed)
    if len(turns) % 2 != is_closed:
        turns = turns[:-1]
    return Transitions(tuple(turns), is_closing_known=stored.get("is_closing_known") if turns else True)


def _corrected(before: Transitions, *, former: datetime, stamp: datetime) -> Transitions:
    turns = sorted(stamp if each == former else each for each in before.turns)
    return Transitions(tuple(turns), before.is_closing_known)


def _opened(before: Transitions, stored: Mapping[str, Any], content: TicketContent, *, at: datetime) -> Transitions:
    if len(before.turns) % 2 == 0:
        return before
    if is_only_mapped_otherwise(stored, content):
        return Transitions(before.turns[:-1], before.is_closing_known if before.turns[1:] else True)
    return Transitions(_then(before.turns, at), before.is_closing_known)


def _closed(
    before: Transitions, stored: Mapping[str, Any], content: TicketContent, *, at: datetime, is_corrected: bool
) -> Transitions:
    """An unknown status, or one that another mapping read, may have meant closed all the time."""
    if not before.turns and (is_corrected or state_of(stored["status"]) == "unknown"):
        return Transitions((content.created_at,), is_closing_known=False)
    known = before.is_closing_known if before.turns else True
    return Transitions(_then(before.turns, at), known)


def _moment(stored: Mapping[str, Any], content: TicketContent, *, now: datetime, is_corrected: bool) -> datetime:
    """When the helpdesk's own stamp has not moved, the change happened some time before now."""
    if is_corrected or content.updated_at > stored["updated_at"]:
        return max(content.updated_at, content.created_at)
    return now


def _then(turns: Sequence[datetime], moment: datetime) -> tuple[datetime, ...]:
    return (*turns, max([moment, *turns[-1:]]))


def is_only_mapped_otherwise(stored: Mapping[str, Any], content: TicketContent) -> bool:
    """Whether the helpdesk says what it said before, and only what we take it to mean is another thing."""
    before: str = stored.get("mapped_from") or stored["status"]
    return before == (content.mapped_from or content.status)


def _dated_closing(content: TicketContent, *, now: datetime) -> datetime | None:
    """When the helpdesk says that the ticket was closed, where that can be."""
    dated = content.resolved_at
    return dated if dated is not None and content.created_at <= dated <= now + CLOCKS_DIFFER else None
