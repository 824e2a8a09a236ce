"""The page of a tenant's alerts on numbers, and what people do there: acknowledge, mute, turn on and off, delete."""

from datetime import datetime, time, timedelta
from typing import Final
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from supportsaas import clock
from supportsaas.formatting import format_count, format_minute
from tenants.access import TenantAccess, TenantRequest, tenant_required
from tenants.models import Role, Tenant
from tickets.number_alerts.editing import delete_alert, mute_alert, switch_alert
from tickets.number_alerts.model import MOST_ALERTS, NumberAlert
from tickets.number_alerts.rules import RECOVERS_AFTER
from tickets.number_alerts.states import alert_of, find_state
from tickets.views.alerts.acknowledging import acknowledge_and_report, give_back_and_report
from tickets.views.alerts.number_alert_rows import ShownAlert, find_shown_alerts
from tickets.views.fragments import render_page_or_fragment

MAY_EDIT: Final = Role.MANAGER
"""An alert only chooses among the channels, which admins set up."""

MORNING: Final = time(8)
MUTES: Final = (("1", "1 hour"), ("8", "8 hours"), ("morning", "Until tomorrow, 8:00"))
"""Values of `for` and their labels."""

EXAMPLES: Final = tuple(
    (text, urlencode(values))
    for text, values in (
        ("Any open ticket is past due", {"metric": "past_due", "rule": "above", "threshold": "0"}),
        (
            "More new tickets in an hour than is usual for that hour",
            {"metric": "arrived", "window_hours": "1", "rule": "unusual"},
        ),
        (
            "More than 40% of the tickets of 24 hours are negative",
            {"metric": "negative_share", "window_hours": "24", "rule": "above", "threshold": "40"},
        ),
    )
)
"""What to alert on, and the values of the form that do so."""


@require_GET
@tenant_required()
def show_number_alerts(request: TenantRequest, access: TenantAccess) -> HttpResponse:
    """The page; to HTMX only the states, which it asks for again and again."""
    shown = find_shown_alerts(access.tenant, now=clock.now())
    context = {
        "shown_alerts": shown,
        "summary": _summary(shown),
        "is_summary_new": _summary(shown) != request.GET.get("seen", ""),
        "is_full": len(shown) >= MOST_ALERTS,
        "most": MOST_ALERTS,
        "can_edit": access.allows(MAY_EDIT),
        "mutes": MUTES,
        "examples": EXAMPLES,
        "recovers_minutes": RECOVERS_AFTER // timedelta(minutes=1),
    }
    return render_page_or_fragment(request, "alerts/number_alerts.html", "alerts/_number_alert_states.html", context)


@require_POST
@tenant_required(Role.MANAGER)
def acknowledge_alert(request: TenantRequest, access: TenantAccess, alert_id: str) -> HttpResponse:
    """Say that one looks after it. Whoever was first stays."""
    alert = access.find_or_404(NumberAlert, alert_id)
    state = find_state(alert)
    if not state.is_firing:
        messages.info(request, f"“{alert}” no longer fires.")
    else:
        acknowledge_and_report(request, access.tenant, [alert_of(alert, state)], what=f"“{alert}”")
    return redirect("number-alerts", access.tenant.slug)


@require_POST
@tenant_required(Role.MANAGER)
def give_alert_back(request: TenantRequest, access: TenantAccess, alert_id: str) -> HttpResponse:
    """Say that nobody looks after it any more."""
    alert = access.find_or_404(NumberAlert, alert_id)
    give_back_and_report(request, access.tenant, [alert_of(alert, find_state(alert))], what=f"“{alert}”")
    return redirect("number-alerts", access.tenant.slug)


@require_POST
@tenant_required(Role.MANAGER)
def mute(request: TenantRequest, access: TenantAccess, alert_id: str) -> HttpResponse:
    """Mute it `for` so many hours or until the morning; with anything else, send again."""
    alert = access.find_or_404(NumberAlert, alert_id)
    until = _muted_until(request.POST.get("for", ""), access.tenant, clock.now())
    mute_alert(alert, until)
    text = f"is muted until {format_minute(until.astimezone(access.tenant.zone))}" if until else "is no longer muted"
    messages.success(request, f"“{alert}” {text}.")
    return redirect("number-alerts", access.tenant.slug)


@require_POST
@tenant_required(MAY_EDIT)
def switch(request: TenantRequest, access: TenantAccess, alert_id: str) -> HttpResponse:
    """Turn it on or off as the button says (`enabled`), so that a double click is harmless."""
    alert = access.find_or_404(NumberAlert, alert_id)
    switch_alert(alert, enabled=request.POST.get("enabled") == "1")
    messages.success(request, f"“{alert}” is {'on' if alert.enabled else 'off'}.")
    return redirect("number-alerts", access.tenant.slug)


@require_POST
@tenant_required(MAY_EDIT)
def delete(request: TenantRequest, access: TenantAccess, alert_id: str) -> HttpResponse:
    alert = access.find_or_404(NumberAlert, alert_id)
    name = str(alert)
    delete_alert(alert)
    messages.success(request, f"“{name}” deleted.")
    return redirect("number-alerts", access.tenant.slug)


def _muted_until(wanted: str, tenant: Tenant, now: datetime) -> datetime | None:
    if wanted == "morning":
        tomorrow = now.astimezone(tenant.zone).date() + timedelta(days=1)
        return clock.to_milliseconds(datetime.combine(tomorrow, MORNING, tzinfo=tenant.zone))
    return now + timedelta(hours=int(wanted)) if wanted in dict(MUTES) else None


def _summary(shown: list[ShownAlert]) -> str:
    """For screen readers, whenever it changes."""
    firing = sum(each.state.is_firing for each in shown)
    return f"{format_count(firing, 'alert')} {'fires' if firing == 1 else 'fire'}." if firing else "No alert fires."
