"""Alerts on numbers for display: state, value with the list it counts, and where they are sent, in words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from tenants.models import Tenant
from tickets.alerts.acknowledging import Acknowledgement
from tickets.alerts.model import Channel
from tickets.number_alerts.lists import path_now
from tickets.number_alerts.model import NumberAlert, find_number_alerts
from tickets.number_alerts.states import AlertState, find_states, find_who_looks_after
from tickets.number_alerts.watching import chosen_of

Kind = Literal["open", "firing", "problem", "new", "fine", "off"]
LABELS: dict[Kind, str] = {
    "open": "Fires",
    "firing": "Fires, acknowledged",
    "problem": "Not checked",
    "new": "Not checked yet",
    "fine": "Fine",
    "off": "Off",
}
_ORDER: tuple[Kind, ...] = ("open", "firing", "problem", "new", "fine", "off")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownAlert:
    """`value_url`: the list of exactly these tickets, or the page of the incident; empty if there is none.

    `sent_to`: where its messages go, as a sentence; `is_unheard`: nowhere.
    """

    alert: NumberAlert
    state: AlertState
    kind: Kind
    value: str
    value_url: str
    usual: str
    unusual_from: str
    sent_to: str
    is_unheard: bool
    is_muted: bool
    acknowledged: Acknowledgement | None

    @property
    def label(self) -> str:
        return LABELS[self.kind]

    @property
    def is_fine_again(self) -> bool:
        return self.state.is_firing and self.state.fine_since is not None


def find_shown_alerts(tenant: Tenant, *, now: datetime) -> list[ShownAlert]:
    """What fires comes first, then what cannot be checked."""
    alerts = find_number_alerts(tenant)
    states = find_states(alerts)
    channels = list(Channel.objects.filter(tenant=tenant)) if alerts else []
    held = find_who_looks_after(tenant, {each: states[each.pk] for each in alerts})
    shown = [_shown(each, states[each.pk], channels, held.get(each), now=now) for each in alerts]
    return sorted(shown, key=lambda each: _ORDER.index(each.kind))


def _shown(
    alert: NumberAlert,
    state: AlertState,
    channels: Sequence[Channel],
    acknowledged: Acknowledgement | None,
    *,
    now: datetime,
) -> ShownAlert:
    return ShownAlert(
        alert=alert,
        state=state,
        kind=_kind(alert, state, acknowledged),
        value=alert.show(state.value) if state.value is not None else "unknown",
        value_url=path_now(alert, state),
        usual=alert.show(state.usual) if state.usual is not None else "",
        unusual_from=alert.show(state.limit) if state.limit is not None else "",
        sent_to=_sent_to(alert, channels),
        is_unheard=not chosen_of(alert, channels),
        is_muted=alert.is_muted(now),
        acknowledged=acknowledged,
    )


def _kind(alert: NumberAlert, state: AlertState, acknowledged: Acknowledgement | None) -> Kind:
    if not alert.enabled:
        return "off"
    if state.is_firing:
        return "firing" if acknowledged else "open"
    if state.problem:
        return "problem"
    return "fine" if state.checked_at is not None else "new"


def _sent_to(alert: NumberAlert, channels: Sequence[Channel]) -> str:
    known = {str(each.pk): each for each in channels}
    chosen = [known[key] for key in alert.channels if key in known] if alert.channels else list(channels)
    heard = [each for each in chosen if each.enabled and (alert.channels or not each.only_escalations)]
    silent = [f"{_quoted(each for each in chosen if not each.enabled)} is off"] if len(heard) < len(chosen) else []
    if len(chosen) < len(alert.channels):
        silent.append("a channel that was chosen has been deleted")
    if not heard:
        return f"Sent to no channel: {' and '.join(silent) or 'there is none'}."
    to = f"Sent to {_quoted(heard)}" if alert.channels else "Sent to all channels"
    return f"{to}; {' and '.join(silent)}." if alert.channels and silent else f"{to}."


def _quoted(channels: Iterable[Channel]) -> str:
    return ", ".join(f"“{each.name}”" for each in channels)
