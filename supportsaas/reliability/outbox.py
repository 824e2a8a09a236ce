"""The outbox: news for the outside, written together with what it tells of.

An entry is inserted in the transaction that saves its ticket, so there is never one without the
other. Its `_id` says which event it is and for whom; writing the same event again adds nothing.
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
    """An event for one channel: `event` names it among all of the tenant's, for instance ticket and version.

    `facts` is what there is to tell. With `expires_at` it is erased by then, delivered or not.
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
    """Insert the entries that are not there yet, in the caller's transaction; all are due at once."""
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
