"""Who looks after an alert: written once, given back, and kept with everybody who did either.

People acknowledge an *alert*: one version of a ticket, one firing of a number, or one outage. Its messages over all
channels name it in `alerts`, and a message is acknowledged once all its alerts are. What changes here and what changes in
the messages is one transaction, so a message that somebody has acknowledged is not passed on to the next channel.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from pymongo import UpdateMany, UpdateOne
from pymongo.client_session import ClientSession
from pymongo.errors import DuplicateKeyError

from supportsaas.db import mongo
from supportsaas.db.mongo import Document
from tickets.alerts.deliveries import COLLECTION as DELIVERIES

COLLECTION: Final = "acknowledgements"
MOST_STEPS: Final = 50
"""Of one alert, kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledgement:
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Somebody acknowledged an alert (`is_given_back` False), or gave it back."""

    by: str
    at: datetime
    is_given_back: bool


def find_acknowledgements(
    tenant_id: str, alerts: Iterable[str], *, session: ClientSession | None = None
) -> dict[str, Acknowledgement]:
    """Who looks after these alerts, by alert; those that nobody looks after are missing."""
    rows = _find(tenant_id, alerts, session=session)
    return {each["alert"]: Acknowledgement(by=each["by"], at=each["at"]) for each in rows if each["by"]}


def find_steps(tenant_id: str, alert: str) -> list[Step]:
    """What people did with the alert, the oldest first."""
    return [
        Step(by=step["by"], at=step["at"], is_given_back=step["is_given_back"])
        for each in _find(tenant_id, [alert])
        for step in each["steps"]
    ]


def acknowledge(tenant_id: str, alerts: Sequence[str], *, by: str, now: datetime) -> bool:
    """Say that `by` looks after these alerts. Whoever was first with one keeps it. Returns whether any was still free."""

    def work(session: ClientSession) -> bool:
        held = find_acknowledgements(tenant_id, alerts, session=session)
        free = [each for each in dict.fromkeys(alerts) if each not in held]
        if not free:
            return False
        _save(tenant_id, free, by=by, at=now, is_given_back=False, session=session)
        _acknowledge_messages(tenant_id, free, by=by, now=now, session=session)
        return True

    while True:
        try:
            return mongo.in_transaction(work)
        except DuplicateKeyError:
            continue  # somebody else was first, a moment ago


def give_back(tenant_id: str, alerts: Sequence[str], *, by: str, now: datetime) -> bool:
    """Say that nobody looks after these alerts any more. Returns whether anybody did.

    The time until the next channel gets a message begins again, unless it has got it already.
    """

    def work(session: ClientSession) -> bool:
        held = list(find_acknowledgements(tenant_id, alerts, session=session))
        if not held:
            return False
        _save(tenant_id, held, by="", at=now, is_given_back=True, session=session, step_by=by)
        _reopen_messages(tenant_id, held, now=now, session=session)
        return True

    return mongo.in_transaction(work)


def _save(
    tenant_id: str,
    alerts: Iterable[str],
    *,
    by: str,
    at: datetime,
    is_given_back: bool,
    session: ClientSession,
    step_by: str = "",
) -> None:
    step = {"by": step_by or by, "at": at, "is_given_back": is_given_back}
    mongo.collection(COLLECTION).bulk_write(
        [
            UpdateOne(
                {"_id": _key(tenant_id, each)},
                {
                    "$set": {"tenant_id": tenant_id, "alert": each, "by": by, "at": at},
                    "$push": {"steps": {"$each": [step], "$slice": -MOST_STEPS}},
                },
                upsert=True,
            )
            for each in alerts
        ],
        session=session,
    )


def _acknowledge_messages(
    tenant_id: str, alerts: Sequence[str], *, by: str, now: datetime, session: ClientSession
) -> None:
    """Mark the messages of which no alert is left."""
    messages = mongo.collection(DELIVERIES)
    about = {"tenant_id": tenant_id, "alerts": {"$in": list(alerts)}, "acknowledged_by": ""}
    found = list(messages.find(about, {"alerts": 1}, session=session))
    others = {alert for each in found for alert in each["alerts"]}
    held = find_acknowledgements(tenant_id, others, session=session)
    complete = [each["_id"] for each in found if held.keys() >= set(each["alerts"])]
    messages.update_many(
        {"_id": {"$in": complete}},
        {"$set": {"acknowledged_by": by, "acknowledged_at": now, "escalate_at": None}},
        session=session,
    )


def _reopen_messages(tenant_id: str, alerts: Sequence[str], *, now: datetime, session: ClientSession) -> None:
    about = {"tenant_id": tenant_id, "alerts": {"$in": list(alerts)}, "acknowledged_by": {"$nin": ["", None]}}
    again: Any = {"$cond": [{"$gt": ["$escalate_ms", 0]}, {"$add": [now, "$escalate_ms"]}, None]}
    mongo.collection(DELIVERIES).bulk_write(
        [
            UpdateMany({**about, "passed_on": None}, [{"$set": {"escalate_at": again}}]),
            UpdateMany(about, {"$set": {"acknowledged_by": "", "acknowledged_at": None}}),
        ],
        session=session,
    )


def stop_waiting(tenant_id: str, alerts: Sequence[str], *, session: ClientSession) -> None:
    """Of alerts that are over: nobody else needs their messages."""
    about = {"tenant_id": tenant_id, "alerts": {"$in": list(alerts)}, "escalate_at": {"$ne": None}}
    mongo.collection(DELIVERIES).update_many(about, {"$set": {"escalate_at": None}}, session=session)


def forget_acknowledgements(tenant_id: str, alerts: Iterable[str]) -> None:
    """Of alerts whose messages are erased."""
    keys = [_key(tenant_id, each) for each in alerts]
    mongo.collection(COLLECTION).delete_many({"_id": {"$in": keys}})


def is_acknowledged(held: Mapping[str, Acknowledgement], alerts: Sequence[str]) -> bool:
    """Whether somebody looks after all of them."""
    return bool(alerts) and all(each in held for each in alerts)


def _find(tenant_id: str, alerts: Iterable[str], *, session: ClientSession | None = None) -> list[Document]:
    keys = sorted({_key(tenant_id, each) for each in alerts})
    return list(mongo.collection(COLLECTION).find({"_id": {"$in": keys}}, session=session)) if keys else []


def _key(tenant_id: str, alert: str) -> str:
    return f"{tenant_id} {alert}"
