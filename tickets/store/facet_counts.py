"""FacetCountStore: how many live tickets of a tenant have which facets, over a period or over all time.

The numbers come from the roll-ups, and from the tickets for the parts of an hour at the ends of a period.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from supportsaas import clock
from supportsaas.bounded_cache import BoundedCache
from supportsaas.db import mongo
from supportsaas.db.mongo import Document, Pipeline
from tenants.models import Tenant
from tickets.records.collection_names import TICKETS
from tickets.records.dimensions import ALL_TICKETS, Narrowing
from tickets.records.facets import FacetCounts, Facets
from tickets.records.period import Period
from tickets.rollups.blocks import ALL_TIME, blocks_of, hour_keys
from tickets.rollups.differences import verdict_of
from tickets.rollups.view import RollupView, rollup_view
from tickets.rollups.writing import NUMBERS
from tickets.store.index_scans import DATE_INDEX, FACET_INDEX

FACET_COUNTS: BoundedCache[FacetCounts] = BoundedCache(most_bytes=8 * 1024 * 1024)
"""Those of this process. Their keys have the version of the tenant's tickets, so none is ever outdated. A list counts
nothing while its tenant's tickets stay the same, which saves it a tenth of its time.
"""

_FACETS = {name: f"${name}" for name in Facets._fields}


class FacetCountStore:
    def __init__(self, tenant: Tenant) -> None:
        if not isinstance(tenant, Tenant) or not tenant.slug:
            raise ValueError("A FacetCountStore needs a tenant.")
        self.tenant = tenant

    def find_counts(
        self, start: datetime | None = None, end: datetime | None = None, *, narrowed: Narrowing = ALL_TICKETS
    ) -> FacetCounts:
        """The live tickets created in the half-open period, by facets. All of it is read from one snapshot."""
        with rollup_view(self.tenant, now=clock.now()) as view:
            if view.version is None:
                return _count(view, start, end, narrowed)
            key = (view.tenant_id, view.version, start, end, narrowed)
            found = FACET_COUNTS.find(key)
            if found is None:
                found = _count(view, start, end, narrowed)
                FACET_COUNTS.keep(key, found)
            return found.copy()


def _count(view: RollupView, start: datetime | None, end: datetime | None, narrowed: Narrowing) -> FacetCounts:
    view = view.of(narrowed)
    if not view.is_built:
        return _count_tickets(view, {**created_within(start, end), **narrowed.condition})
    if start is None and end is None:
        return _read_cells(view, [ALL_TIME], narrowed)
    period = view.clipped(start, end)
    return _count_period(view, period, narrowed) if period else Counter()


def _count_period(view: RollupView, period: Period, narrowed: Narrowing) -> FacetCounts:
    pieces = view.cut(period, narrowed)
    blocks = [block.key for days in pieces.days for block in blocks_of(days)]
    found = _read_cells(view, [*blocks, *hour_keys(pieces.hours, view.zone)], narrowed)
    for each in pieces.raw:
        found.update(_count_tickets(view, {**created_within(each.start, each.end), **narrowed.condition}))
    return found


def _read_cells(view: RollupView, blocks: Sequence[str], narrowed: Narrowing) -> FacetCounts:
    """What these blocks have for each combination of facets."""
    match = view.keys.match_blocks(blocks, view.slices_of(narrowed))
    cells: Counter[str] = Counter()
    for each in mongo.collection(NUMBERS).find(match, {"_id": 0, "cells": 1}, session=view.session):
        cells.update(each.get("cells", {}))
    found: FacetCounts = Counter()
    for key, count in cells.items():
        if count > 0:
            found[facets_of_cell(view, key)] = count
    return found


def facets_of_cell(view: RollupView, key: str) -> Facets:
    """The facets that the key of a stored cell stands for."""
    status, source, verdict = map(int, key.split())
    urgency, sentiment, requires_action = verdict_of(verdict)
    return Facets(view.values["status"][status], urgency, sentiment, view.values["source"][source], requires_action)


def _count_tickets(view: RollupView, condition: Document) -> FacetCounts:
    # Without the hint MongoDB walks through all facets of its index for the few tickets of an hour.
    index = DATE_INDEX if condition else FACET_INDEX
    match = {"tenant_id": view.tenant_id, "is_deleted": False, **condition}
    pipeline = [{"$match": match}, *group_by_facets()]
    return read_facet_counts(mongo.collection(TICKETS).aggregate(pipeline, hint=index, session=view.session))


def created_within(start: datetime | None, end: datetime | None) -> Document:
    """The match of a half-open period. A bound that is None is open."""
    bounds = {operator: moment for operator, moment in (("$gte", start), ("$lt", end)) if moment is not None}
    return {"created_at": bounds} if bounds else {}


def group_by_facets() -> Pipeline:
    return [{"$group": {"_id": _FACETS, "count": {"$sum": 1}}}]


def read_facet_counts(rows: Iterable[Mapping[str, Any]]) -> FacetCounts:
    """The result of `group_by_facets`."""
    return Counter({Facets.of(row["_id"]): row["count"] for row in rows})
