"""The dashboard's filter bar: the period and sources in the URL, and the links that change them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from analytics.dashboard.wording import PERIOD_NAMES
from analytics.figures import DimensionCounts, ValueCount
from tickets.records.dimensions import ALL_TICKETS, DIMENSIONS, NARROWING_FIELDS, Narrowing, is_offered
from tickets.records.periods import CUSTOM, ChosenPeriod
from tickets.store.filters import FilterError, TicketFilter
from tickets.store.period_parameters import parse_period


@dataclass(frozen=True, slots=True)
class Selection:
    """A period, and sources or the values of a dimension, such as a connection or a team (none means all of them).

    `kept` are other parameters of the page that its links keep.
    """

    chosen: ChosenPeriod
    sources: tuple[str, ...]
    zone: ZoneInfo
    dimension: Narrowing = ALL_TICKETS
    kept: tuple[tuple[str, str], ...] = ()

    @classmethod
    def parse(cls, parameters: Mapping[str, Sequence[str]], *, zone: ZoneInfo, now: datetime) -> "Selection":
        """From query parameters. Raises `FilterError`."""
        return cls.narrowed(parse_period(parameters, zone=zone, now=now), parameters, zone=zone)

    @classmethod
    def narrowed(cls, chosen: ChosenPeriod, parameters: Mapping[str, Sequence[str]], *, zone: ZoneInfo) -> "Selection":
        """The period with the sources or dimension of query parameters. Raises `FilterError`."""
        wanted = TicketFilter.parse({name: parameters.get(name, []) for name in NARROWING_FIELDS}, zone=zone)
        given = [name for name in NARROWING_FIELDS if getattr(wanted, name)]
        if len(given) > 1:
            raise FilterError(given[1], f"cannot be combined with {given[0]} on a dashboard")
        dimension = next((Narrowing(name, getattr(wanted, name)) for name in given if name in DIMENSIONS), ALL_TICKETS)
        return cls(chosen, wanted.source, zone, dimension)

    @property
    def narrowing(self) -> Narrowing:
        return self.dimension or Narrowing(values=self.sources)

    @property
    def tickets(self) -> TicketFilter:
        """The filter of all tickets on the dashboard."""
        period = self.chosen.period
        values: dict[str, Any] = {self.narrowing.field: self.narrowing.values}
        return TicketFilter(created_from=period.start, created_to=period.end, **values)

    def parameters(self) -> list[tuple[str, str]]:
        return [*self.chosen.parameters(self.zone), *self.other_parameters()]

    def other_parameters(self) -> list[tuple[str, str]]:
        """All but the period."""
        return [*((self.narrowing.field, each) for each in self.narrowing.values), *self.kept]

    def query(self, **changes: Any) -> str:
        """The selection, with some fields replaced, as a query string."""
        return urlencode(replace(self, **changes).parameters())


@dataclass(frozen=True, slots=True)
class PeriodChoice:
    name: str
    text: str
    query: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class SourceChoice:
    """A source, or a value of a dimension, that can be selected or deselected. The count is of the period, whatever is selected."""

    value: str
    count: int
    query: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class DimensionChoices:
    """A field of tickets, such as the team, and its values."""

    name: str
    title: str
    choices: list[SourceChoice]


def period_choices(selection: Selection | None) -> list[PeriodChoice]:
    """Links to the presets that keep the rest of the selection. Without a selection (the URL was invalid), to start over."""
    others = selection.other_parameters() if selection else []
    chosen = selection.chosen.name if selection else ""
    return [
        PeriodChoice(name, text, urlencode([("period", name), *others]), name == chosen)
        for name, text in PERIOD_NAMES.items()
    ]


def source_choices(selection: Selection, counts: Sequence[ValueCount]) -> list[SourceChoice]:
    """Every source of the period, and selected ones without tickets in it."""
    present = {each.value for each in counts}
    every = [*counts, *(ValueCount(value, 0) for value in selection.sources if value not in present)]
    return [
        SourceChoice(
            each.value,
            each.count,
            selection.query(sources=_toggled(selection.sources, each.value), dimension=ALL_TICKETS),
            each.value in selection.sources,
        )
        for each in every
    ]


def dimension_choices(selection: Selection, counts: Sequence[DimensionCounts]) -> list[DimensionChoices]:
    """The connections, teams and priorities of the period, and selected ones without tickets in it."""
    found = []
    for each in counts:
        chosen = selection.dimension.values if selection.dimension.field == each.name else ()
        present = {known.value for known in each.values}
        choices = [
            SourceChoice(
                known.value,
                known.count,
                selection.query(sources=(), dimension=Narrowing(each.name, _toggled(chosen, known.value))),
                known.value in chosen,
            )
            for known in (*each.values, *(ValueCount(value, 0) for value in chosen if value not in present))
        ]
        if is_offered(each.name, present, chosen):
            found.append(DimensionChoices(each.name, each.name.capitalize(), choices))
    return found


def date_fields(selection: Selection | None, given: Mapping[str, str]) -> dict[str, str]:
    """The values of the two date fields: what was entered, otherwise the days of the period."""
    if selection is None:
        return {name: given.get(name, "") for name in ("from", "to")}
    chosen, zone = selection.chosen, selection.zone
    return {"from": chosen.first_day(zone).isoformat(), "to": chosen.last_day(zone).isoformat()}


def is_custom(selection: Selection | None) -> bool:
    return selection is not None and selection.chosen.name == CUSTOM


def _toggled(values: tuple[str, ...], value: str) -> tuple[str, ...]:
    return tuple(each for each in values if each != value) if value in values else (*values, value)
