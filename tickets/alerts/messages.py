"""What people on call are told: a message, ready to be put into the words of any channel. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime, tzinfo
from typing import Any, Literal

Kind = Literal["ticket", "digest", "trouble", "recovery", "test"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketFacts:
    """A ticket as it was when it became news.

    `reason` says in words why the channel hears of it; `text` is the beginning of what the customer wrote, at most
    two lines (empty in news stored before it was kept).
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
        """From an outbox entry or a delivery, of whatever version."""
        names = {each.name for each in fields(cls)}
        return cls(**{name: value for name, value in stored.items() if name in names})


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message to one channel, the same at every attempt.

    `key` is its `Idempotency-Key`; `headline` one plain sentence that says it all, `note` what else there is to
    say in the body. A `digest` is about many tickets, a `ticket` about one or a few of one customer, the other
    kinds about none. `at` is when the message was made; people read times in `zone`, the tenant's.
    """

    key: str
    kind: Kind
    tenant_id: str
    tenant_name: str
    headline: str
    tickets: tuple[TicketFacts, ...]
    at: datetime
    note: str = ""
    zone: tzinfo = UTC
