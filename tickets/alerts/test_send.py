"""Sending a test over a channel, at once and past outbox and breaker: a person waits for the answer."""

import uuid
from dataclasses import dataclass

from supportsaas import clock
from supportsaas.formatting import format_duration, format_seconds
from supportsaas.reliability.quota import RequestQuota
from tenants.models import User
from tickets.alerts.kinds import DeliveryError, open_sender
from tickets.alerts.messages import Message
from tickets.alerts.model import Channel

AN_HOUR = 3600
OF_A_PERSON_AN_HOUR = 10
OF_A_TENANT_AN_HOUR = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialResult:
    """`sentence` says how it went, `excerpt` what the endpoint answered, `problem` why it did not arrive."""

    ok: bool
    sentence: str
    excerpt: str = ""
    problem: str = ""

    def __str__(self) -> str:
        return f"{self.sentence} It said: {self.excerpt}" if self.excerpt else self.sentence


def request_test(channel: Channel, *, by: User) -> TrialResult:
    """A test that a person asks for on a page: as `send_test`, and not more often than a person needs."""
    limits = ((f"test-by:{by.pk}", OF_A_PERSON_AN_HOUR), (f"test-of:{channel.tenant_id}", OF_A_TENANT_AN_HOUR))
    for caller, limit in limits:
        wait = RequestQuota(caller, limit=limit, seconds=AN_HOUR).take().retry_after
        if wait is not None:
            sentence = (
                f"No test was sent. A person may send {OF_A_PERSON_AN_HOUR} tests an hour, and a tenant "
                f"{OF_A_TENANT_AN_HOUR}. Try again in {format_duration(wait)}."
            )
            return TrialResult(ok=False, sentence=sentence)
    return send_test(channel, started_by=by.get_username())


def send_test(channel: Channel, *, started_by: str) -> TrialResult:
    """One message that says it is a test; the channel remembers how it went.

    It never raises for what the endpoint does.
    """
    result = _send(channel, started_by=started_by)
    channel.keep_test(result.problem)
    return result


def _send(channel: Channel, *, started_by: str) -> TrialResult:
    tenant = channel.tenant
    message = Message(
        key=uuid.uuid4().hex,
        kind="test",
        tenant_id=tenant.slug,
        tenant_name=tenant.name,
        # The channel's name stands in no subject: its admin may choose it, and the address be somebody else's.
        headline=f"This is a test of an alert channel, sent by {started_by}. Nothing is wrong.",
        note=f"Channel: “{channel.name}”",
        tickets=(),
        at=clock.now(),
        zone=tenant.zone,
    )
    try:
        sender = open_sender(channel)
        try:
            answer = sender.send(message)
        finally:
            sender.close()
    except DeliveryError as error:
        problem = f"{error} It said: {error.excerpt}" if error.excerpt else str(error)
        return TrialResult(
            ok=False, sentence=f"The test did not arrive. {error}", excerpt=error.excerpt, problem=problem
        )
    status = f" with status {answer.status}" if answer.status else ""
    left_out = f" Not sent to {', '.join(channel.unconfirmed)}: not confirmed yet." if channel.unconfirmed else ""
    sentence = f"The test arrived: answered{status} after {format_seconds(answer.seconds)}.{left_out}"
    return TrialResult(ok=True, sentence=sentence, excerpt=answer.excerpt)
