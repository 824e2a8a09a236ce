"""Addresses that a helpdesk names in its answers: resolved as RFC 3986 says, and kept on its own host. Pure."""

from collections.abc import Mapping
from urllib.parse import SplitResult, unquote_plus, urldefrag, urljoin, urlsplit, urlunsplit

import httpx

_DEFAULT_PORTS = {"http": 80, "https": 443}


class OtherHost(ValueError):
    """The address leads to another host; `str()` is where to, without any credential that stood in it."""


def origin_of(url: str) -> str:
    """Scheme and host, and the port where it is not the scheme's own: what a person recognises a server by."""
    parts = urlsplit(url)
    port = parts.port
    is_usual = port is None or port == _DEFAULT_PORTS.get(parts.scheme)
    return f"{parts.scheme}://{_host(parts)}" + ("" if is_usual else f":{port}")


def resolve(reference: str, *, against: str, base_url: str) -> str:
    """The full address of a reference found in the answer of `against`, under the origin of `base_url`.

    The same host counts as such in capitals, with a dot at its end and with its usual port written out. An
    http address of a host that is read by https is read by https: the helpdesk stands behind a proxy and does
    not know. Raises `OtherHost`, and `ValueError` where the reference is no address.
    """
    url = urldefrag(urljoin(against, reference.strip().replace(" ", "%20"))).url
    url.encode()  # half of a surrogate pair is in no address; its error is a ValueError
    parts, base = urlsplit(url), urlsplit(base_url)
    if not _is_same_host(parts, base):
        raise OtherHost(origin_of(url) if parts.hostname else parts.scheme)
    return urlunsplit((base.scheme, base.netloc, parts.path, parts.query, ""))


def with_params(url: str, params: Mapping[str, str | int] | None) -> str:
    """The address with the parameters behind those that it has; of two of one name ours stays."""
    if not params:
        return url
    parts = urlsplit(url)
    kept = [each for each in parts.query.split("&") if each and unquote_plus(each.partition("=")[0]) not in params]
    return urlunsplit(parts._replace(query="&".join([*kept, str(httpx.QueryParams(dict(params)))])))


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
