"""The notes that mention a person, over the tenants that the person may see, and which of them are new to the person."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from supportsaas.db import mongo
from supportsaas.db.mongo import Document
from tenants.models import User
from tickets.notes.store import COLLECTION, Note, note_of

MOST_MENTIONS: Final = 100
MOST_COUNTED: Final = 99


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A note that mentions somebody. `is_new`: the person has not opened their mentions since."""

    tenant_id: str
    note: Note
    is_new: bool


def find_mentions(user: User, tenant_ids: Collection[str]) -> list[Mention]:
    """The newest first, of these tenants: those that the user may see now."""
    match = {"mentions": str(user.pk), "tenant_id": {"$in": list(tenant_ids)}, "deleted_at": None}
    found = mongo.collection(COLLECTION).find(match).sort([("created_at", -1), ("_id", -1)]).limit(MOST_MENTIONS)
    return [
        Mention(tenant_id=each["tenant_id"], note=note_of(each), is_new=str(user.pk) in each.get("unseen_by", ()))
        for each in found
    ]


def count_new(user_id: str, tenant_ids: Collection[str]) -> int:
    """How many mentions of a person, in these tenants, are new. Up to a limit."""
    return mongo.collection(COLLECTION).count_documents(_new(user_id, tenant_ids), limit=MOST_COUNTED)


def mark_seen(user: User, tenant_ids: Collection[str]) -> None:
    """Safe to repeat."""
    mongo.collection(COLLECTION).update_many(_new(str(user.pk), tenant_ids), {"$pull": {"unseen_by": str(user.pk)}})


def _new(user_id: str, tenant_ids: Collection[str]) -> Document:
    return {"unseen_by": user_id, "tenant_id": {"$in": list(tenant_ids)}, "deleted_at": None}
