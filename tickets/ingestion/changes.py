"""What a read ticket changes of a stored one: nothing, some fields, or everything. Pure.

Content decides: `updated_at` that moves alone is no change, and a change under the same stamp
is one. An older stamp than the stored one is an older version and never overwrites.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from tickets.ingestion.classify import Classification
from tickets.ingestion.normalize import TicketContent

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
)


@dataclass(frozen=True, slots=True)
class ReadTicket:
    """A ticket as it was read, and the digest that tells whether the stored one may differ."""

    content: TicketContent
    digest: str


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
    }


@dataclass(frozen=True, slots=True)
class StoredVersion:
    """The slim part of a stored ticket that tells whether it has to be read whole."""

    external_id: str
    digest: str
    updated_at: datetime
    is_deleted: bool


def needs_full_read(stored: StoredVersion, *, digest: str, updated_at: datetime) -> bool:
    """Whether the stored ticket may differ from what was read."""
    if stored.is_deleted:
        return True
    return stored.digest != digest and updated_at >= stored.updated_at


def initial_changes(fields: Mapping[str, Any]) -> FieldChanges:
    """The first entry of a ticket's history: every tracked field from nothing to its value."""
    return {name: {"old": None, "new": fields[name]} for name in TRACKED}


def field_changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> FieldChanges:
    """The tracked fields that differ, old value and new."""
    return {name: {"old": old.get(name), "new": new[name]} for name in TRACKED if old.get(name) != new[name]}
