"""A tenant's customers: how many tickets each has, and how many are open, urgent or negative."""

import re
from dataclasses import dataclass
from datetime import datetime

from supportsaas.db import mongo
from supportsaas.db.mongo import Pipeline
from tenants.models import Tenant
from tickets.records.normalize import NO_CUSTOMER
from tickets.store.collection_names import TICKETS
from tickets.store.counters import CUSTOMER_COUNTERS

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
    pipeline = customers_pipeline(tenant.slug, search=search, limit=limit)
    return [_customer(row) for row in mongo.collection(TICKETS).aggregate(pipeline)]


def find_customer(tenant: Tenant, customer_id: str) -> Customer | None:
    """One customer's numbers, or None if they have no live tickets."""
    rows = mongo.collection(TICKETS).aggregate(
        [
            {"$match": {"tenant_id": tenant.slug, "is_deleted": False, "customer_id": customer_id}},
            {"$group": {"_id": "$customer_id", **_COUNTS}},
        ]
    )
    row = next(rows, None)
    return _customer({**row, "counts": row}) if row else None


def customers_pipeline(tenant_id: str, *, search: str, limit: int) -> Pipeline:
    """Counts tickets in the index of customers, then reads the tickets of the top customers only."""
    named: mongo.Document = {"$gt": NO_CUSTOMER}
    if search:
        named |= {"$regex": re.escape(search), "$options": "i"}
    return [
        {"$match": {"tenant_id": tenant_id, "is_deleted": False, "customer_id": named}},
        {"$group": {"_id": "$customer_id", "total": {"$sum": 1}}},
        {"$sort": {"total": -1, "_id": 1}},
        {"$limit": limit},
        {
            "$lookup": {
                "from": TICKETS,
                "localField": "_id",
                "foreignField": "customer_id",
                "pipeline": [
                    {"$match": {"tenant_id": tenant_id, "is_deleted": False}},
                    {"$group": {"_id": None, **_COUNTS}},
                ],
                "as": "counts",
            }
        },
        {"$set": {"counts": {"$first": "$counts"}}},
    ]


_COUNTS: mongo.Document = {**CUSTOMER_COUNTERS, "newest_at": {"$max": "$created_at"}}


def _customer(row: mongo.Document) -> Customer:
    counts = row["counts"]
    return Customer(
        customer_id=row["_id"],
        total=row["total"],
        open=counts["open"],
        high=counts["high"],
        negative=counts["negative"],
        newest_at=counts["newest_at"],
    )
