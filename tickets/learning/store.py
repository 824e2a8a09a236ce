"""LearningStore: what is set up about a tenant's learning, and the versions of its weights.

One document of `learning` a tenant says what is in use: `current` is the number of the version that classifies new and
changed tickets, `applied` that of the version which stored tickets were last brought up to. Every change, also switching
off, makes a version, so that the number a ticket keeps says how it was classified.

Versions never change, except that older ones lose their weights: the newest `WITH_WEIGHTS` and the one in `applied` keep
them, and the newest `MOST_VERSIONS` keep their figures. An erasure removes the weights of all.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Final, Literal

from pymongo import ReturnDocument
from pymongo.client_session import ClientSession

from supportsaas.db import mongo
from supportsaas.db.mongo import Document
from tenants.models import Tenant
from tickets.classification.learning.features import Kind
from tickets.classification.learning.weights import LearnedWeights

STATES: Final = "learning"
VERSIONS: Final = "learned_weights"
WITH_WEIGHTS: Final = 10
MOST_VERSIONS: Final = 100
CACHED_VERSIONS: Final = 32
"""Of all tenants, in each process. A version takes up to about 2 MB."""

Reason = Literal["trained", "switched off", "reset", "erased"]


@dataclass(frozen=True, slots=True)
class Seen:
    """The corrections that a training saw: how many there were, and when the newest was made."""

    count: int = 0
    newest: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """`applies_itself`: new versions change stored tickets without a click. The `uses_…` are weaker examples."""

    is_on: bool = True
    applies_itself: bool = False
    uses_priority: bool = False
    uses_rating: bool = False
    vetoed: tuple[str, ...] = ()
    ignored_before: datetime | None = None
    """Corrections up to then teach nothing: learning was reset."""


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """`edits` counts changes of the settings; `trained_edits` is what it was at the last training."""

    key: str = ""
    settings: Settings = Settings()
    current: int = 0
    applied: int = 0
    seen: Seen = Seen()
    edits: int = 0
    trained_edits: int = 0

    @property
    def waits_for_applying(self) -> bool:
        """Whether stored tickets may still have verdicts of other weights."""
        return self.current != self.applied


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """`measured`: for each verdict with enough corrections, how many agreed with the vocabulary (`before`) and with the
    weights in cross-validation (`after`), and how many of `others` the weights classify otherwise than the vocabulary."""

    number: int
    reason: Reason
    made_at: datetime
    corrections: int
    measured: Mapping[Kind, Mapping[str, int]] = field(default_factory=dict)
    learned: tuple[Kind, ...] = ()


class LearningStore:
    """`session` of a method: read or write in that transaction."""

    def __init__(self, tenant: Tenant) -> None:
        if not isinstance(tenant, Tenant) or not tenant.slug:
            raise ValueError("A LearningStore needs a tenant.")
        self.tenant_id = tenant.slug
        self._states = mongo.collection(STATES)
        self._versions = mongo.collection(VERSIONS)

    # -- Settings and what is in use -------------------------------------------------------

    def find_state(self, *, session: ClientSession | None = None) -> State:
        found = self._states.find_one({"_id": self.tenant_id}, session=session)
        return _state(found) if found else State()

    def change_settings(self, values: Document, *, session: ClientSession | None = None) -> None:
        """Set fields of `Settings`; the weights are trained again within a minute."""
        self._update({"$set": {f"settings.{name}": value for name, value in values.items()}}, session)

    def veto(self, word: str, *, is_vetoed: bool, session: ClientSession | None = None) -> None:
        change = "$addToSet" if is_vetoed else "$pull"
        self._update({change: {"settings.vetoed": word}}, session)

    def _update(self, change: Document, session: ClientSession | None) -> None:
        change = {**change, "$inc": {"edits": 1}}
        if "key" not in change.get("$set", {}):
            change["$setOnInsert"] = {"key": uuid.uuid4().hex}
        self._states.update_one({"_id": self.tenant_id}, change, upsert=True, session=session)

    def set_applied(self, number: int, *, session: ClientSession | None = None) -> bool:
        """False if that version is no longer the current one."""
        match = {"_id": self.tenant_id, "current": number}
        return self._states.update_one(match, {"$set": {"applied": number}}, session=session).matched_count == 1

    # -- Versions --------------------------------------------------------------------------

    def add_version(
        self,
        reason: Reason,
        *,
        now: datetime,
        weights: Mapping[str, Any] | None = None,
        measured: Mapping[str, Any] | None = None,
        seen: Seen | None = None,
        edits: int | None = None,
        session: ClientSession,
    ) -> int:
        """Store the next version and put it in use; its number.

        `seen` and `edits`: of the corrections and settings that the training saw.
        """
        trained: Document = {}
        if seen is not None:
            trained["seen"] = {"count": seen.count, "newest": seen.newest}
        if edits is not None:
            trained["trained_edits"] = edits
        state = self._states.find_one_and_update(
            {"_id": self.tenant_id},
            {
                "$inc": {"current": 1},
                "$setOnInsert": {"key": uuid.uuid4().hex},
                **({"$set": trained} if trained else {}),
            },
            upsert=True,
            return_document=ReturnDocument.AFTER,
            session=session,
        )
        assert state is not None
        number = int(state["current"])
        self._versions.insert_one(
            {
                "tenant_id": self.tenant_id,
                "number": number,
                "reason": reason,
                "made_at": now,
                "corrections": seen.count if seen is not None else 0,
                "measured": dict(measured or {}),
                "learned": list(weights or ()),
                "weights": dict(weights or {}),
            },
            session=session,
        )
        self._thin_out(number, state.get("applied", 0), session)
        return number

    def _thin_out(self, newest: int, applied: int, session: ClientSession) -> None:
        mine = {"tenant_id": self.tenant_id}
        with_weights = {"number": {"$lte": newest - WITH_WEIGHTS, "$ne": applied}, "weights": {"$exists": True}}
        self._versions.update_many({**mine, **with_weights}, {"$unset": {"weights": ""}}, session=session)
        too_old = {"number": {"$lte": newest - MOST_VERSIONS, "$ne": applied}}
        self._versions.delete_many({**mine, **too_old}, session=session)

    def mark_seen(self, seen: Seen, *, edits: int) -> None:
        """The corrections and settings were looked at, and there is nothing to learn."""
        values = {"seen": {"count": seen.count, "newest": seen.newest}, "trained_edits": edits}
        change = {"$set": values, "$setOnInsert": {"key": uuid.uuid4().hex}}
        self._states.update_one({"_id": self.tenant_id}, change, upsert=True)

    def forget_weights(self, *, now: datetime) -> None:
        """Remove every learned word, because text that taught them was erased. What is left teaches within a minute.

        A training that runs now is discarded, and no process uses what it remembers of the former versions.
        """

        def work(session: ClientSession) -> None:
            if self.find_state(session=session).current:
                self.add_version("erased", now=now, session=session)
                self._versions.update_many({"tenant_id": self.tenant_id}, {"$unset": {"weights": ""}}, session=session)
            forgotten = {"seen": {"count": -1, "newest": None}, "key": uuid.uuid4().hex}
            self._update({"$set": forgotten}, session)

        mongo.in_transaction(work)

    def may_train(self, *, now: datetime, pause: timedelta) -> bool:
        """Whether the last training is long enough ago."""
        newest = {"tenant_id": self.tenant_id, "reason": "trained"}
        last = self._versions.find_one(newest, {"made_at": 1}, sort=[("number", -1)])
        return last is None or now - last["made_at"] >= pause

    def find_versions(self, *, limit: int) -> list[Version]:
        """The newest first."""
        fields = {"weights": 0}
        found = self._versions.find({"tenant_id": self.tenant_id}, fields).sort("number", -1).limit(limit)
        return [_version(each) for each in found]

    def find_weights(self, number: int, *, key: str, session: ClientSession | None = None) -> LearnedWeights | None:
        """The weights of a version; None if they are no longer kept. `key`: of the state."""
        try:
            return _load(key, self.tenant_id, number, session)
        except LookupError:
            return None

    def find_in_use(
        self, *, session: ClientSession | None = None
    ) -> tuple[LearnedWeights | None, LearnedWeights | None]:
        """The current weights and the applied ones; None without any."""
        state = self.find_state(session=session)
        current = self._in_use(state.current, state, session)
        applied = self._in_use(state.applied, state, session)
        if applied is not None and current is not None and applied.number != current.number and not applied:
            # Their words were erased: what is in use now comes closest, under the number that digests have.
            applied = LearnedWeights(applied.number, current.verdicts)
        return current, applied

    def _in_use(self, number: int, state: State, session: ClientSession | None) -> LearnedWeights | None:
        if not number:
            return None
        return self.find_weights(number, key=state.key, session=session) or LearnedWeights(number, {})


def find_applied_numbers() -> dict[str, int]:
    """By tenant, the number of the applied version; without tenants that have none."""
    found = mongo.collection(STATES).find({"applied": {"$gt": 0}}, {"applied": 1})
    return {each["_id"]: each["applied"] for each in found}


@lru_cache(maxsize=CACHED_VERSIONS)
def _load_cached(key: str, tenant_id: str, number: int) -> LearnedWeights:
    return _read(tenant_id, number, None)


def _load(key: str, tenant_id: str, number: int, session: ClientSession | None) -> LearnedWeights:
    """Raises `LookupError`."""
    if session is not None:
        return _read(tenant_id, number, session)
    return _load_cached(key, tenant_id, number)


def _read(tenant_id: str, number: int, session: ClientSession | None) -> LearnedWeights:
    match = {"tenant_id": tenant_id, "number": number, "weights": {"$exists": True}}
    found = mongo.collection(VERSIONS).find_one(match, {"weights": 1}, session=session)
    if found is None:
        raise LookupError(number)
    return LearnedWeights.of(number, found["weights"])


def _state(found: Document) -> State:
    settings, seen = found.get("settings", {}), found.get("seen", {})
    known: Sequence[str] = settings.get("vetoed", ())
    return State(
        key=found["key"],
        settings=Settings(**{**settings, "vetoed": tuple(sorted(known))}),
        current=found.get("current", 0),
        applied=found.get("applied", 0),
        seen=Seen(seen.get("count", 0), seen.get("newest")),
        edits=found.get("edits", 0),
        trained_edits=found.get("trained_edits", 0),
    )


def _version(found: Document) -> Version:
    return Version(
        number=found["number"],
        reason=found["reason"],
        made_at=found["made_at"],
        corrections=found["corrections"],
        measured=found["measured"],
        learned=tuple(found["learned"]),
    )
