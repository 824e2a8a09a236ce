"""Deliveries: one document a message to a channel, from its making to its end.

A delivery is `pending` until it has arrived (`delivered`), was tried in vain for too long (`dead`) or a
person let go of it (`dropped`). `next_attempt_at` says when it is due. Whoever claims it puts that a
lease on, so the delivery of a process that died is due again by itself; and every claim raises
`fence`, so one who slept past the lease settles nothing that is another's by now.

All times are the server's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

from django.conf import settings
from pymongo import ReturnDocument
from pymongo.client_session import ClientSession

from supportsaas.clock import Clock
from supportsaas.db import mongo
from supportsaas.db.mongo import Document
from supportsaas.reliability.retry import ATTEMPTS
from supportsaas.reliability.shared_state import server_time
from tenants.models import Tenant
from tickets.alerts.messages import Kind, Message, TicketFacts
from tickets.alerts.timing import Pause

COLLECTION = "deliveries"
LEASE_SECONDS = 60
"""More than any sender takes for an attempt."""

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
    """How one went: `status` is the answer's, where there was one; `note` says it in words or in its own."""

    seconds: float
    status: int | None
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A delivery that is ours until the lease ends.

    `tries` are the failed attempts behind it, `refusals` those of them at which the endpoint refused the message.
    """

    key: str
    channel_id: str
    fence: int
    tries: int
    refusals: int
    document: Document

    @classmethod
    def of(cls, found: Document) -> "Claimed":
        return cls(
            key=found["_id"],
            channel_id=found["channel_id"],
            fence=found["fence"],
            tries=found["tries"],
            refusals=found.get("refusals", 0),
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
        )


def insert(
    *,
    key: str,
    tenant_id: str,
    channel_id: str,
    kind: Kind,
    headline: str,
    tickets: Sequence[Document] = (),
    customers: Sequence[str] = (),
    created_at: Any = None,
    expires_at: Any = None,
    claim_for: str | None = None,
    clock: Clock | None = None,
    session: ClientSession,
) -> Claimed | None:
    """A new delivery, in the caller's transaction; one that is there already stays as it is (None).

    With `claim_for` it is claimed at once. `created_at` is when the oldest of its news became known.
    """
    now = server_time(clock)
    wait = LEASE_SECONDS * 1000 if claim_for else 0
    given: Document = {
        "tenant_id": tenant_id,
        "channel_id": channel_id,
        "kind": kind,
        "headline": headline,
        "tickets": list(tickets),
        "customers": list(customers),
        "status": "pending",
        "attempts": 0,
        "tries": 0,
        "refusals": 0,
        "was_refused": False,
        "is_resting": False,
        "log": [],
        "fence": 1 if claim_for else 0,
        "claimed_by": claim_for,
        **({"expires_at": expires_at} if expires_at else {}),
    }
    moments = {
        "created_at": {"$literal": created_at} if created_at else now,
        "composed_at": now,
        "next_attempt_at": {"$add": [now, wait]},
        "give_up_at": {"$add": [now, give_up_ms()]},
    }
    is_new = {"$eq": [{"$type": "$status"}, "missing"]}
    found: Document | None = mongo.collection(COLLECTION).find_one_and_update(
        {"_id": key},
        [{"$replaceWith": {"$cond": [is_new, {"$mergeObjects": ["$$ROOT", {"$literal": given}, moments]}, "$$ROOT"]}}],
        upsert=True,
        return_document=ReturnDocument.AFTER,
        session=session,
    )
    assert found is not None, "an upsert gives a document"
    is_ours = claim_for is not None and found["claimed_by"] == claim_for and found["fence"] == 1
    return Claimed.of(found) if is_ours else None


def claim(
    channel_ids: Sequence[str], *, owner: str, which: Which = "any", clock: Clock | None = None
) -> Claimed | None:
    """A delivery over these channels that is due, taken atomically; None where none is.

    Of `promising` ones (in their first row of attempts, and not refused for what they say) the oldest, of
    `tried` ones the same with the most attempts first. Of `any`: those not refused first, then the fewest attempts.
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
        [
            {
                "$set": {
                    "next_attempt_at": {"$add": [now, LEASE_SECONDS * 1000]},
                    "fence": {"$add": ["$fence", 1]},
                    "claimed_by": {"$literal": owner},
                }
            }
        ],
        sort=[*_FIRST[which], ("created_at", 1), ("_id", 1)],
        return_document=ReturnDocument.AFTER,
    )
    return Claimed.of(found) if found else None


