"""What people on call are told: a message, ready to be put into the words of any channel. Pure."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Kind = Literal["ticket", "digest", "trouble", "recovery", "test"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketFacts:
    """A ticket as it was when it became news; `reason` says in words why."""

    ticket_id: str
    subject: str
    customer_id: str
    urgency: str
    sentiment: str
    reason: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message to one channel, the same at every attempt.

    `key` is its `Idempotency-Key`; `headline` one plain sentence that says it all. A `digest` is about
    many tickets, a `ticket` about one or a few of one customer, the other kinds about none. `at` is when
    the message was made.
    """

    key: str
    kind: Kind
    tenant_id: str
    tenant_name: str
    headline: str
    tickets: tuple[TicketFacts, ...]
    at: datetime
