"""A tenant's classification rules: members see them; managers add, edit, order, switch and delete them."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from supportsaas.web.rejected import Rejected
from tenants.access import TenantAccess, TenantRequest, tenant_required
from tenants.models import Role
from tickets.classification.tenant_rules import MAX_RULES
from tickets.ingestion.worker import count_workers
from tickets.rules import editing
from tickets.rules.form import RuleForm
from tickets.rules.model import ClassificationRule
from tickets.rules.preview import NEWEST, preview_rule
from tickets.rules.reclassification import RECLASSIFICATION
from tickets.views.fragments import vary_on_htmx


@require_GET
@tenant_required()
def show_rules(request: TenantRequest, access: TenantAccess) -> HttpResponse:
    rules = editing.all_rules(access.tenant)
    context = {
        "rules": rules,
        "most": MAX_RULES,
        "is_full": len(rules) >= MAX_RULES,
        **_reclassification_context(access),
    }
    return render(request, "tickets/rules.html", context)


@require_GET
@tenant_required()
def show_reclassification(request: TenantRequest, access: TenantAccess) -> HttpResponse:
    """The progress of reclassification: a fragment that polls itself while it runs."""
    return vary_on_htmx(render(request, "tickets/_reclassification.html", _reclassification_context(access)))


@require_http_methods(["GET", "POST"])
@tenant_required(Role.MANAGER)
def add_rule(request: TenantRequest, access: TenantAccess) -> HttpResponse:
    """The address may propose the values of the form, which are then previewed at once."""
    proposed = {name: request.GET[name] for name in RuleForm.Meta.fields if name in request.GET}
    form = RuleForm(request.POST or None, tenant=access.tenant, initial=proposed)
    return _edit(request, access, form, proposed=proposed)


@require_http_methods(["GET", "POST"])
@tenant_required(Role.MANAGER)
def change_rule(request: TenantRequest, access: TenantAccess, rule_id: str) -> HttpResponse:
    rule = access.find_or_404(ClassificationRule, rule_id)
    return _edit(request, access, RuleForm(request.POST or None, instance=rule), name=rule.phrases)


@require_POST
@tenant_required(Role.MANAGER)
def move_rule(request: TenantRequest, access: TenantAccess, rule_id: str) -> HttpResponse:
    rule, direction = access.find_or_404(ClassificationRule, rule_id), request.POST.get("to", "")
    if direction in ("first", "up", "down"):
        editing.move_rule(rule, direction)  # type: ignore[arg-type]
    return redirect(f"{reverse('rules', args=[access.tenant.slug])}#rule-{rule.pk}")


@require_POST
@tenant_required(Role.MANAGER)
def switch_rule(request: TenantRequest, access: TenantAccess, rule_id: str) -> HttpResponse:
    """Switch the rule on or off as `enabled` says, so that pressing the button twice does no harm."""
    rule, enabled = access.find_or_404(ClassificationRule, rule_id), request.POST.get("enabled") == "1"
    editing.switch_rule(rule, enabled=enabled)
    messages.success(request, f"Switched {'on' if enabled else 'off'} the rule “{rule}”.")
    return redirect("rules", access.tenant.slug)


@require_POST
@tenant_required(Role.MANAGER)
def delete_rule(request: TenantRequest, access: TenantAccess, rule_id: str) -> HttpResponse:
    rule = access.find_or_404(ClassificationRule, rule_id)
    editing.delete_rule(rule)
    messages.success(request, f"Deleted the rule “{rule}”.")
    return redirect("rules", access.tenant.slug)


def _edit(
    request: TenantRequest,
    access: TenantAccess,
    form: RuleForm,
    *,
    name: str = "",
    proposed: Mapping[str, str] | None = None,
) -> HttpResponse:
    """Show the form, preview its changes if the button `preview` was pressed, or save it."""
    context: dict[str, Any] = {"form": form, "name": name, "newest": NEWEST}
    if request.method == "GET" and proposed:
        trial = RuleForm({"enabled": "on", **proposed}, tenant=access.tenant)  # as the form says of a new rule
        if trial.is_valid():
            context["preview"] = preview_rule(access.tenant, trial.instance)
    if request.method == "POST" and form.is_valid():
        if "preview" in request.POST:
            context["preview"] = preview_rule(access.tenant, form.instance)
        else:
            try:
                editing.save_rule(form.instance, seen_revision=form.cleaned_data["revision"])
            except Rejected as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, f"Saved the rule “{form.instance}”.")
                return redirect("rules", access.tenant.slug)
    return render(request, "tickets/rule_form.html", context, status=422 if form.errors else 200)


def _reclassification_context(access: TenantAccess) -> dict[str, Any]:
    found = RECLASSIFICATION.find_progress(access.tenant)
    return {"reclassification": found, "workers": count_workers() if found and found.is_running else 0}
