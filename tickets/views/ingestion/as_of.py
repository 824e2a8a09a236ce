"""What open pages request every minute: how fresh their numbers are, and whether there are newer ones."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from tenants.access import (
    SignedInRequest,
    TenantAccess,
    TenantRequest,
    find_named_tenants,
    sign_in_required,
    tenant_required,
)
from tickets.ingestion.sync_status import find_sync_status
from tickets.rollups.versions import find_numbers_version


@require_GET
@never_cache
@tenant_required()
def show_freshness(request: TenantRequest, access: TenantAccess) -> HttpResponse:
    """Of one tenant; `since` is the version of the numbers that the page shows."""
    version = find_numbers_version([access.tenant.slug])
    return _answer(request, version, {"freshness": find_sync_status(access.tenant)})


@require_GET
@never_cache
@sign_in_required
def show_freshness_of_all(request: SignedInRequest) -> HttpResponse:
    """Of all tenants of the user, for the overview."""
    mine = [each.slug for each in find_named_tenants(request.user)]
    return _answer(request, find_numbers_version(mine), {"freshness": None})


def _answer(request: HttpRequest, version: str, context: dict[str, Any]) -> HttpResponse:
    has_moved = "since" in request.GET and version != request.GET["since"]
    return render(request, "tickets/freshness.html", {**context, "has_moved": has_moved})
