"""The list that a ticket was opened from, by what its link carries: the way back, and the tickets before and after it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest
from django.urls import reverse

from tenants.access import TenantAccess
from tickets.classification.search_query import NO_QUERY, Query, QueryError, parse_query
from tickets.store.filters import LONGEST_VALUE, FilterError, TicketFilter
from tickets.store.list_columns import Layout, list_query
from tickets.topics.store import TopicStore
from tickets.views.tickets.filter_bar import chips
from tickets.views.tickets.list_pages import find_neighbours

FROM_LIST: Final = "via=list"
EVERYTHING: Final = "view=all"
"""The list without filters, also for people whose list opens with a view."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InList:
    """`filters` are those of the list in words. `previous` and `next` are addresses, empty at the ends of the list."""

    address: str
    filters: str
    previous: str
    next: str


def row_query(query: str) -> str:
    """The query string of a ticket's link in the list with that query string."""
    return f"{FROM_LIST}&{query}" if query else FROM_LIST


def query_of(request: HttpRequest) -> Query:
    """The search of the list that linked here, or no query if it is not valid."""
    try:
        return parse_query(request.GET.get("q", "")[:LONGEST_VALUE])
    except QueryError:
        return NO_QUERY


def find_in_list(request: HttpRequest, access: TenantAccess, ticket: Mapping[str, Any]) -> InList | None:
    """None if the ticket was not opened from a list, or from one whose filters are not valid."""
    if request.GET.get("via") != "list":
        return None
    given = dict(request.GET.lists())
    try:
        wanted, layout = TicketFilter.parse(given, zone=access.tenant.zone), Layout.parse(given)
        neighbours = find_neighbours(access.tenant, wanted, layout.order, ticket)
    except FilterError:
        return None
    query = list_query(wanted.query(), layout)
    shown = chips(wanted, access.tenant.zone, topics=TopicStore(access.tenant).find_names(wanted.topic))
    slug, link = access.tenant.slug, row_query(query)

    def address(external_id: str | None) -> str:
        return "" if external_id is None else f"{reverse('ticket', args=[slug, external_id])}?{link}"

    return InList(
        address=f"{reverse('ticket-list', args=[slug])}?{query or EVERYTHING}",
        filters=" · ".join(f"{each.title} {each.value}" for each in shown),
        previous=address(neighbours.previous),
        next=address(neighbours.next),
    )
