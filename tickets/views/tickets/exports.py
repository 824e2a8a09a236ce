"""Exports of the ticket list, with its filters and without a limit."""

from django.http import HttpResponse, HttpResponseBase
from django.views.decorators.http import require_GET

from tenants.access import TenantAccess, TenantRequest, tenant_required
from tickets.store.export_files import parse_format, tickets_file_in_slot
from tickets.store.filters import FilterError, TicketFilter


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
