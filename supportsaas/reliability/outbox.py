"""The outbox: notifications, written in the same transaction as the event they report.

An entry is inserted in the transaction that saves its ticket, so neither exists without the other. Its `_id` identifies
the event and the recipient, so writing the same event again adds nothing.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from pymongo import UpdateOne
from pymongo.client_session import ClientSession

from supportsaas.db import mongo
from supportsaas.db.mongo import Document

COLLECTION = "outbox"


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxEntry:
    """An event for one channel. `event` identifies it within the tenant, for example by ticket and version.

    `facts` is the content. With `expires_at`, the entry is deleted at that time, delivered or not.
    """

    tenant_id: str
    channel_id: str
    event: str
    facts: Document
    expires_at: datetime | None = None

    @property
    def key(self) -> str:
        name = f"{self.tenant_id}\0{self.event}\0{self.channel_id}"
        return hashlib.blake2b(name.encode(), digest_size=16).hexdigest()


def append_entries(entries: list[OutboxEntry], *, now: datetime, session: ClientSession) -> None:
    """Insert missing entries in the caller's transaction, all due at once."""
    if not entries:
        return
    mongo.collection(COLLECTION).bulk_write(
        [
            UpdateOne(
                {"_id": entry.key},
                {
                    "$setOnInsert": {
                        "tenant_id": entry.tenant_id,
                        "channel_id": entry.channel_id,
                        "facts": entry.facts,
                        "status": "waiting",
                        "created_at": now,
                        "due_at": now,
                        **({"expires_at": entry.expires_at} if entry.expires_at else {}),
                    }
                },
                upsert=True,
            )
            for entry in entries
        ],
        ordered=False,
        session=session,
    )
