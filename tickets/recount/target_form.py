"""The form of a target. What tickets can be chosen by is what the tenant's tickets have."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from django import forms

from supportsaas.formatting import format_label
from tenants.models import Tenant
from tickets.clocks.settings import CONDITION_FIELDS
from tickets.records.facets import URGENCIES
from tickets.service_levels.targets import ServiceTarget
from tickets.store.field_values import FieldValues

_CHOSEN: Final = ("priority", "urgency", "team", "type")
"""Fields with few values: each is a box. Tags are written, one a line."""

if TYPE_CHECKING:  # Django's own class takes no parameters at run time
    _ModelForm = forms.ModelForm[ServiceTarget]
else:
    _ModelForm = forms.ModelForm


class TargetForm(_ModelForm):
    """A tenant's target. `revision` is the one the user has seen."""

    priority = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)
    urgency = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)
    team = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)
    type = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)
    tags = forms.CharField(
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false"}),
        help_text="One a line. A ticket needs one of them.",
    )
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = ServiceTarget
        fields = ["name", "clock", "length", "unit", "in_business_hours", "pauses", "enabled"]
        labels = {
            "length": "Within",
            "unit": "Unit",
            "in_business_hours": "Count business hours only",
            "pauses": "Pause while the ticket waits for the customer",
            "enabled": "On",
        }
        help_texts = {
            "in_business_hours": "A business day is as long as the average one of your week.",
            "pauses": "For resolution only.",
        }
        error_messages = {
            "name": {"required": "Enter a name."},
            "length": {
                "required": "Enter a time.",
                "min_value": "Enter a time of at least a minute and at most a year.",
            },
        }

    def __init__(self, *args: Any, tenant: Tenant, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.instance.tenant = tenant
        stored: dict[str, list[str]] = self.instance.conditions
        for name, values in _values(tenant).items():
            field = self.fields[name]
            assert isinstance(field, forms.MultipleChoiceField)
            shown = format_label if name == "urgency" else str
            field.choices = [(each, shown(each)) for each in dict.fromkeys((*values, *stored.get(name, ())))]
        self.initial.update({**stored, "tags": "\n".join(stored.get("tags", ()))})
        if not self.is_bound:
            self.initial["revision"] = self.instance.revision

    @property
    def condition_fields(self) -> list[forms.BoundField]:
        """Those that have something to choose, and the tags."""
        return [self[name] for name in CONDITION_FIELDS if name == "tags" or self[name].field.choices]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        tags = cleaned.get("tags", "").splitlines()
        self.instance.conditions = {**{name: cleaned.get(name, []) for name in _CHOSEN}, "tags": tags}
        return cleaned

    def add_error(self, field: str | None, error: Any) -> None:
        """What is wrong with the conditions is shown at the tags: all others can only be chosen.

        A field that has an error keeps it: the model would say the same again.
        """
        for name in self.errors:
            getattr(error, "error_dict", {}).pop(name, None)
        conditions = getattr(error, "error_dict", {}).pop("conditions", None)
        if conditions:
            super().add_error("tags", conditions)
        if field is not None or not hasattr(error, "error_dict") or error.error_dict:
            super().add_error(field, error)


def _values(tenant: Tenant) -> dict[str, Iterable[str]]:
    values = FieldValues(tenant)
    found = values.find_dimension_values()
    return {
        "priority": found.get("priority", ()),
        "urgency": URGENCIES,
        "team": found.get("team", ()),
        "type": values.find_values("type"),
    }
