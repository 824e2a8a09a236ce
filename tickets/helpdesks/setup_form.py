"""The short form that connects a helpdesk: what its preset asks for, and everything else under *Advanced*."""

import json
from datetime import date
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError

from supportsaas import clock
from tenants.models import Tenant
from tickets.helpdesks import presets
from tickets.helpdesks.drafts import end_of_key
from tickets.helpdesks.form import servers_of_key, why_key_is_needed
from tickets.helpdesks.model import KIND_LABELS, AuthKind, Source, SourceKind
from tickets.helpdesks.options import rest_options
from tickets.helpdesks.presets.preset import Preset, Variable
from tickets.helpdesks.source_url import complete_scheme

VARIABLE: Final = "var-"
"""The names of fields for a preset's variables start with this."""
EXAMPLE_OPTIONS: Final = {
    "path": "/api/tickets",
    "records": "tickets",
    "paging": "page",
    "fields": {"id": "id", "created_at": "created_at", "subject": "subject", "message": "description"},
}
_USED_UP: Final = (
    "Many helpdesks accept a refresh token only once, so the test would use it up. Connect with client credentials, or "
    "add the connection with manage.py source add."
)
_PLAIN: Final = {"autocapitalize": "none", "spellcheck": "false", "autocomplete": "off"}
_SOURCE_FIELDS: Final = {"auth": "auth", "auth_name": "auth_name", "url": "url", "expires_on": "expires_on"}
"""The form's fields for what `Source.full_clean` complains about."""


