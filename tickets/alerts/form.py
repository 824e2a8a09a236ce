"""The form of an alert channel, for the settings page and the admin. Secrets are never shown again."""

from typing import TYPE_CHECKING, Any

from django import forms

from tenants.models import Tenant
from tickets.alerts.channel_addresses import hold_new_addresses
from tickets.alerts.model import (
    SENTIMENTS,
    SIGNING_PREFIX,
    URGENCIES,
    Channel,
    ChannelKind,
    make_signing_secret,
    signing_key,
)

ADDRESS_HINTS = {
    ChannelKind.NATIVE: "The helpdesk’s base URL. /notify is appended.",
    ChannelKind.WEBHOOK: "The URL that receives the JSON, for example https://pager.example.com/hook",
    ChannelKind.SLACK: "The full URL of the incoming webhook. Its path is a secret: it is stored encrypted and not shown "
    "again.",
    ChannelKind.EMAIL: "One or more addresses, separated by commas. An address that does not belong to a member gets a "
    "confirmation link first, and alerts only once it is confirmed.",
}


def _choices(words: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(word, word.capitalize()) for word in words]


if TYPE_CHECKING:  # Django's own class takes no parameters at run time
    _ModelForm = forms.ModelForm[Channel]
else:
    _ModelForm = forms.ModelForm


class ChannelForm(_ModelForm):
    """A tenant's channel; its kind is chosen once.

    After saving, show `made_secret` once and ask `new_addresses` to confirm.
    """

    secret = forms.CharField(
        label="Signing secret",
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=f"Signs every message; starts with {SIGNING_PREFIX}. Leave empty to generate one, shown once.",
    )
    new_secret = forms.BooleanField(
        label="Generate a new signing secret",
        required=False,
        help_text="Shown once. It replaces the old one immediately.",
    )
    urgencies = forms.MultipleChoiceField(
        label="Urgency",
        choices=_choices(URGENCIES),
        initial=["high"],
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Leave empty for all.",
    )
    sentiments = forms.MultipleChoiceField(
        label="Sentiment",
        choices=_choices(SENTIMENTS),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Leave empty for all.",
    )

    class Meta:
        model = Channel
        fields = [
            "name",
            "address",
            "secret",
            "new_secret",
            "urgencies",
            "sentiments",
            "max_age_hours",
            "escalate_to",
            "escalate_minutes",
            "only_escalations",
            "quiet_hours",
            "enabled",
        ]
        labels = {"enabled": "On"}

    def __init__(self, *args: Any, tenant: Tenant | None = None, kind: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.made_secret = ""
        self.new_addresses: list[str] = []
        if tenant is not None and self.instance._state.adding:
            self.instance.tenant, self.instance.kind = tenant, kind
        self._offer_next_channels()
        if "kind" not in self.fields:
            self._fit_to(self.instance.kind)
        if self.instance._state.adding or self.instance.kind != ChannelKind.WEBHOOK:
            self.fields.pop("new_secret", None)
        elif "secret" in self.fields:
            self.fields["secret"].help_text = "Leave empty to keep the stored one."

    def _offer_next_channels(self) -> None:
        """The tenant's other channels. The admin knows the tenant of a new channel only when it is saved."""
        field = self.fields["escalate_to"]
        others = Channel.objects.exclude(pk=self.instance.pk)
        if self.instance.tenant_id is not None:
            others = others.filter(tenant=self.instance.tenant_id)
        field.queryset = others  # type: ignore[attr-defined]
        field.empty_label = "Nobody else"  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        kind = values.get("kind") or self.instance.kind
        self._check_name(values)
        secret = values.get("secret", "")
        if kind != ChannelKind.WEBHOOK:
            if secret:
                self.add_error("secret", "Only webhooks have a signing secret.")
        elif secret:
            try:
                signing_key(secret)
            except ValueError as error:
                self.add_error("secret", str(error))
        elif values.get("new_secret") or not self.instance.has_secret:
            self.made_secret = values["secret"] = make_signing_secret()
        return values

    def _post_clean(self) -> None:
        if self.cleaned_data.get("secret") and not self.errors:
            self.instance.set_secret(self.cleaned_data["secret"])
        waiting = list(self.instance.unconfirmed or [])
        super()._post_clean()  # type: ignore[misc]
        if not self.errors:
            hold_new_addresses(self.instance)
            self.new_addresses = [each for each in self.instance.unconfirmed if each not in waiting]

    def _check_name(self, values: dict[str, Any]) -> None:
        """Check the unique name here: Django skips the constraint if the tenant is not a form field."""
        tenant = values.get("tenant") or getattr(self.instance, "tenant", None)
        same = Channel.objects.filter(tenant=tenant, name=values.get("name", "")).exclude(pk=self.instance.pk)
        if tenant is not None and same.exists():
            self.add_error("name", "A channel with this name already exists.")

    def _fit_to(self, kind: str) -> None:
        address = self.fields["address"]
        address.help_text = ADDRESS_HINTS[ChannelKind(kind)]
        address.label = "URL"
        if kind == ChannelKind.EMAIL:
            address.label = "E-mail addresses"
        if kind == ChannelKind.SLACK and not self.instance._state.adding:
            address.help_text = "Shown without its secret path. To change it, enter the full URL."
        if kind != ChannelKind.WEBHOOK:
            del self.fields["secret"]
        text = {"autocomplete": "off", "spellcheck": "false"}
        self.fields["name"].widget.attrs.update(text)
        address.widget.attrs.update({**text, "autocapitalize": "none"})
