"""The optional fields of a ticket by which lists can be narrowed, and the connection it is from. Pure.

Dashboards can be narrowed by some of them, the dimensions: their numbers are stored (`tickets.rollups`). A ticket without
such a field is in no list or dashboard of one of its values.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

CONNECTION: Final = "connection"
"""The name of the helpdesk connection, or of the import, that a ticket is from."""

DIMENSIONS: Final[tuple[str, ...]] = (CONNECTION, "team", "priority")

NARROWING_FIELDS: Final = ("source", *DIMENSIONS)
"""A dashboard can be narrowed to values of one of these."""

FILTERED_FIELDS: Final[Mapping[str, str]] = {
    **{name: name for name in DIMENSIONS},
    "assignee": "assignee",
    "type": "type",
    "tag": "tags",
    "organisation": "organisation",
    "language": "language",
    "rating": "rating",
    "topic": "topic_ids",
}
"""The filters, each with the field of a ticket that it is about."""


@dataclass(frozen=True, slots=True)
class Narrowing:
    """The values of one field that numbers are narrowed to: `source`, or a dimension. Empty: all tickets."""

    field: str = "source"
    values: tuple[str, ...] = ()

    @property
    def condition(self) -> dict[str, Any]:
        return {self.field: {"$in": list(self.values)}} if self.values else {}

    def __bool__(self) -> bool:
        return bool(self.values)


ALL_TICKETS: Final = Narrowing()


def is_offered(name: str, values: Collection[str], chosen: Collection[str]) -> bool:
    """Whether a page offers to choose among the values of a field. Every ticket has a source and a connection, so a single
    one is no choice."""
    return bool(chosen) or len(values) > (1 if name in ("source", CONNECTION) else 0)


def filtered_values(ticket: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The filters that find a stored ticket, each with its value. A ticket has several tags."""
    for name, field in FILTERED_FIELDS.items():
        value = ticket.get(field)
        if isinstance(value, str):
            yield name, value
        elif value:
            yield from ((name, each) for each in value)
