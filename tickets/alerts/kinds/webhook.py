"""Generic webhooks: JSON, signed according to the Standard Webhooks specification (docs/alerts.md).

The signature is HMAC-SHA256 over `id.timestamp.body`. The id is the Idempotency-Key and stays the same in every
attempt. Timestamp and signature are new in each attempt, so that receivers can reject old requests.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from supportsaas import clock
from supportsaas.clock import iso_z
from supportsaas.crypto import SecretUnreadable
from supportsaas.net.outbound import Resolve
from tickets.alerts.kinds.base import DeliveryError, Response
from tickets.alerts.kinds.http import Endpoint, endpoint_name
from tickets.alerts.links import acknowledge_url, link_of, ticket_url
from tickets.alerts.messages import Message
from tickets.alerts.model import Channel, signing_key


class WebhookSender:
    def __init__(
        self, channel: Channel, *, resolve: Resolve | None = None, now: Callable[[], datetime] = clock.now
    ) -> None:
        self.endpoint = endpoint_name("webhook", channel.address)
        self._key = _key_of(channel)
        self._now = now
        self._http = Endpoint(channel.address, resolve=resolve)

    def send(self, message: Message) -> Response:
        body = json.dumps(payload_of(message), ensure_ascii=False).encode("utf-8", "replace")
        timestamp = str(int(self._now().timestamp()))
        return self._http.post(
            body,
            {
                "Idempotency-Key": message.key,
                "webhook-id": message.key,
                "webhook-timestamp": timestamp,
                "webhook-signature": signature(self._key, id_=message.key, timestamp=timestamp, body=body),
            },
        )

    def close(self) -> None:
        self._http.close()


def signature(key: bytes, *, id_: str, timestamp: str, body: bytes) -> str:
    signed = f"{id_}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def payload_of(message: Message) -> dict[str, Any]:
    """The fields of the body, documented in docs/alerts.md."""
    return {
        "id": message.key,
        "kind": message.kind,
        "tenant_id": message.tenant_id,
        "tenant_name": message.tenant_name,
        "headline": message.headline,
        "url": link_of(message).url,
        "helpdesk_url": message.tickets[0].helpdesk_url if len(message.tickets) == 1 else "",
        "acknowledge_url": acknowledge_url(message),
        "note": message.note,
        "at": iso_z(message.at),
        "tickets": [
            {
                "ticket_id": ticket.ticket_id,
                "subject": ticket.subject,
                "customer_id": ticket.customer_id,
                "customer_name": ticket.customer_name,
                "customer_open": ticket.customer_open,
                "customer_high": ticket.customer_high,
                "urgency": ticket.urgency,
                "sentiment": ticket.sentiment,
                "reason": ticket.reason,
                "text": ticket.text,
                "url": ticket_url(message.tenant_id, ticket.ticket_id),
                "helpdesk_url": ticket.helpdesk_url,
                "created_at": iso_z(ticket.created_at),
            }
            for ticket in message.tickets
        ],
    }


def _key_of(channel: Channel) -> bytes:
    try:
        return signing_key(channel.reveal_secret())
    except (SecretUnreadable, ValueError) as error:
        raise DeliveryError(f"The channel’s signing secret is not usable. {error}", fault="settings") from None
