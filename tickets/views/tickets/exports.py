"""Files to take away: the list of tickets as it is narrowed, without a cap."""

from django.http import HttpResponse, HttpResponseBase
from django.views.decorators.http import require_GET

from tenants.access import TenantAccess, TenantRequest, tenant_required
from tickets.store.export_files import parse_format, tickets_file_in_slot
from tickets.store.filters import FilterError, TicketFilter


@require_GET
@tenant_required()
def export_tickets(request: TenantRequest, access: TenantAccess) -> HttpResponseBase:
    """The tickets of the list with the same address; 400 with the field named where it is no filter."""
    try:
        format_ = parse_format(request.GET.get("format", "csv"))
        wanted = TicketFilter.parse(dict(request.GET.lists()), zone=access.tenant.zone)
        return tickets_file_in_slot(access.tenant, wanted, format_, caller=str(request.user.pk))
    except FilterError as error:
        return HttpResponse(f"{error}.", status=400, content_type="text/plain; charset=utf-8")
