"""Links from messages to pages of SupportSaaS: full URLs below `PUBLIC_URL`."""

from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.urls import NoReverseMatch

from supportsaas.web.page_paths import GAP, path_of, path_with_gap
from tickets.alerts.acknowledge_links import acknowledge_token
from tickets.alerts.messages import Message, TicketFacts

OPEN_TICKET: Final = "Open ticket"
OPEN_IN_HELPDESK: Final = "Open in helpdesk"
_LABELS: Final = {"number": "Open what it is about", "recovery": "Open what it is about"}


@dataclass(frozen=True, slots=True)
class Link:
    """A URL and its label."""

    url: str
    label: str


def link_of(message: Message) -> Link:
    """The page that the message is about: its ticket, its customer, the ticket list or the alerts."""
    tickets = message.tickets
    if message.path:
        return Link(f"{settings.PUBLIC_URL}{message.path}", _LABELS.get(message.kind, "Open"))
    if message.kind == "number":
        return Link(_address("number-alerts", message.tenant_id), "Open the alert")
    if not tickets:
        return Link(_address("alerts", message.tenant_id), "Open alerts")
    if len(tickets) == 1:
        return Link(ticket_url(message.tenant_id, tickets[0].ticket_id), OPEN_TICKET)
    if message.kind == "ticket" and tickets[0].customer_id:
        return Link(_address("customer", message.tenant_id, tickets[0].customer_id), "Open customer")
    are_urgent = all(each.urgency == "high" for each in tickets)
    return Link(_address("ticket-list", message.tenant_id) + ("?urgency=high" if are_urgent else ""), "Open tickets")


def acknowledge_url(message: Message) -> str:
    """The signed link by which the message is acknowledged; empty if there is nothing to acknowledge."""
    if not message.can_be_acknowledged:
        return ""
    token = acknowledge_token(message.tenant_id, message.key, at=message.at)
    page = path_with_gap("acknowledge-link", message.tenant_id, GAP)  # without filling the cache of paths
    return f"{settings.PUBLIC_URL}{page.filled(token)}"


def ticket_links(message: Message, ticket: TicketFacts) -> tuple[Link, ...]:
    """What a person can open or do about a ticket. A message about one ticket is acknowledged there."""
    links = [Link(ticket_url(message.tenant_id, ticket.ticket_id), OPEN_TICKET)]
    if ticket.helpdesk_url:
        links.append(Link(ticket.helpdesk_url, OPEN_IN_HELPDESK))
    if len(message.tickets) == 1:
        links += _acknowledge_link(message)
    return tuple(links)


def message_links(message: Message) -> tuple[Link, ...]:
    """What a person can open or do about a message of no ticket, or of several."""
    if len(message.tickets) == 1:
        return ()
    return (link_of(message), *_acknowledge_link(message))


def _acknowledge_link(message: Message) -> tuple[Link, ...]:
    url = acknowledge_url(message)
    return (Link(url, "Acknowledge" if len(message.tickets) < 2 else "Acknowledge all"),) if url else ()


def ticket_url(tenant_id: str, ticket_id: str) -> str:
    return _address("ticket", tenant_id, ticket_id)


def _address(page: str, tenant_id: str, *parts: str) -> str:
    try:
        path = path_of(page, tenant_id, *parts)
    except (NoReverseMatch, UnicodeEncodeError):
        path = path_of("alerts", tenant_id)  # an id that no URL can contain, such as one with a line break
    return f"{settings.PUBLIC_URL}{path}"
