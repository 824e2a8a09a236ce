"""Since when a ticket has had each of its statuses, as far as that is known. Pure.

A list of `{"at", "status"}` (`status_moments` in the database), ascending. What was before the first is unknown: a ticket
that changed before it was first read has had its status since that change at the latest.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from tickets.records.normalize import TicketContent
from tickets.records.statuses import fold_status
from tickets.records.told_events import Telling
from tickets.records.transitions import is_only_mapped_otherwise

Moments = list[dict[str, Any]]

MOST_STATUSES: Final = 100
"""Of one ticket. Beyond this, the oldest are left out."""


def first_statuses(content: TicketContent, telling: Telling) -> Moments:
    """Of a ticket that is read for the first time."""
    told = told_statuses(content, telling)
    since = max(content.updated_at, content.created_at)
    return told or [{"at": since, "status": content.status}]


def next_statuses(stored: Mapping[str, Any], content: TicketContent, telling: Telling, *, now: datetime) -> Moments:
    """Of a stored ticket that now has this content."""
    told = told_statuses(content, telling)
    if told:
        return told
    before: Moments = list(stored.get("status_moments") or ())
    if not before:
        return first_statuses(content, telling)
    *earlier, last = before
    if last["status"] == content.status:
        return before
    if is_only_mapped_otherwise(stored, content) or fold_status(last["status"]) == fold_status(content.status):
        return [*earlier, {"at": last["at"], "status": content.status}]
    has_moved = content.updated_at > stored["updated_at"]
    at = max(content.updated_at if has_moved else now, last["at"])
    return [*before, {"at": at, "status": content.status}][-MOST_STATUSES:]


def told_statuses(content: TicketContent, telling: Telling) -> Moments:
    """As the helpdesk tells them; empty if it does not, or if that does not lead to the status that the ticket has."""
    changes = telling.changes_of("status")
    if not changes or fold_status(changes[-1][1].new or "") != fold_status(content.status):
        return []
    first = changes[0][1].old
    found: Moments = [] if first is None or content.is_first_seen else [{"at": content.created_at, "status": first}]
    found += [{"at": max(at, content.created_at), "status": change.new} for at, change in changes]
    return found[-MOST_STATUSES:]


def spans_of(moments: Sequence[Mapping[str, Any]], until: datetime) -> list[tuple[str, datetime, datetime]]:
    """Each status with when it began and ended, up to `until`."""
    ends = [*(each["at"] for each in moments[1:]), until]
    spans = ((each["status"], each["at"], min(end, until)) for each, end in zip(moments, ends, strict=False))
    return [(status, start, end) for status, start, end in spans if start < end]
