"""The list of a tenant's customers, its export, and the page of one with their risk, notes and tickets."""

from dataclasses import replace
from typing import Any, Final

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from supportsaas import clock
from supportsaas.db.paging import CursorError
from tenants.access import TenantAccess, TenantRequest, tenant_required
from tickets.classification.language_names import language_name
from tickets.customers.export import COLUMNS, MOMENTS, rows_of
from tickets.customers.refreshing import is_ready
from tickets.customers.store import CustomerFilter, CustomerStore
from tickets.customers.watches import WatchStore
from tickets.customers.wording import EXPLAINED, short_reasons, shown_parts
from tickets.ingestion.name_spaces import find_connection_names
from tickets.notes.store import NoteStore, Subject
from tickets.records.periods import preset
from tickets.store.customers import find_customer
from tickets.store.export_files import file_response, parse_format
from tickets.store.export_rows import file_name, write_rows
from tickets.store.filters import COUNT_ALL, FilterError, TicketFilter
from tickets.store.ticket_store import TicketStore
from tickets.views.customers.listing import PERIOD_LABELS, CustomerSelection
from tickets.views.customers.strip import strip_of, weeks_of
from tickets.views.fragments import begin_frame, render_page_or_fragment
from tickets.views.notes.subject_notes import note_context

EXCERPT: Final = 200
NEWEST_TICKETS: Final = 25


@require_GET
@tenant_required()
def show_customer_list(request: TenantRequest, access: TenantAccess) -> HttpResponse:
    """In any order, of a period, a search or those one watches. 400 for an address with a cursor that is none."""
    tenant, selection = access.tenant, CustomerSelection.of_page(request.GET.dict())
    context: dict[str, Any] = {
        "selection": selection,
        "periods": [
            (selection.within(name), label, name == selection.order.period) for name, label in PERIOD_LABELS.items()
        ],
        "headings": selection.headings(),
        "watched_query": replace(selection, is_watched=not selection.is_watched).query(),
        "export_query": selection.query(),
        "period_label": PERIOD_LABELS[selection.order.period],
        "explained": EXPLAINED,
        **begin_frame(request, access),
    }
    watches, store = WatchStore(tenant, request.user), CustomerStore(tenant)
    only = watches.find_watched() if selection.is_watched else None
    try:
        place = selection.order.read_place(request.GET.get("cursor", ""))
        page = store.find_page(selection.order, CustomerFilter(search=selection.search, only=only), place=place)
    except CursorError as error:
        context["error"] = str(error)
    else:
        ids = [each.customer_id for each in page.customers]
        watched, notes = watches.find_watched_of(ids), NoteStore(tenant).find_newest("customer", ids)
        period = selection.order.period
        context |= {
            "page": page,
            "rows": [
                {
                    "customer": each,
                    "numbers": each.numbers_of(period),
                    "strip": strip_of(each),
                    "reasons": short_reasons(each.parts),
                    "is_watched": each.customer_id in watched,
                    "note": notes.get(each.customer_id),
                }
                for each in page.customers
            ],
            "has_any": bool(page.customers) or store.has_any(),
            "is_ready": is_ready(tenant),
            "count_query": _count_query(access, period),
            "here": selection.query(cursor=request.GET.get("cursor", "")),
            "next_query": selection.query(cursor=page.next_cursor) if page.next_cursor else "",
            "previous_query": selection.query(cursor=page.previous_cursor) if page.previous_cursor else "",
        }
    status = 400 if "error" in context else 200
    return render_page_or_fragment(request, "tickets/customers.html", "tickets/_customers.html", context, status=status)


@require_GET
@tenant_required()
def export_customers(request: TenantRequest, access: TenantAccess) -> HttpResponseBase:
    """All customers of the list, in its order."""
    tenant, selection = access.tenant, CustomerSelection.of_page(request.GET.dict())
    try:
        format_ = parse_format(request.GET.get("format", "csv"))
    except FilterError as error:
        return HttpResponse(f"{error}.", status=400, content_type="text/plain; charset=utf-8")
    only = WatchStore(tenant, request.user).find_watched() if selection.is_watched else None
    wanted = CustomerFilter(search=selection.search, only=only)
    rows = rows_of(CustomerStore(tenant).iterate(selection.order, wanted), selection.order.period)
    name = file_name(tenant.slug, "customers", format_, start=None, end=None, zone=tenant.zone)
    return file_response(write_rows(format_, COLUMNS, rows, moments=MOMENTS, zone=tenant.zone), name, format_)


@require_GET
@tenant_required()
def show_customer(request: TenantRequest, access: TenantAccess, customer_id: str) -> HttpResponse:
    counted = find_customer(access.tenant, customer_id)
    if counted is None:
        raise Http404("No such customer.")
    theirs = TicketFilter(customer_id=customer_id)
    known = CustomerStore(access.tenant).find(customer_id)
    context = {
        "customer": counted,
        "known": known,
        "title": known.name or customer_id if known else customer_id,
        "parts": shown_parts(known.parts) if known else [],
        "explained": EXPLAINED,
        "strip": strip_of(known, height=72, step=26) if known else None,
        "weeks": weeks_of(known, access.tenant.zone) if known else [],
        "is_watched": bool(WatchStore(access.tenant, request.user).find_watched_of([customer_id])),
        "connection_names": find_connection_names(access.tenant),
        "page": TicketStore(access.tenant).queries.page_by_cursor(theirs, size=NEWEST_TICKETS, excerpt=EXCERPT),
        "list_query": theirs.query(),
        "all_query": f"{theirs.query()}&{COUNT_ALL}",
        "open_query": f"{theirs.query(state=('open',))}&{COUNT_ALL}",
        "language_name": language_name,
        "high_query": f"{theirs.query(urgency=('high',))}&{COUNT_ALL}",
        "negative_query": f"{theirs.query(sentiment=('negative',))}&{COUNT_ALL}",
        "high_ratio": counted.high / counted.total,
        "negative_ratio": counted.negative / counted.total,
        **note_context(access, request.user, Subject("customer", customer_id)),
    }
    return render(request, "tickets/customer.html", context)


def _count_query(access: TenantAccess, period: str) -> str:
    """The part of a link to tickets that counts them all, within the period."""
    if not period:
        return COUNT_ALL
    within = preset(period, zone=access.tenant.zone, now=clock.now())
    return f"{COUNT_ALL}&{TicketFilter(created_from=within.start, created_to=within.end).query()}"
