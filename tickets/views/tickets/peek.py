"""A ticket beside the list: what it is about and why it was classified so, without leaving the list."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from tenants.access import TenantAccess, TenantRequest, tenant_required
from tickets.classification.corrections import Correction
from tickets.classification.highlighting import mark_text
from tickets.records.details import stored_details
from tickets.rules.classifier import find_classifier
from tickets.store.ticket_store import TicketStore
from tickets.views.fragments import vary_on_htmx
from tickets.views.tickets.in_list import query_of, row_query

SHOWN = 1_500
"""The characters of a message beside the list."""


@require_GET
@tenant_required()
def show_peek(request: TenantRequest, access: TenantAccess, external_id: str) -> HttpResponse:
    ticket = TicketStore(access.tenant).find_ticket(external_id)
    if ticket is None:
        raise Http404("There is no such ticket.")
    details, correction = stored_details(ticket), Correction.of(ticket)
    classifier = find_classifier(access.tenant).for_stored(ticket.get("learned_version") or 0)
    found = classifier.classify(
        subject=ticket["subject"],
        message=ticket["message"],
        latest=ticket.get("latest_message") or "",
        language=details.language,
    )
    verdict, query = correction.apply(found) if correction else found, query_of(request)
    carried = request.GET.copy()
    carried.pop("via", None)
    context = {
        "access": access,
        "ticket": ticket,
        "details": details,
        "row_query": row_query(carried.urlencode()),
        "subject": mark_text(ticket["subject"], verdict, "subject", query=query),
        "message": mark_text(ticket["message"], verdict, "message", end=SHOWN, query=query),
        "is_cut": len(ticket["message"]) > SHOWN,
    }
    return vary_on_htmx(render(request, "tickets/_peek.jinja", context, using="jinja2"))
