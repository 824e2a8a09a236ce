"""Passes a message that nobody has acknowledged in time on to the next channel: a periodic task of every worker.

That the next channel has it and that the message was passed on is one transaction, so of any number of workers only one
does it, and a crash leaves either both or neither. From then on it is a message like any other.
"""

import hashlib
import logging
import threading
from datetime import datetime
from typing import Final

from bson import ObjectId
from bson.errors import InvalidId
from pymongo.client_session import ClientSession

from supportsaas import clock as system_clock
from supportsaas.clock import Clock
from supportsaas.db import mongo
from supportsaas.db.mongo import Document
from supportsaas.formatting import format_exact_time, format_rough_duration
from supportsaas.ops.periodic_tasks import periodic_task
from tickets.alerts import deliveries
from tickets.alerts.acknowledging import find_acknowledgements, is_acknowledged
from tickets.alerts.composing import compose_unsent
from tickets.alerts.deliveries import COLLECTION, NewDelivery
from tickets.alerts.delivery_queue import CHANNEL_DELETION
from tickets.alerts.model import Channel

logger = logging.getLogger(__name__)

EVERY_SECONDS: Final = 5.0
AT_ONCE: Final = 200


@periodic_task("escalations", every_seconds=EVERY_SECONDS)
def _escalate(stop: threading.Event) -> int:
    return escalate_due(stop=stop)


def escalate_due(*, clock: Clock | None = None, stop: threading.Event | None = None) -> int:
    """Pass on every message that waits for an answer for too long; returns how many."""
    now = clock() if clock else system_clock.now()
    for channel in Channel.objects.filter(enabled=True, escalate_to__isnull=False).select_related("tenant"):
        _compose_unsent(channel, now=now, clock=clock)
    due = mongo.collection(COLLECTION).find({"escalate_at": {"$lte": now}}, {"_id": 1})
    keys = [each["_id"] for each in due.sort([("escalate_at", 1), ("_id", 1)]).limit(AT_ONCE)]
    count = 0
    for key in keys:
        if stop is not None and stop.is_set():
            break
        count += _pass_on(key, clock=clock)
    return count


def _compose_unsent(channel: Channel, *, now: datetime, clock: Clock | None) -> None:
    """News of an endpoint that is paused becomes no message. It must reach the next channel all the same."""
    escalation = channel.escalation
    if escalation is None or not channel.tenant.is_active or channel.quiet_until(now) is not None:
        return
    while compose_unsent(channel, due_before=now - escalation.after, clock=clock):
        pass


def _pass_on(key: str, *, clock: Clock | None) -> bool:
    now = clock() if clock else system_clock.now()

    def work(session: ClientSession) -> bool:
        messages = mongo.collection(COLLECTION)
        found = messages.find_one({"_id": key, "escalate_at": {"$lte": now}}, session=session)
        if found is None:
            return False
        held = find_acknowledgements(found["tenant_id"], found["alerts"], session=session)
        is_dropped = found["status"] == "dropped" and found.get("ended_by") != CHANNEL_DELETION
        if is_dropped or is_acknowledged(held, found["alerts"]):
            messages.update_one({"_id": key}, {"$set": {"escalate_at": None}}, session=session)
            return False
        following = _find_next(found)
        passed_on = {"channel_id": str(following.pk) if following else "", "at": now}
        messages.update_one({"_id": key}, {"$set": {"escalate_at": None, "passed_on": passed_on}}, session=session)
        if following is not None:
            deliveries.insert(_again(found, following), clock=clock, session=session)
        return True

    is_passed_on = mongo.in_transaction(work)
    if is_passed_on:
        logger.info("Nobody acknowledged the message %s in time; it was passed on.", key)
    return is_passed_on


def _find_next(found: Document) -> Channel | None:
    """The next channel that is on and has not had the message; None if there is none.

    The settings of now count, or those of the time of the message if its channel has been deleted since.
    """
    had = {found["channel_id"], *found["chain"]}
    own = _find(found["channel_id"])
    following = own.escalate_to if own is not None and own.escalate_to_id is not None else _find(found["escalate_to"])
    while following is not None:
        if str(following.pk) in had:
            return None
        if following.enabled and following.tenant.slug == found["tenant_id"]:
            return following
        had.add(str(following.pk))
        following = following.escalate_to
    return None


def _find(channel_id: str) -> Channel | None:
    try:
        key = ObjectId(channel_id)
    except InvalidId:
        return None
    found: Channel | None = Channel.objects.filter(pk=key).select_related("tenant").first()
    return found


def _again(found: Document, channel: Channel) -> NewDelivery:
    """The message once more. Its key follows from the message and the channel."""
    name = f"{found['_id']}\0{channel.pk}"
    own = _find(found["channel_id"])
    waited = format_rough_duration(found["escalate_ms"] / 1000)
    first = format_exact_time(found["composed_at"], channel.tenant.zone)
    to = f" to “{own.name}”" if own is not None else ""
    return NewDelivery(
        key=hashlib.blake2b(name.encode(), digest_size=16).hexdigest(),
        tenant_id=found["tenant_id"],
        channel_id=str(channel.pk),
        kind=found["kind"],
        headline=found["headline"],
        tickets=found["tickets"],
        customers=found["customers"],
        created_at=found["created_at"],
        expires_at=found.get("expires_at"),
        alerts=found["alerts"],
        escalation=channel.escalation,
        chain=[*found["chain"], found["channel_id"]],
        note=f"Nobody acknowledged this within {waited}. It was first sent{to} on {first}.",
        path=found["path"],
    )
