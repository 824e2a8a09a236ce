"""A POST to an endpoint of a tenant's choice: checked address, bounded time, an answer read to a limit."""

import hashlib
import time
from collections.abc import Mapping
from urllib.parse import urlsplit

import httpx

from supportsaas import clock
from supportsaas.formatting import format_seconds, one_line
from supportsaas.net import outbound
from supportsaas.net.outbound import AddressBlocked
from supportsaas.reliability.circuit_breaker import LONGEST_HOLD_SECONDS
from supportsaas.reliability.retry import parse_retry_after
from tickets.alerts.kinds.base import Answer, DeliveryError, Fault

GONE = 410
"""RFC 9110, 15.5.11: the address is gone and is not expected to come back."""

ABOUT_THE_MESSAGE = frozenset((400, 409, 411, 413, 414, 415, 422, 431))
"""Answers of RFC 9110 and RFC 6585 by which an endpoint that works refuses what it was sent."""

WHOLE_SECONDS = 15.0
LARGEST_ANSWER_BYTES = 64 * 1024
LONGEST_EXCERPT = 500


class Endpoint:
    """One address that takes JSON by POST. It raises `DeliveryError` for all that is no 2xx."""

    def __init__(self, url: str, *, resolve: outbound.Resolve | None = None) -> None:
        parts = urlsplit(url)
        self._url = url
        self._host = parts.netloc
        self._client = outbound.open_client(
            whole_seconds=WHOLE_SECONDS,
            # Compressed answers are not asked for: a small one may be a large one.
            headers={"User-Agent": "SupportSaaS", "Content-Type": "application/json", "Accept-Encoding": "identity"},
            resolve=resolve,
        )

    def close(self) -> None:
        self._client.close()

    def post(self, body: bytes, headers: Mapping[str, str]) -> Answer:
        began = time.monotonic()
        try:
            with self._client.stream("POST", self._url, content=body, headers=dict(headers)) as response:
                excerpt = _read_excerpt(response)
        except AddressBlocked as error:
            raise DeliveryError(f"The address may not be used: {error}", fault="settings") from None
        except httpx.TimeoutException:
            raise DeliveryError(f"{self._host} did not answer within {format_seconds(WHOLE_SECONDS)}.") from None
        except httpx.TransportError as error:
            raise DeliveryError(f"{self._host} cannot be reached ({outbound.why_unreachable(error)}).") from None
        except httpx.InvalidURL:
            raise DeliveryError("The address of the channel cannot be used.", fault="settings") from None
        self._check(response, excerpt)
        return Answer(status=response.status_code, excerpt=excerpt, seconds=time.monotonic() - began)

    def _check(self, response: httpx.Response, excerpt: str) -> None:
        status = response.status_code
        if 200 <= status < 300:
            return
        raise DeliveryError(
            f"{self._host} {_complaint(status)} (status {status}).{_advice(status)}",
            status=status,
            retry_after=parse_retry_after(
                response.headers.get("Retry-After"), now=clock.now(), longest=LONGEST_HOLD_SECONDS
            ),
            excerpt=excerpt,
            fault=_fault(status),
            is_final=status == GONE,
        )


def _fault(status: int) -> Fault:
    if status in ABOUT_THE_MESSAGE:
        return "message"
    return "settings" if status == GONE else "endpoint"


def _complaint(status: int) -> str:
    if 300 <= status < 400:
        return "sends us elsewhere"
    if status in (401, 403):
        return "does not let us in"
    if status == 404:
        return "knows no such address"
    if status == GONE:
        return "says that this address is gone for good"
    if status == 429:
        return "takes no more for a while"
    return "has an internal error" if status >= 500 else "did not accept the message"


def _advice(status: int) -> str:
    if 300 <= status < 400:
        return " Enter the final address in the channel."
    if status in (401, 403):
        return " Check the address and secret of the channel."
    if status in (404, GONE):
        return " Check the address of the channel."
    return ""


def named(kind: str, url: str, *, plain_path: str = "") -> str:
    """The breaker's name of an endpoint: host and port, and for another path than the plain one its digest.

    A path may be a password, and one tenant's wrong path says nothing of the others' right ones.
    """
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    path = url.partition(parts.netloc)[2].rstrip("/")
    if path == plain_path:
        return f"{kind}:{host}:{port}"
    return f"{kind}:{host}:{port}:{hashlib.blake2b(path.encode(), digest_size=4).hexdigest()}"


def _read_excerpt(response: httpx.Response) -> str:
    """The beginning of the answer as text; no more than the limit is ever read."""
    body = bytearray()
    for chunk in response.iter_raw():
        body += chunk
        if len(body) >= LARGEST_ANSWER_BYTES:
            break
    if response.headers.get("Content-Encoding", "identity") != "identity":
        return ""
    return one_line(bytes(body[: LONGEST_EXCERPT * 4]).decode("utf-8", "replace"), LONGEST_EXCERPT)
