"""When a ticket was closed and reopened, as far as that is known. Pure.

The moments are a list (`turns` in the database), ascending: closed, reopened, closed … A ticket starts open, so an odd
number of them means that it is closed. A closing between two reads is known to the interval between them, and one that
the helpdesk dates is known exactly. Nobody knows when a ticket was closed that was closed when first read, or whose
status was mapped to closed later, without such a date. It counts as closed since its creation, so that no backlog
includes it, and `is_closing_known` is False, which keeps it out of every time to resolution.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tickets.records.normalize import TicketContent
from tickets.records.statuses import is_open, state_of

CLOCKS_DIFFER = timedelta(days=1)
"""A closing further in the future than this is a mistake in the helpdesk or in the mapping."""


@dataclass(frozen=True, slots=True)
class Transitions:
    """`is_closing_known` is about the first moment; None if an earlier version stored them without it."""

    moments: tuple[datetime, ...] = ()
    is_closing_known: bool | None = True

    @property
    def fields(self) -> dict[str, Any]:
        """As they are stored."""
        return {"turns": list(self.moments), "is_closing_known": self.is_closing_known}


def first_transitions(content: TicketContent, *, now: datetime) -> Transitions:
    """Of a ticket that is read for the first time."""
    if is_open(content.status):
        return Transitions()
    dated = dated_closing(content, now=now)
    return Transitions((content.created_at,), is_closing_known=False) if dated is None else Transitions((dated,))


def next_transitions(
    stored: Mapping[str, Any],
    content: TicketContent,
    *,
    now: datetime,
    is_corrected: bool = False,
    are_told: bool = False,
) -> Transitions:
    """Of a stored ticket that now has this content.

    `is_corrected`: another mapping read the stored version, so a difference is not a change of today, and a moment at
    the former stamp moves with it. `are_told`: the stored moments are those that the helpdesk told, so they stand while
    the ticket stays open or closed.
    """
    before = stored_transitions(stored)
    if are_told and len(before.moments) % 2 != is_open(content.status):
        return before
    at = _moment(stored, content, now=now, is_corrected=is_corrected)
    if is_corrected:
        before = _corrected(before, former=max(stored["updated_at"], stored["created_at"]), stamp=at)
    if is_open(content.status):
        return _opened(before, stored, content, at=at)
    dated = dated_closing(content, now=now)
    if len(before.moments) % 2 == 0:
        before = _closed(before, stored, content, at=at, is_corrected=is_corrected)
    elif dated is None and before.moments == (stored.get("resolved_at"),):
        before = Transitions((content.created_at,), is_closing_known=False)  # the helpdesk has withdrawn its date
    if dated is not None:
        *earlier, _ = before.moments
        moments = (*earlier, max([dated, *earlier[-1:]]))
        return Transitions(moments, is_closing_known=before.is_closing_known if earlier else True)
    if len(before.moments) == 1 and before.is_closing_known is False:
        return Transitions((content.created_at,), is_closing_known=False)
    return before


def stored_transitions(stored: Mapping[str, Any]) -> Transitions:
    """What is stored, in line with the stored status: earlier versions counted every unknown status as closed."""
    is_closed = not is_open(stored["status"])
    moments: Sequence[datetime] | None = stored.get("turns")
    if moments is None or (is_closed and not moments):
        moments = [stored["created_at"]] if is_closed else []
        return Transitions(tuple(moments), is_closing_known=not is_closed)
    if len(moments) % 2 != is_closed:
        moments = moments[:-1]
    return Transitions(tuple(moments), is_closing_known=stored.get("is_closing_known") if moments else True)


def _corrected(before: Transitions, *, former: datetime, stamp: datetime) -> Transitions:
    moments = sorted(stamp if each == former else each for each in before.moments)
    return Transitions(tuple(moments), before.is_closing_known)


def _opened(before: Transitions, stored: Mapping[str, Any], content: TicketContent, *, at: datetime) -> Transitions:
    if len(before.moments) % 2 == 0:
        return before
    if is_only_mapped_otherwise(stored, content):
        return Transitions(before.moments[:-1], before.is_closing_known if before.moments[1:] else True)
    return Transitions(_then(before.moments, at), before.is_closing_known)


def _closed(
    before: Transitions, stored: Mapping[str, Any], content: TicketContent, *, at: datetime, is_corrected: bool
) -> Transitions:
    """An unknown status, or one that another mapping read, may have meant closed from the start."""
    if not before.moments and (is_corrected or state_of(stored["status"]) == "unknown"):
        return Transitions((content.created_at,), is_closing_known=False)
    known = before.is_closing_known if before.moments else True
    return Transitions(_then(before.moments, at), known)


def _moment(stored: Mapping[str, Any], content: TicketContent, *, now: datetime, is_corrected: bool) -> datetime:
    """If the helpdesk's own stamp has not moved, the change happened some time before now."""
    if is_corrected or content.updated_at > stored["updated_at"]:
        return max(content.updated_at, content.created_at)
    return now


def _then(moments: Sequence[datetime], moment: datetime) -> tuple[datetime, ...]:
    return (*moments, max([moment, *moments[-1:]]))


def is_only_mapped_otherwise(stored: Mapping[str, Any], content: TicketContent) -> bool:
    """Whether the helpdesk's status is the same as before and only its mapping has changed."""
    before: str = stored.get("mapped_from") or stored["status"]
    return before == (content.mapped_from or content.status)


def dated_closing(content: TicketContent, *, now: datetime) -> datetime | None:
    """When the ticket was closed according to the helpdesk, if that is plausible."""
    dated = content.resolved_at
    return dated if dated is not None and content.created_at <= dated <= now + CLOCKS_DIFFER else None
