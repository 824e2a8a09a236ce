"""How often the classification is right, and the daily sample that shows it."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from supportsaas import clock
from tenants.access import TenantAccess, TenantRequest, tenant_required
from tenants.models import Role
from tickets.corrections.accuracy import NEWEST, VERDICTS, find_accuracy
from tickets.corrections.samples import find_sample, skip


@require_GET
@tenant_required()
def show_accuracy(request: TenantRequest, access: TenantAccess) -> HttpResponse:
    """Managers are shown the next ticket of today's sample, too."""
    now = clock.now()
    found = find_accuracy(access.tenant, now=now)
    context = {
        "accuracy": found,
        "newest": NEWEST,
        "weeks": [(week, [week.share(name) for name in VERDICTS]) for week in found.weeks],
        "sample": find_sample(access.tenant, now=now) if access.can_run else None,
    }
    return render(request, "tickets/accuracy.html", context)


@require_POST
@tenant_required(Role.MANAGER)
def skip_sampled(request: TenantRequest, access: TenantAccess) -> HttpResponse:
    skip(access.tenant, request.POST.get("ticket", ""), now=clock.now())
    return redirect("accuracy", access.tenant.slug)
