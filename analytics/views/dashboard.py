"""Dashboard."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tenants.access import TenantAccess, tenant_required


@tenant_required()
def show_dashboard(request: HttpRequest, access: TenantAccess) -> HttpResponse:
    return render(request, "analytics/dashboard.html", {"tenant": access.tenant})
