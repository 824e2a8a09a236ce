"""OAuth 2 towards a helpdesk: client credentials (RFC 6749, 4.4) and refresh tokens (section 6) with rotation.

Tokens are stored encrypted in MongoDB and shared by all processes. A token is renewed before it ends, and once if the
helpdesk rejects it with 401. A new refresh token is stored before the access token that came with it is used, because
the helpdesk may accept each refresh token only once.
"""

import hashlib
import json
import re
import threading
import time
import uuid
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal

import httpx

from supportsaas import clock, crypto
from supportsaas.crypto import SecretUnreadable
from supportsaas.net import outbound
from supportsaas.net.outbound import AddressBlocked
from supportsaas.reliability.lock import Lock
from tickets.helpdesks.base import SourceError, TransientError
from tickets.helpdesks.body import ACCEPT_ENCODING, iterate_body
from tickets.helpdesks.credentials import Credential
from tickets.helpdesks.error_message import error_message, spellings
from tickets.helpdesks.model import HelpdeskToken

RENEWED_BEFORE: Final = timedelta(minutes=2)
"""A token is renewed so long before its end, or after three quarters of a shorter life."""
USUAL_LIFETIME: Final = timedelta(minutes=30)
"""Of a token whose response does not say when it ends; a 401 shows that it ended sooner."""
_REQUEST_SECONDS: Final = 20.0
_LARGEST_ANSWER: Final = 64 * 1024
_SENDABLE: Final = re.compile(r"[\x21-\x7e]+")
"""What a token in a header may consist of (RFC 6750, 2.1)."""
_LOCK_SECONDS: Final = 45
_WAIT_FOR_OTHERS: Final = 50.0
Style = Literal["form", "json", "basic"]
Grant = Literal["client_credentials", "refresh_token"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """An OAuth client at one helpdesk. `secret`: of the client; for refresh tokens, `CLIENT_SECRET REFRESH_TOKEN`, or
    the refresh token alone for a client without a secret."""

    token_url: str
    client_id: str
    secret: str
    scope: str = ""
    style: Style = "form"
    grant: Grant = "client_credentials"
    headers: Mapping[str, str]

    @property
    def client_secret(self) -> str:
        return self.secret if self.grant == "client_credentials" else self.secret.rpartition(" ")[0].strip()

    @property
    def first_refresh_token(self) -> str:
        return "" if self.grant == "client_credentials" else self.secret.rpartition(" ")[2]

    @property
    def fingerprint(self) -> str:
        """Changes with anything that makes stored tokens useless."""
        parts = (self.token_url, self.client_id, self.secret, self.scope, self.grant)
        return hashlib.blake2b("\0".join(parts).encode(), digest_size=16).hexdigest()


@dataclass(frozen=True, slots=True)
class _Token:
    access: str
    renew_at: datetime
    refresh: str = ""

    @property
    def is_current(self) -> bool:
        return clock.now() < self.renew_at


class TokenAuth(httpx.Auth):
    """Adds the access token to each request, and renews it once if the helpdesk answers 401.

    `key` names the connection whose tokens are stored; None stores nothing, for settings that are only tried out.
    Raises `SourceError` if no token can be had.
    """

    def __init__(self, client: Client, *, key: Any) -> None:
        self._client = client
        self._key = key
        self._token: _Token | None = None
        self._here = threading.Lock()

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        token = self._current()
        request.headers["Authorization"] = f"Bearer {token}"
        response = yield request
        if response.status_code == 401:
            request.headers["Authorization"] = f"Bearer {self._renewed(rejected=token)}"
            yield request

    def secrets(self) -> tuple[str, ...]:
        """The token in use, which must not be shown."""
        token = self._token
        parts = () if token is None else (token.access, token.refresh)
        return (*parts, *self._client.secret.split())

    def _current(self) -> str:
        with self._here:
            if self._token is None or not self._token.is_current:
                self._token = self._stored()
            if self._token is None or not self._token.is_current:
                self._token = self._renew(rejected="")
            return self._token.access

    def _renewed(self, *, rejected: str) -> str:
        with self._here:
            if self._token is None or self._token.access == rejected:
                self._token = self._renew(rejected=rejected)
            return self._token.access

    def _renew(self, *, rejected: str) -> _Token:
        """A new token. Only one process requests it: a refresh token may be accepted only once."""
        if self._key is None:
            return self._request(self._token)
        lock = Lock(f"oauth/{self._key}", seconds=_LOCK_SECONDS)
        owner = uuid.uuid4().hex
        deadline = time.monotonic() + _WAIT_FOR_OTHERS
        while (held := lock.take(owner)) is None:
            if time.monotonic() > deadline:
                raise SourceError("refused_login", "Another process is still renewing this helpdesk's access token.")
            time.sleep(0.1)
        try:
            stored = self._stored()
            if stored is not None and stored.access != rejected and stored.is_current:
                return stored  # another process was faster
            renewed = self._request(stored or self._token)
            self._store(renewed)
            return renewed
        finally:
            lock.release(held)

    def _stored(self) -> _Token | None:
        if self._key is None:
            return self._token
        found = HelpdeskToken.objects.filter(source_id=self._key, fingerprint=self._client.fingerprint).first()
        if found is None:
            return None
        try:
            parts = json.loads(crypto.decrypt(found.encrypted_tokens))
        except SecretUnreadable:
            return None
        return _Token(parts["access"], found.renew_at, parts["refresh"])

    def _store(self, token: _Token) -> None:
        parts = json.dumps({"access": token.access, "refresh": token.refresh})
        HelpdeskToken.objects.update_or_create(
            source_id=self._key,
            defaults={
                "fingerprint": self._client.fingerprint,
                "encrypted_tokens": crypto.encrypt(parts),
                "renew_at": token.renew_at,
            },
        )

    def _request(self, former: _Token | None) -> _Token:
        client = self._client
        fields: dict[str, str] = {"grant_type": client.grant}
        refresh = ""
        if client.grant == "refresh_token":
            refresh = (former.refresh if former else "") or client.first_refresh_token
            fields["refresh_token"] = refresh
        if client.scope:
            fields["scope"] = client.scope
        payload = self._post(fields)
        access = payload.get("access_token")
        if not isinstance(access, str) or _SENDABLE.fullmatch(access) is None:
            raise SourceError("refused_login", f"The helpdesk at {self._host} returned no access token.")
        following = payload.get("refresh_token")
        return _Token(
            access, clock.now() + _lifetime(payload), following if isinstance(following, str) and following else refresh
        )

    def _post(self, fields: dict[str, str]) -> Mapping[str, Any]:
        client = self._client
        auth = None
        if client.style == "basic":
            auth = httpx.BasicAuth(client.client_id, client.client_secret)
        else:
            fields |= {"client_id": client.client_id}
            fields |= {"client_secret": client.client_secret} if client.client_secret else {}
        form, text = (None, fields) if client.style == "json" else (fields, None)
        headers = {
            "Accept": "application/json",
            "Accept-Encoding": ACCEPT_ENCODING,
            "User-Agent": "SupportSaaS",
            **client.headers,
        }
        try:
            with (
                outbound.open_client(whole_seconds=_REQUEST_SECONDS, headers=headers, auth=auth) as http,
                http.stream("POST", client.token_url, data=form, json=text) as response,
            ):
                body = _beginning_of(response)
        except AddressBlocked as error:
            raise SourceError("refused_address", f"This URL is not allowed: {error}") from None
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            why = outbound.why_unreachable(error) if isinstance(error, httpx.TransportError) else str(error)
            raise TransientError(
                "unreachable", f"No access token from {self._host}: it is not reachable ({why})."
            ) from None
        return self._read(response, body)

    def _read(self, response: httpx.Response, body: bytes) -> Mapping[str, Any]:
        if response.status_code >= 500 or response.status_code == 429:
            raise TransientError(
                "server_error", f"No access token from {self._host}: it returned status {response.status_code}."
            )
        if response.status_code != 200:
            secrets = [each for part in self.secrets() for each in spellings(part)]
            message = error_message(body, content_type=response.headers.get("Content-Type", ""), secrets=secrets)
            quote = f": “{message}”" if message else ""
            again = " Connect it again." if self._client.grant == "refresh_token" else ""
            raise SourceError(
                "refused_login",
                f"The helpdesk at {self._host} gave no access token (status {response.status_code}{quote}). Check the "
                f"client ID and its secret.{again}",
            )
        try:
            payload = json.loads(body)
        except (ValueError, RecursionError):
            payload = None
        if not isinstance(payload, dict):
            raise SourceError("unexpected_answer", f"The helpdesk at {self._host} returned no access token.")
        return payload

    @property
    def _host(self) -> str:
        return httpx.URL(self._client.token_url).netloc.decode()


def oauth(client: Client, *, key: Any) -> Credential:
    """`key`: of the stored connection; None if it is not stored yet, and then its tokens are not either."""
    auth = TokenAuth(client, key=key)
    return Credential(auth=auth, secret=client.secret, further_secrets=auth.secrets)


def _beginning_of(response: httpx.Response) -> bytes:
    """The body as far as it is read; what is longer is no token."""
    body = bytearray()
    for piece in iterate_body(response):
        body += piece
        if len(body) > _LARGEST_ANSWER:
            break
    return bytes(body[:_LARGEST_ANSWER])


def _lifetime(payload: Mapping[str, Any]) -> timedelta:
    """How long to use the token; `expires_in` is in seconds."""
    seconds = payload.get("expires_in")
    if isinstance(seconds, str) and seconds.isdecimal():
        seconds = int(seconds[:12])
    life = USUAL_LIFETIME
    if isinstance(seconds, int | float) and not isinstance(seconds, bool) and 1 <= seconds < 1e9:
        life = timedelta(seconds=seconds)
    return max(life - RENEWED_BEFORE, life * 3 / 4)
