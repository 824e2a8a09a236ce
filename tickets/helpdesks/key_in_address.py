"""The log-in of helpdesks that want their key in the address: `?api_key=…`, added to each request as it leaves."""

from collections.abc import Generator

import httpx


class KeyInAddress(httpx.Auth):
    """Puts the parameter into the address for the sending alone: answers, errors and stored places never hold it."""

    def __init__(self, name: str, secret: str) -> None:
        self._name, self.secret = name, secret

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        plain = request.url
        request.url = plain.copy_set_param(self._name, self.secret)
        yield request
        request.url = plain

    def without_key(self, address: str) -> str:
        """A next address as the helpdesk gave it, which may repeat the key."""
        try:
            url = httpx.URL(address)
        except httpx.InvalidURL:
            return address  # nothing is sent to it
        return str(url.copy_remove_param(self._name)) if self._name in url.params else address
