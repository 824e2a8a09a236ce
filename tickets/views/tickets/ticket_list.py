"""The list of a tenant's tickets."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import parse_qs

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from supportsaas.db.paging import END, CursorError
from supportsaas.db.parallel import run_parallel, start
from tenants.access import TenantAccess, TenantRequest, tenant_required
from tickets.classification.highlighting import excerpt_hits, mark_hits
from tickets.classification.language_names import language_name
from tickets.classification.search_query import Query, parse_query
from tickets.corrections.correcting import MOST_AT_ONCE, find_batch
from tickets.ingestion.name_spaces import find_connection_names
from tickets.store.filters import FilterError, TicketFilter
from tickets.store.list_columns import COLUMNS, DEFAULT_LAYOUT, USUAL, WRAP, Layout, list_query
from tickets.store.list_orders import NEWEST_FIRST, SORT_FIELDS, ListOrder
from tickets.store.list_preferences import find_preference, remember_columns
from tickets.store.sorted_lists import MAX_SORTED
from tickets.store.ticket_queries import TicketPage
from tickets.store.ticket_store import TicketStore
from tickets.store.word_index import WordIndex
from tickets.topics.store import TopicStore
from tickets.views.fragments import begin_frame, render_page_or_fragment
from tickets.views.switched import without_unknown_values
from tickets.views.tickets.field_filters import are_unfolded, begin_field_filters
from tickets.views.tickets.filter_bar import (
    Chip,
    ChoiceGroup,
    chips,
    choice_groups,
    date_fields,
    kept_filters,
    kept_folded,
    offered_periods,
)
from tickets.views.tickets.in_list import EVERYTHING, row_query
from tickets.views.tickets.list_pages import find_page
from tickets.views.tickets.saved_views import default_query, view_links

PAGE_SIZE = 50
EXCERPT = 200
SUBJECT, LINE = 200, 160
"""The characters of a subject and of a message in a list, as templates/tickets/_table.jinja cuts them."""

EXCERPT_OF_A_HIT = 4_000


@require_GET
@tenant_required()
def show_ticket_list(request: TenantRequest, access: TenantAccess) -> HttpResponse:
    """Tickets, newest first or most overdue first, filtered by the address; status 400 with the field's name if a filter is invalid."""
    if (elsewhere := without_unknown_values(request, access)) is not None:
        return elsewhere
    store, zone = TicketStore(access.tenant), access.tenant.zone
    frame, preferring = begin_frame(request, access), start(partial(find_preference, access.tenant, request.user))
    connection_names = start(partial(find_connection_names, access.tenant))
    errors: dict[str, str] = {}
    wanted, page, cursor_text = TicketFilter(), None, request.GET.get("cursor", "")
    given, layout = dict(request.GET.lists()), DEFAULT_LAYOUT
    try:
        layout = Layout.parse(given)
        wanted = TicketFilter.parse(given, zone=zone)
    except FilterError as error:
        errors[error.field] = error.reason
    preference = preferring()
    links = view_links(access, request.user, wanted, layout)
    opens_with = default_query(links, preference.default_view)
    if opens_with and not request.GET:
        return redirect(f"{request.path}?{opens_with}")
    all_query = EVERYTHING if opens_with else ""
    columns, order = layout.columns or preference.columns, layout.order
    unfolded = are_unfolded(wanted, request.GET)
    fields = begin_field_filters(access.tenant, wanted) if unfolded else None
    if not errors:
        try:
            excerpt = EXCERPT_OF_A_HIT if wanted.q else EXCERPT
            counts_all = request.GET.get("count") == "all"
            found = find_page(
                store.queries, access.tenant, wanted, order,
                size=PAGE_SIZE, cursor=cursor_text, excerpt=excerpt, counts_all=counts_all,
            )  # fmt: skip
            page, order = found.page, found.order
        except CursorError:
            errors["cursor"] = "The page in this address is not valid. The address may be incomplete."
        except FilterError as error:
            errors[error.field] = error.reason
    search = parse_query(wanted.q or "")
    if page is not None and search.terms:
        _mark_tickets(page, search)
    query = list_query(wanted.query(), layout)
    context: dict[str, Any] = {
        **frame,
        "connection_names": connection_names(),
        "links": links,
        "is_saved": any(link.is_active for link in links),
        "wanted": wanted,
        "page": page,
        "has_cursor": bool(cursor_text),
        "query": query,
        "columns": [each for each in columns if each.kind not in ("hidden", "wrap")],
        "hidden": {each.name.removeprefix("-") for each in columns if each.kind == "hidden"},
        "wraps": WRAP in columns,
        "usual_columns": USUAL,
        "more_columns": [each for each in COLUMNS if each.kind not in ("hidden", "wrap")],
        "kept_layout": layout.parameters(),
        "filter_query": list_query(wanted.query(), Layout(order=layout.order)),
        "all_query": all_query,
        "order": order,
        "is_sorted": order == layout.order,
        "wanted_order": layout.order,
        "sorts": sort_links(wanted, layout, order, page, otherwise=all_query),
        "most_sorted": MAX_SORTED,
        "most_corrected": MOST_AT_ONCE,
        "columns_query": list_query("", layout),
        "next_query": _page_query(query, page.next_cursor if page else None),
        "previous_query": _page_query(query, page.previous_cursor if page else None),
        "last_query": _page_query(query, END.encode()),
        "row_query": row_query(query),
        "ignored": search.ignored,
        "waiting": WordIndex(access.tenant).find_waiting() if wanted.q else None,
        "groups": _choice_groups(store, wanted, page),
        "language_name": language_name,
        "fields": fields() if fields else None,
        "chips": (
            shown_chips := chips(wanted, zone, layout, topics=TopicStore(access.tenant).find_names(wanted.topic))
        ),
        "ways_out": ways_out(store, wanted, shown_chips) if page is not None and not page.total else [],
        "only_unknown": ("unknown",),
        "kept": kept_filters(wanted),
        "kept_folded": () if unfolded else kept_folded(wanted),
        "is_filtering": bool(errors) or request.GET.get("filters") == "all",
        "period_names": offered_periods(wanted, zone),
        "dates": date_fields(wanted, zone, errors),
        "errors": errors,
        "batch": find_batch(access.tenant, batch) if (batch := request.GET.get("corrected", "")) else None,
        "list_address": f"{request.path}?{_page_query(query, cursor_text) if cursor_text else query}".rstrip("?"),
        "has_tickets": bool((page and page.total) or store.queries.has_any()),
    }
    response = render_page_or_fragment(
        request, "tickets/list.html", "tickets/_list.html", context, status=400 if errors else 200
    )
    if not errors:
        # The address without empty fields of the form.
        shown = _page_query(query, cursor_text) if cursor_text else query
        shown = shown or all_query
        response["HX-Push-Url"] = f"{request.path}?{shown}" if shown else request.path
    return response


