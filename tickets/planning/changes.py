"""What a read ticket changes in the stored one: nothing, some fields, or everything. Pure.

Content decides: if only `updated_at` moves, nothing has changed, and a change under the same stamp is a change. A
version with an older stamp does not overwrite, in whatever order pages, files and lagging replicas arrive. But a
helpdesk that was restored from a backup keeps showing the older version: once whole reads have shown it for
`OLDER_MUST_STAND`, and nothing else in between, it overwrites.

Two stamps can be compared only if the same mapping read both. After a mapping or a helpdesk's address has changed, the
first version that is read with the new one overwrites the stored one, once per ticket.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tickets.classification.language import UNDETERMINED
from tickets.classification.verdicts import Classification
from tickets.records.details import DETAIL_FIELDS, LANGUAGE_FOUND
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
    "latest_message",
    *DETAIL_FIELDS,
)
"""The fields whose changes are history, in the order in which people read them."""
_OPTIONAL = (
    "topic_ids",
    "is_first_seen",
    "latest_message",
    "latest_message_at",
    "conversation_digest",
    "exchange",
    "events_digest",
    LANGUAGE_FOUND,
)
OLDER_MUST_STAND = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The classification of a ticket's text, its keywords, which are stored as `topics`, and the ids of its topics.

    `learned_version`: the number of the learned weights that took part; 0 if there were none.
    """

    classification: Classification
    topics: tuple[str, ...]
    topic_ids: tuple[str, ...] = ()
    learned_version: int = 0


def stored_fields(content: TicketContent, verdict: Verdict) -> dict[str, Any]:
    """What is stored of a ticket, apart from internal fields. Of the details only those that are known."""
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
        **({"topic_ids": list(verdict.topic_ids)} if verdict.topic_ids else {}),
        **({"learned_version": verdict.learned_version} if verdict.learned_version else {}),
        "created_at": content.created_at,
        "updated_at": content.updated_at,
        "resolved_at": content.resolved_at,
        "mapped_from": content.mapped_from,
        **({"latest_message": content.latest_message} if content.latest_message else {}),
        **({"latest_message_at": content.latest_message_at} if content.latest_message_at else {}),
        **({"conversation_digest": content.conversation_digest} if content.conversation_digest else {}),
        **({"exchange": list(content.exchange)} if content.exchange else {}),
        **({"events_digest": content.events_digest} if content.events_digest else {}),
        **({"is_first_seen": True} if content.is_first_seen else {}),
        **_found_language(content, verdict),
        **content.details.known(),
    }


def _found_language(content: TicketContent, verdict: Verdict) -> dict[str, Any]:
    """The language of the text, where the helpdesk gives none. Its content, digest and history do not have it."""
    found = verdict.classification.language
    if content.details.language is not None or found in ("", UNDETERMINED):
        return {}
    return {"language": found, LANGUAGE_FOUND: True}


def unknown_details(stored: Mapping[str, Any], fields: Mapping[str, Any]) -> dict[str, None]:
    """The optional fields of a stored ticket that its new version no longer has."""
    return {name: None for name in (*_OPTIONAL, *DETAIL_FIELDS) if stored.get(name) is not None and name not in fields}


def overwrites(stored: StoredVersion, ticket: ReadTicket, *, now: datetime, is_whole: bool) -> bool:
    """Whether the read version replaces the stored one; `is_whole`: a whole read of the helpdesk showed it."""
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
    return {
        name: {"old": None, "new": tracked_value(fields, name)}
        for name in TRACKED
        if tracked_value(fields, name) is not None
    }


def field_changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> FieldChanges:
    """The tracked fields that differ, old value and new. Another spelling of a status is not a difference."""
    changed = [name for name in TRACKED if tracked_value(old, name) != tracked_value(new, name)]
    return {
        name: {"old": tracked_value(old, name), "new": tracked_value(new, name)}
        for name in changed
        if name != "status" or fold_status(old["status"]) != fold_status(new["status"])
    }


def tracked_value(ticket: Mapping[str, Any], name: str) -> Any:
    """The value of a field whose changes are history. A language that we found is none of the helpdesk's values."""
    return None if name == "language" and ticket.get(LANGUAGE_FOUND) else ticket.get(name)
