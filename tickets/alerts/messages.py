"""Alert messages, independent of the channel that sends them. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime, tzinfo
from typing import Any, Literal

from supportsaas.formatting import format_count, format_number

MessageKind = Literal["ticket", "digest", "trouble", "number", "recovery", "test"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketFacts:
    """A ticket at the time of the alert. What entries of older versions lack is empty.

    - `reason`: why the channel alerts on it. `text`: the beginning of the customer's message, at most two lines.
    - `alert`: what people acknowledge, the same in the messages of all channels about this version of the ticket.
    - `helpdesk_url`: the ticket's page in its helpdesk, empty if that is not known.
    - `customer_open` and `customer_high`: how many open tickets the customer has, and how many of them are of high
      urgency, when the message was composed; None if that is not known.
    """

    ticket_id: str
    subject: str
    customer_id: str
    urgency: str
    sentiment: str
    reason: str
    created_at: datetime
    text: str = ""
    alert: str = ""
    customer_name: str = ""
    helpdesk_url: str = ""
    customer_open: int | None = None
    customer_high: int | None = None

    @property
    def customer(self) -> str:
        """The customer with name and id, as far as they are known."""
        if not self.customer_name:
            return self.customer_id
        return f"{self.customer_name} ({self.customer_id})" if self.customer_id else self.customer_name

    @property
    def customer_load(self) -> str:
        """“3 open tickets, 2 of high urgency”; empty if that is not known."""
        if not self.customer_id or self.customer_open is None or self.customer_high is None:
            return ""
        return f"{format_count(self.customer_open, 'open ticket')}, {format_number(self.customer_high)} of high urgency"

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
    none. `at` is when the message was composed. Times are shown in `zone`, the tenant's. `can_be_acknowledged`: it is
    about something that a person should look at. `path`: the page that a message about no ticket is about, if there is
    one of its own, below `PUBLIC_URL`.
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
    can_be_acknowledged: bool = False
    path: str = ""
