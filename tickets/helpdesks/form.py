"""The form of a source, in the admin and on the tenant's own page."""

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django import forms

from tickets.helpdesks.model import AuthKind, Source

_DEFAULT_PORTS = {"http": 80, "https": 443}


SAME_OR_ANOTHER = (("another", "Another helpdesk"), ("same", "The same helpdesk at a new address"))


if TYPE_CHECKING:  # Django's own class takes no parameters at run time
    _ModelForm = forms.ModelForm[Source]
else:
    _ModelForm = forms.ModelForm


class SourceForm(_ModelForm):
    """The secret goes in and never comes out: an empty field keeps the stored one.

    It is kept for the server it was entered for. At another address it has to be entered again, or
    whoever may edit a source could have it sent to a server of their own.
    """

    secret = forms.CharField(
        label="Key or password",
        required=False,
        strip=True,
        max_length=4_000,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="Stored encrypted and never shown again. Leave empty to keep the stored one.",
    )

    helpdesk = forms.ChoiceField(
        label="If you change the host or the kind",
        required=False,
        choices=SAME_OR_ANOTHER,
        help_text="Another helpdesk: existing tickets are kept but no longer synced, and never mixed with the new "
        "ones. The same helpdesk: its existing tickets keep syncing.",
    )

    class Meta:
        model = Source
        fields = [
            "kind",
            "url",
            "helpdesk",
            "auth",
            "auth_name",
            "secret",
            "options",
            "page_size",
            "every_minutes",
            "enabled",
        ]

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if values.get("auth") in (None, AuthKind.NONE) or values.get("secret"):
            return values
        if not self.instance.has_secret:
            self.add_error("secret", "This log-in needs the key or password.")
        elif "url" in values and _server_of(values["url"]) != _server_of(self.initial.get("url", "")):
            self.add_error("secret", "The address names another server: enter its key or password again.")
        return values

    @property
    def is_same_helpdesk(self) -> bool:
        return str(self.cleaned_data.get("helpdesk")).startswith("same")

    @property
    def same_as(self) -> str:
        """The name of the connection that it is, where it is another one than the form's own."""
        return str(self.cleaned_data.get("helpdesk")).partition(":")[2]

    @property
    def changes_what_is_read(self) -> bool:
        """Another interval alone is no other source: what was read goes on being valid."""
        return bool(set(self.changed_data) - {"every_minutes", "helpdesk"})

    def save(self, commit: bool = True) -> Source:
        source: Source = super().save(commit=False)
        if self.cleaned_data.get("secret"):
            source.set_secret(self.cleaned_data["secret"])
        if source.auth == AuthKind.NONE:
            source.set_secret("")
        if commit:
            source.save()
        return source


def _server_of(url: str) -> tuple[str, str, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or "", parts.port or _DEFAULT_PORTS.get(parts.scheme)
