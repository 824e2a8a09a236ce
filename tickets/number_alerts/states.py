"""Whether an alert on a number is firing, since when, and who looks after it: one document for each alert."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from pymongo.client_session import ClientSession
from pymongo.collection import Collection

from supportsaas.db import mongo
from supportsaas.db.mongo import Document
from tenants.models import Tenant
from tickets.number_alerts.model import NumberAlert

COLLECTION: Final = "number_alert_states"


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertState:
    """`since`: when it began to fire, or went back to normal. `is_sent`: whether anybody was alerted about it.

    - `value`: as of `checked_at`; None if it is not known. `usual` and `limit`: what it was compared with, if it was.
    - `incident`: the number of the incident that the value is about.
    - `fine_since`: it fires, but the number has been fine since then.
    - `problem`: why it could not be checked.
    """

    is_firing: bool = False
    since: datetime | None = None
    checked_at: datetime | None = None
    value: float | None = None
    usual: float | None = None
    limit: float | None = None
    incident: int | None = None
    fine_since: datetime | None = None
    is_sent: bool = False
    acknowledged_by: str = ""
    acknowledged_at: datetime | None = None
    problem: str = ""

    @property
    def is_open(self) -> bool:
        """Whether it fires and nobody has said that they look after it."""
        return self.is_firing and not self.acknowledged_by


_NAMES: Final = tuple(AlertState.__dataclass_fields__)


def find_state(alert: NumberAlert) -> AlertState:
    return _state(_states().find_one({"_id": _key(alert)}) or {})


def find_states(alerts: Iterable[NumberAlert]) -> dict[Any, AlertState]:
    """The state of each alert, by its id."""
    keys = {_key(each): each.pk for each in alerts}
    found = {each["_id"]: _state(each) for each in _states().find({"_id": {"$in": sorted(keys)}})}
    return {pk: found.get(key, AlertState()) for key, pk in keys.items()}


def count_open(tenant: Tenant) -> int:
    """How many alerts fire that nobody has acknowledged."""
    return _states().count_documents({"tenant_id": tenant.slug, "is_firing": True, "acknowledged_by": ""})


def save_state(alert: NumberAlert, new: AlertState, *, seen: AlertState, session: ClientSession) -> bool:
    """Save the state unless another worker has checked the alert since it was `seen`. Returns whether it was saved."""
    values = {name: getattr(new, name) for name in _NAMES} | {"tenant_id": alert.tenant.slug}
    unchanged = {"_id": _key(alert), "checked_at": seen.checked_at}
    if seen.checked_at is None:
        added = _states().update_one({"_id": _key(alert)}, {"$setOnInsert": values}, upsert=True, session=session)
        return added.upserted_id is not None
    return _states().update_one(unchanged, {"$set": values}, session=session).matched_count == 1


def acknowledge(alert: NumberAlert, *, by: str, now: datetime) -> bool:
    """Say who looks after a firing alert. Whoever was first stays. Returns whether it was this one."""
    mine = {"_id": _key(alert), "is_firing": True, "acknowledged_by": ""}
    return _states().update_one(mine, {"$set": {"acknowledged_by": by, "acknowledged_at": now}}).modified_count == 1


def forget_state(alert: NumberAlert, *, session: ClientSession) -> None:
    """Of an alert that watches something else from now on, is off, or is deleted."""
    _states().delete_one({"_id": _key(alert)}, session=session)


def _states() -> Collection[Document]:
    return mongo.collection(COLLECTION)


def _key(alert: NumberAlert) -> str:
    return f"{alert.tenant.slug} {alert.pk}"


def _state(found: Document) -> AlertState:
    return AlertState(**{name: found[name] for name in _NAMES if name in found})
