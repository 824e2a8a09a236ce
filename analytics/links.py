"""Links from a number to the list of exactly the tickets it counts."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from analytics.periods import Period
from tickets.filters import TicketFilter


@dataclass(frozen=True, slots=True)
class TicketLinks:
    """The lists of one tenant's tickets, all narrowed by `base`: a period and, maybe, sources."""

    slug: str
    base: TicketFilter

    def tickets(self, **conditions: Any) -> str:
        """The list under the base and more conditions, named as in `TicketFilter`."""
        return f"{reverse('ticket-list', args=[self.slug])}?{self.base.query(**conditions)}"

    def within(self, period: Period, **conditions: Any) -> str:
        """The same of another period."""
        return self.tickets(created_from=period.start, created_to=period.end, **conditions)

    def ever(self, **conditions: Any) -> str:
        """The same of no period: of all tickets there are, from the sources of the base."""
        return self.tickets(**{"created_from": None, "created_to": None, **conditions})

    def customer(self, customer_id: str) -> str:
        return reverse("customer", args=[self.slug, customer_id])