class SetupForm(forms.Form):
    """For one kind of helpdesk. `draft`: what was entered before; its key is kept unless the server changes."""

    secret = forms.CharField(
        required=False,
        strip=True,
        max_length=4_000,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    url = forms.CharField(
        label="Address",
        required=False,
        max_length=500,
        widget=forms.TextInput(attrs={"type": "url", "placeholder": "https://help.example.com", **_PLAIN}),
    )
    auth = forms.ChoiceField(label="Authentication", choices=AuthKind.choices)
    auth_name = forms.CharField(required=False, max_length=200, widget=forms.TextInput(attrs=_PLAIN))
    client_id = forms.CharField(
        label="Client ID",
        required=False,
        max_length=200,
        help_text="Of the OAuth client whose secret you enter.",
        widget=forms.TextInput(attrs=_PLAIN),
    )
    expires_on = forms.DateField(
        label="Key valid until",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="You are reminded 30 and 7 days before. Leave empty if the key does not end.",
    )
    options = forms.JSONField(
        label="Connector settings (JSON)",
        required=False,
        widget=forms.Textarea(attrs={"rows": 6, "class": "code", **_PLAIN}),
        help_text="These settings come on top of the helpdesk’s own. docs/sources.md lists all of them.",
    )

    def __init__(self, *args: Any, kind: str, tenant: Tenant, draft: Source | None = None, **kwargs: Any) -> None:
        self.kind, self.tenant, self.draft = kind, tenant, draft
        self.preset: Preset | None = presets.find(kind)
        super().__init__(*args, **{"label_suffix": "", "initial": self._initial(), **kwargs})
        for variable in self.variables:
            self.fields[f"{VARIABLE}{variable.name}"] = _field_of(variable)
        self._name_fields()

    # -- What the page shows ---------------------------------------------------------------------

    @property
    def variables(self) -> tuple[Variable, ...]:
        return self.preset.variables if self.preset else ()

    @property
    def main_fields(self) -> list[forms.BoundField]:
        """What everybody who connects this helpdesk has to enter."""
        variables = [f"{VARIABLE}{each.name}" for each in self.variables if not each.is_advanced]
        others = [
            name for name in ("url", "auth", "auth_name", "client_id", "secret", "expires_on") if self._is_main(name)
        ]
        names = [*others, *variables] if self.preset and self.preset.is_of_user else [*variables, *others]
        names += ["options"] if self.kind == SourceKind.REST else []
        return [self[name] for name in names]

    @property
    def advanced_fields(self) -> list[forms.BoundField]:
        shown = {each.name for each in self.main_fields}
        names = [f"{VARIABLE}{each.name}" for each in self.variables if each.is_advanced]
        names += [name for name in ("url", "auth", "auth_name", "expires_on", "options") if name in self.fields]
        return [self[name] for name in names if name not in shown]

    @property
    def has_advanced_errors(self) -> bool:
        return any(each.errors for each in self.advanced_fields)

    @property
    def key_url(self) -> str:
        """The page where the key is created; empty if it depends on what is not entered yet."""
        return self.preset.key_url_with(self._known_variables()) if self.preset else ""

    @property
    def key_url_template(self) -> str:
        return self.preset.key_url if self.preset else ""

    def _is_main(self, name: str) -> bool:
        preset = self.preset
        if preset is None:
            return name in ("url", "auth", "auth_name", "secret")
        return {
            "url": not preset.url,
            "auth": False,
            "auth_name": bool(preset.auth_name_label)
            or (AuthKind(preset.auth) == AuthKind.BASIC and not preset.auth_name),
            "client_id": "client_id" in self.fields,
            "secret": True,
            "expires_on": preset.key_days is not None,
        }[name]

    def _known_variables(self) -> dict[str, str]:
        found = {}
        for variable in self.variables:
            name = f"{VARIABLE}{variable.name}"
            value = self.data.get(name) if self.is_bound else self.initial.get(name)
            try:
                found[variable.name] = variable.check(value or variable.default)
            except ValueError:
                continue
        return found

    def _name_fields(self) -> None:
        preset, has_key = self.preset, bool(self.draft and self.draft.has_secret)
        secret, auth_name = self.fields["secret"], self.fields["auth_name"]
        if preset:
            self.fields["url"].widget.attrs["placeholder"] = preset.url_example
        secret.label = preset.key_label if preset else "Key or password"
        hint = f"{preset.key_help} Rights: {preset.rights}" if preset else ""
        kept = "Leave empty to keep the key you entered." if has_key else "Stored encrypted and never shown again."
        secret.help_text = f"{hint} {kept}".strip()
        if preset is None:
            auth_name.label = "Header, parameter or user name"
            auth_name.help_text = "For example X-API-Key. Leave empty for a bearer token."
        else:
            auth_name.label = preset.auth_name_label or (
                "User name" if AuthKind(preset.auth) == AuthKind.BASIC else "Header, parameter or user name"
            )
            if preset.url:
                self.fields["url"].label = "Use another address"
                self.fields["url"].help_text = "For a proxy or a test system. Leave empty for the usual one."
        if not (preset and AuthKind(preset.auth) == AuthKind.OAUTH2 and "client_id" not in preset.settings):
            del self.fields["client_id"]
        if self.kind == SourceKind.NATIVE:
            del self.fields["options"]
        elif isinstance(self.fields["options"], forms.JSONField):
            self.fields["options"].encoder = _Indented
        if self.kind == SourceKind.REST:
            self.fields["options"].widget.attrs["rows"] = 14
            self.fields[
                "options"
            ].help_text = (
                "Where the list is, how it is paged, and which field is which. docs/sources.md lists all settings."
            )

    # -- What was entered before -----------------------------------------------------------------

    def _initial(self) -> dict[str, Any]:
        preset, draft = self.preset, self.draft
        if draft is None:
            return {
                "auth": preset.auth if preset else (AuthKind.BEARER if self.kind == SourceKind.REST else AuthKind.NONE),
                "auth_name": preset.auth_name if preset else "",
                "options": EXAMPLE_OPTIONS if self.kind == SourceKind.REST else None,
                "expires_on": end_of_key(preset.key_days, now=clock.now()) if preset else None,
                **{f"{VARIABLE}{each.name}": each.default for each in self.variables},
            }
        own = {**draft.options}
        values = {f"{VARIABLE}{each.name}": own.pop(each.name, "") for each in self.variables}
        usual = preset.url_with(draft.options) if preset and preset.url else ""
        return {
            **values,
            "client_id": own.pop("client_id", "") if preset else "",
            "url": "" if draft.url == usual else draft.url,
            "auth": draft.auth,
            "auth_name": draft.auth_name,
            "expires_on": draft.expires_on,
            "options": own or None,
        }

    # -- What was entered ------------------------------------------------------------------------

    def clean_options(self) -> dict[str, Any]:
        options = self.cleaned_data.get("options")
        if options is None:
            return {}
        if not isinstance(options, dict):
            raise ValidationError("Connector settings must be a JSON object.")
        return options

    def clean_expires_on(self) -> date | None:
        day: date | None = self.cleaned_data.get("expires_on")
        if day is not None and day < clock.now().astimezone(self.tenant.zone).date():
            raise ValidationError("This day has passed. Enter the last day on which the key is valid, or none.")
        return day

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        variables = self._clean_variables(values)
        if variables is None or self.errors:
            return values
        source = self._source(values, variables)
        if not source.url:
            self.add_error("url", f"Enter the address of your {KIND_LABELS[self.kind]}.")
            return values
        self._clean_secret(source, values)
        self._clean_source(source)
        self.source = source
        return values

    def _clean_variables(self, values: dict[str, Any]) -> dict[str, str] | None:
        """The variables' values; None if one is wrong."""
        found: dict[str, str] | None = {}
        for variable in self.variables:
            name = f"{VARIABLE}{variable.name}"
            value = values.get(name) or variable.default
            if value and self.preset:
                value = self.preset.without_address(variable.name, value)
            if not value:
                self.add_error(name, f"Enter this. {variable.help}".strip())
                found = None
                continue
            try:
                checked = variable.check(value)
            except ValueError as error:
                self.add_error(name, str(error).partition(": ")[2])
                found = None
            else:
                if found is not None:
                    found[variable.name] = checked
        return found

    def _source(self, values: dict[str, Any], variables: dict[str, str]) -> Source:
        """The connection as it was entered, with the key that is kept."""
        preset, options = self.preset, {**values.get("options", {}), **variables}
        if values.get("client_id"):
            options["client_id"] = values["client_id"].strip()
        auth = values["auth"]
        entered = complete_scheme(values["url"].strip(), is_mailbox=self.kind == SourceKind.IMAP)
        usual_name = preset.auth_name if preset and preset.auth == auth else ""
        return Source(
            tenant=self.tenant,
            kind=self.kind,
            url=(entered or (preset.url_with(options) if preset else "")).rstrip("/"),
            auth=auth,
            auth_name="" if auth == AuthKind.NONE else values["auth_name"].strip() or usual_name,
            options=options,
            page_size=preset.page_size if preset else 100,
            expires_on=values.get("expires_on"),
        )

    def _clean_secret(self, source: Source, values: dict[str, Any]) -> None:
        if source.auth == AuthKind.NONE:
            return
        draft = self.draft
        if values.get("secret"):
            source.set_secret(values["secret"])
        elif draft is None or not draft.has_secret:
            self.add_error("secret", "Enter the key or password.")
        elif not _servers_of(source) <= _servers_of(draft):
            self.add_error("secret", why_key_is_needed(_servers_of(draft), source.url))
        else:
            source.encrypted_secret = draft.encrypted_secret

    def _clean_source(self, source: Source) -> None:
        if "client_id" in self.fields and not source.options.get("client_id"):
            self.add_error("client_id", "Enter the client ID.")
        try:
            source.full_clean(exclude=["tenant", "name"], validate_unique=False, validate_constraints=False)
            if (
                self.kind != SourceKind.NATIVE
                and rest_options(self.kind, source.options).oauth_grant == "refresh_token"
            ):
                self.add_error("options", _USED_UP)
        except ValidationError as error:
            for name, messages in error.message_dict.items():
                field = _SOURCE_FIELDS.get(name, "options" if "options" in self.fields else None)
                self.add_error(field, messages)


def _servers_of(source: Source) -> frozenset[tuple[str, str, int | None]]:
    return servers_of_key(source.kind, source.url, source.options)


class _Indented(json.JSONEncoder):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{**kwargs, "indent": 2})


def _field_of(variable: Variable) -> forms.Field:
    common: dict[str, Any] = {"label": variable.label, "help_text": variable.help, "required": False}
    if variable.choices:
        select = forms.Select(attrs={"data-variable": variable.name})
        return forms.ChoiceField(choices=variable.choices, widget=select, **common)
    attrs = {"placeholder": variable.example, "data-variable": variable.name, **_PLAIN}
    return forms.CharField(max_length=200, widget=forms.TextInput(attrs=attrs), **common)
