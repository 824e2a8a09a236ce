"""Checks the watched numbers every other minute, and alerts once when one begins to fire and once when it is over.

A change of the state and the messages about it are one transaction, so only one of any number of workers sends them.
"""

import hashlib
import logging
import threading
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from pymongo.client_session import ClientSession
from pymongo.errors import OperationFailure

from supportsaas import clock
from supportsaas.db import mongo
from supportsaas.formatting import format_count
from supportsaas.ops.per_tenant_work import for_each_tenant
from supportsaas.ops.periodic_tasks import periodic_task
from tickets.alerts import deliveries
from tickets.alerts.acknowledging import find_acknowledgements, stop_waiting
from tickets.alerts.deliveries import NewDelivery
from tickets.alerts.messages import MessageKind
from tickets.alerts.model import Channel
from tickets.incidents.store import Incident
from tickets.number_alerts.lists import path_now
from tickets.number_alerts.model import NumberAlert
from tickets.number_alerts.reading import find_incident, read_sample, read_value
from tickets.number_alerts.rules import RECOVERS_AFTER, Checked
from tickets.number_alerts.states import AlertState, alert_of, find_state, save_state
from tickets.store.filters import FilterError

logger = logging.getLogger(__name__)

EVERY: Final = timedelta(minutes=2)


@periodic_task("number-alerts", every_seconds=30.0, follows_runs=True)
def watch_numbers(stop: threading.Event) -> int:
    """Check the alerts of all tenants that are due. Returns how many began or ceased to fire."""
    now = clock.now()
    by_tenant: dict[str, list[NumberAlert]] = {}
    found = NumberAlert.objects.filter(enabled=True).select_related("tenant", "view", "view__tenant")
    for alert in found:
        if alert.tenant.is_active:
            by_tenant.setdefault(alert.tenant.slug, []).append(alert)
    return for_each_tenant(
        "number-alerts", by_tenant, lambda slug: sum(check(each, now=now) for each in by_tenant[slug]), stop=stop
    )


def check(alert: NumberAlert, *, now: datetime) -> bool:
    """Check one alert, unless that was done a moment ago. Returns whether it began or ceased to fire."""
    seen = find_state(alert)
    if seen.checked_at is not None and now - seen.checked_at < EVERY:
        return False
    try:
        checked = read(alert, now=now)
    except FilterError as error:
        problem = f"Its view cannot be used: “{error.field}” {error.reason}."
        return _save(alert, replace(seen, checked_at=now, value=None, problem=problem), seen, now=now)
    except OperationFailure:  # of this alert alone: the tenant's others go on
        logger.warning("could not count what an alert of %s watches", alert.tenant.slug, exc_info=True)
        problem = "The database could not count it in time."
        return _save(alert, replace(seen, checked_at=now, value=None, problem=problem), seen, now=now)
    incident = find_incident(alert) if alert.metric == "incident" else None
    if incident is not None and seen.incident is not None and incident.number > seen.incident:
        new = next_state(replace(seen, is_firing=False), checked, now=now)  # another incident is another alert
    else:
        new = next_state(seen, checked, now=now)
    return _save(alert, new, seen, now=now, incident=incident)


def read(alert: NumberAlert, *, now: datetime) -> Checked:
    """The number now, and whether it is worth an alert. Raises `FilterError`."""
    value = read_value(alert, now=now)
    return alert.limit.check(value, read_sample(alert, now=now) if alert.is_unusual else ())


def next_state(seen: AlertState, checked: Checked, *, now: datetime) -> AlertState:
    """The state after a check. An alert ceases to fire once its number was fine for a while."""
    found = checked.assessment
    present = replace(
        seen,
        checked_at=now,
        value=checked.value,
        usual=found.usual if found else None,
        limit=float(found.limit) if found else None,
        problem="",
    )
    if checked.is_alert:
        if seen.is_firing:
            return replace(present, fine_since=None)
        return replace(present, is_firing=True, since=now, fine_since=None, is_sent=False)
    if not seen.is_firing:
        return present
    if seen.fine_since is None:
        return replace(present, fine_since=now)
    if now - seen.fine_since < RECOVERS_AFTER:
        return present
    return replace(present, is_firing=False, since=now, fine_since=None)


