"""Links from a number to the list of exactly the tickets it counts."""

from dataclasses import dataclass, field, fields
from functools import lru_cache
from typing import Any

from django.urls import reverse

from analytics.periods import Period
from tickets.filters import TicketFilter

_NAMES = tuple(each.name for each in fields(TicketFilter))


@dataclass(frozen=True, slots=True)
class TicketLinks:
    """The lists of one tenant's tickets, all narrowed by `base`: a period and, maybe, sources.

    A dashboard has hundreds; what they have in common is written once.
    """

    slug: str
    base: TicketFilter
    _list: str = field(init=False, repr=False, compare=False)
    _written: dict[str, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_list", reverse("ticket-list", args=[self.slug]))
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
        return reverse("customer", args=[self.slug, customer_id])


@lru_cache(maxsize=2048)
def _write(name: str, value: Any) -> str:
    """One condition as it stands in an address."""
    return TicketFilter(**{name: value}).query()
