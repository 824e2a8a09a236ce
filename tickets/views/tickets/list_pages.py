"""A page of the list and a ticket's neighbours in it, in the order that was asked for, if the list can have it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from supportsaas.db.paging import Cursor
from tenants.models import Tenant
from tickets.store.filters import TicketFilter
from tickets.store.index_scans import OLDEST_ORDER
from tickets.store.list_orders import NEWEST_FIRST, ListOrder
from tickets.store.sorted_lists import SortedLists
from tickets.store.ticket_queries import Neighbours, TicketPage, TicketQueries


@dataclass(frozen=True, slots=True)
class ListPage:
    """`order`: the one that the list has. It is newest first, or most overdue first, if too many tickets match to sort
    them."""

    page: TicketPage
    order: ListOrder


def find_page(
    queries: TicketQueries,
    tenant: Tenant,
    wanted: TicketFilter,
    order: ListOrder,
    *,
    size: int,
    cursor: str,
    excerpt: int,
    counts_all: bool,
) -> ListPage:
    """Raises `FilterError` and `CursorError`."""
    if not _is_of_index(wanted, order):
        found = SortedLists(tenant).page(wanted, order, size=size, cursor=cursor, excerpt=excerpt)
        if found is not None:
            return ListPage(found, order)
        order = NEWEST_FIRST
    find = queries.full_page_by_cursor if counts_all else queries.page_by_cursor
    place = Cursor.decode(cursor) if cursor else None
    time_order = OLDEST_ORDER if order.is_reversed else None
    return ListPage(find(wanted, size=size, cursor=place, excerpt=excerpt, order=time_order), order)


def find_neighbours(tenant: Tenant, wanted: TicketFilter, order: ListOrder, ticket: Mapping[str, Any]) -> Neighbours:
    """Raises `FilterError`."""
    if not _is_of_index(wanted, order):
        found = SortedLists(tenant).find_neighbours(wanted, order, ticket)
        if found is not None:
            return found
        order = NEWEST_FIRST
    time_order = OLDEST_ORDER if order.is_reversed else None
    return TicketQueries(tenant).find_neighbours(wanted, ticket, order=time_order)


def _is_of_index(wanted: TicketFilter, order: ListOrder) -> bool:
    return order.is_by_creation and not (wanted.due and order.is_reversed)
