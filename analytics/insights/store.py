"""What was found about tenants: one small document for each, and one query for all that a person may see."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from analytics.insights.findings import Insights, from_document, to_document
from supportsaas.db import mongo
from supportsaas.db.mongo import Document
from tenants.models import Tenant
from tickets.records.collection_names import INSIGHTS

LAYOUT: Final = 1
"""The version of the documents. Those of another version are counted again, and not shown until then."""


class InsightStore:
    def __init__(self, tenant: Tenant) -> None:
        if not isinstance(tenant, Tenant) or not tenant.slug:
            raise ValueError("An InsightStore needs a tenant.")
        self.tenant_id = tenant.slug

    def find(self) -> Insights | None:
        found = mongo.collection(INSIGHTS).find_one({"_id": self.tenant_id, "layout": LAYOUT})
        return from_document(self.tenant_id, found) if found else None

    def save(self, found: Insights, *, version: int | None) -> None:
        """Unless something newer is stored. `version`: of the tickets, read before they were counted."""
        document = {"layout": LAYOUT, "version": version, **to_document(found)}
        older = {"_id": self.tenant_id, "counted_at": {"$lt": found.counted_at}}
        if not mongo.collection(INSIGHTS).replace_one(older, document).matched_count:
            mongo.collection(INSIGHTS).update_one({"_id": self.tenant_id}, {"$setOnInsert": document}, upsert=True)


def find_insights(tenants: Sequence[Tenant]) -> dict[str, Insights]:
    """By the tenant's slug, of those that were looked at."""
    match = {"_id": {"$in": [each.slug for each in tenants]}, "layout": LAYOUT}
    return {each["_id"]: from_document(each["_id"], each) for each in mongo.collection(INSIGHTS).find(match)}


def find_worst_first(tenants: Sequence[Tenant]) -> list[Insights]:
    """Of all these tenants, the worst first, without those of which there is nothing to say: for the digest."""
    found = [each for each in find_insights(tenants).values() if each.level != "normal"]
    return sorted(found, key=lambda each: (each.rank, each.tenant_id))


def find_looks() -> dict[str, Document]:
    """When each tenant was looked at last, and at which version of its tickets."""
    found = mongo.collection(INSIGHTS).find({"layout": LAYOUT}, {"counted_at": 1, "version": 1})
    return {each["_id"]: each for each in found}


def counted_at(tenant_id: str) -> datetime | None:
    found = mongo.collection(INSIGHTS).find_one({"_id": tenant_id, "layout": LAYOUT}, {"counted_at": 1})
    return found["counted_at"] if found else None
