"""HTTP requests to a helpdesk, within the shared rate limit and bounded in time and size.

A request is retried if that can help, and ends in a response or in a `SourceError` with a sentence.
"""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlsplit

import httpx

from supportsaas import clock
from supportsaas.net import outbound
from supportsaas.net.outbound import AddressBlocked
from supportsaas.reliability.rate_limiter import RateLimiter
from supportsaas.reliability.retry import ATTEMPTS, backoff_waits
from tickets.helpdesks.addresses import OtherHost, origin_of, resolve, with_params
from tickets.helpdesks.base import SourceError, TransientError
from tickets.helpdesks.body import ACCEPT_ENCODING, iterate_body
from tickets.helpdesks.budgets import Budgets
from tickets.helpdesks.credentials import Credential
from tickets.helpdesks.error_message import LARGEST_BODY, error_message, looks_like_html, one_line, spellings
from tickets.helpdesks.json_text import TextCutOff, TextUnreadable, TooDeepOrTooLong, TooMuchMemory, read_json
from tickets.helpdesks.limits import DEFAULT_PAUSE_SECONDS, minimum_pause, requested_pause

READ_SECONDS = 30.0
WHOLE_ANSWER_SECONDS = 60.0
LARGEST_ANSWER_BYTES = 32 * 1024 * 1024
THROTTLED_ATTEMPTS = 10
READABLE = (200, 203, 206)
NOTHING = 204
GATEWAY_TIMEOUT = 504
_WRONG_LOCATION = "location header"
"""In httpx's message about a redirect to what is no URL; it reads the header even if no redirect is followed."""

Wait = Callable[[float, str], None]
"""Waits for a number of seconds and a reason; raises if the run should stop."""


def sleep_plainly(seconds: float, _reason: str) -> None:
    time.sleep(seconds)


class _Throttled(SourceError):
    """The server asked for a pause of `seconds`. `is_shared`: it says so itself, so that the pause is every tenant's."""

    def __init__(self, sentence: str, seconds: float, *, is_shared: bool) -> None:
        super().__init__("rate_limited", sentence)
        self.seconds = seconds
        self.is_shared = is_shared


class SlowAnswer(TransientError):
    """The server did not answer in time; if it happens again, a smaller page may help."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A response. `payload` is the JSON, or None for status 204 (no content)."""

    payload: Any
    headers: Mapping[str, str]
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """What a response with this status, and with `contains` in its text, means: see `AnswerRule`."""

    status: int
    contains: str
    means: Literal["wait", "retry", "end"]


