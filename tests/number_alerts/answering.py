"""Acknowledging an alert on a number as a person does."""

from tests.builders import NOON
from tickets.alerts import acknowledging
from tickets.number_alerts.model import NumberAlert
from tickets.number_alerts.states import alert_of, find_state, find_who_looks_after


def acknowledge(alert: NumberAlert, *, by: str) -> bool:
    """Returns whether nobody was first."""
    mine = [alert_of(alert, find_state(alert))]
    return acknowledging.acknowledge(alert.tenant.slug, mine, by=by, now=NOON)


def holder(alert: NumberAlert) -> str:
    """Who looks after what fires; empty if nobody does."""
    found = find_who_looks_after(alert.tenant, {alert: find_state(alert)})
    return found[alert].by if alert in found else ""