def settle_delivered(claimed: Claimed, attempt: Attempt, *, clock: Clock | None = None) -> bool:
    """It has arrived; False where the claim was not ours any more (then somebody else settles it)."""
    now = server_time(clock)
    return _settle(claimed, attempt, {"status": "delivered", "ended_at": now}, ok=True, now=now)


def settle_failed(
    claimed: Claimed, attempt: Attempt, pause: Pause | None, *, was_refused: bool, clock: Clock | None = None
) -> bool:
    """It has not arrived: due again after the pause, or dead where there is none or its time is over.

    The last gap ends when its time does, so the last three attempts are made then.
    """
    now = server_time(clock)
    is_last = pause is None
    pause = pause or Pause(0.0, row_is_over=True)
    is_over = {"$or": [is_last, {"$and": [pause.row_is_over, {"$gte": [now, "$give_up_at"]}]}]}
    later = {"$add": [now, int(pause.seconds * 1000)]}
    at_last = {"$cond": [{"$lt": [now, "$give_up_at"]}, {"$min": [later, "$give_up_at"]}, later]}
    values = {
        "status": {"$cond": [is_over, "dead", "pending"]},
        "ended_at": {"$cond": [is_over, now, None]},
        "next_attempt_at": at_last if pause.row_is_over else later,
        "tries": {"$add": ["$tries", 1]},
        "refusals": {"$add": [{"$ifNull": ["$refusals", 0]}, int(was_refused)]},
        "was_refused": was_refused,
        "is_resting": pause.row_is_over,
    }
    return _settle(claimed, attempt, values, ok=False, now=now)


def wake(channel_ids: Sequence[str], *, clock: Clock | None = None) -> int:
    """The endpoint is well again: what waits through a gap between rows is due now; how many.

    What it refused for what it says keeps to its own times.
    """
    result = mongo.collection(COLLECTION).update_many(
        {
            "status": "pending",
            "channel_id": {"$in": list(channel_ids)},
            "claimed_by": None,
            "is_resting": True,
            "was_refused": False,
        },
        [{"$set": {"next_attempt_at": {"$min": ["$next_attempt_at", server_time(clock)]}}}],
    )
    return result.modified_count


def postpone(channel_ids: Sequence[str], pause: timedelta, *, clock: Clock | None = None) -> None:
    """Nothing goes over these channels at the moment; what is due is looked at again after the pause."""
    now = server_time(clock)
    mongo.collection(COLLECTION).update_many(
        {"status": "pending", "channel_id": {"$in": list(channel_ids)}, "$expr": {"$lte": ["$next_attempt_at", now]}},
        [{"$set": {"next_attempt_at": {"$add": [now, pause // timedelta(milliseconds=1)]}}}],
    )


def drop_for_gone(channel_ids: Sequence[str], *, clock: Clock | None = None) -> int:
    """The channels do not exist any more, so nothing can arrive over them."""
    now = server_time(clock)
    result = mongo.collection(COLLECTION).update_many(
        {"status": "pending", "channel_id": {"$in": list(channel_ids)}},
        [{"$set": {"status": "dropped", "ended_at": now, "ended_by": "the channel was deleted"}}],
    )
    return result.modified_count


def find_due_channels(*, clock: Clock | None = None) -> list[str]:
    """The channels over which something is due, the one that has waited longest first."""
    rows = mongo.collection(COLLECTION).aggregate(
        [
            {"$match": {"status": "pending", "$expr": {"$lte": ["$next_attempt_at", server_time(clock)]}}},
            {"$group": {"_id": "$channel_id", "since": {"$min": "$created_at"}}},
            {"$sort": {"since": 1, "_id": 1}},
        ]
    )
    return [row["_id"] for row in rows]


def _settle(claimed: Claimed, attempt: Attempt, values: Document, *, ok: bool, now: Any) -> bool:
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
    """How long a message is tried, in milliseconds."""
    return int(settings.NOTIFY_GIVE_UP_HOURS) * 3_600_000
