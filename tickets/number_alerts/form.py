"""The form of an alert on a number. It has only the fields that apply to the number that is chosen."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from django import forms

from tenants.models import Tenant
from tickets.alerts.model import Channel
from tickets.number_alerts.editing import version_of
from tickets.number_alerts.metrics import METRICS, WINDOW_TEXTS, Metric
from tickets.number_alerts.model import A_DAY, NumberAlert
from tickets.store.saved_views import SavedView

UNUSUAL: Final = "unusual"
_RULES: Final[tuple[tuple[str, str], ...]] = (
    ("above", "Above a limit"),
    ("below", "Below a limit"),
    (UNUSUAL, "Unusual for the hour"),
)
_LIMIT_LABELS: Final = {"count": "Limit", "percent": "Limit in percent", "hours": "Limit in hours"}

if TYPE_CHECKING:  # Django's own class takes no parameters at run time
    _ModelForm = forms.ModelForm[NumberAlert]
else:
    _ModelForm = forms.ModelForm


class NumberAlertForm(_ModelForm):
    """`rule`: above, below or unusual. `version`: that of the alert which the person has seen."""

    metric = forms.ChoiceField(label="Number", choices=[(each.name, each.label) for each in METRICS.values()])
    rule = forms.ChoiceField(label="Alert if it is", choices=_RULES)
    threshold = forms.FloatField(
        label="Limit",
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        error_messages={"required": "Enter a limit.", "invalid": "Enter a number, such as 40 or 2.5."},
    )
    channels = forms.MultipleChoiceField(
        required=False, widget=forms.CheckboxSelectMultiple, help_text="Leave empty for all."
    )
    version = forms.CharField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = NumberAlert
        fields = ["metric", "view", "window_hours", "rule", "threshold", "channels", "name", "version"]
        labels = {"view": "Only tickets in the view", "window_hours": "Over"}

    def __init__(self, *args: Any, tenant: Tenant, channels: Iterable[Channel], **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.instance.tenant = tenant
        if not self.instance._state.adding:
            self.initial.setdefault("rule", UNUSUAL if self.instance.is_unusual else self.instance.direction)
            self.initial.setdefault("version", version_of(self.instance))
        if isinstance(limit := self.initial.get("threshold"), float) and limit.is_integer():
            self.initial["threshold"] = int(limit)
        self.fields["view"].queryset = SavedView.objects.filter(tenant=tenant)  # type: ignore[attr-defined]
        self.fields["name"].widget.attrs.update({"autocomplete": "off"})
        self._offer_channels(list(channels))
        self._fit_to(METRICS.get(self._chosen("metric"), METRICS["arrived"]))  # type: ignore[call-overload]

    def _chosen(self, name: str) -> str:
        return str(self.data.get(name, "") if self.is_bound else self.get_initial_for_field(self.fields[name], name))

    def _offer_channels(self, channels: list[Channel]) -> None:
        field = self.fields["channels"]
        field.choices = [(str(each.pk), each.name if each.enabled else f"{each.name} (off)") for each in channels]  # type: ignore[attr-defined]
        known = {str(each.pk) for each in channels}
        if any(each not in known for each in self.instance.channels):
            field.help_text = "A channel that was chosen has been deleted. Choose others, or leave empty for all."

    def _fit_to(self, metric: Metric) -> None:
        rules = [each for each in _RULES if each[0] != UNUSUAL or metric.can_be_unusual]
        if metric.name == "incident":
            rules = [each for each in rules if each[0] == "above"]
        self.fields["rule"].choices = rules  # type: ignore[attr-defined]
        is_unusual = metric.can_be_unusual and self._chosen("rule") == UNUSUAL
        windows = [each for each in WINDOW_TEXTS.items() if not is_unusual or each[0] <= A_DAY]
        self.fields["window_hours"].choices = windows  # type: ignore[attr-defined]
        self.fields["threshold"].label = _LIMIT_LABELS[metric.unit]
        view = self.fields["view"]
        view.required = metric.name == "in_view"
        view.empty_label = "Choose a view" if view.required else "All tickets"  # type: ignore[attr-defined]
        view.error_messages["required"] = "Choose the view whose tickets are counted."
        if view.required:
            view.label = "View"
        if is_unusual:
            del self.fields["threshold"]
        if not metric.takes_view:
            del self.fields["view"]
        if not metric.has_window:
            del self.fields["window_hours"]

    def _post_clean(self) -> None:
        if self.errors:
            return  # the model would complain again about what is missing
        rule = self.cleaned_data["rule"]
        self.instance.direction = "below" if rule == "below" else "above"
        if rule == UNUSUAL:
            self.instance.threshold = None
        super()._post_clean()  # type: ignore[misc]
