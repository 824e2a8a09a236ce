"""The fields besides the source by which lists and dashboards can be narrowed. Pure.

They are optional texts of a ticket. A ticket without one is in no list or dashboard of one of its values.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

DIMENSIONS: Final[tuple[str, ...]] = ("team", "priority")


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


def dimensions_of(ticket: Mapping[str, Any]) -> dict[str, str]:
    """The dimensions that a stored ticket has, with their values."""
    return {name: ticket[name] for name in DIMENSIONS if ticket.get(name)}
