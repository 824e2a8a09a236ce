"""The form that creates a tenant: its id is made from the name unless one is entered."""

import re
import unicodedata
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import available_timezones

from django import forms

from tenants.models import Tenant

LONGEST_ID: Final = 63
_NOT_IN_IDS: Final = re.compile(r"[^a-z0-9]+")
_SPELLED: Final = str.maketrans({"ß": "ss", "æ": "ae", "ø": "o", "œ": "oe", "đ": "d", "ł": "l", "þ": "th"})


def propose_id(name: str) -> str:
    """“Müller & Söhne” becomes muller-sohne; empty if no letter or digit is left. static/js/propose_id.js does the same."""
    decomposed = unicodedata.normalize("NFKD", name.casefold().translate(_SPELLED))
    plain = "".join(each for each in decomposed if not unicodedata.combining(each))
    return _NOT_IN_IDS.sub("-", plain).strip("-")[:LONGEST_ID].rstrip("-")


def free_id(wanted: str) -> str:
    """The id, or with a number if it is taken."""
    number, slug = 1, wanted
    while Tenant.objects.filter(slug=slug).exists():
        number += 1
        end = f"-{number}"
        slug = wanted[: LONGEST_ID - len(end)] + end
    return slug


def find_zone(text: str) -> str:
    """The IANA zone that a person means: its name in any case, or its city. The text itself if there is none or several."""
    wanted = text.strip().casefold().replace(" ", "_")
    zones = available_timezones()
    exact = [zone for zone in zones if zone.casefold() == wanted]
    cities = [zone for zone in zones if "/" in zone and zone.casefold().rpartition("/")[2] == wanted]
    regions = [zone for zone in cities if zone.partition("/")[0] in _REGIONS and zone.count("/") == 1]
    for found in (exact, regions, cities):
        if len(found) == 1:
            return found[0]
    return text.strip()


_REGIONS: Final = frozenset(
    ("Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")
)


def list_zones() -> list[str]:
    """The zones to choose from, without those that only earlier names have."""
    return ["UTC", *sorted(each for each in available_timezones() if each.partition("/")[0] in _REGIONS)]


if TYPE_CHECKING:  # Django's own class takes no parameters at run time
    _ModelForm = forms.ModelForm[Tenant]
else:
    _ModelForm = forms.ModelForm


class NewTenantForm(_ModelForm):
    slug = forms.CharField(
        label="ID",
        required=False,
        max_length=LONGEST_ID,
        help_text="Letters, digits, - and _. Used in URLs and the API. Cannot be changed later. "
        "Leave empty to have it made from the name.",
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false", "autocomplete": "off"}),
    )

    class Meta:
        model = Tenant
        fields = ["name", "slug", "timezone"]
        labels = {"timezone": "Time zone"}
        help_texts = {"timezone": "Type a city, for example Berlin. Sets the days and hours of the dashboard."}
        widgets = {
            "name": forms.TextInput(attrs={"autocomplete": "organization", "autofocus": True}),
            "timezone": forms.TextInput(
                attrs={"list": "zones", "autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
            ),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})

    def clean_timezone(self) -> str:
        return find_zone(self.cleaned_data["timezone"])

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if values.get("slug") or "name" not in values or "slug" in self.errors:
            return values
        proposed = propose_id(values["name"])
        if proposed:
            values["slug"] = self.instance.slug = free_id(proposed)
        else:
            self.add_error("slug", "Enter an ID: none can be made from this name.")
        return values
