"""Whether a helpdesk signed what it pushed, by the recipe of its preset. Pure."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from tickets.helpdesks.presets.preset import Webhook

MOST_SKEW: Final = timedelta(minutes=10)
"""A signed time further from now belongs to a request that is sent once more."""


def is_signed(webhook: Webhook, *, secret: str, headers: Mapping[str, str], body: bytes, now: datetime) -> bool:
    """Whether the signature in the headers is that of the body. `headers` must ignore case."""
    given = headers.get(webhook.header, "").strip()
    if not given or not secret:
        return False
    if not webhook.algorithm:
        return hmac.compare_digest(given.encode(), secret.encode())
    signed = body
    if webhook.timestamp_header:
        stamp = headers.get(webhook.timestamp_header, "").strip()
        if not _is_recent(stamp, now):
            return False
        signed = stamp.encode() + body
    expected = hmac.new(secret.encode(), signed, getattr(hashlib, webhook.algorithm)).digest()
    return hmac.compare_digest(_decoded(given.removeprefix(webhook.prefix), webhook.encoding), expected)


def _decoded(text: str, encoding: str) -> bytes:
    try:
        return bytes.fromhex(text) if encoding == "hex" else base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        return b""


def _is_recent(stamp: str, now: datetime) -> bool:
    """Seconds since 1970, or an ISO 8601 time."""
    try:
        moment = datetime.fromtimestamp(int(stamp), UTC) if stamp.isdecimal() else datetime.fromisoformat(stamp)
    except (ValueError, OverflowError, OSError):
        return False
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return abs(moment - now) <= MOST_SKEW
