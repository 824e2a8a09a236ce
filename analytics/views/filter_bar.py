"""The filter bar of dashboards: the period and the values in the address, and what changes them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from analytics.figures import DashboardFigures, DimensionCounts, ValueCount
from supportsaas.formatting import format_label
from tickets.records.dimensions import ALL_TICKETS, DIMENSIONS, NARROWING_FIELDS, Narrowing, is_offered
from tickets.records.periods import ChosenPeriod
from tickets.store.filters import FilterError, TicketFilter
from tickets.store.period_parameters import parse_period
from tickets.views.period_control import PeriodControl, period_control


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
    def filter_text(self) -> str:
        """“source Email, Chat”; empty if numbers are of all tickets."""
        named = ", ".join(_text(self.narrowing.field, each) for each in self.narrowing.values)
        return f"{self.narrowing.field} {named}" if named else ""

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
        return [*((self.narrowing.field, each) for each in self.narrowing.values), *self.kept_parameters()]

    def kept_parameters(self) -> list[tuple[str, str]]:
        """Those of the page, which are neither its period nor its filter."""
        return list(self.kept)

    def query(self, **changes: Any) -> str:
        """The selection, with some fields replaced, as a query string."""
        return urlencode(replace(self, **changes).parameters())


@dataclass(frozen=True, slots=True)
class ValueChoice:
    """A value that can be chosen. The count is of the period, whatever is chosen."""

    value: str
    text: str
    count: int
    is_chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueFilter:
    """A field of tickets, such as the team, and its values: a form that keeps `others` of the address.

    `replaced` is the title of another field that is chosen now. Numbers are stored by the values of one field, so choosing
    values of this one replaces those.
    """

    name: str
    title: str
    choices: list[ValueChoice]
    others: list[tuple[str, str]]
    replaced: str

    @property
    def chosen(self) -> list[ValueChoice]:
        return [each for each in self.choices if each.is_chosen]


@dataclass(frozen=True, slots=True)
class FilterBar:
    """`everything` is the query string without values."""

    period: PeriodControl
    values: list[ValueFilter]
    everything: str


def filter_bar(
    selection: Selection | None,
    figures: DashboardFigures | None,
    *,
    given: Mapping[str, str] = MappingProxyType({}),
    zone: ZoneInfo,
    now: datetime,
) -> FilterBar:
    """Without a selection, because the address has none that is valid, it only offers to choose a period."""
    others = selection.other_parameters() if selection else []
    period = period_control(selection.chosen if selection else None, others=others, given=given, zone=zone, now=now)
    if selection is None or figures is None:
        return FilterBar(period, [], "")
    by_field = [DimensionCounts("source", figures.by_source), *figures.by_dimension]
    found = [_value_filter(selection, each) for each in by_field]
    return FilterBar(period, [each for each in found if each], selection.query(sources=(), dimension=ALL_TICKETS))


def _value_filter(selection: Selection, counts: DimensionCounts) -> ValueFilter | None:
    """The values of the period, and chosen ones without tickets in it. None if there is nothing to choose."""
    narrowing = selection.narrowing
    chosen = narrowing.values if narrowing.field == counts.name else ()
    present = {each.value for each in counts.values}
    if not is_offered(counts.name, present, chosen):
        return None
    missing = (ValueCount(value, 0) for value in chosen if value not in present)
    return ValueFilter(
        name=counts.name,
        title=counts.name.capitalize(),
        choices=[
            ValueChoice(each.value, _text(counts.name, each.value), each.count, each.value in chosen)
            for each in (*counts.values, *missing)
        ],
        others=[*selection.chosen.parameters(selection.zone), *selection.kept_parameters()],
        replaced=narrowing.field.capitalize() if narrowing and not chosen else "",
    )


def _text(field: str, value: str) -> str:
    return format_label(value) if field == "source" else value
