"""The form of a stored helpdesk connection, on the tenant's settings pages. `add_connection` has the steps to a new one."""

import json
from collections.abc import Sequence
from typing import Any, ClassVar, cast

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from tenants.access import TenantAccess, TenantRequest, tenant_required
from tenants.models import Role
from tickets.helpdesks import presets
from tickets.helpdesks.form import SAME_OR_ANOTHER, SourceForm
from tickets.helpdesks.model import KIND_LABELS, Source
from tickets.helpdesks.presets.preset import URL_EXAMPLE
from tickets.ingestion import connecting
from tickets.ingestion.name_spaces import (
    NameTaken,
    choose_name,
    explain_change,
    find_sources,
    may_have_moved,
    names_of_connections,
)
from tickets.views.helpdesks.connections import report_check
from tickets.views.helpdesks.kinds import HELP, kinds_with_help


class TenantSourceForm(SourceForm):
    """The form for a helpdesk type that was chosen before."""

    class Meta(SourceForm.Meta):
        widgets: ClassVar[dict[str, forms.Widget]] = {**SourceForm.Meta.widgets, "kind": forms.HiddenInput()}

    def __init__(self, *args: Any, kind: str, has_tickets: bool, connections: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.fields["kind"].initial = self.initial["kind"] = kind
        text = {"autocapitalize": "none", "spellcheck": "false", "autocomplete": "off"}
        preset = presets.find(kind)
        example = preset.url_example if preset else URL_EXAMPLE
        self.fields["url"].widget.attrs |= {"type": "url", "placeholder": example, **text}
        self.fields["auth_name"].widget.attrs |= text
        self.fields["every_minutes"].label = "Sync every … minutes"
        self.fields["page_size"].label = "Tickets per request"
        self.fields["page_size"].help_text = "Some helpdesks return fewer."
        self.fields["enabled"].label = "Sync this helpdesk"
        self.fields["enabled"].help_text = "When off, nothing is synced. Existing tickets are kept."
        if not has_tickets:
            del self.fields["helpdesk"]
        else:
            others = [name for name in connections if name != self.instance.name]
            helpdesk = cast(forms.ChoiceField, self.fields["helpdesk"])
            helpdesk.choices = [*SAME_OR_ANOTHER, *((f"same:{name}", f"The helpdesk of {name}") for name in others)]
        if not self.instance.has_secret:
            self.fields["secret"].help_text = "Stored encrypted and never shown again."
        if HELP[kind].has_options:
            options = self.fields["options"]
            options.show_hidden_initial = False  # compare with what is stored
            options.label = "Connector settings (JSON)"
            options.help_text = "Leave empty for the defaults. docs/sources.md lists all settings."
            options.widget.attrs |= {"rows": 8, "class": "code", **text}
            if isinstance(self.initial.get("options"), dict):
                options.widget.attrs["rows"] = len(json.dumps(self.initial["options"], indent=2).splitlines()) + 2
                options.encoder = _Indented  # type: ignore[attr-defined]
        else:
            del self.fields["options"]

    def clean(self) -> dict[str, Any]:
        if "options" not in self.fields:
            self.instance.options = {}
        return super().clean()


class _Indented(json.JSONEncoder):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{**kwargs, "indent": 2})


@require_http_methods(["GET", "POST"])
@tenant_required(Role.ADMIN)
def change_source(request: TenantRequest, access: TenantAccess, source_id: str) -> HttpResponse:
    """The form of a connection; `?kind=` selects another type."""
    source = access.find_or_404(Source, source_id)
    kind = request.POST.get("kind") or request.GET.get("kind") or source.kind
    if kind not in KIND_LABELS:
        return render(request, "helpdesks/types.html", {"kinds": kinds_with_help(), "source": source})
    form = TenantSourceForm(
        request.POST if request.method == "POST" else None,
        # The page's title shows what is stored, not invalid input.
        instance=access.find_or_404(Source, source_id),
        initial=_initial_values(source, kind) if request.method != "POST" else None,
        kind=kind,
        has_tickets=may_have_moved(access.tenant),
        connections=_former_connections(access, source),
    )
    if request.method != "POST":
        return _page(request, source, form, kind)
    form.instance.tenant = access.tenant
    if not form.is_valid():
        return _page(request, source, form, kind, status=422)
    try:
        saved = _save(request, access, form)
    except NameTaken as error:
        form.add_error("helpdesk" if "helpdesk" in form.fields else None, str(error))
        return _page(request, source, form, kind, status=422)
    if "check" in request.POST:
        report_check(request, saved)
    return redirect("settings-source-edit", access.tenant.slug, saved.pk)


def _save(request: TenantRequest, access: TenantAccess, form: TenantSourceForm) -> Source:
    """Raises `NameTaken`."""
    former = choose_name(form.instance, is_same=form.is_same_helpdesk, name=form.same_as)
    remedy = f"choose “The helpdesk of {former}” below and save again"
    saved = form.save(commit=False)
    origin = connecting.save_source(saved, is_read_differently=form.needs_fresh_sync)
    messages.success(
        request,
        " ".join(["Connection saved.", *explain_change(access.tenant, origin, former=former, remedy=remedy)]),
    )
    return saved


def _former_connections(access: TenantAccess, source: Source) -> list[str]:
    """Those that this one may turn out to be: no other connection has their name now."""
    taken = {each.name for each in find_sources(access.tenant) if each.pk != source.pk}
    return [name for name in names_of_connections(access.tenant) if name not in taken]


def _initial_values(source: Source, kind: str) -> dict[str, Any]:
    """Initial values of the chosen type; empty if the stored source already has that type."""
    if source.kind == kind:
        return {}
    help_ = HELP[kind]
    return {"auth": help_.auth, "auth_name": help_.auth_name, "options": help_.options or {}, "kind": kind}


def _page(
    request: HttpRequest, source: Source, form: TenantSourceForm, kind: str, *, status: int = 200
) -> HttpResponse:
    context = {"source": source, "form": form, "kind": kind, "label": KIND_LABELS[kind], "help": HELP[kind]}
    return render(request, "helpdesks/settings.html", context, status=status)
