"""The form of a tenant's business hours: a line for each day of the week, public holidays, and own days."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError

from tenants.models import Tenant
from tenants.new_tenant import find_zone
from tickets.clocks.business_hours import MIDNIGHT, Week
from tickets.clocks.week_text import DAY_NAMES, HoursError, format_hours, format_week, parse_hours, parse_week
from tickets.service_levels.model import OpeningHours
from tickets.service_levels.own_days import LONGEST_NAME, MOST_DAYS, format_own_days, parse_own_days
from tickets.service_levels.public_holidays import find_countries, find_regions

_WORKING_DAY: Final = ((9 * 60, 17 * 60),)
PRESETS: Final[Mapping[str, tuple[str, Week]]] = {
    "weekdays": ("Mon–Fri 9–17", (_WORKING_DAY,) * 5 + ((),) * 2),
    "always": ("Around the clock", (((0, MIDNIGHT),),) * 7),
}
"""Labels and weeks to start from."""

_CLOSED, _WORKED = "closed", "worked"
_OWN_DATE = re.compile(r"own-([0-9]{1,4})-date")
_PLAIN_TEXT = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}


class HoursField(forms.CharField):
    """The hours of one day; the cleaned value is their intervals."""

    def to_python(self, value: Any) -> Any:
        try:
            return parse_hours(str(value or ""))
        except HoursError as error:
            raise ValidationError(str(error)) from None

    def run_validators(self, value: Any) -> None:
        """The intervals are valid."""


class OwnDayForm(forms.Form):
    """One line of the own days. A line without date and name is no day."""

    date = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    name = forms.CharField(required=False, max_length=LONGEST_NAME)
    effect = forms.ChoiceField(required=False, choices=[(_CLOSED, "Closed"), (_WORKED, "Open, although a holiday")])

    def __init__(self, data: Mapping[str, str], number: int) -> None:
        super().__init__(data, prefix=f"own-{number}", label_suffix="")
        self.number = number
        self.fields["effect"].label = "That day"

    @property
    def title(self) -> str:
        """The date as it was entered, or else the name; empty for a blank line."""
        return next((text for name in ("date", "name") if (text := str(self[name].value() or "").strip())), "")

    @property
    def is_blank(self) -> bool:
        return not self.title

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if not self.is_blank and not values.get("date") and "date" not in self.errors:
            self.add_error("date", "Enter the date.")
        return values


class BusinessHoursForm(forms.Form):
    """Always bound: what is stored or proposed is shown as if it had been entered. `hours` is what it says, if valid."""

    timezone = forms.CharField(
        required=False, label="Time zone", widget=forms.TextInput(attrs={"list": "zones", **_PLAIN_TEXT})
    )
    country = forms.ChoiceField(required=False, label="Country")
    region = forms.ChoiceField(required=False, label="Region")

    def __init__(self, data: Mapping[str, str], *, tenant: Tenant) -> None:
        regions = find_regions(data.get("country", ""))
        if data.get("region", "") not in dict(regions):
            data = {**data, "region": ""}  # the country has changed
        super().__init__(data, label_suffix="")
        self.hours = OpeningHours(tenant=tenant)
        self.fields["timezone"].help_text = f"Leave empty for that of {tenant.name}: {tenant.timezone}."
        self.fields["country"].choices = [("", "No public holidays"), *find_countries()]  # type: ignore[attr-defined]
        self.fields["region"].choices = [("", "Whole country"), *regions]  # type: ignore[attr-defined]
        self.has_regions = bool(regions)
        for day, name in enumerate(DAY_NAMES):
            widget = forms.TextInput(attrs={"placeholder": "Closed", **_PLAIN_TEXT})
            self.fields[f"day-{day}"] = HoursField(required=False, label=name, widget=widget)
        self.own_days = list(_own_day_forms(data))

    @property
    def day_fields(self) -> list[forms.BoundField]:
        return [self[f"day-{day}"] for day in range(7)]

    def clean_timezone(self) -> str:
        return find_zone(self.cleaned_data["timezone"])

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        own_days = self._clean_own_days()
        if self.errors:
            return values
        hours = self.hours
        hours.timezone, hours.country, hours.region = values["timezone"], values["country"], values["region"]
        hours.week = format_week(tuple(values[f"day-{day}"] for day in range(7)))
        hours.closed_days, hours.worked_days = own_days[_CLOSED], own_days[_WORKED]
        try:
            if not hours.week:
                raise ValidationError("Enter the hours of at least one day.")
            hours.validate()
        except ValidationError as invalid:
            for field, messages in _by_field(invalid).items():
                self.add_error(field if field in self.fields else None, messages)
        return values

    def _clean_own_days(self) -> dict[str, list[str]]:
        """The days as they are stored, by effect. An error in any line makes the form invalid."""
        named: dict[str, dict[Any, str]] = {_CLOSED: {}, _WORKED: {}}
        seen = set()
        for line in self.own_days:
            if line.is_blank:
                continue
            if line.is_valid() and line.cleaned_data["date"] in seen:
                line.add_error("date", "This day is already in the list.")
            if not line.is_valid():
                self.add_error(None, "Correct the own days.")
                continue
            day, effect = line.cleaned_data["date"], line.cleaned_data["effect"] or _CLOSED
            seen.add(day)
            named[effect][day] = " ".join(line.cleaned_data["name"].split())
        return {effect: format_own_days(days) for effect, days in named.items()}


def form_data(hours: OpeningHours) -> dict[str, str]:
    """What the form shows of these hours."""
    own = [(day, name, _CLOSED) for day, name in parse_own_days(hours.closed_days).items()]
    own += [(day, name, _WORKED) for day, name in parse_own_days(hours.worked_days).items()]
    data = {"timezone": hours.timezone, "country": hours.country, "region": hours.region}
    for number, (day, name, effect) in enumerate(sorted(own)):
        data |= {f"own-{number}-date": day.isoformat(), f"own-{number}-name": name, f"own-{number}-effect": effect}
    return data | week_data(parse_week(hours.week))


def week_data(week: Week) -> dict[str, str]:
    return {f"day-{day}": format_hours(hours) for day, hours in enumerate(week)}


def without_own_day(data: Mapping[str, str], number: str) -> dict[str, str]:
    return {name: value for name, value in data.items() if not name.startswith(f"own-{number}-")}


def _own_day_forms(data: Mapping[str, str]) -> Iterator[OwnDayForm]:
    """The lines that say something, and an empty one to add a day."""
    numbers = sorted(int(found[1]) for name in data if (found := _OWN_DATE.fullmatch(name)))
    lines = [OwnDayForm(data, number) for number in numbers[: 2 * MOST_DAYS]]
    said = [line for line in lines if not line.is_blank]
    yield from said
    yield OwnDayForm({}, said[-1].number + 1 if said else 0)


def _by_field(invalid: ValidationError) -> Mapping[str, list[str]]:
    return invalid.message_dict if hasattr(invalid, "error_dict") else {"": invalid.messages}
