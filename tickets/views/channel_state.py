"""The state of each of a tenant's channels, ready to show: its circuit breaker in words and marks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from supportsaas.reliability.circuit_breaker import CircuitState, Result, find_states
from tenants.models import Channel, Tenant
from tickets.notifications.channels import endpoint_of


@dataclass(frozen=True, slots=True)
class ShownChannel:
    """`state` is well, paused, trying or off; `results` are the last requests of the endpoint, newest first."""

    channel: Channel
    state: str
    word: str
    sentence: str
    results: Sequence[Result]
    shared_with: Sequence[str]
    tries_at: datetime | None
    wait: float

    @property
    def may_be_reset(self) -> bool:
        return self.state in ("paused", "trying")


def find_shown_channels(tenant: Tenant, *, now: datetime) -> list[ShownChannel]:
    """By name. Channels that end at the same endpoint share one breaker."""
    channels = list(Channel.objects.filter(tenant=tenant))
    endpoints = {channel.pk: endpoint_of(channel) for channel in channels}
    states = find_states(sorted(set(endpoints.values())))
    shown = []
    for channel in channels:
        others = [
            each.name for each in channels if each.pk != channel.pk and endpoints[each.pk] == endpoints[channel.pk]
        ]
        shown.append(_shown(channel, states[endpoints[channel.pk]], others, now=now))
    return shown


def _shown(channel: Channel, circuit: CircuitState, others: Sequence[str], *, now: datetime) -> ShownChannel:
    wait = circuit.retry_after or 0.0
    tries_at = now + timedelta(seconds=wait) if circuit.state == "open" else None
    if not channel.enabled:
        state, word = "off", "Off"
        sentence = "Switched off: nothing is sent, and what is due waits."
    elif circuit.state == "open":
        state, word = "paused", "Paused"
        sentence = f"{_failed(circuit)}, so nothing is sent for a while."
    elif circuit.state == "half_open":
        state, word = "trying", "Being tried"
        sentence = "After a pause one message is on its way. If it arrives, the others follow."
    elif circuit.results:
        state, word, sentence = "well", "Well", _well(circuit)
    else:
        state, word, sentence = "well", "Ready", "Nothing has been sent yet."
    return ShownChannel(channel, state, word, sentence, circuit.results, others, tries_at, wait)


def _failed(circuit: CircuitState) -> str:
    """Of the requests that are shown beside it: a pause adds to them what was under way, and what tried to end it."""
    failures = sum(not result.ok for result in circuit.results)
    return f"{failures} of the last {len(circuit.results)} requests failed"


def _well(circuit: CircuitState) -> str:
    """What is counted towards a pause begins anew after one, while the requests before it are still shown."""
    counted = circuit.failure_count + circuit.success_count
    if not counted:
        return "The pause is over; nothing has been sent since."
    since = "" if counted >= len(circuit.results) else " since the pause"
    if not circuit.failure_count:
        return f"All requests{since} arrived." if since else "The last requests all arrived."
    return f"{circuit.failure_count} of the last {counted} requests{since} failed; at 5 of 10 there is a pause."
