"""FacetCountStore: how many live tickets of a tenant have which facets, over a period or over all time.

The numbers come from the roll-ups, and from the tickets for the parts of an hour at the ends of a period.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from supportsaas import clock
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
            if not view.is_built:
                return _count_tickets(view, {**_created(start, end), **narrowed.condition})
            if start is None and end is None:
                return _read_cells(view, [ALL_TIME], narrowed)
            period = view.clipped(start, end)
            return _count_period(view, period, narrowed) if period else Counter()


def _count_period(view: RollupView, period: Period, narrowed: Narrowing) -> FacetCounts:
    pieces = view.cut(period, narrowed)
    blocks = [block.key for days in pieces.days for block in blocks_of(days)]
    found = _read_cells(view, [*blocks, *hour_keys(pieces.hours, view.zone)], narrowed)
    for each in pieces.raw:
        found.update(_count_tickets(view, {**_created(each.start, each.end), **narrowed.condition}))
    return found


def _read_cells(view: RollupView, blocks: Sequence[str], narrowed: Narrowing) -> FacetCounts:
    """What these blocks have for each combination of facets."""
    pipeline: Pipeline = [
        {"$match": view.keys.match_blocks(blocks, view.slices_of(narrowed))},
        {"$project": {"_id": 0, "cell": {"$objectToArray": "$cells"}}},
        {"$unwind": "$cell"},
        {"$group": {"_id": "$cell.k", "count": {"$sum": "$cell.v"}}},
    ]
    found: FacetCounts = Counter()
    for row in mongo.collection(NUMBERS).aggregate(pipeline, session=view.session):
        status, source, verdict = map(int, row["_id"].split())
        urgency, sentiment, requires_action = verdict_of(verdict)
        facets = Facets(
            view.values["status"][status], urgency, sentiment, view.values["source"][source], requires_action
        )
        found[facets] = row["count"]
    return +found


def _count_tickets(view: RollupView, condition: Document) -> FacetCounts:
    # Without the hint MongoDB walks through all facets of its index for the few tickets of an hour.
    index = DATE_INDEX if condition else FACET_INDEX
    match = {"tenant_id": view.tenant_id, "is_deleted": False, **condition}
    pipeline = [{"$match": match}, *group_by_facets()]
    return read_facet_counts(mongo.collection(TICKETS).aggregate(pipeline, hint=index, session=view.session))


def _created(start: datetime | None, end: datetime | None) -> Document:
    bounds = {operator: moment for operator, moment in (("$gte", start), ("$lt", end)) if moment is not None}
    return {"created_at": bounds} if bounds else {}


def group_by_facets() -> Pipeline:
    return [{"$group": {"_id": _FACETS, "count": {"$sum": 1}}}]


def read_facet_counts(rows: Iterable[Mapping[str, Any]]) -> FacetCounts:
    """The result of `group_by_facets`."""
    return Counter({Facets.of(row["_id"]): row["count"] for row in rows})