def _mark_tickets(page: TicketPage, query: Query) -> None:
    """Give each ticket its subject, and an excerpt around the first hit, as highlighted segments."""
    for ticket in page.tickets:
        ticket["marked_subject"] = mark_hits(ticket["subject"][:SUBJECT], query)
        ticket["marked_message"] = excerpt_hits(ticket["message"], query, length=LINE)


def _choice_groups(store: TicketStore, wanted: TicketFilter, page: TicketPage | None) -> list[ChoiceGroup]:
    """The choices with their counts, or without counts if too many tickets match to count them."""
    if page is not None and page.choices is not None:
        return choice_groups(wanted, page.choices)
    everything = store.queries.count_choices(TicketFilter()) or {}
    return choice_groups(wanted, everything, is_counted=page is None)


@dataclass(frozen=True, slots=True)
class WayOut:
    """A filter to remove from a list without tickets, and how many there are without it; None if that is not known."""

    chip: Chip
    count: int | None


MOST_WAYS_OUT = 8


def ways_out(store: TicketStore, wanted: TicketFilter, shown: Sequence[Chip]) -> list[WayOut]:
    """What excludes most first. A count is left out where it would have to read tickets."""
    if not 1 < len(shown) <= MOST_WAYS_OUT:
        return []
    counts = run_parallel(*(partial(store.queries.count_by_sums, wanted.without(each.name)) for each in shown))
    found = [WayOut(chip, count) for chip, count in zip(shown, counts, strict=True)]
    return sorted(found, key=lambda each: -(each.count or 0))


@require_POST
@tenant_required()
def choose_columns(request: TenantRequest, access: TenantAccess) -> HttpResponse:
    """Show the list with these columns, and remember them for the person. `query`: that of the list without columns."""
    shown = set(request.POST.getlist("show"))
    columns = tuple(
        each
        for each in COLUMNS
        if (each.name.removeprefix("-") not in shown if each.kind == "hidden" else each.name in shown)
    )
    remember_columns(access.tenant, request.user, columns)
    query = request.POST.get("query", "")
    try:
        given = parse_qs(query)
        wanted, order = TicketFilter.parse(given, zone=access.tenant.zone), Layout.parse(given).order
    except FilterError:
        return redirect("ticket-list", access.tenant.slug)
    address = reverse("ticket-list", args=[access.tenant.slug])
    return redirect(f"{address}?{list_query(wanted.query(), Layout(columns, order)) or EVERYTHING}")


@dataclass(frozen=True, slots=True)
class SortLink:
    """The header of a column. `query` is that of the list sorted by it, or sorted the other way round."""

    query: str
    direction: str = ""


def sort_links(
    wanted: TicketFilter, layout: Layout, order: ListOrder, page: TicketPage | None, *, otherwise: str
) -> dict[str, SortLink]:
    """By the name of the column; only those by which the list can be sorted. `otherwise`: instead of an empty query."""
    if page is None:
        return {}
    is_small = page.choices is not None and page.total <= MAX_SORTED
    links = {}
    for name, field in SORT_FIELDS.items():
        can_sort = (
            is_small or (field.kind == "facet" and page.choices is not None) or name in ("created", order.by.name)
        )
        if can_sort:
            is_present = order.by == field and not (wanted.due and order == NEWEST_FIRST)
            then = order.opposite if is_present else ListOrder(field)
            shown = "" if not is_present else "descending" if order.is_descending else "ascending"
            links[name] = SortLink(list_query(wanted.query(), Layout(layout.columns, then)) or otherwise, shown)
    return links


def _page_query(query: str, cursor: str | None) -> str:
    return "&".join(part for part in (query, f"cursor={cursor}") if part) if cursor else ""
