"""The system page: all vital signs in detail, for those who run the system. It names tenants."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from supportsaas.ops import health, health_checks
from tenants.access import log_in_required
from tenants.models import User


@require_GET
@log_in_required
def show_system(request: HttpRequest) -> HttpResponse:
    """For superusers; to everybody else there is no such page."""
    if not (isinstance(request.user, User) and request.user.is_superuser):
        raise Http404
    found = health.latest_examination()
    parts = [
        {
            "title": vital.title,
            "state": reading.state,
            "badge": _badge(reading),
            "facts": reading.facts.items(),
            "findings": reading.findings,
        }
        for vital, reading in found.readings.items()
    ]
    return render(request, "system.html", {"parts": parts, "is_well": found.is_well, "findings": found.findings})


def _badge(reading: health_checks.Reading) -> tuple[str, str]:
    """The look and the word of a part's state."""
    if reading.state.startswith("unhealthy") or any(each.is_grave for each in reading.findings):
        return "error", "to be looked at"
    if reading.state.startswith("unknown"):
        return "none", "not known"
    return ("late", "worth knowing") if reading.findings else ("fresh", "well")
