"""The line "Data as of" on its own; open pages request it every minute."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from supportsaas.clock import iso_z
from tenants.access import TenantAccess, TenantRequest, tenant_required
from tickets.ingestion.sync_status import find_sync_status


@require_GET
@never_cache
@tenant_required()
def show_freshness(request: TenantRequest, access: TenantAccess) -> HttpResponse:
    """How fresh the numbers are; `since` is what the page shows now, to offer newer ones."""
    found = find_sync_status(access.tenant)
    has_moved = found.as_of is not None and "since" in request.GET and iso_z(found.as_of) != request.GET["since"]
    return render(request, "tickets/freshness.html", {"freshness": found, "has_moved": has_moved})
