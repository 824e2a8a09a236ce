"""Doing something once however often it is asked for: what an `Idempotency-Key` promises.

A key belongs to its caller and stands for one request. The outcome is stored in the same transaction
as the work itself, so there is no moment at which the work is done and the key not known, and of two
that arrive together in two processes one does the work and the other finds its outcome.
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
    """The key stood for another request before."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the work came to, and whether it had been done before."""

    values: Document
    is_replayed: bool


class Once:
    """The request `request` of `caller` under `key`."""

    def __init__(self, *, caller: str, key: str, request: str, clock: Clock = clock.now) -> None:
        self._id = hashlib.sha256(f"{caller}\n{key}".encode("utf-8", "replace")).hexdigest()
        self._request = request
        self._clock = clock

    def find(self) -> Outcome | None:
        """What came of it, if it was asked for within a day; raises `KeyReused`."""
        kept = mongo.collection(COLLECTION).find_one({"_id": self._id})
        if kept is None:
            return None
        if kept["expires_at"] <= self._clock():  # MongoDB erases it within a minute
            mongo.collection(COLLECTION).delete_one({"_id": self._id, "expires_at": kept["expires_at"]})
            return None
        if kept["request"] != self._request:
            raise KeyReused
        return Outcome(kept["outcome"], is_replayed=True)

    def run(self, work: Callable[[ClientSession], Document]) -> Outcome:
        """Do `work(session)` and keep its outcome together, or find the outcome of before.

        Raises `KeyReused`, and what `work` raises: then nothing is kept, and the next one tries again.
        """

        def both(session: ClientSession) -> Document:
            self._insert({}, session)  # first, so that of two with one key only one gets to the work
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
        """Keep an outcome that needed no work, unless there is one already."""
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
    """Somebody else has the key by now."""
