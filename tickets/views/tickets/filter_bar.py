"""The filter bar of a ticket list: choices with their counts, chips of active filters, and dates."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from supportsaas.formatting import format_day, format_label, format_minute
from tickets.classification.language_names import language_name
from tickets.clocks.wording import clock_name
from tickets.records.dimensions import FILTERED_FIELDS
from tickets.records.facets import SENTIMENTS, UNKNOWN, URGENCIES
from tickets.records.period import Period
from tickets.records.period_wording import PERIOD_NAMES, period_name
from tickets.records.periods import ChosenPeriod
from tickets.records.statuses import STATES
from tickets.store.filters import DUE, EXCLUDED, SIDES, TicketFilter
from tickets.store.list_columns import DEFAULT_LAYOUT, Layout, list_query

TITLES = {
    "urgency": "Urgency",
    "sentiment": "Sentiment",
    "state": "State",
    "status": "Status",
    "source": "Source",
    "connection": "Connection",
    "team": "Team",
    "priority": "Priority",
    "assignee": "Assignee",
    "type": "Type",
    "tag": "Tag",
    "organisation": "Organisation",
    "language": "Language",
    "rating": "Rating",
    "topic": "Topic",
    "requires_action": "Needs action",
    "customer_id": "Customer",
    "keyword": "Keyword",
    "incident": "Incident",
    "q": "Text",
    "period": "Created",
    "created_from": "From",
    "created_to": "To",
    "due": "Due",
    "waiting_for": "Waiting for",
    "clock": "Clock",
    "met": "Target met",
    "target": "Target",
    "stopped_from": "Stopped from",
    "stopped_to": "Stopped to",
    "resolved_from": "Resolved from",
    "resolved_to": "Resolved to",
    "reopened_from": "Reopened from",
    "reopened_to": "Reopened to",
}
_AS_WRITTEN = frozenset(("customer_id", "keyword", "incident", "q", *FILTERED_FIELDS))
_NAMES_OF_UNKNOWN = {"state": "Not mapped", "urgency": "Not classified", "sentiment": "Not classified"}
_NAMES = {
    "due": {"breached": "past due", "soon": "within 4 hours"},
    "waiting_for": {"us": "us", "customer": "the customer"},
}
_OF_FACETS = ("status", "urgency", "sentiment", "source")
_SHOWN = frozenset(
    (
        "state",
        *_OF_FACETS,
        *(f"{name}_not" for name in _OF_FACETS),
        "requires_action",
        "q",
        "created_from",
        "created_to",
    )
)
_OF_FIELDS = tuple(name for name in FILTERED_FIELDS if name != "topic")
_ON_REQUEST = frozenset((*_OF_FIELDS, *(f"{name}_not" for name in _OF_FIELDS), "due", "waiting_for"))
"""The fields of the form, and those that it only has once they are asked for."""

_FIXED_ORDER: dict[str, tuple[str, ...]] = {"urgency": URGENCIES, "sentiment": SENTIMENTS, "state": STATES}


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    label: str
    count: int | None
    checked: bool
    excluded: bool = False


@dataclass(frozen=True, slots=True)
class ChoiceGroup:
    """`can_exclude`: the list can also leave the values out."""

    name: str
    title: str
    choices: list[Choice]
    can_exclude: bool = False


@dataclass(frozen=True, slots=True)
class Chip:
    """An active filter with all its values, and the query string of the list without it."""

    title: str
    value: str
    query_without: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class DateField:
    """An input for one end of the period: a day, or a date and time if the end is not at midnight."""

    name: str
    title: str
    kind: str
    value: str
    error: str


def choice_groups(
    wanted: TicketFilter, counts: Mapping[str, Mapping[str, int]], *, is_counted: bool = True
) -> list[ChoiceGroup]:
    """The fields with choices. A chosen value is always included, so that it can be removed.

    Without `is_counted`, `counts` only provides the values.
    """
    groups = []
    for name in ("state", "urgency", "sentiment", "status", "source"):
        chosen: tuple[str, ...] = getattr(wanted, name)
        excluded: tuple[str, ...] = getattr(wanted, f"{name}_not", ())
        counted = counts.get(name, {})
        values = dict.fromkeys((*_FIXED_ORDER.get(name, ()), *counted, *chosen, *excluded))
        choices = [
            Choice(v, _name(name, v), counted.get(v, 0) if is_counted else None, v in chosen, v in excluded)
            for v in values
        ]
        groups.append(ChoiceGroup(name, TITLES[name], choices, can_exclude=f"{name}_not" in EXCLUDED))
    return groups


def chips(
    wanted: TicketFilter, zone: ZoneInfo, layout: Layout = DEFAULT_LAYOUT, *, topics: Mapping[str, str]
) -> list[Chip]:
    """`topics`: the names of the topics that are filtered by. One that no longer exists is shown by its id."""
    shown: dict[str, list[str]] = {}
    for name, value in wanted.parameters():
        present = getattr(wanted, name)
        of = EXCLUDED.get(name, name)
        if isinstance(present, datetime):
            text = _period_end(present, zone, is_last=name.endswith("_to"))
        elif name == "period":
            text = _period_text(wanted, zone)
        else:
            text = topics.get(value, value) if of == "topic" else _name(of, value)
        shown.setdefault(name, []).append(text)
    return [
        Chip(title_of(name), ", ".join(texts), list_query(wanted.without(name).query(), layout), name)
        for name, texts in shown.items()
    ]


def offered_periods(wanted: TicketFilter, zone: ZoneInfo) -> dict[str, str]:
    """The presets, and the chosen period if it is another one, such as a week long ago."""
    chosen = {wanted.period: _period_text(wanted, zone)} if wanted.period else {}
    return {**PERIOD_NAMES, **chosen}


def _period_text(wanted: TicketFilter, zone: ZoneInfo) -> str:
    assert wanted.period and wanted.created_from and wanted.created_to
    return period_name(ChosenPeriod(wanted.period, Period(wanted.created_from, wanted.created_to)), zone)


def title_of(name: str) -> str:
    """Of a filter: “Status”, “Status is not”."""
    return f"{TITLES[EXCLUDED[name]]} is not" if name in EXCLUDED else TITLES[name]


def _name(field: str, value: str) -> str:
    if value == UNKNOWN and field in _NAMES_OF_UNKNOWN:
        return _NAMES_OF_UNKNOWN[field]
    if field in _NAMES:
        return _NAMES[field][value]
    if field == "clock":
        return clock_name(value)
    if field == "language":
        return language_name(value)
    return value if field in _AS_WRITTEN else format_label(value)


def clock_groups(wanted: TicketFilter) -> list[ChoiceGroup]:
    """What is due and who is waited for, to choose from; nothing is counted for them."""
    return [
        ChoiceGroup(name, TITLES[name], [Choice(v, format_label(_name(name, v)), None, v in chosen) for v in values])
        for name, values, chosen in (("due", DUE, wanted.due), ("waiting_for", SIDES, wanted.waiting_for))
    ]


def kept_filters(wanted: TicketFilter) -> list[tuple[str, str]]:
    """The filters that the form has no field for: links set them, and they stay."""
    return [(name, value) for name, value in wanted.parameters() if name not in _SHOWN and name not in _ON_REQUEST]


def kept_folded(wanted: TicketFilter) -> list[tuple[str, str]]:
    """The filters whose fields the form only has once they are asked for."""
    return [(name, value) for name, value in wanted.parameters() if name in _ON_REQUEST]


def date_fields(wanted: TicketFilter, zone: ZoneInfo, errors: Mapping[str, str]) -> list[DateField]:
    fields = []
    for name in ("created_from", "created_to"):
        moment = None if wanted.period else getattr(wanted, name)
        kind, value = _date_input(moment, zone, is_last=name == "created_to")
        fields.append(DateField(name, TITLES[name], kind, value, errors.get(name, "")))
    return fields


def _date_input(moment: datetime | None, zone: ZoneInfo, *, is_last: bool) -> tuple[str, str]:
    """The type of the input and its value in the zone's local time."""
    if moment is None:
        return "date", ""
    local = moment.astimezone(zone)
    if _is_midnight(local):
        day = local.date() - timedelta(days=1) if is_last else local.date()
        return "date", day.isoformat()
    return "datetime-local", local.replace(tzinfo=None).isoformat(timespec="seconds")


def _period_end(moment: datetime, zone: ZoneInfo, *, is_last: bool) -> str:
    local = moment.astimezone(zone)
    if _is_midnight(local):
        return format_day(local - timedelta(days=1) if is_last else local)
    return format_minute(local)


def _is_midnight(local: datetime) -> bool:
    return (local.hour, local.minute, local.second, local.microsecond) == (0, 0, 0, 0)
