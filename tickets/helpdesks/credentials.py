"""What a request to a helpdesk authenticates itself with, and what must be hidden in texts of the helpdesk."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

import httpx

from tickets.helpdesks.key_in_url import KeyInUrl

BESIDE_THE_KEY: Final = "X"
"""What stands beside an API key that is the user of Basic authentication; helpdesks ignore it."""


def _no_secrets() -> tuple[str, ...]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """Headers and an `httpx.Auth`. `further_secrets` are those that only exist while it is used, such as tokens."""

    headers: Mapping[str, str] = field(default_factory=dict)
    auth: httpx.Auth | None = None
    secret: str = ""
    user: str = ""
    key_in_url: KeyInUrl | None = None
    further_secrets: Callable[[], tuple[str, ...]] = _no_secrets

    def secrets(self) -> list[str]:
        """Every text that must not be shown."""
        headers = [each for value in self.headers.values() for each in (value, *value.split())]
        return [each for each in (*headers, self.secret, self.user, *self.further_secrets()) if each]

    def without_key(self, address: str) -> str:
        """Remove the API key from a URL of the helpdesk, so that it can be stored."""
        return self.key_in_url.without_key(address) if self.key_in_url else address


def basic(user: str, secret: str) -> Credential:
    return Credential(auth=httpx.BasicAuth(user, secret), user=user, secret=secret)


def basic_key(secret: str) -> Credential:
    """The key is the user."""
    return Credential(auth=httpx.BasicAuth(secret, BESIDE_THE_KEY), secret=secret)


def in_header(name: str, secret: str, *, template: str = "") -> Credential:
    """`template` puts the secret into the value (`Token token={secret}`), unless it already begins like that."""
    beginning = template.partition("{secret}")[0]
    is_whole = not template or (beginning and secret.startswith(beginning))
    return Credential(headers={name: secret if is_whole else template.replace("{secret}", secret)}, secret=secret)


def bearer(secret: str) -> Credential:
    return Credential(headers={"Authorization": f"Bearer {secret}"}, secret=secret)


def in_url(name: str, secret: str) -> Credential:
    key = KeyInUrl(name, secret)
    return Credential(auth=key, key_in_url=key, secret=secret)
