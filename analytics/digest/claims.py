"""One document per user, tenant and week: a digest is sent once, by the first worker that claims it.

A claim expires, so if a worker dies while it prepares a mail, another one takes over. Once a mail is handed to
the mail server, no other worker sends it: if it is unknown whether the server accepted it (the worker died, the
connection broke), it counts as sent. A missing digest is better than a duplicate.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from pymongo import ReturnDocument
from pymongo.errors import DuplicateKeyError

from supportsaas.db import mongo
from supportsaas.db.mongo import Document
from supportsaas.reliability.backoff import Backoff

COLLECTION = "digests"
LEASE = timedelta(minutes=5)
BACKOFF = Backoff.between(timedelta(minutes=5), timedelta(hours=4))
KEPT = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Claim:
    """The exclusive right to send a digest for `LEASE`; `attempt` distinguishes it from earlier claims."""

    key: str
    attempt: int


def take(user_id: str, slug: str, week: str, *, now: datetime) -> Claim | None:
    """The claim, or None if the digest is sent, being sent, or waiting for its next attempt."""
    key = f"{slug} {user_id} {week}"
    free = [{"status": "waiting", "next_at": {"$lte": now}}, {"status": "claimed", "lease_until": {"$lte": now}}]
    try:
        found = mongo.collection(COLLECTION).find_one_and_update(
            {"_id": key, "$or": free},
            {
                "$set": {"status": "claimed", "lease_until": now + LEASE},
                "$inc": {"attempts": 1},
                "$setOnInsert": {"tenant_id": slug, "user_id": user_id, "week": week, "expires_at": now + KEPT},
            },
            upsert=True,
            return_document=ReturnDocument.AFTER,
        )
    except DuplicateKeyError:
        return None
    return Claim(key, found["attempts"]) if found else None


def begin_sending(claim: Claim, *, now: datetime) -> bool:
    """From here on no other worker sends it. False if another one has the claim by now."""
    return _move(claim, "claimed", {"status": "sending", "sending_at": now})


def note_sent(claim: Claim, *, now: datetime) -> None:
    _move(claim, "sending", {"status": "sent", "sent_at": now})


def note_unknown(claim: Claim, *, error: str) -> None:
    """The server may have accepted it, so it is not sent again."""
    _move(claim, "sending", {"status": "unknown", "error": error})


def note_failed(claim: Claim, *, error: str, now: datetime) -> None:
    """The server did not accept it: retried after a pause that doubles each time."""
    values = {"status": "waiting", "next_at": now + BACKOFF.pause(claim.attempt), "error": error}
    _move(claim, "sending", values)


def find_last(user_id: str, slug: str) -> Document | None:
    """The user's newest digest of the tenant and its status."""
    return mongo.collection(COLLECTION).find_one({"tenant_id": slug, "user_id": user_id}, sort=[("week", -1)])


def _move(claim: Claim, status: str, values: Document) -> bool:
    mine = {"_id": claim.key, "status": status, "attempts": claim.attempt}
    return mongo.collection(COLLECTION).update_one(mine, {"$set": values}).matched_count == 1
