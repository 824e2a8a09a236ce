"""Choose a tenant, choose a theme."""

from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from supportsaas.formatting import one_line
from tenants.access import SignedInRequest, find_all_access, safe_next, sign_in_required
from tenants.context_processors import THEMES
from tenants.models import Tenant
from tenants.switching import kept_parameters, page_after_switch

_YEAR = 365 * 24 * 3600


@require_POST
def choose_theme(request: HttpRequest) -> HttpResponse:
    """Store the theme in a cookie and return to the previous page."""
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
    """Open the tenant with the typed id or name, on the page (`page`, a URL name) and in the period that one comes from."""
    typed = request.GET.get("tenant", "").strip()
    wanted = typed.casefold()
    mine = [access.tenant for access in find_all_access(request.user)]
    for tenant in mine:
        if wanted in (tenant.slug.casefold(), tenant.name.casefold()):
            return _opened(request, tenant)
    matching = [tenant for tenant in mine if wanted and wanted in f"{tenant.slug} {tenant.name}".casefold()]
    if len(matching) == 1:
        return _opened(request, matching[0])
    what = "Several tenants match" if matching else "No tenant matches"
    messages.warning(request, f"{what} “{one_line(typed, 60)}”. Choose one from the list.")
    return redirect("overview")


def _opened(request: SignedInRequest, tenant: Tenant) -> HttpResponse:
    address = reverse(page_after_switch(request.GET.get("page", "")), args=[tenant.slug])
    kept = kept_parameters(dict(request.GET.lists()))
    return redirect(f"{address}?{urlencode(kept)}" if kept else address)
