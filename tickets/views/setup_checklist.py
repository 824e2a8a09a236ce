"""Hides the setup checklist of a tenant."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from tenants.access import TenantAccess, TenantRequest, tenant_required
from tenants.models import Role
from tickets.ingestion import setup_checklist


@require_POST
@tenant_required(Role.ADMIN)
def dismiss_checklist(request: TenantRequest, access: TenantAccess) -> HttpResponse:
    setup_checklist.dismiss(access.tenant, by=request.user.get_username())
    return redirect("dashboard", access.tenant.slug)
