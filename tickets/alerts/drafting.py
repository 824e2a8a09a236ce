"""Groups a channel's waiting news into messages, so that nobody is flooded. Pure.

Up to ten tickets: one message per customer. More: one digest of all tickets.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from supportsaas.formatting import format_number
from tickets.alerts.messages import MessageKind, TicketFacts

MOST_SINGLE_TICKETS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """An outbox entry."""

    key: str
    ticket: TicketFacts
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A message about this news. The key depends only on the news."""

    key: str
    kind: MessageKind
    headline: str
    news: tuple[News, ...]

    @property
    def customers(self) -> list[str]:
        return sorted({each.ticket.customer_id for each in self.news if each.ticket.customer_id})


def draft_next(waiting: Sequence[News]) -> Draft:
    """The next message about the waiting news, which is not empty and sorted by age."""
    if len(waiting) > MOST_SINGLE_TICKETS:
        return _draft(waiting)
    customer = waiting[0].ticket.customer_id
    if not customer:
        return _draft(waiting[:1])
    return _draft([each for each in waiting if each.ticket.customer_id == customer])


def draft_alone(news: News) -> Draft:
    return _draft([news])


def draft_together(news: Sequence[News]) -> Draft:
    """One message about all of it."""
    return _draft(news)


def _draft(news: Sequence[News]) -> Draft:
    customers = {each.ticket.customer_id for each in news}
    kind: MessageKind = "ticket" if len(customers) == 1 and len(news) <= MOST_SINGLE_TICKETS else "digest"
    return Draft(
        key=_key(news),
        kind=kind,
        headline=headline_of([each.ticket for each in news]),
        news=tuple(news),
    )


def _key(news: Sequence[News]) -> str:
    if len(news) == 1:
        return news[0].key
    return hashlib.blake2b("\0".join(each.key for each in news).encode(), digest_size=16).hexdigest()


def headline_of(tickets: Sequence[TicketFacts]) -> str:
    """A sentence about the tickets of a message, which are sorted by age."""
    customers = len({each.customer_id for each in tickets})
    first = tickets[0]
    subject = first.subject or "no subject"
    are_urgent = all(each.urgency == "high" for each in tickets)
    if len(tickets) == 1:
        of = f" from {first.customer_id}" if first.customer_id else ""
        return f"{'Urgent ticket' if are_urgent else 'Ticket'} {first.ticket_id}{of}: {subject}"
    many = f"{format_number(len(tickets))} {'urgent ' if are_urgent else ''}tickets"
    of = f"from {format_number(customers)} customers" if customers > 1 else f"from {first.customer_id}"
    return f"{many} {of}; oldest: {subject}"
