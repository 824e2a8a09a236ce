"""The form beside the preview of an uploaded file: how it is read, where fields are, what statuses mean."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS

from tenants.models import Tenant
from tenants.new_tenant import list_zones
from tickets.helpdesks.files.text_lines import UTF_8
from tickets.ingestion.name_spaces import find_sources, is_name, name_from, names_of_connections, origin_of
from tickets.ingestion.uploaded_import import ImportSettings
from tickets.records.statuses import MAPPABLE_STATUSES, SpelledStatus
from tickets.status_mapping.editing import FIELD

COLUMN: Final = "column:"
"""What the names of the choices of columns begin with."""
FIELDS: Final = (
    ("id", "Ticket ID"),
    ("created_at", "Created"),
    ("updated_at", "Last changed"),
    ("resolved_at", "Resolved"),
    ("subject", "Subject"),
    ("message", "Message"),
    ("status", "Status"),
    ("customer_id", "Customer"),
    ("customer_name", "Customer’s name"),
    ("source", "Source"),
    ("assignee", "Assignee"),
    ("team", "Team"),
    ("priority", "Priority"),
    ("type", "Type"),
    ("tags", "Tags"),
)
DATE_FORMATS: Final = (
    ("", "Clear as they are: 2026-12-31, 31 Dec 2026"),
    ("%d.%m.%Y %H:%M", "31.12.2026 14:30"),
    ("%d.%m.%Y", "31.12.2026"),
    ("%d/%m/%Y %H:%M", "31/12/2026 14:30"),
    ("%d/%m/%Y", "31/12/2026"),
    ("%m/%d/%Y %H:%M", "12/31/2026 14:30"),
    ("%m/%d/%Y %I:%M %p", "12/31/2026 2:30 PM"),
    ("%m/%d/%Y", "12/31/2026"),
    ("epoch", "Seconds since 1970: 1798727400"),
    ("epoch_ms", "Milliseconds since 1970"),
)
ENCODINGS: Final = (
    (UTF_8, "UTF-8 or UTF-16"),
    ("cp1252", "Windows, Western European"),
    ("cp1250", "Windows, Central European"),
    ("cp1251", "Windows, Cyrillic"),
    ("iso8859-15", "ISO 8859-15"),
    ("cp932", "Windows, Japanese"),
    ("gb18030", "Chinese (GB 18030)"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A question outside the fixed fields: about a column, or a status with its number of rows."""

    field: str
    label: str
    chosen: str
    count: int = 0


class ImportForm(forms.Form):
    """`settings` holds what was chosen once the form is valid."""

    into = forms.ChoiceField(label="These tickets", required=False)
    name = forms.CharField(
        label="Name of the import",
        required=False,
        max_length=63,
        help_text="Ticket ids start with it, so that they differ from those of other helpdesks. Files with the same name are "
        "the same import.",
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false", "autocomplete": "off"}),
    )
    timezone = forms.ChoiceField(label="Time zone", help_text="Of times without one.")
    date_format = forms.ChoiceField(label="Dates", required=False, choices=DATE_FORMATS)
    encoding = forms.ChoiceField(label="Encoding", choices=ENCODINGS)
    is_plain = forms.BooleanField(label="Ignore the recognised format", required=False)
    choices = MAPPABLE_STATUSES
    """What a status can mean, for the template."""

    def __init__(self, data: Any = None, *, tenant: Tenant, file: str, zone: str) -> None:
        connected = [origin_of(each).name for each in find_sources(tenant)]
        connections = list(dict.fromkeys((*connected, *names_of_connections(tenant))))
        first = {"name": name_from(file) if connections else "", "timezone": zone, "encoding": UTF_8}
        super().__init__(data, initial=first, label_suffix="")
        into, zones = self.fields["into"], self.fields["timezone"]
        assert isinstance(into, forms.ChoiceField) and isinstance(zones, forms.ChoiceField)
        zones.choices = [(each, each) for each in dict.fromkeys((zone, *list_zones()))]
        into.choices = [
            ("", "Are from another helpdesk: keep them apart"),
            *((name, f"Are from the helpdesk of “{name}”: update its tickets") for name in connections),
        ]
        if not connections:
            del self.fields["into"]
        self.columns: list[Choice] = []
        self.names: Sequence[str] = ()
        self.statuses: list[Choice] = []

    def offer(self, *, names: Sequence[str], statuses: Sequence[SpelledStatus] = ()) -> None:
        """Ask which of the columns each field is in, and what the statuses mean."""
        self.names = names
        self.columns = [
            Choice(field=f"{COLUMN}{name}", label=label, chosen=self.data.get(f"{COLUMN}{name}", ""))
            for name, label in FIELDS
        ]
        asked = {each.name: each.count for each in statuses}
        mapped = self.status_map
        self.statuses = [
            Choice(field=f"{FIELD}{status}", label=status, chosen=mapped.get(status, ""), count=asked.get(status, 0))
            for status in dict.fromkeys((*asked, *mapped))
        ]

    def keep_choices(self) -> None:
        """Ask for the columns that were chosen before, though nobody knows now which ones the file has."""
        chosen = (self.data.get(f"{COLUMN}{name}", "") for name, _ in FIELDS)
        self.offer(names=list(dict.fromkeys(each for each in chosen if each)))

    @property
    def has_readable_settings(self) -> bool:
        """Whether the file can be read as they say, even if the import cannot start."""
        return not self.is_bound or not set(self.errors) - {NON_FIELD_ERRORS}

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"].strip()
        if name and not is_name(name):
            raise forms.ValidationError("Use letters, digits, “.”, “-” and “_”, with a letter or digit at both ends.")
        return name

    @property
    def status_map(self) -> dict[str, str]:
        given = ((name, value) for name, value in self.data.items() if name.startswith(FIELD))
        return {name.removeprefix(FIELD): str(value) for name, value in given if value in MAPPABLE_STATUSES}

    @property
    def settings(self) -> ImportSettings:
        values = self.cleaned_data if self.is_bound else self.initial
        columns = {name: self.data.get(f"{COLUMN}{name}", "") for name, _ in FIELDS}
        into = values.get("into") or ""
        return ImportSettings(
            name="" if into else values["name"],
            into=into,
            timezone=values["timezone"],
            date_format=values.get("date_format") or "",
            encoding=values["encoding"],
            is_plain=bool(values.get("is_plain")),
            fields={name: column for name, column in columns.items() if column},
            status_map=self.status_map,
        )
