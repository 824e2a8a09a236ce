"""A tenant's configuration changes, for its admins."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from supportsaas.db.paging import Cursor, CursorError
from tenants.access import TenantAccess, TenantRequest, tenant_required
from tenants.audit.changes import find_changes
from tenants.models import Role


@require_GET
@tenant_required(Role.ADMIN)
def show_changes(request: TenantRequest, access: TenantAccess) -> HttpResponse:
    """Newest first, from the `cursor` on. An invalid cursor shows the first page."""
    text = request.GET.get("cursor", "")
    try:
        cursor = Cursor.decode(text) if text else None
        page = find_changes(access.tenant.slug, cursor)
    except CursorError:
        cursor, page = None, find_changes(access.tenant.slug)
    context = {"entries": page.entries, "next_cursor": page.next_cursor, "is_first": cursor is None}
    return render(request, "tenants/changes.html", context)
