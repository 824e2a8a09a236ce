"""How a list is read: from which index, and what is left to check on the tickets that it finds. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from math import prod
from typing import Any

from tickets.store.facet_cube import Cell, Cells

Document = dict[str, Any]

NEWEST_FIRST = [("created_at", -1), ("external_id", -1)]
OLDEST_FIRST = [("created_at", 1), ("external_id", 1)]
DATE_INDEX = "tenant_id_is_deleted_created_at_external_id"
CUSTOMER_INDEX = "tenant_id_is_deleted_customer_id_created_at_external_id_urgency_sentiment_status_source"
CELL_INDEX = "tenant_id_is_deleted_" + "_".join(Cell._fields) + "_created_at_external_id"
WAITING_INDEX = "tenant_id_unindexed_since"

MOST_RANGES = 150
"""Ranges of an index that are merged into one list; MongoDB itself merges at most 200."""


@dataclass(frozen=True, slots=True)
class Branch:
    """Part of a list, in its order. The branches of a list are disjoint.

    `found` is what the index finds by itself, `checked` what is looked at in the tickets then.
    """

    found: Document
    index: str
    checked: tuple[Document, ...] = field(default=())

    @property
    def match(self) -> Document:
        return {"$and": [self.found, *self.checked]} if self.checked else self.found

    def with_checks(self, *checks: Document) -> "Branch":
        return Branch(self.found, self.index, (*self.checked, *(each for each in checks if each)))


def ranges_of_cells(cells: Cells) -> Iterator[Document]:
    """The cells as matches of their index, in so many pieces that each has few enough combinations of values."""
    if not cells:
        return
    values = {name: sorted({cell[place] for cell in cells}) for place, name in enumerate(Cell._fields)}
    if prod(len(given) for given in values.values()) <= MOST_RANGES:
        yield {name: {"$in": given} for name, given in values.items()}
        return
    place, name = max(enumerate(Cell._fields), key=lambda each: len(values[each[1]]))
    half = len(values[name]) // 2
    lower = set(values[name][:half])
    yield from ranges_of_cells(Cells({cell: count for cell, count in cells.items() if cell[place] in lower}))
    yield from ranges_of_cells(Cells({cell: count for cell, count in cells.items() if cell[place] not in lower}))
