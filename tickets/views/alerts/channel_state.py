"""The state of a tenant's channels for display: circuit breaker and last test, in words and marks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from supportsaas.reliability.circuit_breaker import CircuitState, Result, find_states
from tenants.models import Tenant
from tickets.alerts.channels import endpoint_of
from tickets.alerts.model import Channel, ChannelKind, LastTest

State = Literal["healthy", "untested", "failing", "paused", "retrying", "off"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownChannel:
    """`results` are the endpoint's last requests, newest first. `failed_test` is set until something is delivered."""

    channel: Channel
    state: State
    label: str
    sentence: str
    results: Sequence[Result] = ()
    shared_with: Sequence[str] = ()
    tries_at: datetime | None = None
    wait: float = 0.0
    failed_test: LastTest | None = None
    quiet_until: datetime | None = None
    passes_on_to: str = ""

    @property
    def can_be_reset(self) -> bool:
        return self.state in ("paused", "retrying")


def find_shown_channels(tenant: Tenant, *, now: datetime) -> list[ShownChannel]:
    """The tenant's channels by name. Channels with the same endpoint share a circuit breaker."""
    channels = list(Channel.objects.filter(tenant=tenant).select_related("tenant", "escalate_to"))
    endpoints = {channel.pk: endpoint_of(channel) for channel in channels}
    states = find_states(sorted(set(endpoints.values())))
    shown = []
    for channel in channels:
        others = [
            each.name for each in channels if each.pk != channel.pk and endpoints[each.pk] == endpoints[channel.pk]
        ]
        shown.append(_shown(channel, states[endpoints[channel.pk]], others, now=now))
    return shown


def find_shown_channel(channel: Channel, *, now: datetime) -> ShownChannel:
    endpoint = endpoint_of(channel)
    return _shown(channel, find_states([endpoint])[endpoint], (), now=now)


def _shown(channel: Channel, circuit: CircuitState, others: Sequence[str], *, now: datetime) -> ShownChannel:
    wait = circuit.retry_after or 0.0
    failed_test = _failed_test(channel, circuit)
    state, label, sentence = _describe(channel, circuit, failed_test)
    return ShownChannel(
        channel=channel,
        state=state,
        label=label,
        sentence=sentence,
        results=circuit.results,
        shared_with=others,
        tries_at=now + timedelta(seconds=wait) if circuit.state == "open" else None,
        wait=wait,
        failed_test=failed_test,
        quiet_until=channel.quiet_until(now),
        passes_on_to=channel.escalate_to.name if channel.escalate_to else "",
    )


def _failed_test(channel: Channel, circuit: CircuitState) -> LastTest | None:
    """The last test if it failed and nothing was delivered since."""
    test = channel.last_test
    if test is None or not test.problem:
        return None
    return None if any(each.ok and each.at > test.at for each in circuit.results) else test


def _describe(channel: Channel, circuit: CircuitState, failed_test: LastTest | None) -> tuple[State, str, str]:
    """State, label and sentence; the page itself shows when a failed test was."""
    last = circuit.results[0] if circuit.results else None
    if not channel.enabled:
        return "off", "Off", "Nothing is sent while the channel is off. Due alerts wait."
    if circuit.state == "open":
        return "paused", "Retrying", f"{_failures(circuit)}. Alerts wait and are retried."
    if circuit.state == "half_open":
        return (
            "retrying",
            "Retrying",
            "Sending one alert to see whether the endpoint works again. The others follow.",
        )
    if failed_test is not None:
        return "failing", "Failed", ""
    if channel.kind == ChannelKind.EMAIL and not channel.confirmed_recipients:
        return "failing", "Not confirmed", "No address is confirmed yet, so no alerts are sent."
    if last is not None and last.fault:
        if last.fault == "message" and any(each.ok for each in circuit.results):
            return "healthy", "Healthy", f"The last message was rejected; others were delivered. {last.note}"
        return "failing", "Failed", f"The last message was rejected. {last.note}"
    if last is not None:
        return "healthy", "Healthy", _success(circuit)
    if channel.last_test is not None:
        return "healthy", "Ready", "The last test was delivered. No alerts sent yet."
    return "untested", "Not tested", "No alerts sent yet. Send a test to check the channel."


def _failures(circuit: CircuitState) -> str:
    """Counts the requests shown next to it, including those made during the pause."""
    failures = sum(not result.ok for result in circuit.results)
    return f"{failures} of the last {len(circuit.results)} deliveries failed"


def _success(circuit: CircuitState) -> str:
    """After a pause the count starts over, while earlier requests are still shown."""
    counted = circuit.failure_count + circuit.success_count
    if not counted:
        return "The pause is over. Nothing sent since."
    since = "" if counted >= len(circuit.results) else " since the pause"
    if not circuit.failure_count:
        return f"All deliveries{since} succeeded." if since else "All recent deliveries succeeded."
    failed = f"{circuit.failure_count} of the last {counted} deliveries{since} failed."
    return f"{failed} Sending pauses if 5 of 10 fail."
