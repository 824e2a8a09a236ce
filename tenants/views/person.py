"""Choose a tenant, choose a theme."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from supportsaas.formatting import one_line
from tenants.access import SignedInRequest, find_all_access, safe_next, sign_in_required
from tenants.context_processors import THEMES

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
    """Open the dashboard of the tenant with the typed id or name."""
    typed = request.GET.get("tenant", "").strip()
    wanted = typed.casefold()
    mine = [access.tenant for access in find_all_access(request.user)]
    for tenant in mine:
        if wanted in (tenant.slug.casefold(), tenant.name.casefold()):
            return redirect("dashboard", tenant.slug)
    matching = [tenant for tenant in mine if wanted and wanted in f"{tenant.slug} {tenant.name}".casefold()]
    if len(matching) == 1:
        return redirect("dashboard", matching[0].slug)
    what = "Several tenants match" if matching else "No tenant matches"
    messages.warning(request, f"{what} “{one_line(typed, 60)}”. Choose one from the list.")
    return redirect("overview")
