"""A tenant's configuration changes, for its admins."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from tenants.access import TenantAccess, TenantRequest, tenant_required
from tenants.audit.audit_log import AuditEntry
from tenants.models import Role

PAGE = 50


@require_GET
@tenant_required(Role.ADMIN)
def show_changes(request: TenantRequest, access: TenantAccess) -> HttpResponse:
    """Newest first. `before` is the last entry of the previous page."""
    mine: Any = AuditEntry.objects.filter(tenant_slug=access.tenant.slug)
    found = mine
    try:
        last = mine.filter(pk=request.GET["before"]).first() if "before" in request.GET else None
    except (ValidationError, ValueError):
        last = None  # not a valid id
    if last is not None:
        found = mine.filter(Q(recorded_at__lt=last.recorded_at) | Q(recorded_at=last.recorded_at, pk__lt=last.pk))
    entries = list(found.order_by("-recorded_at", "-pk")[: PAGE + 1])
    context = {
        "entries": entries[:PAGE],
        "next_before": entries[PAGE - 1].pk if len(entries) > PAGE else None,
        "is_first": last is None,
    }
    return render(request, "tenants/changes.html", context)
