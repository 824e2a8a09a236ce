"""How a ticket list is shown: its columns and order, as they stand in its address and in saved views. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import urlencode

from tickets.store.filters import FilterError
from tickets.store.list_orders import NEWEST_FIRST, ListOrder, parse_order
from tickets.store.list_orders import PARAMETER as SORT_PARAMETER

PARAMETER: Final = "columns"
SORT: Final = SORT_PARAMETER


@dataclass(frozen=True, slots=True)
class Column:
    """A field of a ticket. `kind` says how its values look; `hidden`: it takes away one that lists otherwise have."""

    name: str
    title: str
    kind: Literal["text", "list", "time", "hidden", "wrap"] = "text"


USUAL: Final = {
    "customer": "Customer",
    "status": "Status",
    "sentiment": "Sentiment",
    "source": "Source",
    "connection": "Connection",
}
"""The columns of every list, unless they are hidden. The urgency, the ticket and its age cannot be."""

WRAP: Final = Column("wrap", "Whole texts", "wrap")
"""Rows are as high as their texts, of which nothing is cut off."""

COLUMNS: Final = (
    Column("assignee", "Assignee"),
    Column("team", "Team"),
    Column("priority", "Priority"),
    Column("type", "Type"),
    Column("tags", "Tags", "list"),
    Column("organisation", "Organisation"),
    Column("rating", "Rating"),
    Column("first_reply_at", "First reply", "time"),
    Column("resolved_at", "Resolved", "time"),
    Column("due_at", "Due in helpdesk", "time"),
    *(Column(f"-{name}", f"without {title}", "hidden") for name, title in USUAL.items()),
    WRAP,
)
_NAMES = tuple(each.name for each in COLUMNS)


def parse_columns(parameters: Mapping[str, Sequence[str]]) -> tuple[Column, ...]:
    """The chosen columns in the order of the list. Raises `FilterError` for one that does not exist."""
    chosen = frozenset(name for name in parameters.get(PARAMETER, ()) if name)
    unknown = sorted(chosen.difference(_NAMES))
    if unknown:
        raise FilterError(PARAMETER, f"must be among {', '.join(_NAMES)}, not {unknown[0][:40]!r}")
    return tuple(each for each in COLUMNS if each.name in chosen)


@dataclass(frozen=True, slots=True)
class Layout:
    """How a list is shown: its columns, and in which order its tickets are."""

    columns: tuple[Column, ...] = ()
    order: ListOrder = NEWEST_FIRST

    @classmethod
    def parse(cls, parameters: Mapping[str, Sequence[str]]) -> "Layout":
        """Raises `FilterError`."""
        return cls(parse_columns(parameters), parse_order(parameters))

    def parameters(self) -> list[tuple[str, str]]:
        sort = [(SORT, self.order.name)] if self.order.name else []
        return [*sort, *((PARAMETER, each.name) for each in self.columns)]


DEFAULT_LAYOUT: Final = Layout()


def list_query(query: str, layout: Layout = DEFAULT_LAYOUT) -> str:
    """A query string of a list with this layout."""
    return "&".join(each for each in (query, urlencode(layout.parameters())) if each)
