"""The outbox: messages to the outside, written together with what they tell of.

An entry is inserted in the transaction that saves its ticket, so there is never one without
the other. Its `_id` says which event it is; writing the same event again adds nothing.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from pymongo import UpdateOne
from pymongo.client_session import ClientSession

from supportsaas import mongo

COLLECTION = "outbox"


@dataclass(frozen=True, slots=True)
class OutboxEntry:
    """One notification: `event` names it among all of the tenant's, for instance ticket and version."""

    tenant_id: str
    event: str
    ticket_id: str
    urgency: str
    reason: str

    @property
    def key(self) -> str:
        return hashlib.blake2b(f"{self.tenant_id}\0{self.event}".encode(), digest_size=16).hexdigest()


def append_entries(entries: list[OutboxEntry], *, now: datetime, session: ClientSession) -> None:
    """Insert the entries that are not there yet, in the caller's transaction."""
    if not entries:
        return
    mongo.collection(COLLECTION).bulk_write(
        [
            UpdateOne(
                {"_id": entry.key},
                {
                    "$setOnInsert": {
                        "tenant_id": entry.tenant_id,
                        "ticket_id": entry.ticket_id,
                        "urgency": entry.urgency,
                        "reason": entry.reason,
                        "status": "pending",
                        "attempts": 0,
                        "created_at": now,
                    }
                },
                upsert=True,
            )
            for entry in entries
        ],
        ordered=False,
        session=session,
    )


def count_entries(tenant_id: str, *, status: str = "pending") -> int:
    return mongo.collection(COLLECTION).count_documents({"tenant_id": tenant_id, "status": status})
