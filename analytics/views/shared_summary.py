"""What a page that somebody shares shows, in words."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.http import Http404

from analytics.dashboard.risky_customers import find_risky
from analytics.selection import Selection
from analytics.sharing.mails import Summary
from analytics.sharing.numbers import say_numbers
from analytics.sharing.pages import PAGES
from supportsaas.formatting import format_count, format_number
from tenants.access import TenantAccess
from tickets.customers.store import CustomerStore
from tickets.store.customers import find_customer
from tickets.store.filters import TicketFilter
from tickets.store.ticket_store import TicketStore
from tickets.topics.store import TopicStore
from tickets.views.tickets.filter_bar import chips

_MOST_CUSTOMERS = 5

Parameters = Mapping[str, Sequence[str]]


def summarize(access: TenantAccess, page: str, parameters: Parameters, customer_id: str, now: datetime) -> Summary:
    """Raises `FilterError` for parameters that the page would not take either, and `Http404` for an unknown customer."""
    if PAGES[page].has_numbers:
        return _numbers(access, page, parameters, now)
    if page == "tickets":
        return _tickets(access, parameters)
    return _customer(access, customer_id) if page == "customer" else _customers(access)


def _numbers(access: TenantAccess, page: str, parameters: Parameters, now: datetime) -> Summary:
    selection = Selection.parse(parameters, zone=access.tenant.zone, now=now)
    title, is_dashboard = PAGES[page].title, page == "dashboard"
    return say_numbers(access.tenant, selection, title=title, with_insights=is_dashboard, now=now).summary


def _tickets(access: TenantAccess, parameters: Parameters) -> Summary:
    zone = access.tenant.zone
    wanted = TicketFilter.parse(parameters, zone=zone)
    found = TicketStore(access.tenant).queries.page_by_cursor(wanted, size=1)
    shown = chips(wanted, zone, topics=TopicStore(access.tenant).find_names(wanted.topic))
    about = "; ".join(f"{each.title}: {each.value}" for each in shown) or "All tickets"
    at_least = "At least " if found.is_more else ""
    verb = "matches" if found.total == 1 else "match"
    line = (
        f"{at_least}{format_count(found.total, 'ticket')} {verb}."
        if shown
        else f"{format_count(found.total, 'ticket')}."
    )
    return Summary(title=PAGES["tickets"].title, about=about, lines=(line,))


def _customers(access: TenantAccess) -> Summary:
    risky = find_risky(access.tenant)[:_MOST_CUSTOMERS]
    lines = tuple(f"{each.title}: risk {format_number(each.risk)}, {each.reasons}." for each in risky)
    about = "Customers with the highest risk"
    return Summary(title=PAGES["customers"].title, about=about, lines=lines or ("No customer is at risk.",))


def _customer(access: TenantAccess, customer_id: str) -> Summary:
    counted = find_customer(access.tenant, customer_id)
    if counted is None:
        raise Http404("No such customer.")
    known = CustomerStore(access.tenant).find(customer_id)
    name = known.name or customer_id if known else customer_id
    line = (
        f"{format_count(counted.total, 'ticket')}, of which {format_number(counted.open)} open, "
        f"{format_number(counted.high)} with high urgency and {format_number(counted.negative)} negative."
    )
    risk = (f"The risk that they leave is {format_number(known.risk)} of 100.",) if known else ()
    return Summary(title=f"Customer: {name}", about="All tickets of this customer", lines=(line, *risk))
