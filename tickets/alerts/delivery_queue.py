"""The queue of pending deliveries: which channels have some due, and what happens to all of a channel's at once."""

from collections.abc import Sequence
from datetime import timedelta

from supportsaas.clock import Clock
from supportsaas.db import mongo
from supportsaas.reliability.shared_state import server_time
from tickets.alerts.channels import endpoint_of
from tickets.alerts.deliveries import COLLECTION
from tickets.alerts.model import Channel

CHANNEL_DELETION = "channel deletion"
"""Who dropped what waited for a channel that was deleted."""


def wake_endpoint(endpoint: str, *, clock: Clock | None = None) -> int:
    """Call `wake` for all channels of the endpoint; returns the number of deliveries."""
    channels = Channel.objects.filter(enabled=True).select_related("tenant")
    return wake([str(each.pk) for each in channels if endpoint_of(each) == endpoint], clock=clock)


def wake(channel_ids: Sequence[str], *, clock: Clock | None = None) -> int:
    """Make deliveries that pause between series of attempts due now; returns how many.

    For an endpoint that works again. Messages it rejected keep their own times.
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
    """Postpone the due deliveries of these channels by `pause`."""
    now = server_time(clock)
    mongo.collection(COLLECTION).update_many(
        {"status": "pending", "channel_id": {"$in": list(channel_ids)}, "$expr": {"$lte": ["$next_attempt_at", now]}},
        [{"$set": {"next_attempt_at": {"$add": [now, pause // timedelta(milliseconds=1)]}}}],
    )


def drop_for_deleted(channel_ids: Sequence[str], *, clock: Clock | None = None) -> int:
    """Drop the pending deliveries of deleted channels; returns how many."""
    now = server_time(clock)
    result = mongo.collection(COLLECTION).update_many(
        {"status": "pending", "channel_id": {"$in": list(channel_ids)}},
        [{"$set": {"status": "dropped", "ended_at": now, "ended_by": CHANNEL_DELETION}}],
    )
    return result.modified_count


def find_due_channels(*, clock: Clock | None = None) -> list[str]:
    """The ids of channels with due deliveries, the longest waiting first."""
    rows = mongo.collection(COLLECTION).aggregate(
        [
            {"$match": {"status": "pending", "$expr": {"$lte": ["$next_attempt_at", server_time(clock)]}}},
            {"$group": {"_id": "$channel_id", "since": {"$min": "$created_at"}}},
            {"$sort": {"since": 1, "_id": 1}},
        ]
    )
    return [row["_id"] for row in rows]
