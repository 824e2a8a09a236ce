"""Which customers a person watches. The person's weekly digest says which of them got worse."""

from collections.abc import Collection
from contextlib import suppress
from datetime import datetime
from typing import Final

from pymongo.errors import DuplicateKeyError

from supportsaas.db import mongo
from supportsaas.db.mongo import Document
from supportsaas.web.rejected import Rejected
from tenants.models import Tenant, User

COLLECTION: Final = "customer_watches"
MOST_WATCHED: Final = 200


class WatchStore:
    """The customers of one tenant that one person watches."""

    def __init__(self, tenant: Tenant, user: User) -> None:
        if not isinstance(tenant, Tenant) or not tenant.slug:
            raise ValueError("A WatchStore needs a tenant.")
        self.tenant_id = tenant.slug
        self._user_id = str(user.pk)
        self._mine: Document = {"tenant_id": tenant.slug, "user_id": self._user_id}
        self._watches = mongo.collection(COLLECTION)

    def find_watched(self) -> tuple[str, ...]:
        """The ids of the customers, those that were watched last first."""
        found = self._watches.find(self._mine, {"customer_id": 1}).sort("since", -1).limit(MOST_WATCHED)
        return tuple(each["customer_id"] for each in found)

    def find_watched_of(self, customer_ids: Collection[str]) -> frozenset[str]:
        """Those of the customers that the person watches."""
        keys = [self._key(each) for each in customer_ids]
        found = self._watches.find({"_id": {"$in": keys}, **self._mine}, {"customer_id": 1})
        return frozenset(each["customer_id"] for each in found)

    def watch(self, customer_id: str, *, now: datetime) -> None:
        """Watching twice changes nothing more. Raises `Rejected` at the limit."""
        if self.find_watched_of([customer_id]):
            return
        if self._watches.count_documents(self._mine, limit=MOST_WATCHED) >= MOST_WATCHED:
            raise Rejected(f"You watch {MOST_WATCHED} customers, which is the limit. Stop watching one first.")
        watch = {"_id": self._key(customer_id), **self._mine, "customer_id": customer_id, "since": now}
        with suppress(DuplicateKeyError):  # the same click, sent twice
            self._watches.insert_one(watch)

    def stop(self, customer_id: str) -> None:
        self._watches.delete_one({"_id": self._key(customer_id), **self._mine})

    def _key(self, customer_id: str) -> str:
        return f"{self.tenant_id}|{self._user_id}|{customer_id}"


def forget_customer(tenant: Tenant, customer_id: str) -> None:
    """After an erasure: nobody watches the customer any more."""
    mongo.collection(COLLECTION).delete_many({"tenant_id": tenant.slug, "customer_id": customer_id})
