"""The form that ends the setup of a connection: its name and schedule, what unknown statuses mean, which tickets."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django import forms

from tickets.helpdesks.model import Source
from tickets.helpdesks.products import slug_of
from tickets.ingestion.first_sync import PERIODS, Start, can_begin_later
from tickets.ingestion.name_spaces import find_sources, helpdesk_of, is_name, names_of_connections, origin_of
from tickets.records.statuses import MAPPABLE_STATUSES, SpelledStatus
from tickets.status_mapping.editing import FIELD

PROPOSED_INTERVAL: Final = 15
INTERVALS: Final = (
    (5, "Every 5 minutes"),
    (15, "Every 15 minutes"),
    (30, "Every 30 minutes"),
    (60, "Every hour"),
    (360, "Every 6 hours"),
    (1440, "Every day"),
)
MANUAL: Final = "off"
ANOTHER: Final = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusChoice:
    """A status that nobody has mapped, and what was chosen for it."""

    status: str
    count: int
    ours: str

    @property
    def field(self) -> str:
        return f"{FIELD}{self.status}"


class StartForm(forms.Form):
    """`start` holds what was chosen once the form is valid; `offer` has it ask about statuses."""

    name = forms.CharField(
        label="Name of the connection",
        required=False,
        max_length=63,
        help_text="Letters, digits, “.”, “-” and “_”. Ticket ids of an additional connection start with it.",
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false", "autocomplete": "off"}),
    )
    same_as = forms.ChoiceField(label="Existing tickets", required=False)
    every_minutes = forms.ChoiceField(
        label="Sync", choices=[*((str(minutes), label) for minutes, label in INTERVALS), (MANUAL, "Only when started")]
    )
    days = forms.ChoiceField(
        label="Tickets to import",
        required=False,
        help_text="The time of the last change counts, not when a ticket was created. An older ticket is imported as soon "
        "as it changes.",
    )
    choices = MAPPABLE_STATUSES
    """What a status can be mapped to, for the template."""

    def __init__(self, *args: Any, draft: Source, **kwargs: Any) -> None:
        sources = find_sources(draft.tenant)
        connected = {each.name for each in sources}
        former = [name for name in names_of_connections(draft.tenant) if name not in connected]
        # A helpdesk that was connected before gets its name again. One that is connected needs a name of a person's
        # choice, so that nobody imports it twice by mistake.
        twins = [each for each in sources if helpdesk_of(each) == helpdesk_of(draft)]
        initial = {"name": "" if twins else _proposed_name(draft), "every_minutes": str(PROPOSED_INTERVAL)}
        super().__init__(*args, **{"label_suffix": "", "initial": initial, **kwargs})
        self.twin = twins[0].title if twins else ""
        """The connection that already reads this helpdesk; empty for none."""
        self.statuses: list[StatusChoice] = []
        self._ask(
            "same_as",
            [(ANOTHER, "This is another helpdesk: keep them apart")]
            + [(name, f"This is the helpdesk of “{name}”: continue its tickets") for name in former],
        )
        later = [(str(days), f"Only tickets that changed in the last {_period(days)}") for days in PERIODS]
        self._ask("days", [("", "All tickets"), *(later if can_begin_later(draft) else [])])

    def _ask(self, name: str, choices: list[tuple[str, str]]) -> None:
        """A question with one answer is not asked."""
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices
        if len(choices) == 1:
            del self.fields[name]

    def offer(self, statuses: Sequence[SpelledStatus]) -> None:
        self.statuses = [
            StatusChoice(status=each.name, count=each.count, ours=self.data.get(f"{FIELD}{each.name}", ""))
            for each in statuses
        ]

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"].strip()
        if name and not is_name(name):
            raise forms.ValidationError("Use letters, digits, “.”, “-” and “_”, with a letter or digit at both ends.")
        return name

    @property
    def start(self) -> Start:
        values = self.cleaned_data
        meanings = {name.removeprefix(FIELD): value for name, value in self.data.items() if name.startswith(FIELD)}
        return Start(
            name=values["name"],
            every_minutes=None if values["every_minutes"] == MANUAL else int(values["every_minutes"]),
            days=int(values["days"]) if values.get("days") else None,
            same_as=values.get("same_as", ""),
            meanings={theirs: ours for theirs, ours in meanings.items() if ours},
        )


def _period(days: int) -> str:
    return "12 months" if days == 365 else f"{days} days"


def _proposed_name(draft: Source) -> str:
    """The name that the connection would get by itself, in the words of today: the native protocol's kind is an old one."""
    name = origin_of(draft).name
    return slug_of(draft.kind) if name == draft.kind else name
