"""ValueCountStore: how many live tickets of a tenant have each value of a dimension, such as the team.

The numbers come from the roll-ups, and from the tickets for the parts of a day at the ends of a period.
"""

from collections import Counter
from collections.abc import Sequence
from functools import cache
from typing import Final

from supportsaas import clock
from supportsaas.db import mongo
from tenants.models import Tenant
from tickets.records.collection_names import TICKETS
from tickets.records.dimensions import DIMENSIONS, Narrowing
from tickets.rollups.blocks import ALL_TIME, blocks_of
from tickets.rollups.differences import EVERYTHING
from tickets.rollups.view import RollupView, rollup_view
from tickets.rollups.writing import NUMBERS
from tickets.store.facet_counts import created_within, facets_of_cell
from tickets.store.facet_cube import facet_match, is_among
from tickets.store.filters import TicketFilter
from tickets.store.index_scans import DATE_INDEX

MOST_VALUES: Final = 200
"""Values of one dimension that are counted one by one."""

ValueCounts = Counter[str]
"""Values, and how many tickets have each."""


class ValueCountStore:
    """Counts nothing until there are roll-ups, which know the values."""

    def __init__(self, tenant: Tenant) -> None:
        if not isinstance(tenant, Tenant) or not tenant.slug:
            raise ValueError("A ValueCountStore needs a tenant.")
        self.tenant = tenant

    def find_all(self) -> dict[str, ValueCounts]:
        """The values of each dimension, of all tickets. Reads one document."""
        with rollup_view(self.tenant, now=clock.now()) as view:
            if not view.is_built:
                return {}
            fields = dict.fromkeys(DIMENSIONS, 1)
            match = view.keys.match_blocks([ALL_TIME], [EVERYTHING])
            stored = mongo.collection(NUMBERS).find_one(match, fields, session=view.session) or {}
            return {
                name: Counter(
                    {view.values[name][int(code)]: number for code, number in stored[name].items() if number > 0}
                )
                for name in DIMENSIONS
                if name in stored
            }

    def find(self, names: Sequence[str], wanted: TicketFilter) -> dict[str, ValueCounts]:
        """The values of these dimensions, of the tickets that meet the filter's conditions on facets and dates.

        Without dimensions of which no numbers by facets are stored.
        """
        with rollup_view(self.tenant, now=clock.now()) as view:
            present = [name for name in names if name in view.sliced_fields and view.values.get(name)]
            return {name: _count(view, name, wanted) for name in present}


def _count(view: RollupView, name: str, wanted: TicketFilter) -> ValueCounts:
    values = view.values[name][:MOST_VALUES]
    if wanted.created_from is None and wanted.created_to is None:
        return _add_up_cells(view, [ALL_TIME], name, values, wanted)
    period = view.clipped(wanted.created_from, wanted.created_to)
    if period is None:
        return Counter()
    pieces = view.cut(period, Narrowing(name, values))
    blocks = [block.key for days in pieces.days for block in blocks_of(days)]
    found = _add_up_cells(view, blocks, name, values, wanted) if blocks else Counter()
    for each in pieces.raw:
        match = {
            "tenant_id": view.tenant_id,
            "is_deleted": False,
            **facet_match(wanted),
            **created_within(each.start, each.end),
            name: {"$in": list(values)},
        }
        group = {"$group": {"_id": f"${name}", "count": {"$sum": 1}}}
        rows = mongo.collection(TICKETS).aggregate([{"$match": match}, group], hint=DATE_INDEX, session=view.session)
        found.update({row["_id"]: row["count"] for row in rows})
    return found


def _add_up_cells(
    view: RollupView, blocks: Sequence[str], name: str, values: Sequence[str], wanted: TicketFilter
) -> ValueCounts:
    """What these blocks have of each value.

    Whether a cell meets the filter is decided here once for each cell. That takes MongoDB twice as long, for each
    document again.
    """
    slices = view.slices_of(Narrowing(name, tuple(values)))
    by_slice = dict(zip(slices, values, strict=True))
    is_wanted = cache(lambda key: is_among(facets_of_cell(view, key), wanted))
    found: ValueCounts = Counter()
    match = view.keys.match_blocks(blocks, slices)
    for each in mongo.collection(NUMBERS).find(match, {"_id": 0, "slice": 1, "cells": 1}, session=view.session):
        cells = each.get("cells", {})
        found[by_slice[each["slice"]]] += sum(number for key, number in cells.items() if is_wanted(key))
    return found
