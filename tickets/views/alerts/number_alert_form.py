"""The pages on which an alert on a number is added and edited, and tried out over the past before it is saved."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from supportsaas import clock
from supportsaas.web.rejected import Rejected
from tenants.access import TenantAccess, TenantRequest, tenant_required
from tickets.alerts.model import Channel
from tickets.number_alerts.editing import save_alert
from tickets.number_alerts.form import NumberAlertForm
from tickets.number_alerts.model import NumberAlert
from tickets.store.saved_views import SavedView
from tickets.views.alerts.number_alerts import MAY_EDIT
from tickets.views.alerts.try_out_panel import TryOutPanel, try_out_panel


@require_http_methods(["GET", "POST"])
@tenant_required(MAY_EDIT)
def add_number_alert(request: TenantRequest, access: TenantAccess) -> HttpResponse:
    """The address may propose the values of the form, which are then tried out at once."""
    return _edit(request, access, NumberAlert(tenant=access.tenant, metric="arrived"))


@require_http_methods(["GET", "POST"])
@tenant_required(MAY_EDIT)
def change_number_alert(request: TenantRequest, access: TenantAccess, alert_id: str) -> HttpResponse:
    return _edit(request, access, access.find_or_404(NumberAlert, alert_id))


def _edit(request: TenantRequest, access: TenantAccess, alert: NumberAlert) -> HttpResponse:
    """The button `save` saves, `try` tries it out; any other only fits the form to what is chosen."""
    title = "" if alert._state.adding else str(alert)
    given: dict[str, Any] = {"tenant": access.tenant, "channels": list(Channel.objects.filter(tenant=access.tenant))}
    saves, panel = "save" in request.POST, None
    if saves or "try" in request.POST:
        form = NumberAlertForm(request.POST, instance=alert, **given)
        if form.is_valid() and saves:
            try:
                save_alert(form.instance, seen=form.cleaned_data["version"])
            except Rejected as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, f"“{form.instance}” saved. It is checked every two minutes.")
                return redirect("number-alerts", access.tenant.slug)
        elif form.is_valid():
            panel = try_out_panel(form.instance, now=clock.now())
    else:
        chosen = request.POST or request.GET
        form = NumberAlertForm(instance=alert, initial=_values(chosen), **given)
        if not request.POST:
            panel = _panel_of_proposed(chosen, given)
    context = {
        "form": form,
        "title": title,
        "panel": panel,
        "has_views": SavedView.objects.filter(tenant=access.tenant).exists(),
        "has_channels": bool(given["channels"]),
    }
    return render(request, "alerts/number_alert_form.html", context, status=422 if saves else 200)


def _values(chosen: QueryDict) -> dict[str, Any]:
    """What the form shows of this, whether it makes sense or not."""
    values: dict[str, Any] = {name: chosen[name] for name in NumberAlertForm.Meta.fields if name in chosen}
    return values | {"channels": chosen.getlist("channels")} if "metric" in chosen else values


def _panel_of_proposed(proposed: QueryDict, given: dict[str, Any]) -> TryOutPanel | None:
    if "metric" not in proposed:
        return None
    trial = NumberAlertForm(proposed, instance=NumberAlert(), **given)
    return try_out_panel(trial.instance, now=clock.now()) if trial.is_valid() else None
