"""Deliveries: one document per message to a channel, from insertion to its last attempt.

A delivery is `pending` until it is `delivered`, `dead` (all attempts failed) or `dropped` (by a user). It is due at
`next_attempt_at`. A claim moves that time by a lease, so if a process crashes, its deliveries become due again. Every
claim also increments `fence`, so a process that outlived its lease cannot record a result for someone else's claim.

All times are the database server's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from django.conf import settings
from pymongo import ReturnDocument
from pymongo.client_session import ClientSession

from supportsaas.clock import Clock
from supportsaas.db import mongo
from supportsaas.db.mongo import Document, Pipeline
from supportsaas.reliability.retry import ATTEMPTS
from supportsaas.reliability.shared_state import server_time
from tenants.models import Tenant
from tickets.alerts.messages import Message, MessageKind, TicketFacts
from tickets.alerts.model import Escalation
from tickets.alerts.timing import Pause

COLLECTION = "deliveries"
LEASE_SECONDS = 60
"""Longer than any attempt takes."""

MOST_ATTEMPTS_KEPT = 20

Status = Literal["pending", "delivered", "dead", "dropped"]
Which = Literal["promising", "tried", "any"]
_FIRST: Mapping[Which, list[tuple[str, int]]] = {
    "promising": [],
    "tried": [("tries", -1)],
    "any": [("was_refused", 1), ("tries", 1)],
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One attempt: `status` is that of the response, if there was one; `note` is its text or the error."""

    seconds: float
    status: int | None
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A delivery claimed until the lease ends.

    `tries` counts failed attempts; `rejections` those in which the endpoint rejected the message itself.
    """

    key: str
    channel_id: str
    fence: int
    tries: int
    rejections: int
    document: Document

    @classmethod
    def of(cls, found: Document) -> "Claimed":
        return cls(
            key=found["_id"],
            channel_id=found["channel_id"],
            fence=found["fence"],
            tries=found["tries"],
            rejections=found.get("refusals", 0),
            document=found,
        )

    def message(self, tenant: Tenant) -> Message:
        found = self.document
        return Message(
            key=self.key,
            kind=found["kind"],
            tenant_id=found["tenant_id"],
            tenant_name=tenant.name,
            headline=found["headline"],
            tickets=tuple(TicketFacts.of(each) for each in found["tickets"]),
            at=found["composed_at"],
            zone=tenant.zone,
            note=found.get("note", ""),
            can_be_acknowledged=bool(found.get("alerts")),
            path=found.get("path", ""),
        )

    @property
    def passes_quiet_hours(self) -> bool:
        """Whether quiet hours do not hold it back: it is about high urgency, or says that alerts may be missing."""
        found = self.document
        return found["kind"] == "trouble" or any(each["urgency"] == "high" for each in found["tickets"])


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDelivery:
    """A delivery to insert. `created_at` is when its oldest news became known; None means now.

    - `alerts`: what people acknowledge, see `acknowledging`; empty if there is nothing to do.
    - `acknowledged_by` and `acknowledged_at`: who has done so already, before it was composed.
    - `escalation`: when and where to it is passed on if nobody acknowledges it.
    - `waiting_since`: from when on `escalation` counts, None means now.
    - `chain`: the channels that had it before; `note`: why it is sent again.
    - `path`: the page that it is about, see `Message`.
    """

    key: str
    tenant_id: str
    channel_id: str
    kind: MessageKind
    headline: str
    tickets: Sequence[Document] = ()
    customers: Sequence[str] = ()
    created_at: datetime | None = None
    expires_at: datetime | None = None
    alerts: Sequence[str] = ()
    acknowledged_by: str = ""
    acknowledged_at: datetime | None = None
    escalation: Escalation | None = None
    waiting_since: datetime | None = None
    chain: Sequence[str] = ()
    note: str = ""
    path: str = ""

    @property
    def escalate_ms(self) -> int:
        """How long it waits for an answer; 0: it is not passed on."""
        if self.escalation is None or not self.alerts or self.acknowledged_by:
            return 0
        return self.escalation.after // timedelta(milliseconds=1)

    def as_document(self) -> Document:
        """The stored fields except times, as of before the first claim."""
        expiry = {} if self.expires_at is None else {"expires_at": self.expires_at}
        return {
            "tenant_id": self.tenant_id,
            "channel_id": self.channel_id,
            "kind": self.kind,
            "headline": self.headline,
            "tickets": list(self.tickets),
            "customers": list(self.customers),
            "status": "pending",
            "attempts": 0,
            "tries": 0,
            "refusals": 0,
            "was_refused": False,
            "is_resting": False,
            "log": [],
            "fence": 0,
            "claimed_by": None,
            "alerts": list(self.alerts),
            "acknowledged_by": self.acknowledged_by,
            "acknowledged_at": self.acknowledged_at,
            "escalate_ms": self.escalate_ms,
            "escalate_to": self.escalation.to if self.escalation else "",
            "chain": list(self.chain),
            "note": self.note,
            "path": self.path,
            **expiry,
        }


def insert(new: NewDelivery, *, clock: Clock | None = None, session: ClientSession) -> None:
    """Insert a due delivery, in the caller's transaction; an existing one with its key stays unchanged."""
    now = server_time(clock)
    times = {
        "created_at": now if new.created_at is None else {"$literal": new.created_at},
        "composed_at": now,
        "next_attempt_at": now,
        "give_up_at": {"$add": [now, give_up_ms()]},
        "escalate_at": {"$add": [new.waiting_since or now, new.escalate_ms]} if new.escalate_ms else None,
    }
    inserted = {"$mergeObjects": ["$$ROOT", {"$literal": new.as_document()}, times]}
    is_new = {"$eq": [{"$type": "$status"}, "missing"]}
    mongo.collection(COLLECTION).update_one(
        {"_id": new.key},
        [{"$replaceWith": {"$cond": [is_new, inserted, "$$ROOT"]}}],
        upsert=True,
        session=session,
    )


