"""The rate limits of one helpdesk: of its host, and of paths with a budget of their own.

All tenants share the limits of a host, so the settings of one must not use up another's. A limit with other settings,
or of a path, is therefore counted under a name of its own.
"""

from collections.abc import Mapping
from urllib.parse import quote, urlsplit

from supportsaas.reliability.rate_limiter import RateLimiter


class Budgets:
    """Finds the limiters of a request. `by_path`: requests per seconds (`10/60`) by the beginning of the path.

    The longest beginning that fits counts, beside the limit of the host. An empty one lowers the limit of the host.
    """

    def __init__(self, host: RateLimiter, by_path: Mapping[str, str], *, base_url: str) -> None:
        self._of_host = _lowered(host, by_path[""]) if "" in by_path else (host,)
        self._base = urlsplit(base_url).path
        self._limiters = {path: _of_path(host.host, path, budget) for path, budget in by_path.items() if path}
        self._longest_first = sorted(self._limiters, key=len, reverse=True)

    def of(self, url: str) -> tuple[RateLimiter, ...]:
        """The limiters that a request has to pass, the narrowest first."""
        path = urlsplit(url).path.removeprefix(self._base)
        beginning = next((each for each in self._longest_first if path.startswith(each)), None)
        return self._of_host if beginning is None else (self._limiters[beginning], *self._of_host)


def _of_path(host: str, path: str, budget: str) -> RateLimiter:
    # A limiter's name is read as a host, and a path may be written like another one's: /x@api.example.com
    return _limiter(f"{host}{quote(path)} {budget}", budget)


def _limiter(name: str, budget: str) -> RateLimiter:
    requests, _, seconds = budget.partition("/")
    return RateLimiter(name, limit=int(requests), window_seconds=int(seconds))


def _lowered(host: RateLimiter, budget: str) -> tuple[RateLimiter, ...]:
    own = _limiter(host.host, budget)
    if host.limit and host.limit * own.window_seconds < own.limit * host.window_seconds:
        return (host,)
    if own.window_seconds <= host.window_seconds:
        return (own,)
    # Its requests would count against those of other tenants for longer than a window of the host.
    return (_limiter(f"{host.host} {budget}", budget), host)
