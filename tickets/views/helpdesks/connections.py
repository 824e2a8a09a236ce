"""The settings page that lists a tenant's helpdesk connections, and what its buttons do."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from supportsaas.formatting import format_count
from tenants.access import TenantAccess, TenantRequest, tenant_required
from tenants.models import Role
from tickets.helpdesks import SourceError
from tickets.helpdesks.model import Source
from tickets.ingestion import connecting
from tickets.ingestion.checking import check_in_time
from tickets.ingestion.name_spaces import count_tickets_of, find_sources
from tickets.views.ingestion.shown_connection import show_all


@require_GET
@tenant_required(Role.ADMIN)
def show_connections(request: TenantRequest, access: TenantAccess) -> HttpResponse:
    connections = show_all(access.tenant, find_sources(access.tenant))
    return render(request, "helpdesks/connections.html", {"connections": connections})


@require_POST
@tenant_required(Role.ADMIN)
def check_connection(request: TenantRequest, access: TenantAccess, source_id: str) -> HttpResponse:
    source = access.find_or_404(Source, source_id)
    report_check(request, source)
    return redirect("settings-source", access.tenant.slug)


@require_POST
@tenant_required(Role.ADMIN)
def switch_connection(request: TenantRequest, access: TenantAccess, source_id: str) -> HttpResponse:
    """Turn the connection on or off as the button says (`enabled`), so that a double click is harmless."""
    source = access.find_or_404(Source, source_id)
    source.enabled = request.POST.get("enabled") == "1"
    connecting.save_source(source)
    text = "is on." if source.enabled else "is off: nothing is synced. Existing tickets are kept."
    messages.success(request, f"“{source.title}” {text}")
    return redirect("settings-source", access.tenant.slug)


@require_POST
@tenant_required(Role.ADMIN)
def remove_connection(request: TenantRequest, access: TenantAccess, source_id: str) -> HttpResponse:
    source = access.find_or_404(Source, source_id)
    connecting.remove_source(source)
    kept = count_tickets_of(access.tenant, source.name)
    messages.success(
        request,
        f"“{source.name}” removed and its key deleted. Existing tickets are kept ({format_count(kept, 'ticket')}) and no "
        "longer synced.",
    )
    return redirect("settings-source", access.tenant.slug)


def report_check(request: HttpRequest, source: Source) -> None:
    """Check the connection, and have the next page say what was found."""
    try:
        checked = check_in_time(source)
    except SourceError as error:
        messages.error(request, f"Connection failed. {error}")
        return
    if not checked.is_usable:
        messages.error(request, f"Connection failed. {checked}")
        return
    messages.success(request, checked.sentence)
    for problem in checked.problems:
        messages.warning(request, problem)
