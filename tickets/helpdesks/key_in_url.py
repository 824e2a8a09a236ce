"""Authentication by an API key in the URL (`?api_key=…`), added to each request when it is sent."""

from collections.abc import Generator

import httpx


class KeyInUrl(httpx.Auth):
    """Adds the parameter only while sending, so responses, errors and stored positions never contain it."""

    def __init__(self, name: str, secret: str) -> None:
        self._name, self.secret = name, secret

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        plain = request.url
        request.url = plain.copy_set_param(self._name, self.secret)
        yield request
        request.url = plain

    def without_key(self, address: str) -> str:
        """Remove the key from a URL that the helpdesk returned."""
        try:
            url = httpx.URL(address)
        except httpx.InvalidURL:
            return address  # never requested
        return str(url.copy_remove_param(self._name)) if self._name in url.params else address
