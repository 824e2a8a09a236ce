"""Sends a test message now, bypassing outbox and circuit breaker: the user waits for the result."""

import uuid
from contextlib import closing
from dataclasses import dataclass

from supportsaas import clock
from supportsaas.formatting import format_duration, format_seconds
from supportsaas.reliability.quota import RequestQuota
from tenants.models import User
from tickets.alerts.kinds import DeliveryError, Response, open_sender
from tickets.alerts.messages import Message
from tickets.alerts.model import Channel, ChannelKind

AN_HOUR = 3600
OF_A_PERSON_AN_HOUR = 10
OF_A_TENANT_AN_HOUR = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class SendResult:
    """`sentence` describes the result, `excerpt` is the response, `problem` why the test did not arrive."""

    ok: bool
    sentence: str
    excerpt: str = ""
    problem: str = ""

    def __str__(self) -> str:
        return f"{self.sentence} Response: {self.excerpt}" if self.excerpt else self.sentence


def request_test(channel: Channel, *, by: User) -> SendResult:
    """`send_test` with a rate limit, for a user on a page."""
    limits = ((f"test-by:{by.pk}", OF_A_PERSON_AN_HOUR), (f"test-of:{channel.tenant_id}", OF_A_TENANT_AN_HOUR))
    for caller, limit in limits:
        wait = RequestQuota(caller, limit=limit, seconds=AN_HOUR).take().retry_after
        if wait is not None:
            sentence = (
                f"Test not sent. The limit is {OF_A_PERSON_AN_HOUR} tests per hour for a user and {OF_A_TENANT_AN_HOUR} "
                f"for a tenant. Try again in {format_duration(wait)}."
            )
            return SendResult(ok=False, sentence=sentence)
    return send_test(channel, started_by=by.get_username())


def send_test(channel: Channel, *, started_by: str) -> SendResult:
    """Send a test message and store its result with the channel. Delivery errors are returned, not raised."""
    result = _send(channel, started_by=started_by)
    channel.keep_test(result.problem)
    return result


def _send(channel: Channel, *, started_by: str) -> SendResult:
    tenant = channel.tenant
    message = Message(
        key=uuid.uuid4().hex,
        kind="test",
        tenant_id=tenant.slug,
        tenant_name=tenant.name,
        # No channel name in the subject: an admin chooses it, and the address may belong to someone else.
        headline=f"Test of an alert channel, sent by {started_by}. Nothing is wrong.",
        note=f"Channel: “{channel.name}”",
        tickets=(),
        at=clock.now(),
        zone=tenant.zone,
    )
    try:
        with closing(open_sender(channel)) as sender:
            response = sender.send(message)
    except DeliveryError as error:
        problem = f"{error} Response: {error.excerpt}" if error.excerpt else str(error)
        return SendResult(ok=False, sentence=f"Test failed. {error}", excerpt=error.excerpt, problem=problem)
    return SendResult(ok=True, sentence=_success(channel, response), excerpt=response.excerpt)


def _success(channel: Channel, response: Response) -> str:
    skipped = f" Not sent to {', '.join(channel.unconfirmed)} (not confirmed)." if channel.unconfirmed else ""
    if channel.kind == ChannelKind.EMAIL:
        return f"Test sent; accepted by the mail server (not yet proof of delivery).{skipped}"
    return f"Test delivered: status {response.status} after {format_seconds(response.seconds)}."