def _save(
    alert: NumberAlert, new: AlertState, seen: AlertState, *, now: datetime, incident: Incident | None = None
) -> bool:
    has_changed = new.is_firing != seen.is_firing or (new.is_firing and new.since != seen.since)
    waits = new.is_firing and new.fine_since is None and not new.is_sent and not alert.is_muted(now)
    is_over = has_changed and not new.is_firing and seen.is_sent and not alert.is_muted(now)
    channels = channels_of(alert) if waits or is_over else []
    is_due = waits and bool(channels)
    new = replace(new, is_sent=new.is_sent or is_due, incident=incident.number if incident else None)

    def work(session: ClientSession) -> bool:
        if not _is_watched(alert, session=session) or not save_state(alert, new, seen=seen, session=session):
            return False
        if is_due:
            _send(alert, "number", headline_of(alert, new, incident), new, channels, session=session)
        if has_changed and seen.is_firing:
            stop_waiting(alert.tenant.slug, [alert_of(alert, seen)], session=session)
        if is_over:
            _send(alert, "recovery", f"Back to normal: {_number(alert, new)}", new, channels, session=session)
        return True

    return mongo.in_transaction(work) and has_changed


def _is_watched(alert: NumberAlert, *, session: ClientSession) -> bool:
    """Whether the alert was neither deleted nor turned off while its number was read."""
    found = mongo.collection(NumberAlert._meta.db_table).find_one(
        {"_id": alert.pk, "enabled": True}, {"_id": 1}, session=session
    )
    return found is not None


def headline_of(alert: NumberAlert, state: AlertState, incident: Incident | None = None) -> str:
    """What the number is, and what it was compared with, as a sentence without an end."""
    if incident is not None:
        return f"Incident “{incident.name}”: {format_count(incident.customers, 'customer')}, {alert.limit_text}"
    if state.usual is not None:
        return f"{_number(alert, state)}, usually {alert.show(state.usual)}"
    return f"{_number(alert, state)}, {alert.limit_text}"


def _number(alert: NumberAlert, state: AlertState) -> str:
    value = "unknown" if state.value is None else alert.show(state.value)
    of = f" of “{alert.view.name}”" if alert.view is not None else ""
    over = f" in {alert.window_text}" if alert.what.has_window else ""
    return f"{alert.what.label}{of}{over}: {value}"


def _send(
    alert: NumberAlert,
    kind: MessageKind,
    headline: str,
    state: AlertState,
    channels: Iterable[Channel],
    *,
    session: ClientSession,
) -> None:
    alerts = [alert_of(alert, state)] if kind == "number" else []
    held = find_acknowledgements(alert.tenant.slug, alerts, session=session)
    mine = held.get(alerts[0]) if alerts else None
    for channel in channels:
        name = f"{alert.pk}\0{kind}\0{state.since}\0{channel.pk}"
        new = NewDelivery(
            key=hashlib.blake2b(name.encode(), digest_size=16).hexdigest(),
            tenant_id=alert.tenant.slug,
            channel_id=str(channel.pk),
            kind=kind,
            headline=headline,
            alerts=alerts,
            acknowledged_by=mine.by if mine else "",
            acknowledged_at=mine.at if mine else None,
            escalation=channel.escalation,
            path=path_now(alert, state),
        )
        deliveries.insert(new, session=session)


def channels_of(alert: NumberAlert) -> list[Channel]:
    """The channels that the alert goes to now."""
    return chosen_of(alert, Channel.objects.filter(tenant=alert.tenant))


def chosen_of(alert: NumberAlert, channels: Iterable[Channel]) -> list[Channel]:
    """Of the tenant's channels those that are on and were chosen. If none was: all that are on and get alerts by themselves."""
    if alert.channels:
        return [each for each in channels if each.enabled and str(each.pk) in alert.channels]
    return [each for each in channels if each.enabled and not each.only_escalations]
