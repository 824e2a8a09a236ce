"""Setting up a channel, on the page of settings and in the admin. Secrets go in and never come out."""

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
    ChannelKind.HOUSE: "The base address of the helpdesk; /notify is added to it.",
    ChannelKind.WEBHOOK: "Where the JSON goes, for example https://pager.example.com/hook",
    ChannelKind.SLACK: "The whole address of the incoming webhook. What lies behind its host is a password: it is kept "
    "encrypted and not shown again.",
    ChannelKind.EMAIL: "One or more addresses, separated by commas. One that is no member's own gets a mail with a link, "
    "and alerts only after its reader has confirmed it.",
}


def _choices(words: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(word, word.capitalize()) for word in words]


if TYPE_CHECKING:  # Django's own class takes no parameters at run time
    _ModelForm = forms.ModelForm[Channel]
else:
    _ModelForm = forms.ModelForm


class ChannelForm(_ModelForm):
    """A channel of a tenant, of a kind that is chosen once.

    `made_secret` is to be shown after saving, this once; `new_addresses` are to be asked whether alerts may come.
    """

    secret = forms.CharField(
        label="Signing secret",
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=f"Signs every message; begins with {SIGNING_PREFIX}. Empty: one is made and shown once.",
    )
    new_secret = forms.BooleanField(
        label="Make a new signing secret",
        required=False,
        help_text="It is shown once; from then on the old one is not used any more.",
    )
    urgencies = forms.MultipleChoiceField(
        label="Urgency",
        choices=_choices(URGENCIES),
        initial=["high"],
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="None chosen: any.",
    )
    sentiments = forms.MultipleChoiceField(
        label="Sentiment",
        choices=_choices(SENTIMENTS),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="None chosen: any.",
    )

    class Meta:
        model = Channel
        fields = ["name", "address", "secret", "new_secret", "urgencies", "sentiments", "max_age_hours", "enabled"]
        labels = {"enabled": "On"}

    def __init__(self, *args: Any, tenant: Tenant | None = None, kind: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.made_secret = ""
        self.new_addresses: list[str] = []
        if tenant is not None and self.instance._state.adding:
            self.instance.tenant, self.instance.kind = tenant, kind
        if "kind" not in self.fields:
            self._fit_to(self.instance.kind)
        if self.instance._state.adding or self.instance.kind != ChannelKind.WEBHOOK:
            self.fields.pop("new_secret", None)
        elif "secret" in self.fields:
            self.fields["secret"].help_text = "Empty: the stored one stays. It is not shown again."

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        kind = values.get("kind") or self.instance.kind
        self._check_name(values)
        secret = values.get("secret", "")
        if kind != ChannelKind.WEBHOOK:
            if secret:
                self.add_error("secret", "Only a webhook has a signing secret.")
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
        """By hand, because the constraint is not looked at where the tenant is no field of the form."""
        tenant = values.get("tenant") or getattr(self.instance, "tenant", None)
        same = Channel.objects.filter(tenant=tenant, name=values.get("name", "")).exclude(pk=self.instance.pk)
        if tenant is not None and same.exists():
            self.add_error("name", "There is a channel of that name already.")

    def _fit_to(self, kind: str) -> None:
        address = self.fields["address"]
        address.help_text = ADDRESS_HINTS[ChannelKind(kind)]
        if kind == ChannelKind.EMAIL:
            address.label = "E-mail addresses"
        if kind == ChannelKind.SLACK and not self.instance._state.adding:
            address.help_text = "Shown without its secret part. To change it, enter the whole address again."
        if kind != ChannelKind.WEBHOOK:
            del self.fields["secret"]
        text = {"autocomplete": "off", "spellcheck": "false"}
        self.fields["name"].widget.attrs.update(text)
        address.widget.attrs.update({**text, "autocapitalize": "none"})
