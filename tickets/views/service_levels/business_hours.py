"""The settings page of a tenant's business hours: edit, preview, save, remove."""

from itertools import islice

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from supportsaas import clock
from tenants.access import TenantAccess, TenantRequest, tenant_required
from tenants.models import Role
from tenants.new_tenant import list_zones
from tickets.clocks.week_text import format_week
from tickets.recount.opening_hours import save_opening_hours
from tickets.service_levels.form import PRESETS, BusinessHoursForm, form_data, week_data, without_own_day
from tickets.service_levels.model import OpeningHours, find_opening_hours
from tickets.service_levels.summary import MOST_SHOWN, next_closed_days, summarize


@require_http_methods(["GET", "POST"])
@tenant_required(Role.ADMIN)
def show_business_hours(request: TenantRequest, access: TenantAccess) -> HttpResponse:
    """The button `save` saves, `remove` removes all; every other button only changes what the form shows."""
    stored = find_opening_hours(access.tenant)
    if "remove" in request.POST:
        save_opening_hours(access.tenant, None)
        messages.success(request, "Business hours removed. Only calendar time counts.")
        return redirect("settings-hours", access.tenant.slug)
    shown = stored or OpeningHours(tenant=access.tenant, week=format_week(PRESETS["weekdays"][1]))
    form = BusinessHoursForm(_posted(request) if request.method == "POST" else form_data(shown), tenant=access.tenant)
    is_valid = form.is_valid()
    if "save" in request.POST and is_valid:
        save_opening_hours(access.tenant, form.hours)
        messages.success(request, "Business hours saved.")
        return redirect("settings-hours", access.tenant.slug)
    now = clock.now()
    context = {
        "form": form,
        "stored": stored,
        "presets": [(name, label) for name, (label, _) in PRESETS.items()],
        "zones": list_zones(),
        "summary": summarize(form.hours, now) if is_valid else "",
        "closed_days": list(islice(next_closed_days(form.hours, now), MOST_SHOWN)) if is_valid else [],
        "is_saved": is_valid and stored is not None and stored.equals(form.hours),
    }
    status = 422 if "save" in request.POST else 200
    return render(request, "service_levels/business_hours.html", context, status=status)


def _posted(request: TenantRequest) -> dict[str, str]:
    """What was entered, changed as the button says."""
    data = request.POST.dict()
    if preset := PRESETS.get(request.POST.get("preset", "")):
        data |= week_data(preset[1])
    if "drop" in data:
        data = without_own_day(data, data["drop"])
    return data
