"""One document per e-mail: it is sent once, by the first worker that claims it.

A claim expires, so if a worker dies while it prepares a mail, another one takes over. Once a mail is handed to
the mail server, no other worker sends it: if it is unknown whether the server accepted it (the worker died, the
connection broke), it counts as sent. A missing mail is better than a duplicate.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pymongo import ReturnDocument
from pymongo.errors import DuplicateKeyError

from supportsaas.db import mongo
from supportsaas.db.mongo import Document
from supportsaas.reliability.backoff import Backoff

LEASE = timedelta(minutes=5)
BACKOFF = Backoff.between(timedelta(minutes=5), timedelta(hours=4))


@dataclass(frozen=True, slots=True)
class Claim:
    """The exclusive right to send a mail for `LEASE`; `attempt` distinguishes it from earlier claims."""

    key: str
    attempt: int
    document: Document


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """The mails of a collection. `removed_after`: fields that a mail does not need any more once it has left."""

    collection: str
    removed_after: Sequence[str] = ()

    def take(self, key: str, *, now: datetime, if_new: Document | None = None) -> Claim | None:
        """The claim, or None if the mail is sent, being sent, or waiting for its next attempt.

        `if_new` are the fields of a mail that has no document yet. Without them, such a mail is not claimed.
        """
        free = [{"status": "waiting", "next_at": {"$lte": now}}, {"status": "claimed", "lease_until": {"$lte": now}}]
        change: Document = {"$set": {"status": "claimed", "lease_until": now + LEASE}, "$inc": {"attempts": 1}}
        try:
            found = mongo.collection(self.collection).find_one_and_update(
                {"_id": key, "$or": free},
                {**change, "$setOnInsert": if_new} if if_new else change,
                upsert=if_new is not None,
                return_document=ReturnDocument.AFTER,
            )
        except DuplicateKeyError:
            return None
        return Claim(key, found["attempts"], found) if found else None

    def begin_sending(self, claim: Claim, *, now: datetime) -> bool:
        """From here on no other worker sends it. False if another one has the claim by now."""
        return self._move(claim, "claimed", {"status": "sending", "sending_at": now})

    def note_sent(self, claim: Claim, *, now: datetime) -> None:
        self._move(claim, "sending", {"status": "sent", "sent_at": now}, has_left=True)

    def note_unknown(self, claim: Claim, *, error: str) -> None:
        """The server may have accepted it, so it is not sent again."""
        self._move(claim, "sending", {"status": "unknown", "error": error}, has_left=True)

    def note_failed(self, claim: Claim, *, error: str, now: datetime) -> None:
        """The server did not accept it: retried after a pause that doubles each time."""
        values = {"status": "waiting", "next_at": now + BACKOFF.pause(claim.attempt), "error": error}
        self._move(claim, "sending", values)

    def note_dropped(self, claim: Claim, *, error: str) -> None:
        """It is not sent at all."""
        self._move(claim, "claimed", {"status": "dropped", "error": error}, has_left=True)

    def _move(self, claim: Claim, status: str, values: Document, *, has_left: bool = False) -> bool:
        mine = {"_id": claim.key, "status": status, "attempts": claim.attempt}
        change: Document = {"$set": values}
        if has_left and self.removed_after:
            change["$unset"] = dict.fromkeys(self.removed_after, "")
        return mongo.collection(self.collection).update_one(mine, change).matched_count == 1
