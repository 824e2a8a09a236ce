"""A tenant's customers: how many tickets each has, and how many are open, urgent or negative."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from supportsaas import clock
from supportsaas.db import mongo
from supportsaas.db.mongo import Document, Pipeline
from tenants.models import Tenant
from tickets.records.collection_names import TICKETS
from tickets.records.normalize import NO_CUSTOMER
from tickets.records.statuses import IS_OPEN
from tickets.rollups.view import RollupView, rollup_view
from tickets.rollups.writing import CUSTOMERS, FEWEST_TICKETS
from tickets.store.counters import CUSTOMER_COUNTERS, IS_HIGH, count_where

MAX_CUSTOMERS = 100


@dataclass(frozen=True, slots=True)
class Customer:
    customer_id: str
    total: int
    open: int
    high: int
    negative: int
    newest_at: datetime


def find_customers(tenant: Tenant, *, search: str = "", limit: int = MAX_CUSTOMERS) -> list[Customer]:
    """The customers with the most tickets, of those whose ID contains `search`."""
    with rollup_view(tenant, now=clock.now()) as view:
        if not view.is_built:
            rows = mongo.collection(TICKETS).aggregate(
                _count_pipeline(tenant.slug, search=search, limit=limit), session=view.session
            )
            return [_customer(row) for row in rows]
        first = list(_first_customers(view, search=search, limit=limit, fewest=FEWEST_TICKETS))
        if len(first) < limit:  # those with fewer tickets are not in the index
            first = list(_first_customers(view, search=search, limit=limit, fewest=1))
        return [_customer(row) for row in first]


def _first_customers(view: RollupView, *, search: str, limit: int, fewest: int) -> Iterator[Document]:
    named: Document = {"customer_id": _contains(search)} if search else {}
    pipeline: Pipeline = [
        {"$match": {**view.keys.match, "total": {"$gte": fewest}, **named}},
        {"$sort": {"total": -1, "customer_id": 1}},
        {"$limit": limit},
        {
            "$lookup": {
                "from": TICKETS,
                "localField": "customer_id",
                "foreignField": "customer_id",
                "pipeline": [
                    {"$match": {"tenant_id": view.tenant_id, "is_deleted": False}},
                    {"$sort": {"created_at": -1, "external_id": -1}},
                    {"$limit": 1},
                    {"$project": {"_id": 0, "created_at": 1}},
                ],
                "as": "newest",
            }
        },
        {"$set": {"_id": "$customer_id", "newest_at": {"$first": "$newest.created_at"}}},
    ]
    yield from mongo.collection(CUSTOMERS).aggregate(pipeline, session=view.session)


def find_customer(tenant: Tenant, customer_id: str) -> Customer | None:
    """One customer's numbers, or None if they have no live tickets."""
    rows = mongo.collection(TICKETS).aggregate(
        [
            {"$match": {"tenant_id": tenant.slug, "is_deleted": False, "customer_id": customer_id}},
            {"$group": {"_id": "$customer_id", **_COUNTS}},
        ]
    )
    row = next(rows, None)
    return _customer(row) if row else None


def count_open_tickets(tenant: Tenant, customer_ids: Sequence[str]) -> dict[str, tuple[int, int]]:
    """Of each of these customers: how many open tickets, and how many of them are of high urgency."""
    if not customer_ids:
        return {}
    mine = {"tenant_id": tenant.slug, "is_deleted": False, "customer_id": {"$in": list(customer_ids)}}
    high = count_where({"$and": [IS_OPEN, IS_HIGH]})
    rows = mongo.collection(TICKETS).aggregate(
        [
            {"$match": mine},
            {"$group": {"_id": "$customer_id", "open": count_where(IS_OPEN), "high": high}},
        ]
    )
    return {row["_id"]: (row["open"], row["high"]) for row in rows}


def _count_pipeline(tenant_id: str, *, search: str, limit: int) -> Pipeline:
    """Where there are no roll-ups yet, from the index of customers."""
    named: Document = {"$gt": NO_CUSTOMER, **(_contains(search) if search else {})}
    return [
        {"$match": {"tenant_id": tenant_id, "is_deleted": False, "customer_id": named}},
        {"$group": {"_id": "$customer_id", **_COUNTS}},
        {"$sort": {"total": -1, "_id": 1}},
        {"$limit": limit},
    ]


def _contains(search: str) -> Document:
    return {"$regex": re.escape(search), "$options": "i"}


_COUNTS: Document = {**CUSTOMER_COUNTERS, "newest_at": {"$max": "$created_at"}}


def _customer(row: Document) -> Customer:
    return Customer(
        customer_id=row["_id"],
        total=row["total"],
        open=row.get("open", 0),
        high=row.get("high", 0),
        negative=row.get("negative", 0),
        newest_at=row["newest_at"],
    )
