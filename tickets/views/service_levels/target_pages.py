"""A tenant's targets: managers see them; admins add, change, order, switch and delete them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from supportsaas import clock
from supportsaas.web.page_paths import path_of
from supportsaas.web.rejected import Rejected
from tenants.access import TenantAccess, TenantRequest, tenant_required
from tenants.models import Role, Tenant
from tickets.ingestion.worker import count_workers
from tickets.records.period import Period, day_start
from tickets.recount import targets as editing
from tickets.recount.target_form import TargetForm
from tickets.recount.target_preview import preview_target
from tickets.recount.walk import RECOUNT
from tickets.service_levels.targets import MOST_TARGETS, ServiceTarget, find_targets
from tickets.store.filters import COUNT_ALL, TicketFilter
from tickets.store.target_counts import Due, Kept, TargetCounts
from tickets.views.fragments import vary_on_htmx

DAYS: Final = 30


@dataclass(frozen=True, slots=True)
class TargetNumbers:
    """What was kept in the last 30 days and what is due now, each with the address of its list."""

    kept: Kept
    due: Due
    met_list: str
    breached_list: str
    past_list: str
    soon_list: str


@require_GET
@tenant_required(Role.MANAGER)
def show_targets(request: TenantRequest, access: TenantAccess) -> HttpResponse:
    targets = find_targets(access.tenant)
    numbers = _numbers(access.tenant, targets, clock.now())
    context = {
        "targets": [(each, numbers[each.pk]) for each in targets],
        "most": MOST_TARGETS,
        "is_full": len(targets) >= MOST_TARGETS,
        "days": DAYS,
        **_recount_context(access),
    }
    return render(request, "service_levels/targets.html", context)


@require_GET
@tenant_required(Role.MANAGER)
def show_recount(request: TenantRequest, access: TenantAccess) -> HttpResponse:
    """How far stored tickets are worked out again: a fragment that polls itself while that runs."""
    return vary_on_htmx(render(request, "service_levels/_recount.html", _recount_context(access)))


@require_http_methods(["GET", "POST"])
@tenant_required(Role.ADMIN)
def add_target(request: TenantRequest, access: TenantAccess) -> HttpResponse:
    return _edit(request, access, TargetForm(request.POST or None, tenant=access.tenant))


@require_http_methods(["GET", "POST"])
@tenant_required(Role.ADMIN)
def change_target(request: TenantRequest, access: TenantAccess, target_id: str) -> HttpResponse:
    target = access.find_or_404(ServiceTarget, target_id)
    form = TargetForm(request.POST or None, instance=target, tenant=access.tenant)
    return _edit(request, access, form, name=target.name)


@require_POST
@tenant_required(Role.ADMIN)
def move_target(request: TenantRequest, access: TenantAccess, target_id: str) -> HttpResponse:
    target, direction = access.find_or_404(ServiceTarget, target_id), request.POST.get("to", "")
    if direction in ("first", "up", "down"):
        editing.move_target(target, direction)  # type: ignore[arg-type]
    return redirect(f"{reverse('targets', args=[access.tenant.slug])}#target-{target.pk}")


@require_POST
@tenant_required(Role.ADMIN)
def switch_target(request: TenantRequest, access: TenantAccess, target_id: str) -> HttpResponse:
    """Switch the target on or off as `enabled` says, so that pressing the button twice does no harm."""
    target, enabled = access.find_or_404(ServiceTarget, target_id), request.POST.get("enabled") == "1"
    editing.switch_target(target, enabled=enabled)
    messages.success(request, f"Switched {'on' if enabled else 'off'} the target “{target}”.")
    return redirect("targets", access.tenant.slug)


@require_POST
@tenant_required(Role.ADMIN)
def delete_target(request: TenantRequest, access: TenantAccess, target_id: str) -> HttpResponse:
    target = access.find_or_404(ServiceTarget, target_id)
    editing.delete_target(target)
    messages.success(request, f"Deleted the target “{target}”.")
    return redirect("targets", access.tenant.slug)


def _edit(request: TenantRequest, access: TenantAccess, form: TargetForm, *, name: str = "") -> HttpResponse:
    """Show the form and what the target would have meant. The button `save` saves it; every other one previews."""
    context: dict[str, Any] = {"form": form, "name": name}
    if form.is_valid():
        if "save" in request.POST:
            try:
                editing.save_target(form.instance, seen_revision=form.cleaned_data["revision"])
            except Rejected as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, f"Saved the target “{form.instance}”.")
                return redirect("targets", access.tenant.slug)
        context["preview"] = preview_target(access.tenant, form.instance, now=clock.now())
    elif name and request.method == "GET":
        context["preview"] = preview_target(access.tenant, form.instance, now=clock.now())
    if (preview := context.get("preview")) is not None:
        most = preview.most_in_a_week
        context["weeks"] = [(each, _percent(each.met, most), _percent(each.breached, most)) for each in preview.weeks]
    status = 422 if form.errors and "save" in request.POST else 200
    return render(request, "service_levels/target_form.html", context, status=status)


def _percent(number: int, most: int) -> int:
    return round(100 * number / most) if most else 0


def _numbers(tenant: Tenant, targets: list[ServiceTarget], now: datetime) -> dict[Any, TargetNumbers]:
    today = now.astimezone(tenant.zone).date()
    start, end = (day_start(today + timedelta(days=days), tenant.zone) for days in (1 - DAYS, 1))
    counts, path = TargetCounts(tenant), path_of("ticket-list", tenant.slug)
    kept, due = (counts.find_kept(Period(start, end)), counts.find_due_by_target(now)) if targets else ({}, {})

    def list_of(**values: Any) -> str:
        return f"{path}?{TicketFilter(**values).query()}&{COUNT_ALL}"

    def numbers_of(target: ServiceTarget) -> TargetNumbers:
        key = str(target.pk)
        stopped: dict[str, Any] = {"clock": target.clock, "target": key, "stopped_from": start, "stopped_to": end}
        return TargetNumbers(
            kept=kept.get(key, Kept()),
            due=due.get(key, Due()),
            met_list=list_of(**stopped, met=True),
            breached_list=list_of(**stopped, met=False),
            past_list=list_of(due=("breached",), target=key),
            soon_list=list_of(due=("soon",), target=key),
        )

    return {each.pk: numbers_of(each) for each in targets}


def _recount_context(access: TenantAccess) -> dict[str, Any]:
    found = RECOUNT.find_progress(access.tenant)
    return {"recount": found, "workers": count_workers() if found and found.is_running else 0}
