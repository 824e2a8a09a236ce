"""HTTP towards a helpdesk: every request waits for the shared rate limit, is bounded in time and
size, is retried where that helps, and ends in an answer or a `SourceError` with a sentence."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx

from supportsaas import clock
from supportsaas.net import outbound
from supportsaas.net.outbound import AddressBlocked
from supportsaas.reliability.rate_limiter import RateLimiter
from supportsaas.reliability.retry import ATTEMPTS, backoff_waits
from tickets.helpdesks.addresses import OtherHost, origin_of, resolve, with_params
from tickets.helpdesks.base import SourceError
from tickets.helpdesks.body import ACCEPT_ENCODING, iterate_body
from tickets.helpdesks.json_text import TextCutOff, TextUnreadable, TooDeepOrTooLong, TooMuchMemory, read_json
from tickets.helpdesks.key_in_address import KeyInAddress
from tickets.helpdesks.limits import asked_pause, least_pause
from tickets.helpdesks.own_words import LARGEST_BODY, own_words, spellings

READ_SECONDS = 30.0
WHOLE_ANSWER_SECONDS = 60.0
LARGEST_ANSWER_BYTES = 32 * 1024 * 1024
THROTTLED_ATTEMPTS = 10
READABLE = (200, 203, 206)
NOTHING = 204

Wait = Callable[[float, str], None]
"""Waits so many seconds for the reason given; raises where the run is to stop."""


def sleep_plainly(seconds: float, _reason: str) -> None:
    time.sleep(seconds)


class _Transient(SourceError):
    """Worth another attempt."""


class _Throttled(SourceError):
    """The server asked for a pause of `seconds`."""

    def __init__(self, sentence: str, seconds: float) -> None:
        super().__init__("rate_limited", sentence)
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Answer:
    """`payload` is the JSON; None where the helpdesk answered that there is no content (204)."""

    payload: Any
    headers: Mapping[str, str]
    url: str


class HelpdeskHttp:
    """GET requests for JSON below one address, with one credential."""

    def __init__(
        self,
        *,
        base_url: str,
        headers: Mapping[str, str] | None = None,
        basic_auth: tuple[str, str] | None = None,
        key_in_address: KeyInAddress | None = None,
        tenant_id: str,
        limiter: RateLimiter | None = None,
        wait: Wait = sleep_plainly,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self.host = urlsplit(self.base_url).netloc
        self._limiter = limiter or RateLimiter(self.host)
        self._tenant_id = tenant_id
        self._wait = wait
        secrets = [each for value in (headers or {}).values() for each in (value, *value.split())]
        secrets += [*(basic_auth or ()), key_in_address.secret if key_in_address else ""]
        # The longest first: one may be a part of another.
        self._secrets = sorted({each for secret in secrets for each in spellings(secret)}, key=len, reverse=True)
        # A redirect could carry the credential to another host; this client follows none.
        self._client = outbound.open_client(
            whole_seconds=WHOLE_ANSWER_SECONDS,
            read_seconds=READ_SECONDS,
            headers={
                "Accept": "application/json",
                "Accept-Encoding": ACCEPT_ENCODING,
                "User-Agent": "SupportSaaS",
                **(headers or {}),
            },
            auth=httpx.BasicAuth(*basic_auth) if basic_auth else key_in_address,
        )
        self._key_in_address = key_in_address

    def close(self) -> None:
        self._client.close()

    def hide(self, text: str) -> str:
        """Words of the helpdesk, without the credential that they may repeat."""
        for secret in self._secrets:
            text = text.replace(secret, "…")
        return text

    def without_key(self, address: str) -> str:
        """A next address that may be stored: without the key that the helpdesk may have repeated in it."""
        return self._key_in_address.without_key(address) if self._key_in_address else address

    def get(self, address: str, params: Mapping[str, str | int] | None = None) -> Answer:
        """The JSON at a path below the address (which may have a query), or at a full address on the same host."""
        url = with_params(self._absolute(address), params)
        waits = backoff_waits(attempts=ATTEMPTS)
        throttled = 0
        while True:
            self._wait(0.0, "the next request")  # whoever wants to stop us is heard here, also where nothing waits
            try:
                return self._get_once(url)
            except _Throttled as error:
                throttled += 1
                if throttled >= THROTTLED_ATTEMPTS:
                    raise SourceError("rate_limited", str(error)) from None
                self._limiter.hold_back(max(error.seconds, least_pause(throttled)))
            except _Transient as error:
                pause = next(waits, None)
                if pause is None:
                    raise SourceError(error.code, str(error)) from None
                self._wait(pause, "another attempt")

    def follow(self, reference: str, *, found_in: Answer) -> str:
        """The full address of a reference that an answer holds; raises `SourceError` where it leaves the host."""
        return self.without_key(self._resolve(reference, against=found_in.url))

    def _absolute(self, address: str) -> str:
        if address.startswith("/") and not address.startswith("//"):
            return self.base_url + address
        return self._resolve(address, against=self.base_url + "/")

    def _resolve(self, reference: str, *, against: str) -> str:
        try:
            return resolve(reference, against=against, base_url=self.base_url)
        except OtherHost as elsewhere:
            raise SourceError(
                "redirect",
                f"The helpdesk at {origin_of(self.base_url)} points to another host: {elsewhere}. Nothing is sent "
                "there. If that is the helpdesk's own address, enter it in the source.",
            ) from None
        except ValueError:
            raise SourceError(
                "unexpected_answer", f"The helpdesk at {self.host} names a next page that is no address."
            ) from None

    def _get_once(self, url: str) -> Answer:
        slot = self._acquire_slot()
        try:
            return self._request(url)
        finally:
            self._limiter.release(slot)

    def _acquire_slot(self) -> str:
        while True:
            admission = self._limiter.acquire(self._tenant_id)
            if admission.slot is not None:
                return admission.slot
            self._wait(min(admission.wait_seconds, 5.0), "the API limit")

    def _request(self, url: str) -> Answer:
        """One request, head and body within `WHOLE_ANSWER_SECONDS`, however slowly its bytes drip."""
        body = bytearray()
        try:
            with self._client.stream("GET", url) as response:
                self._check_status(response)
                for piece in iterate_body(response):
                    body += piece
                    if len(body) > LARGEST_ANSWER_BYTES:
                        raise SourceError(
                            "too_large",
                            f"The helpdesk at {self.host} sent an answer of more than 32 MB. Ask for smaller pages.",
                        )
        except AddressBlocked as error:
            raise SourceError("refused_address", f"The helpdesk cannot be read: {error}") from None
        except httpx.TimeoutException:
            raise _Transient("timeout", f"The helpdesk at {self.host} did not answer in time.") from None
        except httpx.RemoteProtocolError:
            raise _Transient(
                "unreachable", f"The helpdesk at {self.host} broke off in the middle of its answer."
            ) from None
        except httpx.TransportError as error:
            raise _Transient(
                "unreachable", f"The helpdesk at {self.host} cannot be reached ({outbound.why_unreachable(error)})."
            ) from None
        except (httpx.InvalidURL, httpx.DecodingError) as error:
            raise SourceError(
                "unexpected_answer", f"The helpdesk at {self.host} gave an answer that cannot be read ({error})."
            ) from None
        payload = None if response.status_code == NOTHING else self._decode(body, response)
        return Answer(payload, response.headers, str(response.url))

    def _check_status(self, response: httpx.Response) -> None:
        status = response.status_code
        if status in READABLE or status == NOTHING:
            return
        pause = asked_pause(status, response.headers, now=clock.now())
        if pause is not None:
            raise _Throttled(
                f"The helpdesk at {self.host} keeps refusing requests as too many (status {status}).", pause
            )
        if status >= 500:
            raise _Transient("server_error", f"The helpdesk at {self.host} has an internal error (status {status}).")
        own = self._own_words(response) if 400 <= status < 500 else ""
        if status in (401, 403):
            raise SourceError(
                "refused_login",
                f"The helpdesk at {self.host} refused the log-in (status {status}{own}). Check the credential of the "
                "source.",
            )
        if status == 404:
            raise SourceError(
                "not_found",
                f"The helpdesk at {self.host} knows no such page (status 404{own}). Check the address of the source.",
                status=status,
            )
        if 300 <= status < 400:
            raise SourceError(
                "redirect",
                f"The helpdesk at {self.host} sends us elsewhere (status {status}). Enter the final address in the source.",
            )
        raise SourceError(
            "rejected",
            f"The helpdesk at {self.host} rejected the request (status {status}{own}). Check the settings of the "
            "source.",
            status=status,
        )

    def _own_words(self, response: httpx.Response) -> str:
        """What the helpdesk says of its refusal, to be put behind the status; empty where it says nothing."""
        body = bytearray()
        try:
            for piece in iterate_body(response):
                body += piece
                if len(body) > LARGEST_BODY:
                    break
        except (httpx.HTTPError, httpx.StreamError):
            return ""
        content_type = response.headers.get("Content-Type", "")
        words = own_words(bytes(body), content_type=content_type, secrets=self._secrets)
        return f": “{words}”" if words else ""

    def _decode(self, body: bytearray, response: httpx.Response) -> Any:
        content_type = response.headers.get("Content-Type", "")
        try:
            return read_json(body, content_type=content_type)
        except TooMuchMemory as error:
            raise SourceError(
                "too_large", f"The helpdesk at {self.host} sent an answer that {error}. Ask for smaller pages."
            ) from None
        except TooDeepOrTooLong as error:
            raise SourceError(
                "unexpected_answer", f"The helpdesk at {self.host} sent JSON that cannot be read: {error}."
            ) from None
        except ValueError as error:
            problem = error
        if content_type.split(";")[0].strip().lower() == "text/html" or _looks_like_html(body):
            what = "a web page instead of tickets. Check the address of the source."
        elif isinstance(problem, TextUnreadable) and not isinstance(problem, TextCutOff):
            raise SourceError(
                "unexpected_answer",
                f"The helpdesk at {self.host} sent text that {problem}. Nothing of this answer is stored, so that no "
                "letter is replaced by another. Have the helpdesk declare the charset it writes.",
            ) from None
        else:
            what = "something that is not complete JSON instead of tickets. Check the address of the source."
        raise _Transient("not_json", f"The helpdesk at {self.host} sent {what}")


def _looks_like_html(body: bytearray) -> bool:
    return body[:200].lstrip().lower().startswith((b"<!doctype", b"<html"))
