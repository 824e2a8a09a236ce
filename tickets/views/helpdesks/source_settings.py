"""The settings page of a tenant's helpdesk connection: connect, edit, check, disconnect."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from tenants.access import TenantAccess, TenantRequest, tenant_required
from tenants.models import Role
from tickets.helpdesks import SourceError
from tickets.helpdesks.form import SAME_OR_ANOTHER, SourceForm
from tickets.helpdesks.model import KIND_LABELS, AuthKind, Source, SourceKind
from tickets.helpdesks.presets import PRESETS
from tickets.helpdesks.presets.preset import Preset
from tickets.ingestion import connecting
from tickets.ingestion.checking import check_in_time
from tickets.ingestion.name_spaces import choose_name, explain_change, may_have_moved, names_of_connections

PROPOSED_INTERVAL = 15
"""Minutes. A new connection starts with a schedule, because one without is never synced automatically."""


@dataclass(frozen=True, slots=True)
class KindHelp:
    """What an admin needs to know to connect a type of helpdesk, and the form's initial values."""

    description: str
    authentication: str
    auth: str = AuthKind.NONE.value
    auth_name: str = ""
    options: dict[str, Any] | None = None

    @property
    def has_options(self) -> bool:
        return self.options is not None


def _help_of(preset: Preset) -> KindHelp:
    return KindHelp(
        preset.reads,
        f"{preset.key_label}. {preset.key_help} {preset.rights}",
        auth=preset.auth,
        auth_name=preset.auth_name,
        options={each.name: each.default for each in preset.variables},
    )


HELP: dict[str, KindHelp] = {
    SourceKind.NATIVE: KindHelp(
        "A helpdesk that serves pages of tickets at /external/support-tickets.",
        "Most need no authentication. If yours does: a header, a bearer token, or a user name and password.",
    ),
    SourceKind.REST: KindHelp(
        "Any helpdesk that lists its tickets as JSON. The connector settings say where the list is, how it is paged, "
        "and which field is which.",
        "Whatever your helpdesk’s API requires: a header, a bearer token, or a user name and password.",
        auth=AuthKind.BEARER.value,
        options={
            "path": "/api/tickets",
            "records": "tickets",
            "paging": "page",
            "fields": {"id": "id", "created_at": "created_at", "subject": "subject", "message": "description"},
        },
    ),
    **{kind: _help_of(preset) for kind, preset in PRESETS.items()},
}


class TenantSourceForm(SourceForm):
    """The form for a helpdesk type that was chosen before."""

    class Meta(SourceForm.Meta):
        widgets = {"kind": forms.HiddenInput()}

    def __init__(self, *args: Any, kind: str, has_tickets: bool, connections: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.fields["kind"].initial = self.initial["kind"] = kind
        text = {"autocapitalize": "none", "spellcheck": "false", "autocomplete": "off"}
        self.fields["url"].widget.attrs |= {"type": "url", "placeholder": "https://help.example.com", **text}
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
def show_source(request: TenantRequest, access: TenantAccess) -> HttpResponse:
    """The form, or the list of helpdesk types if nothing is connected; `?kind=` selects a type."""
    source = _find(access)
    wanted = request.POST.get("kind") or request.GET.get("kind") or (source.kind if source else "")
    if wanted not in KIND_LABELS:
        kinds = [(kind, label, HELP[kind]) for kind, label in KIND_LABELS.items()]
        return render(request, "helpdesks/types.html", {"kinds": kinds, "source": source})
    kind = wanted
    if request.method != "POST":
        initial = _initial_values(source, kind)
        form = TenantSourceForm(
            instance=source or Source(),
            initial=initial,
            kind=kind,
            has_tickets=may_have_moved(access.tenant),
            connections=names_of_connections(access.tenant),
        )
        return _page(request, source, form, kind)
    form = TenantSourceForm(
        request.POST,
        instance=_find(access) or Source(),
        kind=kind,
        has_tickets=may_have_moved(access.tenant),
        connections=names_of_connections(access.tenant),
    )
    form.instance.tenant = access.tenant
    if not form.is_valid():
        return _page(request, source, form, kind, status=422)
    former = choose_name(form.instance, is_same=form.is_same_helpdesk, name=form.same_as)
    remedy = f"choose “The helpdesk of {former}” below and save again"
    saved = form.save(commit=False)
    origin = connecting.save_source(saved, is_read_differently=form.needs_fresh_sync or source is None)
    messages.success(
        request,
        " ".join(["Connection saved.", *explain_change(access.tenant, origin, former=former, remedy=remedy)]),
    )
    if "check" in request.POST:
        _check(request, saved)
    return redirect("settings-source", access.tenant.slug)


@require_POST
@tenant_required(Role.ADMIN)
def check_source(request: TenantRequest, access: TenantAccess) -> HttpResponse:
    source = _find(access)
    if source is None:
        messages.error(request, "No helpdesk is connected.")
    else:
        _check(request, source)
    return redirect("settings-source", access.tenant.slug)


@require_POST
@tenant_required(Role.ADMIN)
def remove_source(request: TenantRequest, access: TenantAccess) -> HttpResponse:
    source = _find(access)
    if source is not None:
        connecting.remove_source(source)
    messages.success(request, "Helpdesk disconnected and its key deleted. Existing tickets are kept.")
    return redirect("settings-source", access.tenant.slug)


def _find(access: TenantAccess) -> Source | None:
    return Source.objects.filter(tenant=access.tenant).select_related("tenant").first()


def _initial_values(source: Source | None, kind: str) -> dict[str, Any]:
    """Initial values of the chosen type; empty if the stored source already has that type."""
    if source is not None and source.kind == kind:
        return {}
    help_ = HELP[kind]
    values: dict[str, Any] = {
        "auth": help_.auth,
        "auth_name": help_.auth_name,
        "options": help_.options or {},
        "kind": kind,
    }
    if source is None:
        values["every_minutes"] = PROPOSED_INTERVAL
    return values


def _check(request: HttpRequest, source: Source) -> None:
    try:
        checked = check_in_time(source)
    except SourceError as error:
        messages.error(request, f"Connection failed. {error}")
        return
    if not checked.is_usable:
        messages.error(request, f"Connection failed. {checked}")
        return
    messages.success(request, checked.sentence)
    for problem in checked.problems:
        messages.warning(request, problem)


def _page(
    request: HttpRequest, source: Source | None, form: TenantSourceForm, kind: str, *, status: int = 200
) -> HttpResponse:
    context = {"source": source, "form": form, "kind": kind, "label": KIND_LABELS[kind], "help": HELP[kind]}
    return render(request, "helpdesks/settings.html", context, status=status)
