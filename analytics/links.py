"""Links from a number to the list of exactly the tickets it counts."""

from dataclasses import dataclass, field, fields
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from django.urls import get_script_prefix, reverse
from django.utils.http import RFC3986_SUBDELIMS

from analytics.periods import Period
from tickets.filters import TicketFilter

_GAP = "-gap-"
_AS_IT_IS = f"{RFC3986_SUBDELIMS}/~:@"
_PLACES = {each.name: place for place, each in enumerate(fields(TicketFilter))}
"""Where each condition stands in an address."""


@dataclass(frozen=True, slots=True)
class TicketLinks:
    """The lists of one tenant's tickets, all narrowed by `base`: a period and, maybe, sources.

    A dashboard has hundreds; what they have in common is written once.
    """

    slug: str
    base: TicketFilter
    _list: str = field(init=False, repr=False, compare=False)
    _written: list[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_list", _around("ticket-list", self.slug)[0])
        object.__setattr__(self, "_written", [_write(name, getattr(self.base, name)) for name in _PLACES])

    def tickets(self, **conditions: Any) -> str:
        """The list under the base and more conditions, named as in `TicketFilter`."""
        written = self._written.copy()
        for name, value in conditions.items():
            written[_PLACES[name]] = _write(name, value)
        return f"{self._list}?{'&'.join(filter(None, written))}"

    def within(self, period: Period, **conditions: Any) -> str:
        """The same of another period."""
        return self.tickets(created_from=period.start, created_to=period.end, **conditions)

    def ever(self, **conditions: Any) -> str:
        """The same of no period: of all tickets there are, from the sources of the base."""
        return self.tickets(**{"created_from": None, "created_to": None, **conditions})

    def customer(self, customer_id: str) -> str:
        return _filled(_around("customer", self.slug, _GAP), customer_id)

    def ticket(self, external_id: str) -> str:
        return _filled(_around("ticket", self.slug, _GAP), external_id)


@dataclass(frozen=True, slots=True)
class ChartFiles:
    """The numbers of a dashboard's charts as files; `query` is that of the dashboard."""

    slug: str
    query: str

    def csv(self, name: str) -> str:
        return f"{_filled(_around('chart-export', self.slug, _GAP, 'csv'), name)}?{self.query}"


def _around(name: str, *parts: str) -> tuple[str, str]:
    """What stands before and behind the gap in an address; without a gap, all of it stands before."""
    return _around_in(get_script_prefix(), name, parts)


@lru_cache(maxsize=4096)
def _around_in(script_prefix: str, name: str, parts: tuple[str, ...]) -> tuple[str, str]:
    """Reversing takes as long as a hundred rows of a table."""
    before, _, after = reverse(name, args=parts).partition(_GAP)
    return before, after


def _filled(around: tuple[str, str], part: str) -> str:
    """As `reverse` writes it."""
    return f"{around[0]}{quote(part, safe=_AS_IT_IS)}{around[1]}"


@lru_cache(maxsize=2048)
def _write(name: str, value: Any) -> str:
    """One condition as it stands in an address."""
    return TicketFilter(**{name: value}).query()
