"""The form of a source, for the admin and the settings page."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlsplit

from django import forms

from tickets.helpdesks.model import AuthKind, Source, SourceKind
from tickets.helpdesks.options import rest_options

_DEFAULT_PORTS = {"http": 80, "https": 443, "imap": 143, "imaps": 993}


_Server = tuple[str, str, int | None]

SAME_OR_ANOTHER = (("another", "A different helpdesk"), ("same", "The same helpdesk at a new URL"))


if TYPE_CHECKING:  # Django's own class takes no parameters at run time
    _ModelForm = forms.ModelForm[Source]
else:
    _ModelForm = forms.ModelForm


class SourceForm(_ModelForm):
    """The secret is never shown again: an empty field keeps the stored one.

    The secret is kept for the servers it was entered for. A new server needs it again; otherwise anyone who may edit a
    source could have the secret sent to their own server.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stored = self.instance
        self._stored_servers = servers_of_key(stored.kind, stored.url, stored.options)

    secret = forms.CharField(
        label="Key or password",
        required=False,
        strip=True,
        max_length=4_000,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="Stored encrypted and never shown again. Leave empty to keep the stored one.",
    )

    helpdesk = forms.ChoiceField(
        label="If you change the host or the helpdesk type",
        required=False,
        choices=SAME_OR_ANOTHER,
        help_text="A different helpdesk: existing tickets are kept but no longer synced, and never mixed with the new "
        "ones. The same helpdesk: existing tickets keep syncing.",
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
            "expires_on",
            "options",
            "page_size",
            "every_minutes",
            "enabled",
        ]
        widgets: ClassVar[dict[str, forms.Widget]] = {
            "expires_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        }

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if values.get("auth") in (None, AuthKind.NONE) or values.get("secret"):
            return values
        if not self.instance.has_secret:
            self.add_error("secret", "Enter the key or password.")
        elif "url" in values and not self._servers(values) <= self._stored_servers:
            self.add_error("secret", why_key_is_needed(self._stored_servers, values["url"]))
        return values

    def _servers(self, values: Mapping[str, Any]) -> frozenset[_Server]:
        return servers_of_key(values.get("kind") or self.instance.kind, values["url"], values.get("options"))

    @property
    def is_same_helpdesk(self) -> bool:
        return str(self.cleaned_data.get("helpdesk")).startswith("same")

    @property
    def same_as(self) -> str:
        """The name of the earlier connection that this one continues; empty for none."""
        return str(self.cleaned_data.get("helpdesk")).partition(":")[2]

    @property
    def needs_fresh_sync(self) -> bool:
        """Whether more than the sync interval changed, so earlier sync state no longer applies."""
        return bool(set(self.changed_data) - {"every_minutes", "expires_on", "helpdesk"})

    def save(self, commit: bool = True) -> Source:
        source: Source = super().save(commit=False)
        if self.cleaned_data.get("secret"):
            source.set_secret(self.cleaned_data["secret"])
        if source.auth == AuthKind.NONE:
            source.set_secret("")
        if commit:
            source.save()
        return source


def servers_of_key(kind: str, url: str, options: Any) -> frozenset[_Server]:
    """The servers that a key is sent to: the helpdesk's own, and those that its links may lead to."""
    further: tuple[str, ...] = ()
    if kind != SourceKind.NATIVE:
        try:
            further = rest_options(kind, options or {}).next_hosts
        except (ValueError, TypeError):
            further = ()  # settings that are invalid send nothing
    return frozenset((server_of(url), *(("https", host, 443) for host in further)))


def why_key_is_needed(before: frozenset[_Server], url: str) -> str:
    """A sentence for a key that would be sent to more servers than it was entered for (`before`)."""
    what = "The setting next_hosts names" if server_of(url) in before else "The URL leads to"
    return f"{what} a different server. Enter the key or password again."


def server_of(url: str) -> _Server:
    """Scheme, host and port: what a key was entered for."""
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or "", parts.port or _DEFAULT_PORTS.get(parts.scheme)
