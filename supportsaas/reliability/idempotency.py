"""Do the work of a request once, however often it is sent: the promise of an `Idempotency-Key`.

A key belongs to a caller and identifies one request. The outcome is stored in the same transaction as the work, so the
work is never done without the key being known. Of two requests at the same time, in two processes, one does the work
and the other gets its outcome.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from pymongo.client_session import ClientSession
from pymongo.errors import DuplicateKeyError

from supportsaas import clock
from supportsaas.clock import Clock
from supportsaas.db import mongo
from supportsaas.db.mongo import Document

COLLECTION = "idempotency_keys"
KEPT = timedelta(hours=24)


class KeyReused(Exception):
    """The key was already used for a different request."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of the work, and whether it was done earlier."""

    values: Document
    is_replayed: bool


class Once:
    """The request `request` that `caller` sent with `key`."""

    def __init__(self, *, caller: str, key: str, request: str, clock: Clock = clock.now) -> None:
        self._id = hashlib.sha256(f"{caller}\n{key}".encode("utf-8", "replace")).hexdigest()
        self._request = request
        self._clock = clock

    def find(self) -> Outcome | None:
        """The outcome, if the request was sent within a day. Raises `KeyReused`."""
        kept = mongo.collection(COLLECTION).find_one({"_id": self._id})
        if kept is None:
            return None
        if kept["expires_at"] <= self._clock():  # MongoDB deletes it within a minute
            mongo.collection(COLLECTION).delete_one({"_id": self._id, "expires_at": kept["expires_at"]})
            return None
        if kept["request"] != self._request:
            raise KeyReused
        return Outcome(kept["outcome"], is_replayed=True)

    def run(self, work: Callable[[ClientSession], Document]) -> Outcome:
        """Do `work(session)` and store its outcome in one transaction, or return the earlier outcome.

        Raises `KeyReused` and what `work` raises. In that case nothing is stored, and the next request tries again.
        """

        def both(session: ClientSession) -> Document:
            self._insert({}, session)  # first, so that only one of two requests with the same key does the work
            outcome = work(session)
            mongo.collection(COLLECTION).update_one({"_id": self._id}, {"$set": {"outcome": outcome}}, session=session)
            return outcome

        while True:
            if (found := self.find()) is not None:
                return found
            try:
                return Outcome(mongo.in_transaction(both), is_replayed=False)
            except _Taken:
                continue

    def keep(self, outcome: Document) -> Outcome:
        """Store an outcome that needed no work, unless one is stored already."""
        try:
            self._insert(outcome, None)
        except _Taken:
            return self.find() or Outcome(outcome, is_replayed=False)
        return Outcome(outcome, is_replayed=False)

    def _insert(self, outcome: Document, session: ClientSession | None) -> None:
        document = {
            "_id": self._id,
            "request": self._request,
            "outcome": outcome,
            "expires_at": self._clock() + KEPT,
        }
        try:
            mongo.collection(COLLECTION).insert_one(document, session=session)
        except DuplicateKeyError:
            raise _Taken from None


class _Taken(Exception):
    """Another process has stored the key."""
