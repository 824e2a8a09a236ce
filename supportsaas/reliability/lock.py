"""A lock in MongoDB with a time to live and a fence.

One document a name. Taking, refreshing and releasing are each one atomic operation that
compares with the server's own clock, so machines whose clocks differ still agree. Every
taking raises `fence`; a holder that slept past its time and wakes cannot write, because its
writes check the fence in their own transaction (`assert_held`).
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
    """The lock belongs to somebody else by now; nothing may be written any more."""


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
    """The lock `name`. `clock` replaces the server's clock, for tests alone."""

    def __init__(self, name: str, *, seconds: int = TIME_TO_LIVE_SECONDS, clock: Clock | None = None) -> None:
        self.name = name
        self._milliseconds = seconds * 1000
        self._clock = clock

    def take(self, owner_id: str) -> HeldLock | None:
        """The lock, if it is free or its time is up (or is already ours); otherwise None."""
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
            return None  # two first-time takers: the other one has it
        if found is None or found["owner_id"] != owner_id:
            return None
        return HeldLock(self.name, owner_id, found["fence"], found["expires_at"])

    def refresh(self, held: HeldLock) -> HeldLock:
        """Have the time to live begin anew; raises `LockLost`."""
        found = self._collection.find_one_and_update(
            {**self._ours(held), "$expr": {"$gt": ["$expires_at", self._now]}},
            [{"$set": {"expires_at": {"$add": [self._now, self._milliseconds]}}}],
            return_document=ReturnDocument.AFTER,
        )
        if found is None:
            raise LockLost(f"The lock “{self.name}” was lost.")
        return HeldLock(held.name, held.owner_id, held.fence, found["expires_at"])

    def release(self, held: HeldLock) -> bool:
        """Give the lock back; False if it was not ours any more. The fence keeps growing."""
        result = self._collection.update_one(
            self._ours(held), {"$set": {"owner_id": None, "acquired_at": None, "expires_at": None}}
        )
        return result.matched_count == 1

    def assert_held(self, held: HeldLock, session: ClientSession) -> None:
        """Inside a transaction: make sure that it can only commit while the lock is ours.

        It touches the lock's document, so a taking by somebody else in the meantime is a
        write conflict for one of the two. Raises `LockLost`.
        """
        result = self._collection.update_one(self._ours(held), {"$inc": {"writes": 1}}, session=session)
        if result.matched_count == 0:
            raise LockLost(f"The lock “{self.name}” was lost.")

    def state(self) -> LockState:
        """Who holds it at this moment. An expired lock reads as not locked."""
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
        """Hold the lock for a block of work of any length: refreshed by time in the background, given back at
        the end. None where somebody else has it. That it was lost shows at the next `assert_held`."""
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
                logger.warning("The lock of %s could not be given back; it ends by itself.", self.name)

    def _refresh_until(self, ended: threading.Event, held: HeldLock) -> None:
        while not ended.wait(self._milliseconds / 6_000):
            try:
                self.refresh(held)
            except LockLost:
                return
            except mongo.UNAVAILABLE as error:
                logger.warning("The lock of %s could not be refreshed, trying again: %s", self.name, error)

    @property
    def _collection(self) -> "Collection[mongo.Document]":
        return mongo.collection(COLLECTION)

    @property
    def _now(self) -> Any:
        return server_time(self._clock)

    @staticmethod
    def _ours(held: HeldLock) -> mongo.Document:
        return {"_id": held.name, "owner_id": held.owner_id, "fence": held.fence}
