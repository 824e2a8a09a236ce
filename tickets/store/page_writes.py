"""What is written when a page of tickets is saved. Pure data: `planning` works it out, `TicketStore.save_page` writes it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tickets.alerts.messages import TicketFacts
from tickets.records.versions import Action, FieldChanges
from tickets.store.dirty_days import Touched
from tickets.store.facet_cube import DayCells

Document = dict[str, Any]

SEARCHABLE = frozenset(("subject", "message", "customer_id", "topics"))
"""What a ticket's words are made of; together with its topics also the fields of its cell are among them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """A ticket that is news for a channel; `event` names this very version of it."""

    channel_id: str
    event: str
    ticket: TicketFacts
    expires_at: datetime | None


@dataclass(slots=True, kw_only=True)
class PageWrites:
    """The writes of a page and its counts. `updates` are pairs of a stored `_id` and the new values."""

    tenant_id: str
    job_id: str
    now: datetime
    inserts: list[Document] = field(default_factory=list)
    updates: list[tuple[Any, Document]] = field(default_factory=list)
    history: list[Document] = field(default_factory=list)
    announcements: list[Announcement] = field(default_factory=list)
    counts: DayCells = field(default_factory=DayCells)
    """How the counts of living tickets change."""
    touched: Touched = field(default_factory=Touched)
    new: int = 0
    updated: int = 0
    restored: int = 0
    unchanged: int = 0

    @property
    def is_empty(self) -> bool:
        return not (self.inserts or self.updates)

    def entry(
        self, external_id: str, action: Action, changes: FieldChanges, expiry: Document, *, reason: str = ""
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
            **expiry,
        }
