"""Exports of the ticket list, with its filters and without a limit."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from tenants.access import TenantAccess, TenantRequest, tenant_required
from tickets.store.export_files import parse_format, selected_file, tickets_file_in_slot
from tickets.store.filters import FilterError, TicketFilter

MOST_SELECTED = 100


@require_GET
@tenant_required()
def export_tickets(request: TenantRequest, access: TenantAccess) -> HttpResponseBase:
    """The tickets of the list with the same filters; status 400 with the field's name if a filter is invalid."""
    try:
        format_ = parse_format(request.GET.get("format", "csv"))
        wanted = TicketFilter.parse(dict(request.GET.lists()), zone=access.tenant.zone)
        return tickets_file_in_slot(access.tenant, wanted, format_, caller=str(request.user.pk))
    except FilterError as error:
        return HttpResponse(f"{error}.", status=400, content_type="text/plain; charset=utf-8")


@require_POST
@tenant_required()
def export_selected(request: TenantRequest, access: TenantAccess) -> HttpResponseBase:
    """The tickets that were selected on a page of the list. Without any, or with too many, the list says so."""
    ids = request.POST.getlist("ticket")
    try:
        format_ = parse_format(request.POST.get("format", "csv"))
    except FilterError as error:
        return HttpResponse(f"{error}.", status=400, content_type="text/plain; charset=utf-8")
    if not 0 < len(ids) <= MOST_SELECTED:
        messages.error(request, f"Select at least one ticket and at most {MOST_SELECTED}.")
        return redirect("ticket-list", access.tenant.slug)
    return selected_file(access.tenant, ids, format_)
