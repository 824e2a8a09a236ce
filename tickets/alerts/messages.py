"""Alert messages, independent of the channel that sends them. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime, tzinfo
from typing import Any, Literal

MessageKind = Literal["ticket", "digest", "trouble", "number", "recovery", "test"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketFacts:
    """A ticket at the time of the alert.

    `reason` says why the channel alerts on it. `text` is the beginning of the customer's message, at most two lines
    (empty in entries of older versions).
    """

    ticket_id: str
    subject: str
    customer_id: str
    urgency: str
    sentiment: str
    reason: str
    created_at: datetime
    text: str = ""

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> "TicketFacts":
        """From an outbox entry or a delivery of any version."""
        names = {each.name for each in fields(cls)}
        return cls(**{name: value for name, value in stored.items() if name in names})


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message to one channel, identical in every attempt.

    `key` is its `Idempotency-Key`. `headline` is a sentence that stands alone; `note` is extra text for the body. A
    `ticket` is about one or a few tickets of one customer, a `digest` about many tickets, and the other kinds about
    none. `at` is when the message was composed. Times are shown in `zone`, the tenant's.
    """

    key: str
    kind: MessageKind
    tenant_id: str
    tenant_name: str
    headline: str
    tickets: tuple[TicketFacts, ...]
    at: datetime
    note: str = ""
    zone: tzinfo = UTC
