"""Whether an alert on a number is firing, and since when: one document for each alert.

Who looks after it is known by `tickets.alerts.acknowledging`, as of every alert.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from pymongo.client_session import ClientSession
from pymongo.collection import Collection

from supportsaas.clock import iso_z
from supportsaas.db import mongo
from supportsaas.db.mongo import Document
from tenants.models import Tenant
from tickets.alerts.acknowledging import Acknowledgement, find_acknowledgements
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
    problem: str = ""


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
    firing = _states().find({"tenant_id": tenant.slug, "is_firing": True}, {"since": 1})
    alerts = [_alert(each["_id"].rpartition(" ")[2], each["since"]) for each in firing]
    return len(alerts) - len(find_acknowledgements(tenant.slug, alerts))


def alert_of(alert: NumberAlert, state: AlertState) -> str:
    """What people acknowledge: this firing."""
    return _alert(str(alert.pk), state.since)


def find_who_looks_after(
    tenant: Tenant, states: Mapping[NumberAlert, AlertState]
) -> dict[NumberAlert, Acknowledgement]:
    """Of those that fire and that somebody has acknowledged."""
    firing = {each: alert_of(each, state) for each, state in states.items() if state.is_firing}
    held = find_acknowledgements(tenant.slug, firing.values())
    return {each: held[alert] for each, alert in firing.items() if alert in held}


def save_state(alert: NumberAlert, new: AlertState, *, seen: AlertState, session: ClientSession) -> bool:
    """Save the state unless another worker has checked the alert since it was `seen`. Returns whether it was saved."""
    values = {name: getattr(new, name) for name in _NAMES} | {"tenant_id": alert.tenant.slug}
    unchanged = {"_id": _key(alert), "checked_at": seen.checked_at}
    if seen.checked_at is None:
        added = _states().update_one({"_id": _key(alert)}, {"$setOnInsert": values}, upsert=True, session=session)
        return added.upserted_id is not None
    return _states().update_one(unchanged, {"$set": values}, session=session).matched_count == 1


def forget_state(alert: NumberAlert, *, session: ClientSession) -> None:
    """Of an alert that watches something else from now on, is off, or is deleted."""
    _states().delete_one({"_id": _key(alert)}, session=session)


def _states() -> Collection[Document]:
    return mongo.collection(COLLECTION)


def _key(alert: NumberAlert) -> str:
    return f"{alert.tenant.slug} {alert.pk}"


def _alert(key: str, since: datetime | None) -> str:
    return f"number {key} {iso_z(since)}"


def _state(found: Document) -> AlertState:
    return AlertState(**{name: found[name] for name in _NAMES if name in found})
