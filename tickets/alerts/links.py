"""Links from messages to pages of SupportSaaS: full URLs below `PUBLIC_URL`."""

from dataclasses import dataclass

from django.conf import settings
from django.urls import NoReverseMatch

from supportsaas.web.page_paths import path_of
from tickets.alerts.messages import Message


@dataclass(frozen=True, slots=True)
class Link:
    """A URL and its label."""

    url: str
    label: str


def link_of(message: Message) -> Link:
    """The page that the message is about: its ticket, its customer, the ticket list or the alerts."""
    tickets = message.tickets
    if message.kind == "number":
        return Link(_address("number-alerts", message.tenant_id), "Open the alert")
    if not tickets:
        return Link(_address("alerts", message.tenant_id), "Open alerts")
    if len(tickets) == 1:
        return Link(ticket_url(message.tenant_id, tickets[0].ticket_id), "Open ticket")
    if message.kind == "ticket" and tickets[0].customer_id:
        return Link(_address("customer", message.tenant_id, tickets[0].customer_id), "Open customer")
    are_urgent = all(each.urgency == "high" for each in tickets)
    return Link(_address("ticket-list", message.tenant_id) + ("?urgency=high" if are_urgent else ""), "Open tickets")


def ticket_url(tenant_id: str, ticket_id: str) -> str:
    return _address("ticket", tenant_id, ticket_id)


def _address(page: str, tenant_id: str, *parts: str) -> str:
    try:
        path = path_of(page, tenant_id, *parts)
    except (NoReverseMatch, UnicodeEncodeError):
        path = path_of("alerts", tenant_id)  # an id that no URL can contain, such as one with a line break
    return f"{settings.PUBLIC_URL}{path}"
