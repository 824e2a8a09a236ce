"""Sending a test over a channel, at once and past outbox and breaker: a person waits for the answer."""

import uuid
from dataclasses import dataclass

from supportsaas import clock
from tenants.models import Channel
from tickets.notifications.messages import Message
from tickets.notifications.senders import DeliveryError, open_sender


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialResult:
    """`sentence` says how it went, `excerpt` what the endpoint answered."""

    ok: bool
    sentence: str
    excerpt: str

    def __str__(self) -> str:
        return f"{self.sentence} It said: {self.excerpt}" if self.excerpt else self.sentence


def send_test(channel: Channel, *, started_by: str) -> TrialResult:
    """One message that says it is a test. It never raises for what the endpoint does."""
    tenant = channel.tenant
    message = Message(
        key=uuid.uuid4().hex,
        kind="test",
        tenant_id=tenant.slug,
        tenant_name=tenant.name,
        headline=f"This is a test of the channel “{channel.name}”, sent by {started_by}. Nothing is wrong.",
        tickets=(),
        at=clock.now(),
    )
    try:
        sender = open_sender(channel)
        try:
            answer = sender.send(message)
        finally:
            sender.close()
    except DeliveryError as error:
        return TrialResult(ok=False, sentence=f"The test did not arrive. {error}", excerpt=error.excerpt)
    status = f" with status {answer.status}" if answer.status else ""
    sentence = f"The test arrived: answered{status} after {answer.seconds:.1f} s."
    return TrialResult(ok=True, sentence=sentence, excerpt=answer.excerpt)
