"""Links from a number to the list of exactly those tickets."""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from supportsaas.web.page_paths import GAP, path_of, path_with_gap
from tickets.records.period import Period
from tickets.store.filters import COUNT_ALL, TicketFilter

_PLACES = {each.name: place for place, each in enumerate(fields(TicketFilter))}
"""The position of each condition in a query string."""

_PERIOD = ("created_from", "created_to")

_COUNTED_ONE_BY_ONE = tuple(_PLACES[each] for each in ("keyword", "customer_id", "topic", "clock"))


@dataclass(frozen=True, slots=True)
class TicketLinks:
    """Links to lists of one tenant's tickets, all filtered by `base`: a period and perhaps sources.

    A dashboard has hundreds of links, so their common part is written once.
    """

    slug: str
    base: TicketFilter
    _list: str = field(init=False, repr=False, compare=False)
    _written: list[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_list", path_of("ticket-list", self.slug))
        object.__setattr__(self, "_written", [_write(name, getattr(self.base, name)) for name in _PLACES])

    def tickets(self, **conditions: Any) -> str:
        """The list filtered by the base and more conditions, named as in `TicketFilter`."""
        written = self._written.copy()
        for name, value in conditions.items():
            written[_PLACES[name]] = _write(name, value)
        if any(written[place] for place in _COUNTED_ONE_BY_ONE):
            written.append(COUNT_ALL)
        return f"{self._list}?{'&'.join(filter(None, written))}"

    def within(self, period: Period, **conditions: Any) -> str:
        """The same for another period."""
        return self.tickets(created_from=period.start, created_to=period.end, **conditions)

    def ever(self, **conditions: Any) -> str:
        """The same without a period: all tickets from the sources of the base."""
        return self.tickets(**{"created_from": None, "created_to": None, **conditions})

    def dashboard(self, period: Sequence[tuple[str, str]]) -> str:
        """The dashboard of another period, given as its parameters."""
        written = [each for name, each in zip(_PLACES, self._written, strict=True) if each and name not in _PERIOD]
        return f"{path_of('dashboard', self.slug)}?{'&'.join([urlencode(period), *written])}"

    def stopped(self, clock: str, **conditions: Any) -> str:
        """The tickets of which a clock stopped in the period of the base, whenever they were created."""
        period = {"stopped_from": self.base.created_from, "stopped_to": self.base.created_to}
        return self.ever(clock=clock, **period, **conditions)

    def customer(self, customer_id: str) -> str:
        return path_with_gap("customer", self.slug, GAP).filled(customer_id)

    def ticket(self, external_id: str) -> str:
        return path_with_gap("ticket", self.slug, GAP).filled(external_id)


@dataclass(frozen=True, slots=True)
class ChartFiles:
    """Links to the numbers of charts as files; `query` is the query string of the dashboard."""

    slug: str
    query: str

    def csv(self, name: str) -> str:
        return f"{path_with_gap('chart-export', self.slug, GAP, 'csv').filled(name)}?{self.query}"


@dataclass(frozen=True, slots=True)
class ClockPages:
    """Where the clocks are shown in full, and explained."""

    response_times_path: str
    counting_path: str

    @classmethod
    def of(cls, slug: str) -> "ClockPages":
        return cls(path_of("response-times", slug), path_of("counting", slug))


@lru_cache(maxsize=2048)
def _write(name: str, value: Any) -> str:
    """One condition of a query string."""
    return TicketFilter(**{name: value}).query()
