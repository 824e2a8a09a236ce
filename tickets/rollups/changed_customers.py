"""Customers whose tickets have changed, for those who keep something about customers up to date in the background.

The transaction that writes tickets leaves one document that names their customers. Whoever has brought them up to date
removes it. So none is forgotten, whatever process dies, and a write costs one insert more.
"""

from collections.abc import Iterable
from typing import Final

from bson import ObjectId
from pymongo.client_session import ClientSession

from supportsaas.db import mongo
from tickets.rollups.differences import Row

COLLECTION: Final = "customer_changes"

COUNTED_WITH_CUSTOMERS: Final = ("customer_name", "keywords")
"""Fields of a ticket that no number depends on, but what is kept about its customer does."""


def note_changed(tenant_id: str, rows: Iterable[Row], *, session: ClientSession) -> None:
    customers = sorted({row.ticket["customer_id"] for row in rows if row.ticket["customer_id"]})
    if customers:
        change = {"_id": ObjectId(), "tenant_id": tenant_id, "customers": customers}
        mongo.collection(COLLECTION).insert_one(change, session=session)


def find_changed(tenant_id: str, *, limit: int) -> tuple[list[ObjectId], list[str]]:
    """The oldest changes that are left: their keys, and the ids of their customers."""
    found = mongo.collection(COLLECTION).find({"tenant_id": tenant_id}).sort("_id", 1).limit(limit).to_list()
    return [each["_id"] for each in found], sorted({name for each in found for name in each["customers"]})


def find_tenants_with_changes() -> set[str]:
    return set(mongo.collection(COLLECTION).distinct("tenant_id"))


def remove_changed(tenant_id: str, keys: list[ObjectId]) -> None:
    mongo.collection(COLLECTION).delete_many({"_id": {"$in": keys}, "tenant_id": tenant_id})


def forget_customer(tenant_id: str, customer_id: str) -> None:
    """After an erasure: nobody has to look at the customer any more."""
    named = {"tenant_id": tenant_id, "customers": customer_id}
    mongo.collection(COLLECTION).update_many(named, {"$pull": {"customers": customer_id}})
