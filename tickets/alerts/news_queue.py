"""The queue of news in the outbox: which channels have some due, and what happens to all of a channel's at once."""

from collections.abc import Sequence
from datetime import timedelta

from supportsaas.clock import Clock
from supportsaas.db import mongo
from supportsaas.reliability.outbox import COLLECTION as OUTBOX
from supportsaas.reliability.shared_state import server_time


def find_due_channels(*, clock: Clock | None = None) -> list[str]:
    """The ids of channels with due news, the longest waiting first."""
    rows = mongo.collection(OUTBOX).aggregate(
        [
            {"$match": {"status": "waiting", "$expr": {"$lte": ["$due_at", server_time(clock)]}}},
            {"$group": {"_id": "$channel_id", "since": {"$min": "$due_at"}}},
            {"$sort": {"since": 1, "_id": 1}},
        ]
    )
    return [row["_id"] for row in rows]


def postpone(channel_ids: Sequence[str], pause: timedelta, *, clock: Clock | None = None) -> None:
    """Postpone the due news of these channels by `pause`."""
    now = server_time(clock)
    mongo.collection(OUTBOX).update_many(
        {"status": "waiting", "channel_id": {"$in": list(channel_ids)}, "$expr": {"$lte": ["$due_at", now]}},
        [{"$set": {"due_at": {"$add": [now, pause // timedelta(milliseconds=1)]}}}],
    )


def drop_for_deleted(channel_ids: Sequence[str]) -> int:
    """Drop the waiting news of deleted channels; returns how many entries."""
    result = mongo.collection(OUTBOX).update_many(
        {"status": "waiting", "channel_id": {"$in": list(channel_ids)}}, {"$set": {"status": "dropped"}}
    )
    return result.modified_count
