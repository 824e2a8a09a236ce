"""The recipes of webhooks, against calls made as the vendors' documents say."""

import base64
import hmac
import json
from collections.abc import Mapping
from typing import Any

import pytest

from supportsaas import clock
from tickets.helpdesks.field_paths import look_up
from tickets.helpdesks.presets import PRESETS
from tickets.helpdesks.signatures import is_signed

SECRET = "the-signing-secret-of-the-test"
NOW = clock.now()
TIMESTAMP = clock.iso_z(NOW.replace(microsecond=0)) or ""


def hmac_of(algorithm: str, signed: bytes) -> bytes:
    return hmac.new(SECRET.encode(), signed, algorithm).digest()


def zendesk(body: bytes) -> Mapping[str, str]:
    """https://developer.zendesk.com/documentation/webhooks/verifying/"""
    signature = base64.b64encode(hmac_of("sha256", TIMESTAMP.encode() + body)).decode()
    return {"X-Zendesk-Webhook-Signature": signature, "X-Zendesk-Webhook-Signature-Timestamp": TIMESTAMP}


def freshdesk(_body: bytes) -> Mapping[str, str]:
    """Freshdesk signs nothing; a rule sends a header that a person chose."""
    return {"X-SupportSaaS-Secret": SECRET}


def hub_signature(body: bytes) -> Mapping[str, str]:
    """https://admin-docs.zammad.org/en/latest/manage/webhook/payload.html and
    https://developers.intercom.com/docs/webhooks/webhook-notifications"""
    return {"X-Hub-Signature": f"sha1={hmac_of('sha1', body).hex()}"}


def helpscout(body: bytes) -> Mapping[str, str]:
    """https://developer.helpscout.com/webhooks/"""
    return {
        "X-HelpScout-Event": "convo.created",
        "X-HelpScout-Signature": base64.b64encode(hmac_of("sha1", body)).decode(),
    }


CALLS: list[Any] = [
    ("zendesk", zendesk, {"type": "zen:event-type:ticket.status_changed", "detail": {"id": "35436"}}, "35436"),
    ("freshdesk", freshdesk, {"ticket_id": "17"}, "17"),
    ("zammad", hub_signature, {"ticket": {"id": 81, "number": "22081"}, "article": {"id": 104}}, 81),
    (
        "intercom",
        hub_signature,
        {"type": "notification_event", "id": "notif_78", "data": {"item": {"type": "conversation", "id": "5303"}}},
        "5303",
    ),
    ("helpscout", helpscout, {"id": 123, "number": 12, "_embedded": {"threads": []}}, 123),
]


@pytest.mark.parametrize(("kind", "sign", "payload", "ticket_id"), CALLS)
def test_a_call_as_the_vendor_makes_it_is_accepted_and_names_its_ticket(
    kind: str, sign: Any, payload: dict[str, Any], ticket_id: Any
) -> None:
    webhook = PRESETS[kind].webhook
    assert webhook is not None
    body = json.dumps(payload).encode()
    assert is_signed(webhook, secret=SECRET, headers=sign(body), body=body, now=NOW)
    assert look_up(payload, webhook.id) == ticket_id


@pytest.mark.parametrize(("kind", "sign", "payload", "ticket_id"), CALLS)
def test_a_call_with_another_secret_or_none_is_refused(
    kind: str, sign: Any, payload: dict[str, Any], ticket_id: Any
) -> None:
    webhook = PRESETS[kind].webhook
    assert webhook is not None
    body = json.dumps(payload).encode()
    assert not is_signed(webhook, secret="another", headers=sign(body), body=body, now=NOW)
    assert not is_signed(webhook, secret=SECRET, headers={}, body=body, now=NOW)
    if webhook.algorithm:
        assert not is_signed(webhook, secret=SECRET, headers=sign(body), body=body + b" ", now=NOW)
