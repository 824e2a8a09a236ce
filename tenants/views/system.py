"""The system page: all health checks in detail, for superusers. It names tenants."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from supportsaas.ops import health_checks
from supportsaas.ops.latest_report import latest_report
from tenants.access import SignedInRequest, sign_in_required


@require_GET
@sign_in_required
def show_system(request: SignedInRequest) -> HttpResponse:
    """404 for everybody but superusers."""
    if not request.user.is_superuser:
        raise Http404
    found = latest_report()
    parts = [
        {
            "title": check.title,
            "state": result.state,
            "badge": _badge(result),
            "facts": result.facts.items(),
            "problems": result.problems,
        }
        for check, result in found.results.items()
    ]
    return render(request, "system.html", {"parts": parts, "is_healthy": found.is_healthy, "problems": found.problems})


def _badge(result: health_checks.CheckResult) -> tuple[str, str]:
    """The CSS class and label of a part's state."""
    if result.state.startswith("unhealthy") or any(each.is_serious for each in result.problems):
        return "error", "needs attention"
    if result.state.startswith("unknown"):
        return "none", "unknown"
    return ("late", "notice") if result.problems else ("fresh", "healthy")
