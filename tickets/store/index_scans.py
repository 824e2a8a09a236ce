"""Index scans: which range of an index a ticket list is read from, and what is left to check on each ticket. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from math import prod
from typing import Any

from supportsaas.db.paging import TimeOrder
from tickets.records.facets import FacetCounts, Facets

Document = dict[str, Any]

TICKET_ORDER = TimeOrder("created_at", "external_id")
OLDEST_ORDER = TimeOrder("created_at", "external_id", is_oldest_first=True)
DUE_ORDER = TimeOrder("next_due_at", "external_id", is_oldest_first=True)
ID_INDEX = "tenant_id_external_id"
DATE_INDEX = "tenant_id_is_deleted_created_at_external_id"
CUSTOMER_INDEX = "tenant_id_is_deleted_customer_id_created_at_external_id_urgency_sentiment_status_source"
FACET_INDEX = "tenant_id_is_deleted_" + "_".join(Facets._fields) + "_created_at_external_id"
WORDS_INDEX = "tenant_id_words_created_at_external_id_compressed"
CORRECTION_INDEX = "tenant_id_correction.at"
BATCH_INDEX = "tenant_id_correction.batch"
WAITING_INDEX = "tenant_id_unindexed_since"
DUE_INDEX = "tenant_id_is_deleted_next_due_at_external_id"
WAITING_FOR_INDEX = "tenant_id_is_deleted_waiting_for_created_at_external_id"
CLOCK_INDEX = "tenant_id_is_deleted_clocks.at"
URGENT_INDEX = "tenant_id_created_at_external_id"
TURN_INDEX = "tenant_id_is_deleted_turns"

MAX_RANGES = 150
"""Ranges of one index that are merged into one list. MongoDB merges at most 200."""


@dataclass(frozen=True, slots=True)
class IndexScan:
    """Part of a list, in the list's order. The scans of a list are disjoint.

    The index answers `bounds`; `residual` conditions are checked on the tickets that it finds.
    """

    bounds: Document
    index: str
    residual: tuple[Document, ...] = field(default=())

    @property
    def match(self) -> Document:
        return {"$and": [self.bounds, *self.residual]} if self.residual else self.bounds

    def with_residual(self, *conditions: Document) -> "IndexScan":
        added = tuple(each for each in conditions if each)
        return IndexScan(self.bounds, self.index, (*self.residual, *added))


def facet_ranges(counts: FacetCounts) -> Iterator[Document]:
    """The counted facets as matches of their index, each with at most `MAX_RANGES` combinations of values."""
    if not counts:
        return
    values = {
        name: sorted({facets[place] for facets in counts}, key=lambda value: (value is not None, value))
        for place, name in enumerate(Facets._fields)
    }
    if prod(map(len, values.values())) <= MAX_RANGES:
        yield {name: {"$in": given} for name, given in values.items()}
        return
    longest = max(values, key=lambda name: len(values[name]))
    lower_half = set(values[longest][: len(values[longest]) // 2])
    place = Facets._fields.index(longest)
    lower = {facets: count for facets, count in counts.items() if facets[place] in lower_half}
    upper = {facets: count for facets, count in counts.items() if facets[place] not in lower_half}
    yield from facet_ranges(FacetCounts(lower))
    yield from facet_ranges(FacetCounts(upper))
