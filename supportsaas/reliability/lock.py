"""A lock in MongoDB with a time to live and a fencing token.

There is one document per name. Taking, refreshing and releasing the lock are each one atomic operation based on the
server's clock, so machines with different clocks agree. Every take raises `fence`. A holder that was suspended past its
time can no longer write, because its writes check the fence in their own transaction (`assert_held`).
"""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pymongo import ReturnDocument
from pymongo.client_session import ClientSession
from pymongo.collection import Collection
from pymongo.errors import DuplicateKeyError

from supportsaas.clock import Clock
from supportsaas.db import mongo
from supportsaas.reliability.shared_state import server_time

logger = logging.getLogger(__name__)

COLLECTION = "locks"
TIME_TO_LIVE_SECONDS = 60


class LockLost(Exception):
    """Another owner holds the lock. Stop writing."""


@dataclass(frozen=True, slots=True)
class HeldLock:
    name: str
    owner_id: str
    fence: int
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class LockState:
    name: str
    locked: bool
    owner_id: str | None = None
    acquired_at: datetime | None = None
    expires_at: datetime | None = None
    is_expired: bool = False


class Lock:
    """The lock `name`. `clock` replaces the server's clock in tests."""

    def __init__(self, name: str, *, seconds: int = TIME_TO_LIVE_SECONDS, clock: Clock | None = None) -> None:
        self.name = name
        self._milliseconds = seconds * 1000
        self._clock = clock

    def take(self, owner_id: str) -> HeldLock | None:
        """The lock if it is free, expired or already held by this owner; otherwise None."""
        free = {"$lte": [{"$ifNull": ["$expires_at", self._now]}, self._now]}
        mine = {"$eq": ["$owner_id", owner_id]}
        taken = {
            "owner_id": owner_id,
            "acquired_at": self._now,
            "expires_at": {"$add": [self._now, self._milliseconds]},
            "fence": {"$add": [{"$ifNull": ["$fence", 0]}, 1]},
        }
        pipeline = [
            {"$replaceWith": {"$cond": [{"$or": [free, mine]}, {"$mergeObjects": ["$$ROOT", taken]}, "$$ROOT"]}}
        ]
        try:
            found = self._collection.find_one_and_update(
                {"_id": self.name}, pipeline, upsert=True, return_document=ReturnDocument.AFTER
            )
        except DuplicateKeyError:
            return None  # two first-time takers: the other one got it
        if found is None or found["owner_id"] != owner_id:
            return None
        return HeldLock(self.name, owner_id, found["fence"], found["expires_at"])

    def refresh(self, held: HeldLock) -> HeldLock:
        """Restart the time to live. Raises `LockLost`."""
        found = self._collection.find_one_and_update(
            {**self._held_by(held), "$expr": {"$gt": ["$expires_at", self._now]}},
            [{"$set": {"expires_at": {"$add": [self._now, self._milliseconds]}}}],
            return_document=ReturnDocument.AFTER,
        )
        if found is None:
            raise LockLost(f"The lock “{self.name}” was lost.")
        return HeldLock(held.name, held.owner_id, held.fence, found["expires_at"])

    def release(self, held: HeldLock) -> bool:
        """Release the lock; False if it was already lost. The fence never decreases."""
        result = self._collection.update_one(
            self._held_by(held), {"$set": {"owner_id": None, "acquired_at": None, "expires_at": None}}
        )
        return result.matched_count == 1

    def assert_held(self, held: HeldLock, session: ClientSession) -> None:
        """Inside a transaction: make sure that it can only commit while the lock is held.

        This writes to the lock's document, so a concurrent take by another owner is a write conflict for one of the
        two. Raises `LockLost`.
        """
        result = self._collection.update_one(self._held_by(held), {"$inc": {"writes": 1}}, session=session)
        if result.matched_count == 0:
            raise LockLost(f"The lock “{self.name}” was lost.")

    def state(self) -> LockState:
        """The current holder. An expired lock counts as not locked."""
        found = next(
            self._collection.aggregate(
                [{"$match": {"_id": self.name}}, {"$set": {"is_expired": {"$lte": ["$expires_at", self._now]}}}]
            ),
            None,
        )
        if found is None or found.get("owner_id") is None:
            return LockState(self.name, locked=False)
        return LockState(
            self.name,
            locked=not found["is_expired"],
            owner_id=found["owner_id"],
            acquired_at=found["acquired_at"],
            expires_at=found["expires_at"],
            is_expired=found["is_expired"],
        )

    @contextmanager
    def kept(self, owner_id: str) -> Iterator[HeldLock | None]:
        """Hold the lock for a block of any length: refresh it in the background and release it at the end.

        Gives None if another owner holds the lock. If it is lost, the next `assert_held` raises.
        """
        held = self.take(owner_id)
        if held is None:
            yield None
            return
        ended = threading.Event()
        thread = threading.Thread(target=self._refresh_until, args=(ended, held), name=f"lock-{self.name}", daemon=True)
        thread.start()
        try:
            yield held
        finally:
            ended.set()
            thread.join()
            try:
                self.release(held)
            except mongo.UNAVAILABLE:
                logger.warning("The lock of %s could not be released; it will expire.", self.name)

    def _refresh_until(self, ended: threading.Event, held: HeldLock) -> None:
        while not ended.wait(self._milliseconds / 6_000):
            try:
                self.refresh(held)
            except LockLost:
                return
            except mongo.UNAVAILABLE as error:
                logger.warning("The lock of %s could not be refreshed, will retry: %s", self.name, error)

    @property
    def _collection(self) -> "Collection[mongo.Document]":
        return mongo.collection(COLLECTION)

    @property
    def _now(self) -> Any:
        return server_time(self._clock)

    @staticmethod
    def _held_by(held: HeldLock) -> mongo.Document:
        return {"_id": held.name, "owner_id": held.owner_id, "fence": held.fence}
