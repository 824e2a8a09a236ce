"""What a tenant's ingestion remembers from one run to the next."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from supportsaas import mongo
from tenants.models import Tenant
from tickets import jobs

COLLECTION = "sync_state"
OVERLAP = timedelta(minutes=5)
FULL_READ_EVERY = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class SyncState:
    """`cursor`: everything that changed at the source before it is in. `last_full_at`: the last whole read."""

    cursor: datetime | None = None
    last_full_at: datetime | None = None

    def since(self, *, now: datetime) -> datetime | None:
        """From when to read only changes, or None for a whole read.

        With an overlap, because changes of the same second, or committed late, would be lost.
        """
        if self.cursor is None or self.last_full_at is None or now - self.last_full_at >= FULL_READ_EVERY:
            return None
        return self.cursor - OVERLAP


def find_state(tenant: Tenant) -> SyncState:
    found = mongo.collection(COLLECTION).find_one({"_id": tenant.slug}) or {}
    return SyncState(cursor=found.get("cursor"), last_full_at=found.get("last_full_at"))


def save_state(tenant: Tenant, *, cursor: datetime | None, full_read_at: datetime | None) -> None:
    """After a complete run: the cursor moves forward and never back."""
    update: mongo.Document = {}
    if cursor is not None:
        update["$max"] = {"cursor": cursor}
    if full_read_at is not None:
        update["$set"] = {"last_full_at": full_read_at}
    if update:
        mongo.collection(COLLECTION).update_one({"_id": tenant.slug}, update, upsert=True)


def forget_state(tenant: Tenant) -> None:
    """The source has changed: the next run reads everything."""
    mongo.collection(COLLECTION).delete_one({"_id": tenant.slug})
    jobs.forget_reading(tenant)