def claim_new(key: str, *, owner: str, clock: Clock | None = None, session: ClientSession) -> Claimed | None:
    """Claim a delivery that nobody has claimed yet, in the caller's transaction; None if there is none."""
    never_claimed = {"_id": key, "status": "pending", "fence": 0}
    found = mongo.collection(COLLECTION).find_one_and_update(
        never_claimed, _lease_to(owner, server_time(clock)), return_document=ReturnDocument.AFTER, session=session
    )
    return Claimed.of(found) if found else None


def claim(
    channel_ids: Sequence[str], *, owner: str, which: Which = "any", clock: Clock | None = None
) -> Claimed | None:
    """Atomically claim a due delivery of these channels; None if there is none.

    `promising`: the oldest in its first series of attempts whose content was not rejected. `tried`: the same, the one
    with the most attempts first. `any`: those not rejected first, then those with the fewest attempts.
    """
    now = server_time(clock)
    promising = {} if which == "any" else {"tries": {"$lt": ATTEMPTS}, "was_refused": False}
    found = mongo.collection(COLLECTION).find_one_and_update(
        {
            "status": "pending",
            "channel_id": {"$in": list(channel_ids)},
            "$expr": {"$lte": ["$next_attempt_at", now]},
            **promising,
        },
        _lease_to(owner, now),
        sort=[*_FIRST[which], ("created_at", 1), ("_id", 1)],
        return_document=ReturnDocument.AFTER,
    )
    return Claimed.of(found) if found else None


def record_delivered(claimed: Claimed, attempt: Attempt, *, clock: Clock | None = None) -> bool:
    """Record that the message arrived; False if the claim has expired and belongs to someone else."""
    now = server_time(clock)
    return _record(claimed, attempt, {"status": "delivered", "ended_at": now}, ok=True, now=now)


def record_failed(
    claimed: Claimed, attempt: Attempt, pause: Pause | None, *, was_refused: bool, clock: Clock | None = None
) -> bool:
    """Record that the message did not arrive: due again after the pause, or dead without one or after its deadline.

    The last pause ends at the deadline, so the last three attempts are made then.
    """
    now = server_time(clock)
    is_last = pause is None
    pause = pause or Pause(0.0, series_is_over=True)
    is_over = {"$or": [is_last, {"$and": [pause.series_is_over, {"$gte": [now, "$give_up_at"]}]}]}
    later = {"$add": [now, int(pause.seconds * 1000)]}
    at_last = {"$cond": [{"$lt": [now, "$give_up_at"]}, {"$min": [later, "$give_up_at"]}, later]}
    values = {
        "status": {"$cond": [is_over, "dead", "pending"]},
        "ended_at": {"$cond": [is_over, now, None]},
        "next_attempt_at": at_last if pause.series_is_over else later,
        "tries": {"$add": ["$tries", 1]},
        "refusals": {"$add": [{"$ifNull": ["$refusals", 0]}, int(was_refused)]},
        "was_refused": was_refused,
        "is_resting": pause.series_is_over,
    }
    return _record(claimed, attempt, values, ok=False, now=now)


def hold_back(claimed: Claimed, until: datetime) -> bool:
    """Keep a claimed message for the end of the quiet hours; its other times begin then. False if the claim has expired."""
    held: Document = {"next_attempt_at": until, "held_until": until, "claimed_by": None}
    moved = {
        "give_up_at": {"$add": [until, give_up_ms()]},
        "escalate_at": {"$cond": [{"$gt": ["$escalate_at", None]}, {"$add": [until, "$escalate_ms"]}, None]},
    }
    result = mongo.collection(COLLECTION).update_one(
        {"_id": claimed.key, "fence": claimed.fence, "status": "pending", "claimed_by": {"$ne": None}},
        [{"$set": {**held, **moved}}],
    )
    return result.modified_count == 1


def _record(claimed: Claimed, attempt: Attempt, values: Document, *, ok: bool, now: Any) -> bool:
    entry = {
        "ok": ok,
        "at": {"$subtract": [now, int(attempt.seconds * 1000)]},
        "seconds": round(attempt.seconds, 3),
        "status": attempt.status,
        "note": {"$literal": attempt.note},
    }
    result = mongo.collection(COLLECTION).update_one(
        {"_id": claimed.key, "fence": claimed.fence, "status": "pending", "claimed_by": {"$ne": None}},
        [
            {
                "$set": {
                    **values,
                    "claimed_by": None,
                    "attempts": {"$add": ["$attempts", 1]},
                    "log": {"$slice": [{"$concatArrays": ["$log", [entry]]}, -MOST_ATTEMPTS_KEPT]},
                }
            }
        ],
    )
    return result.modified_count == 1


def give_up_ms() -> int:
    """How long delivery is attempted, in milliseconds."""
    return int(settings.NOTIFY_GIVE_UP_HOURS) * 3_600_000


def _lease_to(owner: str, now: Any) -> Pipeline:
    return [
        {
            "$set": {
                "next_attempt_at": {"$add": [now, LEASE_SECONDS * 1000]},
                "fence": {"$add": ["$fence", 1]},
                "claimed_by": {"$literal": owner},
            }
        }
    ]
