"""The state of each of a tenant's channels, ready to show: its circuit breaker and its last test in words and marks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from supportsaas.reliability.circuit_breaker import CircuitState, Result, find_states
from tenants.models import Tenant
from tickets.alerts.channels import endpoint_of
from tickets.alerts.model import Channel, ChannelKind, LastTest

State = Literal["well", "untested", "failing", "paused", "trying", "off"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownChannel:
    """`results` are the last requests of the endpoint, newest first; `failed_test` is there while nothing arrived since."""

    channel: Channel
    state: State
    word: str
    sentence: str
    results: Sequence[Result] = ()
    shared_with: Sequence[str] = ()
    tries_at: datetime | None = None
    wait: float = 0.0
    failed_test: LastTest | None = None

    @property
    def may_be_reset(self) -> bool:
        return self.state in ("paused", "trying")


def find_shown_channels(tenant: Tenant, *, now: datetime) -> list[ShownChannel]:
    """By name. Channels of the tenant that end at the same endpoint share one breaker."""
    channels = list(Channel.objects.filter(tenant=tenant).select_related("tenant"))
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
    state, word, sentence = _in_words(channel, circuit, failed_test)
    return ShownChannel(
        channel=channel,
        state=state,
        word=word,
        sentence=sentence,
        results=circuit.results,
        shared_with=others,
        tries_at=now + timedelta(seconds=wait) if circuit.state == "open" else None,
        wait=wait,
        failed_test=failed_test,
    )


def _failed_test(channel: Channel, circuit: CircuitState) -> LastTest | None:
    """The last test, where it failed and nothing has arrived since."""
    test = channel.last_test
    if test is None or not test.problem:
        return None
    return None if any(each.ok and each.at > test.at for each in circuit.results) else test


def _in_words(channel: Channel, circuit: CircuitState, failed_test: LastTest | None) -> tuple[State, str, str]:
    """State, its word and a sentence; of a failed test the page itself says when that was."""
    state: State
    last = circuit.results[0] if circuit.results else None
    if not channel.enabled:
        return "off", "Off", "Switched off: nothing is sent, and what is due waits."
    if circuit.state == "open":
        return "paused", "Paused", f"{_failed(circuit)}, so nothing is sent for a while."
    if circuit.state == "half_open":
        return "trying", "Retrying", "After a pause one message is on its way. If it arrives, the others follow."
    if failed_test is not None:
        return "failing", "Failing", ""
    if channel.kind == ChannelKind.EMAIL and not channel.confirmed_recipients:
        return "failing", "Not confirmed", "No address is confirmed yet, so nothing is sent."
    if last is not None and last.fault:
        is_alone = last.fault == "message" and any(each.ok for each in circuit.results)
        state, word = ("well", "Healthy") if is_alone else ("failing", "Failing")
        return state, word, f"The last message was refused{', others arrived' if is_alone else ''}. {last.note}"
    if last is not None:
        return "well", "Healthy", _well(circuit)
    if channel.last_test is not None:
        return "well", "Ready", "The last test arrived. Nothing has been sent yet."
    return "untested", "Not tested", "Nothing has been sent yet. Send a test to see that it arrives."


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
