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
    """`cursor`: everything that changed at the source before it is in. `last_full_at`: the last whole read.

    `mapping`: by which settings all that was read; empty in what an older version stored.
    """

    cursor: datetime | None = None
    last_full_at: datetime | None = None
    mapping: str = ""

    def since(self, *, now: datetime, mapping: str = "") -> datetime | None:
        """From when to read only changes, or None for a whole read, as after a change of the mapping.

        With an overlap, because changes of the same second, or committed late, would be lost.
        """
        if self.cursor is None or self.last_full_at is None or now - self.last_full_at >= FULL_READ_EVERY:
            return None
        return self.cursor - OVERLAP if self.mapping in ("", mapping) else None


def find_state(tenant: Tenant) -> SyncState:
    found = mongo.collection(COLLECTION).find_one({"_id": tenant.slug}) or {}
    return SyncState(
        cursor=found.get("cursor"), last_full_at=found.get("last_full_at"), mapping=found.get("mapping", "")
    )


def save_state(tenant: Tenant, *, cursor: datetime | None, full_read_at: datetime | None, mapping: str = "") -> None:
    """After a complete run: the cursor moves forward and never back, unless it is of another mapping."""
    states = mongo.collection(COLLECTION)
    if mapping:
        states.delete_one({"_id": tenant.slug, "mapping": {"$nin": [mapping, "", None]}})
    values: mongo.Document = {"mapping": mapping} if mapping else {}
    if full_read_at is not None:
        values["last_full_at"] = full_read_at
    update: mongo.Document = {"$set": values} if values else {}
    if cursor is not None:
        update["$max"] = {"cursor": cursor}
    if update:
        states.update_one({"_id": tenant.slug}, update, upsert=True)


def forget_state(tenant: Tenant) -> None:
    """The source has changed: the next run reads everything."""
    mongo.collection(COLLECTION).delete_one({"_id": tenant.slug})
    jobs.forget_reading(tenant)
