"""The columns of a ticket list that a person may add, as they stand in its address and in saved views. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import urlencode

from tickets.store.filters import FilterError

PARAMETER: Final = "columns"


@dataclass(frozen=True, slots=True)
class Column:
    """A field of a ticket. `kind` says how its values look."""

    name: str
    title: str
    kind: Literal["text", "list", "time"] = "text"


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
)
_NAMES = tuple(each.name for each in COLUMNS)


def parse_columns(parameters: Mapping[str, Sequence[str]]) -> tuple[Column, ...]:
    """The chosen columns in the order of the list. Raises `FilterError` for one that does not exist."""
    chosen = frozenset(name for name in parameters.get(PARAMETER, ()) if name)
    unknown = sorted(chosen.difference(_NAMES))
    if unknown:
        raise FilterError(PARAMETER, f"must be among {', '.join(_NAMES)}, not {unknown[0][:40]!r}")
    return tuple(each for each in COLUMNS if each.name in chosen)


def list_query(query: str, columns: Sequence[Column]) -> str:
    """A query string of a list with these columns."""
    return "&".join(each for each in (query, urlencode([(PARAMETER, each.name) for each in columns])) if each)
