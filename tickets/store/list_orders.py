"""The orders of a ticket list, as they stand in its address: `sort=customer`, or `sort=-customer` for the other way round. Pure.

Newest first, and oldest first, are read from an index however many tickets there are. So is an order by a facet, whose
values are read one after another. Other orders need all tickets of the list, so they are offered for few.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from tickets.records.facets import SENTIMENTS, URGENCIES
from tickets.records.statuses import CLOSED_STATUSES, OPEN_STATUSES, fold_status
from tickets.store.filters import FilterError

PARAMETER: Final = "sort"

Kind = Literal["facet", "text", "time"]


@dataclass(frozen=True, slots=True)
class SortField:
    """`field` is that of a ticket. `first` and `last` say what is on top, the usual way and the other way round.

    Times are usually latest first, everything else smallest first. What a ticket does not have is always last.
    """

    name: str
    field: str
    kind: Kind
    first: str
    last: str


_FIELDS: Final = (
    SortField("created", "created_at", "time", "newest first", "oldest first"),
    SortField("urgency", "urgency", "facet", "most urgent first", "least urgent first"),
    SortField("sentiment", "sentiment", "facet", "most negative first", "most positive first"),
    SortField("status", "status", "facet", "by status", "by status, closed first"),
    SortField("source", "source", "facet", "by source", "by source, Z to A"),
    SortField("customer", "customer_id", "text", "by customer", "by customer, Z to A"),
    SortField("updated", "updated_at", "time", "latest activity first", "longest without activity first"),
    SortField("due", "next_due_at", "time", "due last first", "due first"),
    SortField("connection", "connection", "text", "by connection", "by connection, Z to A"),
    *(
        SortField(name, name, "text", f"by {name}", f"by {name}, Z to A")
        for name in ("assignee", "team", "priority", "type", "organisation", "rating")
    ),
    SortField("first_reply_at", "first_reply_at", "time", "latest first reply first", "earliest first reply first"),
    SortField("resolved_at", "resolved_at", "time", "resolved last first", "resolved first"),
    SortField("due_at", "due_at", "time", "due last in the helpdesk first", "due first in the helpdesk"),
)
SORT_FIELDS: Final[Mapping[str, SortField]] = {each.name: each for each in _FIELDS}
_RANKS: Final[Mapping[str, Sequence[str]]] = {
    "urgency": URGENCIES,
    "sentiment": SENTIMENTS,
    "status": (*OPEN_STATUSES, *CLOSED_STATUSES),
}


@dataclass(frozen=True, slots=True)
class ListOrder:
    by: SortField = SORT_FIELDS["created"]
    is_reversed: bool = False

    @property
    def name(self) -> str:
        """As in an address; empty for newest first, which needs no name."""
        if self.by.name == "created" and not self.is_reversed:
            return ""
        return f"-{self.by.name}" if self.is_reversed else self.by.name

    @property
    def is_by_creation(self) -> bool:
        return self.by.name == "created"

    @property
    def text(self) -> str:
        return self.by.last if self.is_reversed else self.by.first

    @property
    def opposite(self) -> "ListOrder":
        return ListOrder(self.by, not self.is_reversed)

    @property
    def is_descending(self) -> bool:
        """Whether larger values come first."""
        return (self.by.kind == "time") != self.is_reversed

    def value_of(self, ticket: Mapping[str, Any]) -> Any:
        """What the ticket is sorted by; None if it does not have it."""
        value = ticket.get(self.by.field)
        return None if value in (None, "") else value

    def key(self, value: Any) -> Any:
        """A sortable key of a value that is known."""
        if isinstance(value, datetime):
            return value
        ranks = _RANKS.get(self.by.name, ())
        folded = fold_status(value) if self.by.name == "status" else value
        return (ranks.index(folded) if folded in ranks else len(ranks), value.casefold(), value)


NEWEST_FIRST: Final = ListOrder()
OLDEST_FIRST: Final = ListOrder(is_reversed=True)


def parse_order(parameters: Mapping[str, Sequence[str]]) -> ListOrder:
    """Raises `FilterError`."""
    given = [each for each in parameters.get(PARAMETER, ()) if each]
    if not given:
        return NEWEST_FIRST
    name = given[0].removeprefix("-")
    if len(given) > 1 or name not in SORT_FIELDS:
        raise FilterError(PARAMETER, f"must be one of {', '.join(SORT_FIELDS)}, not {given[-1][:40]!r}")
    return ListOrder(SORT_FIELDS[name], given[0].startswith("-"))
