"""Tickets whose helpdesk or customer and whose text say the opposite: work lists.

Open tickets by their priority, and tickets of any status by the customer's rating.
"""

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from tenants.access import TenantAccess, TenantRequest, tenant_required
from tickets.ingestion.name_spaces import find_connection_names
from tickets.records.priorities import sort_priorities
from tickets.records.ratings import sort_ratings
from tickets.store.field_values import FieldValues
from tickets.store.filters import MAX_VALUES, TicketFilter
from tickets.store.list_columns import COLUMNS, Layout, list_query
from tickets.store.ticket_store import TicketStore
from tickets.store.value_counts import ValueCounts, ValueCountStore

SHOWN = 20
_COLUMNS = tuple(each for each in COLUMNS if each.name in ("priority", "rating"))


@dataclass(frozen=True, slots=True)
class Disagreement:
    """The newest tickets of one kind, how many there are, and the query of the list that has all of them."""

    tickets: list[dict[str, Any]]
    total: int
    is_more: bool
    query: str


@require_GET
@tenant_required()
def show_disagreements(request: TenantRequest, access: TenantAccess) -> HttpResponse:
    store = TicketStore(access.tenant)
    names = ValueCountStore(access.tenant).find_all().get("priority", ValueCounts())
    priorities = sort_priorities(names)
    found_ratings = FieldValues(access.tenant).find_values("rating")
    ratings = sort_ratings(found_ratings)
    context = {
        "columns": _COLUMNS,
        "connection_names": find_connection_names(access.tenant),
        "has_priorities": bool(names),
        "high_priorities": priorities.high,
        "low_priorities": priorities.low,
        "unknown_priorities": priorities.unknown,
        "set_low": _find_by_priority(store, priorities.low, urgency="high"),
        "set_high": _find_by_priority(store, priorities.high, urgency="low"),
        "has_ratings": bool(found_ratings),
        "ratings": ratings,
        "rated_badly": _find_by_rating(store, ratings.bad, sentiments=("neutral", "positive")),
        "rated_well": _find_by_rating(store, ratings.good, sentiments=("negative",)),
    }
    return render(request, "tickets/disagreements.html", context)


def _find_by_priority(store: TicketStore, priorities: tuple[str, ...], *, urgency: str) -> Disagreement | None:
    """None if the helpdesk has no such priority."""
    if not priorities:
        return None
    return _find(store, TicketFilter(state=("open",), urgency=(urgency,), priority=priorities[:MAX_VALUES]))


def _find_by_rating(
    store: TicketStore, ratings: tuple[str, ...], *, sentiments: tuple[str, ...]
) -> Disagreement | None:
    """None if no customer has rated so."""
    if not ratings:
        return None
    return _find(store, TicketFilter(sentiment=sentiments, rating=ratings[:MAX_VALUES]))


def _find(store: TicketStore, wanted: TicketFilter) -> Disagreement:
    page = store.queries.page_by_cursor(wanted, size=SHOWN, excerpt=200)
    return Disagreement(page.tickets, page.total, page.is_more, list_query(wanted.query(), Layout(_COLUMNS)))
