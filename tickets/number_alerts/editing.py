"""Adding, changing, muting and deleting alerts on numbers, safe for two people at once.

An alert that watches something else, is off or is deleted has no state: it begins as new.
"""

import hashlib
import json
from datetime import datetime
from typing import Final

from supportsaas.db.model_transaction import in_transaction, open_session, serialize_on
from supportsaas.web.rejected import Rejected
from tickets.number_alerts.model import NumberAlert
from tickets.number_alerts.states import forget_state

SETTINGS: Final = ("name", "metric", "view", "window_hours", "direction", "threshold", "channels")
"""What a person edits in the form."""

WATCHED: Final = ("metric", "view", "window_hours", "direction", "threshold")
"""Of these, what the state of an alert is about."""


def version_of(alert: NumberAlert) -> str:
    """A text that differs once somebody has changed the settings."""
    values = [str(alert.view_id if name == "view" else getattr(alert, name)) for name in SETTINGS]
    return hashlib.blake2b(json.dumps(values).encode(), digest_size=8).hexdigest()


def save_alert(alert: NumberAlert, *, seen: str) -> None:
    """Save a new alert, or a changed one. Raises `Rejected` unless the stored one is still the version `seen`.

    A new alert that equals a stored one is not added, so a form that is sent twice adds one.
    """
    is_new, key = alert._state.adding, alert.pk

    def work() -> None:
        alert._state.adding, alert.pk = is_new, key  # as they were before a transaction that is repeated
        if is_new:
            _add(alert)
            return
        stored = _stored(alert)
        if version_of(stored) != seen:
            raise Rejected(
                "Someone else has changed this alert since you opened it, so your changes were not saved. "
                "Reload the page to see the current one, then change it again."
            )
        alert.save(update_fields=SETTINGS)
        if any(getattr(alert, name) != getattr(stored, name) for name in WATCHED):
            forget_state(alert, session=open_session())

    in_transaction(work)


def switch_alert(alert: NumberAlert, *, enabled: bool) -> None:
    """Turn it on or off. Switching twice does nothing more."""

    def work() -> None:
        alert.enabled = enabled
        alert.save(update_fields=["enabled"])
        if not enabled:
            forget_state(alert, session=open_session())

    in_transaction(work)


def mute_alert(alert: NumberAlert, until: datetime | None) -> None:
    """Send nothing before that time; None: send again."""
    alert.muted_until = until
    alert.save(update_fields=["muted_until"])


def delete_alert(alert: NumberAlert) -> None:
    """Deleting twice does nothing more."""

    def work() -> None:
        for stored in NumberAlert.objects.filter(pk=alert.pk):
            stored.delete()
        forget_state(alert, session=open_session())

    in_transaction(work)


def _add(alert: NumberAlert) -> None:
    serialize_on(alert.tenant)
    present = NumberAlert.objects.filter(tenant=alert.tenant)
    if all(version_of(each) != version_of(alert) for each in present):
        alert.save()


def _stored(alert: NumberAlert) -> NumberAlert:
    found: NumberAlert | None = NumberAlert.objects.filter(pk=alert.pk).first()
    if found is None:
        raise Rejected("Someone else has deleted this alert, so your changes were not saved.")
    return found
