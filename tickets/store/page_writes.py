"""The writes of a page of tickets, as pure data: `tickets.planning` plans them, `TicketStore.save_page` makes them."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tickets.alerts.messages import TicketFacts
from tickets.records.dimensions import FILTERED_FIELDS
from tickets.records.versions import Action, FieldChanges
from tickets.rollups.differences import Differences

Document = dict[str, Any]

SEARCHABLE = frozenset(("subject", "message", "customer_id", "topics"))
"""The fields that most of a ticket's words come from, and that take time to read."""

SEARCHABLE_VALUES = frozenset(FILTERED_FIELDS.values())
"""The fields whose values are words as they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """A ticket to alert a channel about. `event` identifies this version of it."""

    channel_id: str
    event: str
    ticket: TicketFacts
    expires_at: datetime | None


@dataclass(slots=True, kw_only=True)
class PageWrites:
    """The writes of a page and its numbers. `updates` are pairs of a stored `_id` and the new values."""

    tenant_id: str
    job_id: str
    now: datetime
    inserts: list[Document] = field(default_factory=list)
    updates: list[tuple[Any, Document]] = field(default_factory=list)
    history: list[Document] = field(default_factory=list)
    told: list[Document] = field(default_factory=list)
    """Entries of the history that the helpdesk told, with ids, so that each is written once."""
    told_otherwise: list[Document] = field(default_factory=list)
    """Such entries that another mapping may have written: their time and values are replaced where they are stored."""
    conversations: list[Document] = field(default_factory=list)
    announcements: list[Announcement] = field(default_factory=list)
    differences: Differences = field(default_factory=Differences)
    """What changes about the tenant's numbers."""
    corrections_seen: dict[Any, int | None] = field(default_factory=dict)
    """Of stored tickets that were compared as a whole, by `_id`: how often each had been corrected by then."""
    new: int = 0
    updated: int = 0
    restored: int = 0
    unchanged: int = 0

    @property
    def is_empty(self) -> bool:
        return not (self.inserts or self.updates)

    def entry(
        self, external_id: str, action: Action, changes: FieldChanges, *, reason: str = "", author: str = ""
    ) -> Document:
        """An entry of the ticket's history."""
        return {
            "tenant_id": self.tenant_id,
            "external_id": external_id,
            "action": action,
            "changes": changes,
            "recorded_at": self.now,
            "job_id": self.job_id,
            **({"reason": reason} if reason else {}),
            **({"author": author} if author else {}),
        }
