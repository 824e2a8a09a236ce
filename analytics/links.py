"""Links from a number to the list of exactly the tickets it counts."""

from dataclasses import dataclass, field, fields
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from django.urls import reverse
from django.utils.http import RFC3986_SUBDELIMS

from analytics.periods import Period
from tickets.filters import TicketFilter

_GAP = "-gap-"
_AS_IT_IS = f"{RFC3986_SUBDELIMS}/~:@"
_NAMES = tuple(each.name for each in fields(TicketFilter))


@dataclass(frozen=True, slots=True)
class TicketLinks:
    """The lists of one tenant's tickets, all narrowed by `base`: a period and, maybe, sources.

    A dashboard has hundreds; what they have in common is written once.
    """

    slug: str
    base: TicketFilter
    _list: str = field(init=False, repr=False, compare=False)
    _customer: tuple[str, str] = field(init=False, repr=False, compare=False)
    _ticket: tuple[str, str] = field(init=False, repr=False, compare=False)
    _written: dict[str, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_list", reverse("ticket-list", args=[self.slug]))
        object.__setattr__(self, "_customer", _around("customer", self.slug))
        object.__setattr__(self, "_ticket", _around("ticket", self.slug))
        object.__setattr__(self, "_written", {name: _write(name, getattr(self.base, name)) for name in _NAMES})

    def tickets(self, **conditions: Any) -> str:
        """The list under the base and more conditions, named as in `TicketFilter`."""
        written = self._written | {name: _write(name, value) for name, value in conditions.items()}
        return f"{self._list}?{'&'.join(filter(None, written.values()))}"

    def within(self, period: Period, **conditions: Any) -> str:
        """The same of another period."""
        return self.tickets(created_from=period.start, created_to=period.end, **conditions)

    def ever(self, **conditions: Any) -> str:
        """The same of no period: of all tickets there are, from the sources of the base."""
        return self.tickets(**{"created_from": None, "created_to": None, **conditions})

    def customer(self, customer_id: str) -> str:
        return _filled(self._customer, customer_id)

    def ticket(self, external_id: str) -> str:
        return _filled(self._ticket, external_id)


@dataclass(frozen=True, slots=True)
class ChartFiles:
    """The numbers of a dashboard's charts as files; `query` is that of the dashboard."""

    slug: str
    query: str
    _file: tuple[str, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_file", _around("chart-export", self.slug, "csv"))

    def csv(self, name: str) -> str:
        return f"{_filled(self._file, name)}?{self.query}"


def _around(name: str, slug: str, *rest: str) -> tuple[str, str]:
    """What stands before and behind the second part of an address: found once, for all that differ by that part."""
    before, _, after = reverse(name, args=[slug, _GAP, *rest]).rpartition(_GAP)
    return before, after


def _filled(around: tuple[str, str], part: str) -> str:
    """As `reverse` writes it."""
    return f"{around[0]}{quote(part, safe=_AS_IT_IS)}{around[1]}"


@lru_cache(maxsize=2048)
def _write(name: str, value: Any) -> str:
    """One condition as it stands in an address."""
    return TicketFilter(**{name: value}).query()
