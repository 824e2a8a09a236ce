"""A tenant's deliveries for its alerts page: list, count, resend, drop."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, get_args

from supportsaas.clock import Clock
from supportsaas.db import mongo
from supportsaas.db.mongo import Document
from supportsaas.db.paging import Cursor, TimeOrder, page_of
from supportsaas.reliability.outbox import COLLECTION as OUTBOX
from tenants.models import Tenant
from tickets.alerts.deliveries import COLLECTION, Status, give_up_ms

PAGE_SIZE = 25
MOST_OF_A_TICKET = 20
MOST_COUNTED = 10_000
"""Counting stops here, so that the page with “10,000+” opens fast."""

STATUSES: tuple[Status, ...] = get_args(Status)
_ORDER = TimeOrder("composed_at", "_id")


@dataclass(frozen=True, slots=True)
class DeliveryPage:
    deliveries: Sequence[Document]
    next_cursor: str | None
    previous_cursor: str | None


class DeliveryStore:
    """Reads and changes a tenant's deliveries. `clock` is for tests only."""

    def __init__(self, tenant: Tenant, *, clock: Clock | None = None) -> None:
        self._tenant_id = tenant.slug
        self._now: Any = clock() if clock else "$$NOW"

    def find_page(
        self, status: Status | None = None, *, page_size: int = PAGE_SIZE, cursor: Cursor | None = None
    ) -> DeliveryPage:
        """A page of deliveries, newest first, with one status or all."""
        page = page_of(mongo.collection(COLLECTION), self._of(status), _ORDER, cursor, page_size)
        return DeliveryPage(page.documents, page.next_cursor, page.previous_cursor)

    def find(self, key: str) -> Document | None:
        """One message with what can be acknowledged of it; None if there is no such message."""
        return mongo.collection(COLLECTION).find_one(
            {"_id": key, "tenant_id": self._tenant_id, "alerts.0": {"$exists": True}}
        )

    def find_of_ticket(self, ticket_id: str) -> list[Document]:
        """The latest messages about a ticket, the oldest first."""
        about = {"tenant_id": self._tenant_id, "tickets.ticket_id": ticket_id}
        found = mongo.collection(COLLECTION).find(about).sort("composed_at", -1).limit(MOST_OF_A_TICKET)
        return list(found)[::-1]

    def find_held(self) -> dict[str, tuple[datetime, int]]:
        """What quiet hours hold back: for each channel until when, and how many alerts and messages."""
        held: dict[str, tuple[datetime, int]] = {}
        for name, status in ((OUTBOX, "waiting"), (COLLECTION, "pending")):
            rows = mongo.collection(name).aggregate(
                [
                    {"$match": {"tenant_id": self._tenant_id, "status": status, "held_until": {"$exists": True}}},
                    {"$match": {"$expr": {"$gt": ["$held_until", self._now]}}},
                    {"$group": {"_id": "$channel_id", "until": {"$max": "$held_until"}, "count": {"$sum": 1}}},
                ]
            )
            for row in rows:
                until, count = held.get(row["_id"], (row["until"], 0))
                held[row["_id"]] = (max(until, row["until"]), count + row["count"])
        return held

    def count_by_status(self) -> dict[Status, int]:
        """The number of deliveries by status, each at most `MOST_COUNTED`."""
        return {
            status: mongo.collection(COLLECTION).count_documents(self._of(status), limit=MOST_COUNTED)
            for status in STATUSES
        }

    def count_news(self) -> int:
        """The number of events waiting to become messages, at most `MOST_COUNTED`."""
        waiting = {"tenant_id": self._tenant_id, "status": "waiting"}
        return mongo.collection(OUTBOX).count_documents(waiting, limit=MOST_COUNTED)

    def send_again(self, key: str, *, by: str) -> int:
        """Restart a failed message, or retry a waiting one now; returns how many changed."""
        waits = {"status": "pending", "claimed_by": None}
        return self._send_again({"_id": key, "$or": [{"status": "dead"}, waits]}, by=by)

    def send_all_again(self, *, until: datetime, by: str) -> int:
        """Restart all messages that had failed by `until`; returns how many."""
        return self._send_again({"status": "dead", "ended_at": {"$lte": until}}, by=by)

    def drop(self, key: str, *, by: str) -> int:
        """Drop a failed or waiting message; one being sent may still arrive."""
        return self._drop({"_id": key, "status": {"$in": ["dead", "pending"]}}, by=by)

    def drop_all(self, *, until: datetime, by: str) -> int:
        """Drop all messages that had failed by `until`; returns how many."""
        return self._drop({"status": "dead", "ended_at": {"$lte": until}}, by=by)

    def _send_again(self, which: Document, *, by: str) -> int:
        restarted = {
            "status": "pending",
            "tries": 0,
            "refusals": 0,
            "is_resting": False,
            "was_refused": False,
            "claimed_by": None,
            "next_attempt_at": self._now,
            "give_up_at": {"$add": [self._now, give_up_ms()]},
            "ended_at": None,
            "again_at": self._now,
            "again_by": {"$literal": by},
        }
        return self._update(which, restarted)

    def _drop(self, which: Document, *, by: str) -> int:
        return self._update(which, {"status": "dropped", "ended_at": self._now, "ended_by": {"$literal": by}})

    def _update(self, which: Document, values: Document) -> int:
        matching = {**which, "tenant_id": self._tenant_id}
        return mongo.collection(COLLECTION).update_many(matching, [{"$set": values}]).modified_count

    def _of(self, status: Status | None) -> Document:
        return {"tenant_id": self._tenant_id, **({"status": status} if status else {})}
