"""Lists of the demo helpdesk: rows by position, of one or several tenants."""

import json
from collections.abc import Sequence
from typing import Protocol

from tickets.demo.timelines import Ticket


class Listing(Protocol):
    """Rows in a fixed order; each row is a ticket as a JSON object."""

    def __len__(self) -> int: ...

    def json_rows(self, start: int, stop: int) -> list[str]:
        """The rows from `start` to `stop` (exclusive), fewer at the end."""
        ...


class TicketListing:
    """A list of given tickets."""

    def __init__(self, tickets: Sequence[Ticket]) -> None:
        self._tickets = tickets

    def __len__(self) -> int:
        return len(self._tickets)

    def json_rows(self, start: int, stop: int) -> list[str]:
        return [
            json.dumps(ticket.as_json(), ensure_ascii=False, separators=(",", ":"))
            for ticket in self._tickets[start:stop]
        ]


class MixedListing:
    """Alternates between several lists, one row each, until all are exhausted."""

    def __init__(self, listings: Sequence[Listing]) -> None:
        self._listings = sorted(listings, key=len)

    def __len__(self) -> int:
        return sum(map(len, self._listings))

    def json_rows(self, start: int, stop: int) -> list[str]:
        rows = []
        for position in range(start, min(stop, len(self))):
            listing, place = self._place(position)
            rows += listing.json_rows(place, place + 1)
        return rows

    def _place(self, position: int) -> tuple[Listing, int]:
        used = 0
        for number, listing in enumerate(self._listings):
            remaining = len(self._listings) - number
            # Until the shortest remaining list ends, all remaining ones alternate.
            if position < (len(listing) - used) * remaining:
                return self._listings[number + position % remaining], used + position // remaining
            position -= (len(listing) - used) * remaining
            used = len(listing)
        raise IndexError("no such position")


class InterspersedListing:
    """A tenant's own rows, with every `every`-th row from another tenant."""

    def __init__(self, own: Listing, others: Listing, *, every: int) -> None:
        """Raises `ValueError` if `every` is less than 2, because no own rows would remain."""
        if every < 2:
            raise ValueError("foreign_every must be at least 2")
        self._own = own
        self._others = others
        self._every = every

    def __len__(self) -> int:
        own = len(self._own)
        return own + (own // (self._every - 1) if len(self._others) else 0)

    def json_rows(self, start: int, stop: int) -> list[str]:
        if not len(self._others):
            return self._own.json_rows(start, stop)
        rows = []
        for position in range(start, min(stop, len(self))):
            block, place = divmod(position, self._every)
            if place == self._every - 1:
                other = block % len(self._others)
                rows += self._others.json_rows(other, other + 1)
            else:
                rows += self._own.json_rows(position - block, position - block + 1)
        return rows
