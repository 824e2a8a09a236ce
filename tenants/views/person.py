"""Choosing a tenant, choosing a theme."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from tenants.access import SignedInRequest, find_all_access, safe_next, sign_in_required
from tenants.context_processors import THEMES

_YEAR = 365 * 24 * 3600


@require_POST
def choose_theme(request: HttpRequest) -> HttpResponse:
    """Remember the theme in a cookie and go back to where the person was."""
    response = redirect(safe_next(request, request.POST.get("next", "")))
    theme = request.POST.get("theme", "system")
    if theme in THEMES:
        response.set_cookie(
            "theme",
            theme,
            max_age=_YEAR,
            samesite="Lax",
            httponly=True,
            secure=settings.SESSION_COOKIE_SECURE,
        )
    return response


@require_GET
@sign_in_required
def switch_tenant(request: SignedInRequest) -> HttpResponse:
    """Open the dashboard of the tenant whose id or name was typed."""
    wanted = request.GET.get("tenant", "").strip().casefold()
    mine = [access.tenant for access in find_all_access(request.user)]
    for tenant in mine:
        if wanted in (tenant.slug.casefold(), tenant.name.casefold()):
            return redirect("dashboard", tenant.slug)
    alike = [tenant for tenant in mine if wanted and wanted in f"{tenant.slug} {tenant.name}".casefold()]
    if len(alike) == 1:
        return redirect("dashboard", alike[0].slug)
    messages.warning(request, "No single tenant of yours goes by that name. Choose one from the list.")
    return redirect("overview")
