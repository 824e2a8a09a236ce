"""All outgoing connections that tenants choose: the HTTP client, and sockets for other protocols.

A host name is resolved once per connection, all its addresses are checked, and the connection goes to a checked one. So
a name server that changes its answer in between has no effect. `supportsaas.net.addresses` and the setting
`OUTBOUND_ALLOWED_HOSTS` decide what is allowed.

Proxies and credentials in the environment (HTTP_PROXY, .netrc) are ignored: a proxy would connect to unchecked
addresses. SSL_CERT_FILE and SSL_CERT_DIR are respected. Redirects are not followed.
"""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from ipaddress import ip_address
from typing import Any

import httpcore
import httpx
from django.conf import settings

from supportsaas.net.addresses import Address, AddressBlocked, check_address

__all__ = ["AddressBlocked", "Resolve", "check_literal", "connect", "open_client", "tls_context", "why_unreachable"]

CONNECT_SECONDS = 10.0
RESOLVE_SECONDS = 5.0

_NO_TLS = ("wrong version number", "wrong_version_number", "record layer failure", "http request", "unknown protocol")
"""OpenSSL errors for a server that answers a TLS handshake in plain text."""

Resolve = Callable[[str, int], list[str]]
"""Returns the addresses of a host. Raises `OSError` if there are none."""


def open_client(
    *,
    whole_seconds: float,
    read_seconds: float | None = None,
    headers: Mapping[str, str] | None = None,
    auth: httpx.Auth | None = None,
    resolve: Resolve | None = None,
) -> httpx.Client:
    """A client whose requests each finish within `whole_seconds`, from resolving the name to the last byte.

    It raises the errors of httpx, and `AddressBlocked`. Use it from one thread at a time.
    """
    return httpx.Client(
        headers=headers,
        auth=auth,
        timeout=httpx.Timeout(read_seconds or whole_seconds, connect=CONNECT_SECONDS),
        follow_redirects=False,
        trust_env=False,
        transport=_CheckedTransport(whole_seconds=whole_seconds, resolve=resolve or resolve_in_time),
    )


def connect(host: str, port: int) -> socket.socket:
    """A TCP connection. Raises `AddressBlocked`, and `OSError` if none of the host's addresses can be reached."""
    problem: OSError = OSError("The name is not known: it has no address.")
    for address in _checked_addresses(host, port, resolve_in_time):
        try:
            return socket.create_connection((address, port), timeout=CONNECT_SECONDS)
        except OSError as error:
            problem = error
    raise problem


def _checked_addresses(host: str, port: int, resolve: Resolve) -> list[str]:
    """All addresses of the host, if every one is allowed. Raises `AddressBlocked` and `OSError`."""
    addresses = resolve(host, port)
    for address in addresses:
        check_address(host, address, allowed=settings.OUTBOUND_ALLOWED_HOSTS, is_own=is_own_address)
    return addresses


def check_literal(host: str) -> None:
    """Raise `AddressBlocked` if the host is an internal IP address. Names are checked on connecting."""
    try:
        found = {info[4][0] for info in socket.getaddrinfo(host, None, flags=socket.AI_NUMERICHOST)}
    except (OSError, UnicodeError):
        return
    for address in found:
        check_address(host, str(address), allowed=settings.OUTBOUND_ALLOWED_HOSTS, is_own=is_own_address)


def is_own_address(address: Address) -> bool:
    """Whether the address is this machine's own: only then can a socket bind to it."""
    return _can_bind(address) and not _binds_anything()


def _can_bind(address: Address) -> bool:
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.bind((str(address), 0))
    except OSError:
        return False
    return True


@cache
def _binds_anything() -> bool:
    """With the system setting `ip_nonlocal_bind`, binding always works. Then no address counts as this machine's own."""
    return _can_bind(ip_address("192.0.2.1"))  # reserved for documentation (RFC 5737), so nobody's


def resolve_in_time(host: str, port: int) -> list[str]:
    """The system's answer within `RESOLVE_SECONDS`. Its own timeout may be half a minute."""
    found: list[str] = []
    problem: list[OSError] = []

    def ask() -> None:
        try:
            found.extend(str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except OSError as error:
            problem.append(error)
        except UnicodeError:
            problem.append(OSError("The name is not known: it is not a valid host name."))

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(RESOLVE_SECONDS)
    if problem:
        raise problem[0]
    if not found:
        raise OSError("The name is not known: its resolution took too long.")
    return list(dict.fromkeys(found))


def why_unreachable(error: httpx.TransportError | OSError) -> str:
    """Why a connection failed, for users."""
    text = str(error).lower()
    if "refused" in text:
        return "the connection was refused"
    if "name" in text and ("resol" in text or "known" in text):
        return "the host name is not known"
    if "certificate" in text:
        return "its certificate is not trusted"
    if any(sign in text for sign in _NO_TLS):
        return "it does not use HTTPS on this port; if that is intended, start the URL with http://"
    if "ssl" in text or "tls" in text:
        return "the TLS handshake failed"
    if "reset" in text:
        return "the connection was reset"
    return "the connection failed"


class _CheckedTransport(httpx.HTTPTransport):
    """httpx's transport over checked connections that respect the deadline of their request."""

    def __init__(self, *, whole_seconds: float, resolve: Resolve) -> None:
        self._whole_seconds = whole_seconds
        self._deadline = _Deadline()
        self._pool = httpcore.ConnectionPool(
            ssl_context=tls_context(),
            max_connections=4,
            max_keepalive_connections=2,
            keepalive_expiry=5.0,
            network_backend=_CheckedBackend(resolve=resolve, deadline=self._deadline),
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self._deadline.moment = time.monotonic() + self._whole_seconds
        return super().handle_request(request)


class _Deadline(threading.local):
    """The time by which the request of this thread must finish."""

    moment = 0.0

    def shorten(self, timeout: float | None, error: type[Exception]) -> float:
        """The timeout, at most the time left for the request. Raises `error` if none is left."""
        left = self.moment - time.monotonic()
        if left <= 0:
            raise error("The whole request took too long.")
        return left if timeout is None else min(timeout, left)


class _CheckedBackend(httpcore.NetworkBackend):
    def __init__(self, *, resolve: Resolve, deadline: _Deadline) -> None:
        self._plain = httpcore.SyncBackend()
        self._resolve = resolve
        self._deadline = deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        try:
            addresses = _checked_addresses(host, port, self._resolve)
        except OSError as error:
            raise httpcore.ConnectError(str(error)) from None
        problem: Exception = httpcore.ConnectError("The name is not known: it has no address.")
        for address in addresses:
            try:
                stream = self._plain.connect_tcp(
                    address,
                    port,
                    timeout=self._deadline.shorten(timeout, httpcore.ConnectTimeout),
                    local_address=local_address,
                    socket_options=socket_options,
                )
                return _DeadlineStream(stream, self._deadline)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                problem = error
        raise problem


class _DeadlineStream(httpcore.NetworkStream):
    """A connection whose operations end by the deadline."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: _Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._deadline.shorten(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._deadline.shorten(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        timeout = self._deadline.shorten(timeout, httpcore.ConnectTimeout)
        return _DeadlineStream(self._stream.start_tls(ssl_context, server_hostname, timeout), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


@cache
def tls_context() -> ssl.SSLContext:
    """Shared, because loading the certificates takes longer than most requests."""
    return httpx.create_ssl_context()
