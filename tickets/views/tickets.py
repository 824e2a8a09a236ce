"""The list of a tenant's tickets, and one ticket with its reasons and its history."""

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from supportsaas.templatetags.presentation import label
from tenants.access import TenantAccess, tenant_required
from tickets.filters import FilterError, TicketFilter
from tickets.ingestion.classify import Classification, classify_ticket
from tickets.marking import mark_text, reasons
from tickets.paging import Cursor, CursorError
from tickets.store import TicketPage, TicketStore
from tickets.views.fragments import render_page_or_fragment
from tickets.views.narrowing import chips, choice_groups, date_fields
from tickets.views.timeline import timeline_entry

PAGE_SIZE = 50
EXCERPT = 200
OTHER_TICKETS = 8
FOLD_AFTER = 3_000
HISTORY_AT_FIRST = 50
HISTORY_AT_MOST = 1_000


@require_GET
@tenant_required()
def show_ticket_list(request: HttpRequest, access: TenantAccess) -> HttpResponse:
    """Tickets newest first, narrowed by the address; 400 with the field named where it is no filter."""
    store, zone = TicketStore(access.tenant), access.tenant.zone
    errors: dict[str, str] = {}
    wanted, page, cursor_text = TicketFilter(), None, request.GET.get("cursor", "")
    try:
        wanted = TicketFilter.parse(dict(request.GET.lists()), zone=zone)
        cursor = Cursor.decode(cursor_text) if cursor_text else None
    except FilterError as error:
        errors[error.field] = error.reason
    except CursorError:
        errors["cursor"] = "This is no page of the list. The address may have been cut off."
    else:
        page = store.find_page(wanted, page_size=PAGE_SIZE, cursor=cursor, excerpt=EXCERPT)
    context: dict[str, Any] = {
        "wanted": wanted,
        "page": page,
        "has_cursor": bool(cursor_text),
        "query": wanted.query(),
        "next_query": _page_query(wanted, page.next_cursor if page else None),
        "previous_query": _page_query(wanted, page.previous_cursor if page else None),
        "groups": choice_groups(wanted, store.count_choices(wanted)),
        "chips": chips(wanted, zone),
        "dates": date_fields(wanted, zone, errors),
        "errors": errors,
        "has_tickets": bool((page and page.total) or store.count(TicketFilter())),
    }
    response = render_page_or_fragment(
        request, "tickets/list.html", "tickets/_list.html", context, status=400 if errors else 200
    )
    if not errors:
        # The address without the form's empty fields.
        query = _page_query(wanted, cursor_text) if cursor_text else wanted.query()
        response["HX-Push-Url"] = f"{request.path}?{query}" if query else request.path
    return response


@require_GET
@tenant_required()
def show_ticket(request: HttpRequest, access: TenantAccess, external_id: str) -> HttpResponse:
    store = TicketStore(access.tenant)
    ticket = store.find_ticket(external_id)
    if ticket is None:
        raise Http404("No such ticket.")
    verdict = classify_ticket(subject=ticket["subject"], message=ticket["message"])
    wants_all = request.GET.get("history") == "all"
    limit = HISTORY_AT_MOST if wants_all else HISTORY_AT_FIRST
    entries = store.find_history(external_id, limit=limit + 1)
    others = _other_tickets(store, ticket)
    context: dict[str, Any] = {
        "ticket": ticket,
        "subject": mark_text(ticket["subject"], verdict, "subject"),
        "message": mark_text(ticket["message"], verdict, "message", end=FOLD_AFTER),
        "message_rest": mark_text(ticket["message"], verdict, "message", start=FOLD_AFTER),
        "message_rest_length": max(len(ticket["message"]) - FOLD_AFTER, 0),
        "reasons": reasons(verdict),
        "differences": _differences(ticket, verdict),
        "others": others,
        "history": [timeline_entry(entry, access.tenant.zone) for entry in entries[:limit]],
        "has_more_history": len(entries) > limit,
        "history_limit": limit,
        "shows_all": wants_all,
    }
    return render(request, "tickets/ticket.html", context)


def _page_query(wanted: TicketFilter, cursor: str | None) -> str:
    query = wanted.query()
    return "&".join(part for part in (query, f"cursor={cursor}") if part) if cursor else ""


def _other_tickets(store: TicketStore, ticket: Mapping[str, Any]) -> TicketPage | None:
    """The customer's newest other tickets; `total` counts all of the customer's."""
    if not ticket["customer_id"]:
        return None
    found = store.find_page(
        TicketFilter(customer_id=ticket["customer_id"]), page_size=OTHER_TICKETS + 1, excerpt=EXCERPT
    )
    found.tickets[:] = [each for each in found.tickets if each["external_id"] != ticket["external_id"]][:OTHER_TICKETS]
    return found


def _differences(ticket: Mapping[str, Any], verdict: Classification) -> list[str]:
    """What the stored verdict says where today's rules judge otherwise, in words."""
    stored = (ticket["urgency"], ticket["sentiment"], ticket["requires_action"])
    present = (verdict.urgency, verdict.sentiment, verdict.requires_action)
    names = ("urgency", "sentiment", "needs action")
    return [f"{name} {label(old).lower()}" for name, old, new in zip(names, stored, present, strict=True) if old != new]
