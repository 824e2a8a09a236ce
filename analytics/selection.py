"""What dashboards are of: the period and the values in an address, or stored with something that is shared."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from supportsaas.formatting import format_label
from tickets.records.dimensions import ALL_TICKETS, DIMENSIONS, NARROWING_FIELDS, Narrowing
from tickets.records.periods import ChosenPeriod
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
    def filter_text(self) -> str:
        """“source Email, Chat”; empty if numbers are of all tickets."""
        named = ", ".join(value_text(self.narrowing.field, each) for each in self.narrowing.values)
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


def value_text(field: str, value: str) -> str:
    return format_label(value) if field == "source" else value
