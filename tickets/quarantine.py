"""Records that could not become tickets, with the reason and the record itself, nothing lost."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pymongo import UpdateOne
from pymongo.client_session import ClientSession

from supportsaas import mongo
from supportsaas.mongo import Document
from tenants.models import Tenant

COLLECTION = "quarantine"
LONGEST_PAYLOAD = 200_000


@dataclass(frozen=True, slots=True)
class QuarantinedRecord:
    field: str
    reason: str
    payload: Any

    @property
    def external_id(self) -> str | None:
        found = self.payload.get("id") if isinstance(self.payload, dict) else None
        return str(found)[:200] if isinstance(found, str | int) else None

    def text(self) -> str:
        """The payload as JSON: whatever was in it fits into a string, and is never interpreted."""
        return json.dumps(self.payload, sort_keys=True, ensure_ascii=True, default=str)[:LONGEST_PAYLOAD]


def save_records(
    tenant: Tenant,
    records: Sequence[QuarantinedRecord],
    *,
    job_id: str,
    now: datetime,
    session: ClientSession | None = None,
) -> None:
    """Keep the records; one that was there already is counted again, not doubled."""
    if not records:
        return
    writes = []
    for record in records:
        text = record.text()
        key = hashlib.blake2b(f"{tenant.slug}\0{text}".encode(), digest_size=16).hexdigest()
        writes.append(
            UpdateOne(
                {"_id": key},
                {
                    "$setOnInsert": {"tenant_id": tenant.slug, "payload": text, "first_seen_at": now},
                    "$set": {
                        "external_id": record.external_id,
                        "field": record.field,
                        "reason": record.reason,
                        "last_seen_at": now,
                        "job_id": job_id,
                    },
                    "$inc": {"times_seen": 1},
                },
                upsert=True,
            )
        )
    mongo.collection(COLLECTION).bulk_write(writes, ordered=False, session=session)


def find_records(tenant: Tenant, *, limit: int = 50) -> list[Document]:
    """The newest ones first."""
    return list(mongo.collection(COLLECTION).find({"tenant_id": tenant.slug}).sort("last_seen_at", -1).limit(limit))


def count_records(tenant: Tenant) -> int:
    return mongo.collection(COLLECTION).count_documents({"tenant_id": tenant.slug})


def drop_recovered(tenant: Tenant, external_ids: Sequence[str]) -> int:
    """Take out records whose ticket has come in well by now; how many."""
    result = mongo.collection(COLLECTION).delete_many(
        {"tenant_id": tenant.slug, "external_id": {"$in": list(external_ids)}}
    )
    return result.deleted_count
