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
from typing import Any, Literal

from tickets.ingestion.classify import Classification
from tickets.ingestion.normalize import TicketContent
from tickets.ingestion.origin import PLAIN, Origin
from tickets.statuses import fold_status

Action = Literal["created", "updated", "deleted", "restored"]
FieldChanges = dict[str, dict[str, Any]]

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
class ReadTicket:
    """A ticket as it was read, and the digest that tells whether the stored one may differ.

    One from a file is none of the helpdesk's, unless that lists it too: its absence there means nothing.
    """

    content: TicketContent
    digest: str
    from_file: bool = False
    origin: Origin = PLAIN


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


@dataclass(frozen=True, slots=True)
class OlderVersion:
    """What a whole read showed under an older stamp than the stored one's, and when it first did."""

    digest: str
    updated_at: datetime
    seen_at: datetime

    def is_of(self, ticket: ReadTicket) -> bool:
        return (self.digest, self.updated_at) == (ticket.digest, ticket.content.updated_at)


@dataclass(frozen=True, slots=True)
class StoredVersion:
    """The slim part of a stored ticket that tells whether it has to be read whole."""

    key: Any
    digest: str
    updated_at: datetime
    is_deleted: bool
    from_file: bool = False
    older: OlderVersion | None = None
    mapping: str = ""
    deleted_at: datetime | None = None

    def is_comparable(self, ticket: ReadTicket) -> bool:
        """Whether the two stamps say which version is newer. A file's always do: it overrules no helpdesk."""
        return not ticket.origin.mapping or ticket.origin.mapping == self.mapping

    def outlives(self, ticket: ReadTicket) -> bool:
        """Whether it is deleted, and a file's row is from before that: it brings nothing back."""
        return self.is_deleted and ticket.from_file and not _is_after(ticket.content.updated_at, self.deleted_at)


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


def _is_after(moment: datetime, other: datetime | None) -> bool:
    return other is not None and moment > other