class EndOfList(SourceError):
    """The response says in the helpdesk's own way that the list has ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpOptions:
    """How one helpdesk differs: further headers, hosts that links may lead to, budgets by path, and its own answers."""

    headers: Mapping[str, str] = field(default_factory=dict)
    next_hosts: Sequence[str] = ()
    budgets: Mapping[str, str] = field(default_factory=dict)
    answers: Sequence[Meaning] = ()


PLAIN_HTTP = HttpOptions()


class HelpdeskHttp:
    """Requests for JSON below a base URL, with one credential."""

    def __init__(
        self,
        *,
        base_url: str,
        credential: Credential | None = None,
        tenant_id: str,
        limiter: RateLimiter | None = None,
        wait: Wait = sleep_plainly,
        options: HttpOptions = PLAIN_HTTP,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self.host = urlsplit(self.base_url).netloc
        self._budgets = Budgets(limiter or RateLimiter(self.host), options.budgets, base_url=self.base_url)
        self._tenant_id = tenant_id
        self._wait = wait
        self._options = options
        self._credential = credential or Credential()
        # A redirect could send the credential to another host, so the client follows none.
        self._client = outbound.open_client(
            whole_seconds=WHOLE_ANSWER_SECONDS,
            read_seconds=READ_SECONDS,
            headers={
                "Accept": "application/json",
                "Accept-Encoding": ACCEPT_ENCODING,
                "User-Agent": "SupportSaaS",
                **options.headers,
                **self._credential.headers,
            },
            auth=self._credential.auth,
        )

    def close(self) -> None:
        self._client.close()

    def hide(self, text: str) -> str:
        """Remove the credential from text of the helpdesk."""
        for secret in self._secrets():
            text = text.replace(secret, "…")
        return text

    def _secrets(self) -> list[str]:
        """All spellings of the credential, the longest first, because one may be part of another."""
        found = {each for secret in self._credential.secrets() for each in spellings(secret)}
        return sorted(found, key=len, reverse=True)

    def without_key(self, address: str) -> str:
        """Remove the API key from a URL of the helpdesk, so that it can be stored."""
        return self._credential.without_key(address)

    def get(
        self,
        address: str,
        params: Mapping[str, str | int] | None = None,
        *,
        body: Any = None,
        slow_attempts: int = ATTEMPTS,
    ) -> Answer:
        """Get JSON from a path below the base URL, or from a full URL on an allowed host.

        With a `body`, it is a POST of that as JSON, for helpdesks that search this way; it must be safe to repeat.
        `slow_attempts`: after so many without an answer in time, none follows.
        Raises `EndOfList` if the response means that, and `SourceError`.
        """
        url = with_params(self._absolute(address), params)
        waits = backoff_waits(attempts=ATTEMPTS)
        throttled = slow = 0
        while True:
            self._wait(0.0, "the next request")  # stops the run here if requested, even if there is nothing to wait for
            try:
                return self._get_once(url, body)
            except _Throttled as error:
                throttled += 1
                if throttled >= THROTTLED_ATTEMPTS:
                    raise SourceError("rate_limited", str(error)) from None
                pause = max(error.seconds, minimum_pause(throttled))
                if error.is_shared:
                    self._budgets.of(url)[0].hold_back(pause)
                else:
                    self._wait(pause, "the API limit")
            except TransientError as error:
                before_next = next(waits, None)
                slow += isinstance(error, SlowAnswer)
                if before_next is None or slow >= slow_attempts:
                    raise SourceError(error.code, str(error)) from None
                self._wait(before_next, "another attempt")

    def follow(self, reference: str, *, found_in: Answer) -> str:
        """The full URL of a reference in a response; raises `SourceError` if it leaves the host."""
        return self.without_key(self._resolve(reference, against=found_in.url))

    def _absolute(self, address: str) -> str:
        if address.startswith("/") and not address.startswith("//"):
            return self.base_url + address
        return self._resolve(address, against=self.base_url + "/")

    def _resolve(self, reference: str, *, against: str) -> str:
        try:
            return resolve(reference, against=against, base_url=self.base_url, further=self._options.next_hosts)
        except OtherHost as elsewhere:
            raise SourceError(
                "redirect",
                f"The helpdesk at {origin_of(self.base_url)} points to another host: {elsewhere}. Nothing was sent "
                "there. If the helpdesk has moved, enter its new URL.",
            ) from None
        except ValueError:
            raise SourceError(
                "unexpected_answer",
                f"The helpdesk at {self.host} returned an invalid URL of the next page. Tickets imported so far are kept. "
                "Check the paging settings.",
            ) from None

    def _get_once(self, url: str, body: Any) -> Answer:
        with ExitStack() as slots:
            for limiter in self._budgets.of(url):
                slots.callback(limiter.release, self._acquire_slot(limiter))
            return self._request(url, body)

    def _acquire_slot(self, limiter: RateLimiter) -> str:
        while True:
            admission = limiter.acquire(self._tenant_id)
            if admission.slot is not None:
                return admission.slot
            self._wait(min(admission.wait_seconds, 5.0), "the API limit")

    def _request(self, url: str, sent: Any) -> Answer:
        """One request; headers and body must arrive within `WHOLE_ANSWER_SECONDS`."""
        body = bytearray()
        method = "GET" if sent is None else "POST"
        content = None if sent is None else json.dumps(sent).encode()
        headers = None if sent is None else {"Content-Type": "application/json"}
        try:
            with self._client.stream(method, url, content=content, headers=headers) as response:
                self._check_status(response)
                for piece in iterate_body(response):
                    body += piece
                    if len(body) > LARGEST_ANSWER_BYTES:
                        raise SourceError(
                            "too_large",
                            f"The helpdesk at {self.host} returned more than 32 MB. Request fewer tickets at once.",
                        )
        except AddressBlocked as error:
            raise SourceError("refused_address", f"This URL is not allowed: {error}") from None
        except httpx.TimeoutException:
            raise SlowAnswer("timeout", f"The helpdesk at {self.host} did not respond in time.") from None
        except httpx.RemoteProtocolError as error:
            if _WRONG_LOCATION in str(error):
                raise SourceError(
                    "redirect", f"The helpdesk at {self.host} redirects to an invalid URL. Enter the final URL."
                ) from None
            raise TransientError(
                "unreachable", f"The helpdesk at {self.host} closed the connection during its response."
            ) from None
        except httpx.TransportError as error:
            raise TransientError(
                "unreachable", f"The helpdesk at {self.host} is not reachable ({outbound.why_unreachable(error)})."
            ) from None
        except (httpx.InvalidURL, httpx.DecodingError) as error:
            raise SourceError(
                "unexpected_answer", f"The helpdesk at {self.host} returned an unreadable response ({error})."
            ) from None
        payload = None if response.status_code == NOTHING else self._decode(body, response)
        return Answer(payload, response.headers, str(response.url))

    def _check_status(self, response: httpx.Response) -> None:
        status = response.status_code
        if status in READABLE or status == NOTHING:
            return
        pause = requested_pause(status, response.headers, now=clock.now())
        text = self._error_text(response) if status >= 400 or self._options.answers else b""
        meaning = self._meaning_of(status, text)
        if meaning == "end":
            raise EndOfList("end", f"The helpdesk at {self.host} says that the list has ended.", status=status)
        is_shared = pause is not None  # what a tenant's settings take for a limit holds up no other tenant
        if meaning == "wait" and pause is None:
            pause = requested_pause(429, response.headers, now=clock.now()) or DEFAULT_PAUSE_SECONDS
        own = self._error_message(response, text) if status >= 400 else ""
        if meaning == "retry":
            raise TransientError("server_error", f"The helpdesk at {self.host} had a problem (status {status}{own}).")
        if pause is not None:
            raise _Throttled(
                f"The helpdesk at {self.host} keeps limiting requests (status {status}{own}).",
                pause,
                is_shared=is_shared,
            )
        if status == GATEWAY_TIMEOUT:
            raise SlowAnswer("timeout", f"The helpdesk at {self.host} did not respond in time (status {status}).")
        if status >= 500:
            raise TransientError(
                "server_error", f"The helpdesk at {self.host} had an internal error (status {status}{own})."
            )
        if status in (401, 403):
            raise SourceError(
                "refused_login",
                f"The helpdesk at {self.host} rejected the credentials (status {status}{own}). Check the key or password.",
                status=status,
            )
        if status == 404:
            raise SourceError(
                "not_found",
                f"The helpdesk at {self.host} returned 404 Not Found{own}. Check the URL.",
                status=status,
            )
        if 300 <= status < 400:
            raise SourceError(
                "redirect",
                f"The helpdesk at {self.host} redirects {self._target_of(response)} (status {status}). Enter the final URL.",
                status=status,
            )
        raise SourceError(
            "rejected",
            f"The helpdesk at {self.host} rejected the request (status {status}{own}). Check the connection settings.",
            status=status,
        )

    def _target_of(self, response: httpx.Response) -> str:
        """Where a redirect leads, without what may be secret in it."""
        try:
            target = response.url.join(response.headers.get("Location", ""))
            shown = f"to {target.scheme}://{target.netloc.decode()}{target.raw_path.decode().partition('?')[0]}"
        except (httpx.InvalidURL, ValueError):
            return "elsewhere"
        is_link = target.host and "@" not in shown and "Location" in response.headers
        return one_line(self.hide(shown)) if is_link else "elsewhere"

    def _meaning_of(self, status: int, text: bytes) -> str | None:
        found = text.decode("utf-8", "replace").casefold() if self._options.answers else ""
        return next(
            (
                each.means
                for each in self._options.answers
                if each.status == status and each.contains.casefold() in found
            ),
            None,
        )

    def _error_text(self, response: httpx.Response) -> bytes:
        """The body of an error, as far as it is read; empty if it cannot be read."""
        body = bytearray()
        try:
            for piece in iterate_body(response):
                body += piece
                if len(body) > LARGEST_BODY:
                    break
        except (httpx.HTTPError, httpx.StreamError):
            return b""
        return bytes(body)

    def _error_message(self, response: httpx.Response, body: bytes) -> str:
        """The helpdesk's error message, to append to the status; empty if there is none."""
        content_type = response.headers.get("Content-Type", "")
        message = error_message(body, content_type=content_type, secrets=self._secrets())
        return f": “{message}”" if message else ""

    def _decode(self, body: bytearray, response: httpx.Response) -> Any:
        content_type = response.headers.get("Content-Type", "")
        try:
            return read_json(body, content_type=content_type)
        except TooMuchMemory as error:
            raise SourceError(
                "too_large",
                f"The helpdesk at {self.host} returned a response that {error}. Request fewer tickets at once.",
            ) from None
        except TooDeepOrTooLong as error:
            raise SourceError(
                "unexpected_answer", f"The helpdesk at {self.host} returned unreadable JSON: {error}."
            ) from None
        except ValueError as error:
            problem = error
        own = self._error_message(response, bytes(body[:LARGEST_BODY])).removeprefix(": ")
        quote = f" ({own})" if own else ""
        if content_type.split(";")[0].strip().lower() == "text/html" or looks_like_html(body):
            what = f"a web page{quote} instead of tickets. Check the URL."
        elif isinstance(problem, TextUnreadable) and not isinstance(problem, TextCutOff):
            raise SourceError(
                "unexpected_answer",
                f"The helpdesk at {self.host} returned text that {problem}. Nothing of it was stored, to avoid wrong "
                "characters. Configure the helpdesk to declare the charset it uses.",
            ) from None
        elif quote:
            what = f"a text{quote} instead of tickets. Check the URL."
        else:
            what = "incomplete JSON instead of tickets. Check the URL."
        raise TransientError("not_json", f"The helpdesk at {self.host} returned {what}")
