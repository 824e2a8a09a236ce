"""What a read ticket changes of a stored one: nothing, some fields, or everything. Pure.

Content decides: `updated_at` that moves alone is no change, and a change under the same stamp
is one. An older stamp than the stored one is an older version and does not overwrite, whatever
order pages, files and lagging replicas come in. Yet a helpdesk that was set back stays at it: what
whole reads show again after `OLDER_MUST_STAND`, and nothing else in between, is how it is now.

Two stamps can be compared only where one mapping read both. Once a mapping or a helpdesk's address
has changed, what is read first under the new one overwrites what was stored under the former, once a ticket.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tickets.classification.classify import Classification
from tickets.records.normalize import TicketContent
from tickets.records.statuses import fold_status
from tickets.records.versions import FieldChanges, ReadTicket, StoredVersion

TRACKED = (
    "subject",
    "message",
    "status",
    "source",
    "customer_id",
    "urgency",
    "sentiment",
    "requires_action",
    "created_at",
    "resolved_at",
)
OLDER_MUST_STAND = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What our rules say of a ticket's words."""

    classification: Classification
    topics: tuple[str, ...]


def stored_fields(content: TicketContent, verdict: Verdict) -> dict[str, Any]:
    """What is stored of a ticket, apart from our own book-keeping."""
    return {
        "source": content.source,
        "customer_id": content.customer_id,
        "subject": content.subject,
        "message": content.message,
        "status": content.status,
        "urgency": verdict.classification.urgency,
        "sentiment": verdict.classification.sentiment,
        "requires_action": verdict.classification.requires_action,
        "keywords": list(verdict.classification.keywords),
        "topics": list(verdict.topics),
        "created_at": content.created_at,
        "updated_at": content.updated_at,
        "resolved_at": content.resolved_at,
        "mapped_from": content.mapped_from,
    }


def overwrites(stored: StoredVersion, ticket: ReadTicket, *, now: datetime, is_whole: bool) -> bool:
    """Whether what was read counts more than what is stored; `is_whole`: by a whole read of the helpdesk."""
    if not stored.is_comparable(ticket) or ticket.content.updated_at >= stored.updated_at:
        return True
    older = stored.older
    return is_whole and older is not None and older.is_of(ticket) and now - older.seen_at >= OLDER_MUST_STAND


def needs_full_read(stored: StoredVersion, ticket: ReadTicket, *, now: datetime, is_whole: bool) -> bool:
    """Whether the stored ticket may have to change."""
    if stored.is_deleted:
        return not stored.outlives(ticket)
    if not stored.is_comparable(ticket) and stored.updated_at != ticket.content.updated_at:
        return True
    return stored.digest != ticket.digest and overwrites(stored, ticket, now=now, is_whole=is_whole)


def initial_changes(fields: Mapping[str, Any]) -> FieldChanges:
    """The first entry of a ticket's history: every tracked field from nothing to its value, where it has one."""
    return {name: {"old": None, "new": fields[name]} for name in TRACKED if fields[name] is not None}


def field_changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> FieldChanges:
    """The tracked fields that differ, old value and new. A status that is only spelled otherwise is the same one."""
    changed = [name for name in TRACKED if old.get(name) != new[name]]
    return {
        name: {"old": old.get(name), "new": new[name]}
        for name in changed
        if name != "status" or fold_status(old["status"]) != fold_status(new["status"])
    }
