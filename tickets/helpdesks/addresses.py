"""Resolves URLs in a helpdesk's responses (RFC 3986), and keeps them on its own host. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import SplitResult, unquote_plus, urldefrag, urljoin, urlsplit, urlunsplit

import httpx

_DEFAULT_PORTS = {"http": 80, "https": 443}


class OtherHost(ValueError):
    """The URL points to another host; `str()` is that host, without credentials."""


def origin_of(url: str) -> str:
    """Scheme and host, and the port unless it is the default."""
    parts = urlsplit(url)
    port = parts.port
    is_usual = port is None or port == _DEFAULT_PORTS.get(parts.scheme)
    return f"{parts.scheme}://{_host(parts)}" + ("" if is_usual else f":{port}")


def resolve(reference: str, *, against: str, base_url: str, further: Sequence[str] = ()) -> str:
    """The full URL of a reference in the response to `against`, with the origin of `base_url`.

    `further`: hosts that it may also lead to, over https; `*.api.example.com` stands for all hosts below that one.

    Case, a trailing dot and an explicit default port do not make a different host. If the helpdesk is read over https,
    its http URLs become https: behind a proxy it may not know its own scheme. Raises `OtherHost`, and `ValueError` if
    the reference is not a URL.
    """
    url = urldefrag(urljoin(against, reference.strip().replace(" ", "%20"))).url
    url.encode()  # raises a ValueError for half a surrogate pair
    parts, base = urlsplit(url), urlsplit(base_url)
    if _is_further(parts, further):
        return urlunsplit(("https", parts.netloc, parts.path, parts.query, ""))
    if not _is_same_host(parts, base):
        raise OtherHost(origin_of(url) if parts.hostname else parts.scheme)
    return urlunsplit((base.scheme, base.netloc, parts.path, parts.query, ""))


def with_params(url: str, params: Mapping[str, str | int] | None) -> str:
    """The URL with the parameters appended; they replace existing ones of the same name."""
    if not params:
        return url
    parts = urlsplit(url)
    kept = [each for each in parts.query.split("&") if each and unquote_plus(each.partition("=")[0]) not in params]
    sendable = {name: _sendable(value) for name, value in params.items()}
    return urlunsplit(parts._replace(query="&".join([*kept, str(httpx.QueryParams(sendable))])))


def _sendable(value: Any) -> Any:
    """A text, or one in a list, without lone surrogates, which no URL can have: a cursor or id may have some."""
    if isinstance(value, str):
        return value.encode(errors="replace").decode()
    return [_sendable(each) for each in value] if isinstance(value, list) else value


def _is_further(parts: SplitResult, further: Sequence[str]) -> bool:
    if parts.scheme != "https" or parts.port not in (None, 443) or parts.username is not None:
        return False
    host = _host(parts)
    return any(host.endswith(each[1:]) if each.startswith("*.") else host == each for each in further)


def _is_same_host(parts: SplitResult, base: SplitResult) -> bool:
    if parts.scheme not in _DEFAULT_PORTS or _host(parts) != _host(base):
        return False
    ours = base.port or _DEFAULT_PORTS[base.scheme]
    theirs = parts.port or _DEFAULT_PORTS[parts.scheme]
    if parts.scheme == base.scheme:
        return theirs == ours
    return (parts.scheme, base.scheme) == ("http", "https") and theirs in (ours, _DEFAULT_PORTS["http"])


def _host(parts: SplitResult) -> str:
    host = (parts.hostname or "").rstrip(".").casefold()
    try:
        return host.encode("idna").decode()
    except UnicodeError:
        return host
