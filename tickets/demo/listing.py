"""What one listing of the demo helpdesk consists of: rows by position, of one tenant or of several."""

import json
from collections.abc import Sequence
from typing import Protocol

from tickets.demo.tickets import Ticket


class Listing(Protocol):
    """Rows in a fixed order; each row is one ticket as a JSON object."""

    def __len__(self) -> int: ...

    def json_rows(self, start: int, stop: int) -> list[str]:
        """The rows from `start` up to but not including `stop`, fewer at the end."""
        ...


class TicketListing:
    """The tickets given."""

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
    """Several listings taken in turn, a row of each, until all are used up."""

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
            turns = len(self._listings) - number
            # Up to the end of the shortest one that is left, all of the rest take part.
            if position < (len(listing) - used) * turns:
                return self._listings[number + position % turns], used + position // turns
            position -= (len(listing) - used) * turns
            used = len(listing)
        raise IndexError("no such position")


class InterspersedListing:
    """A tenant's own rows, with every `every`-th row one of a stranger's."""

    def __init__(self, own: Listing, strangers: Listing, *, every: int) -> None:
        """Raises ValueError if `every` is less than 2, as nothing of the tenant's own would be left."""
        if every < 2:
            raise ValueError("foreign_every must be at least 2")
        self._own = own
        self._strangers = strangers
        self._every = every

    def __len__(self) -> int:
        own = len(self._own)
        return own + (own // (self._every - 1) if len(self._strangers) else 0)

    def json_rows(self, start: int, stop: int) -> list[str]:
        if not len(self._strangers):
            return self._own.json_rows(start, stop)
        rows = []
        for position in range(start, min(stop, len(self))):
            block, place = divmod(position, self._every)
            if place == self._every - 1:
                stranger = block % len(self._strangers)
                rows += self._strangers.json_rows(stranger, stranger + 1)
            else:
                rows += self._own.json_rows(position - block, position - block + 1)
        return rows
