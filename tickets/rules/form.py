"""The form of a rule, on the page and in the admin."""

from typing import TYPE_CHECKING, Any

from django import forms

from tenants.models import Tenant
from tickets.rules.model import ClassificationRule, SentimentChoice, UrgencyChoice

_LEAVE = [("", "Leave unchanged")]


if TYPE_CHECKING:  # Django's own class takes no parameters at run time
    _ModelForm = forms.ModelForm[ClassificationRule]
else:
    _ModelForm = forms.ModelForm


class RuleForm(_ModelForm):
    """A tenant's rule. `revision` is the one the user has seen."""

    urgency = forms.ChoiceField(label="Urgency becomes", choices=_LEAVE + UrgencyChoice.choices, required=False)
    sentiment = forms.ChoiceField(label="Sentiment becomes", choices=_LEAVE + SentimentChoice.choices, required=False)
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = ClassificationRule
        fields = ["phrases", "urgency", "sentiment", "note", "enabled"]
        labels = {"phrases": "When subject or message contains", "enabled": "On"}
        widgets = {"phrases": forms.Textarea(attrs={"rows": 2, "autocomplete": "off", "spellcheck": "false"})}

    def __init__(self, *args: Any, tenant: Tenant | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        if tenant is not None and self.instance._state.adding:
            self.instance.tenant = tenant
        if not self.is_bound:
            self.initial["revision"] = self.instance.revision

    def clean_phrases(self) -> str:
        """In one line."""
        typed = self.cleaned_data["phrases"].replace("\n", ",").split(",")
        return ", ".join(words for each in typed if (words := " ".join(each.split())))
