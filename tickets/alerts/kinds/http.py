"""POST requests to a tenant's endpoint: checked URL, bounded time, bounded response."""

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
from tickets.alerts.kinds.base import DeliveryError, Fault, Response

GONE = 410
"""RFC 9110, 15.5.11: the URL was removed permanently."""

ABOUT_THE_MESSAGE = frozenset((400, 409, 411, 413, 414, 415, 422, 431))
"""Statuses (RFC 9110, RFC 6585) by which a working endpoint rejects the request's content."""

WHOLE_SECONDS = 15.0
LARGEST_RESPONSE_BYTES = 64 * 1024
LONGEST_EXCERPT = 500


class Endpoint:
    """A URL that accepts JSON by POST. Raises `DeliveryError` for every response but 2xx."""

    def __init__(self, url: str, *, resolve: outbound.Resolve | None = None) -> None:
        parts = urlsplit(url)
        self._url = url
        self._host = parts.netloc
        self._client = outbound.open_client(
            whole_seconds=WHOLE_SECONDS,
            # No compression: a small response could unpack to a huge one.
            headers={"User-Agent": "SupportSaaS", "Content-Type": "application/json", "Accept-Encoding": "identity"},
            resolve=resolve,
        )

    def close(self) -> None:
        self._client.close()

    def post(self, body: bytes, headers: Mapping[str, str]) -> Response:
        began = time.monotonic()
        try:
            with self._client.stream("POST", self._url, content=body, headers=dict(headers)) as response:
                excerpt = _read_excerpt(response)
        except AddressBlocked as error:
            raise DeliveryError(f"This URL is not allowed: {error}", fault="settings") from None
        except httpx.TimeoutException:
            raise DeliveryError(f"{self._host} did not answer within {format_seconds(WHOLE_SECONDS)}.") from None
        except httpx.TransportError as error:
            raise DeliveryError(f"{self._host} is not reachable ({outbound.why_unreachable(error)}).") from None
        except httpx.InvalidURL:
            raise DeliveryError("The URL of the channel is invalid.", fault="settings") from None
        self._check(response, excerpt)
        return Response(status=response.status_code, excerpt=excerpt, seconds=time.monotonic() - began)

    def _check(self, response: httpx.Response, excerpt: str) -> None:
        status = response.status_code
        if 200 <= status < 300:
            return
        raise DeliveryError(
            f"{self._host} {_problem(status)} (status {status}).{_advice(status)}",
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


def _problem(status: int) -> str:
    if 300 <= status < 400:
        return "redirects elsewhere"
    if status in (401, 403):
        return "denied access"
    if status == 404:
        return "does not know this URL"
    if status == GONE:
        return "has permanently removed this URL"
    if status == 429:
        return "is limiting requests"
    return "had an internal error" if status >= 500 else "rejected the message"


def _advice(status: int) -> str:
    if 300 <= status < 400:
        return " Enter the final URL in the channel."
    if status in (401, 403):
        return " Check the URL and secret of the channel."
    if status in (404, GONE):
        return " Check the URL of the channel."
    return ""


def endpoint_name(kind: str, url: str, *, plain_path: str = "") -> str:
    """The endpoint's name for its circuit: host and port, with a digest of any path other than `plain_path`.

    A path may be a secret, and a wrong path must not affect channels with the right one.
    """
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    path = url.partition(parts.netloc)[2].rstrip("/")
    if path == plain_path:
        return f"{kind}:{host}:{port}"
    return f"{kind}:{host}:{port}:{hashlib.blake2b(path.encode(), digest_size=4).hexdigest()}"


def _read_excerpt(response: httpx.Response) -> str:
    """The beginning of the response as text; never reads past the limit."""
    body = bytearray()
    for chunk in response.iter_raw():
        body += chunk
        if len(body) >= LARGEST_RESPONSE_BYTES:
            break
    if response.headers.get("Content-Encoding", "identity") != "identity":
        return ""
    return one_line(bytes(body[: LONGEST_EXCERPT * 4]).decode("utf-8", "replace"), LONGEST_EXCERPT)
