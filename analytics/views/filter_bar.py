"""The filter bar of dashboards: what changes the period and the values in the address."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from zoneinfo import ZoneInfo

from analytics.figures import DashboardFigures, DimensionCounts, ValueCount
from analytics.selection import Selection, value_text
from tickets.records.dimensions import ALL_TICKETS, is_offered
from tickets.views.period_control import PeriodControl, period_control


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
            ValueChoice(each.value, value_text(counts.name, each.value), each.count, each.value in chosen)
            for each in (*counts.values, *missing)
        ],
        others=[*selection.chosen.parameters(selection.zone), *selection.kept_parameters()],
        replaced=narrowing.field.capitalize() if narrowing and not chosen else "",
    )
