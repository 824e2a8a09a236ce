"""The one way HTTP leaves the product.

A name is resolved once for a connection, every address it stands for is checked, and the connection goes
to a checked one: a name server that changes its answer in between has no effect. What may be reached,
`supportsaas.net.addresses` says, and the setting `OUTBOUND_ALLOWED_HOSTS`.

Neither proxies nor log-ins are taken from the environment (HTTP_PROXY, .netrc): a proxy would connect in
our place, to addresses that nobody checked. SSL_CERT_FILE and SSL_CERT_DIR hold. Redirects are not followed.
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

__all__ = ["AddressBlocked", "Resolve", "check_literal", "open_client", "why_unreachable"]

CONNECT_SECONDS = 10.0
RESOLVE_SECONDS = 5.0

_NO_TLS = ("wrong version number", "wrong_version_number", "record layer failure", "http request", "unknown protocol")
"""What OpenSSL says of a server that answers a TLS greeting in plain text."""

Resolve = Callable[[str, int], list[str]]
"""The addresses of a host; raises `OSError` where there are none."""


def open_client(
    *,
    whole_seconds: float,
    read_seconds: float | None = None,
    headers: Mapping[str, str] | None = None,
    auth: httpx.Auth | None = None,
    resolve: Resolve | None = None,
) -> httpx.Client:
    """A client whose exchanges, from resolving the name to the last byte of the answer, each end within
    `whole_seconds`. It raises what httpx raises, and `AddressBlocked`. For one thread at a time.
    """
    return httpx.Client(
        headers=headers,
        auth=auth,
        timeout=httpx.Timeout(read_seconds or whole_seconds, connect=CONNECT_SECONDS),
        follow_redirects=False,
        trust_env=False,
        transport=_CheckedTransport(whole_seconds=whole_seconds, resolve=resolve or resolve_in_time),
    )


def check_literal(host: str) -> None:
    """Raise `AddressBlocked` where the host is an inside address in figures. Names are checked on connecting."""
    try:
        found = {info[4][0] for info in socket.getaddrinfo(host, None, flags=socket.AI_NUMERICHOST)}
    except (OSError, UnicodeError):
        return
    for address in found:
        check_address(host, str(address), allowed=settings.OUTBOUND_ALLOWED_HOSTS, is_own=is_own_address)


def is_own_address(address: Address) -> bool:
    """Whether an interface of this machine has the address: only then a socket can be bound to it."""
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
    """Where the system is set so (`ip_nonlocal_bind`), binding says nothing; then the address counts as another's."""
    return _can_bind(ip_address("192.0.2.1"))  # of documentation (RFC 5737), so nobody's


def resolve_in_time(host: str, port: int) -> list[str]:
    """The system's answer, awaited `RESOLVE_SECONDS`; its own patience may be half a minute."""
    found: list[str] = []
    problem: list[OSError] = []

    def ask() -> None:
        try:
            found.extend(str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except OSError as error:
            problem.append(error)
        except UnicodeError:
            problem.append(OSError("The name is not known: it is none."))

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(RESOLVE_SECONDS)
    if problem:
        raise problem[0]
    if not found:
        raise OSError("The name is not known: its resolution took too long.")
    return list(dict.fromkeys(found))


def why_unreachable(error: httpx.TransportError) -> str:
    """What a person makes of a connection that did not come about, or broke."""
    text = str(error).lower()
    if "refused" in text:
        return "the connection was refused"
    if "name" in text and ("resol" in text or "known" in text):
        return "its name is not known"
    if "certificate" in text:
        return "its certificate is not accepted"
    if any(sign in text for sign in _NO_TLS):
        return "it answers without HTTPS on this port; if that is right, the address begins with http://"
    if "ssl" in text or "tls" in text:
        return "no secure connection (TLS) came about"
    if "reset" in text:
        return "the connection was reset"
    return "no connection"


class _CheckedTransport(httpx.HTTPTransport):
    """httpx's own transport over connections that are checked and keep the deadline of their exchange."""

    def __init__(self, *, whole_seconds: float, resolve: Resolve) -> None:
        self._whole_seconds = whole_seconds
        self._deadline = _Deadline()
        self._pool = httpcore.ConnectionPool(
            ssl_context=_ssl_context(),
            max_connections=4,
            max_keepalive_connections=2,
            keepalive_expiry=5.0,
            network_backend=_CheckedBackend(resolve=resolve, deadline=self._deadline),
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self._deadline.moment = time.monotonic() + self._whole_seconds
        return super().handle_request(request)


class _Deadline(threading.local):
    """When the exchange of this thread has to be over."""

    moment = 0.0

    def shorten(self, timeout: float | None, error: type[Exception]) -> float:
        """The time-out, at most what is left of the exchange; raises `error` where nothing is."""
        left = self.moment - time.monotonic()
        if left <= 0:
            raise error("The whole exchange took too long.")
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
            addresses = self._resolve(host, port)
        except OSError as error:
            raise httpcore.ConnectError(str(error)) from None
        for address in addresses:
            check_address(host, address, allowed=settings.OUTBOUND_ALLOWED_HOSTS, is_own=is_own_address)
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
                return _PunctualStream(stream, self._deadline)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                problem = error
        raise problem


class _PunctualStream(httpcore.NetworkStream):
    """A connection no operation on which goes on beyond the deadline."""

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
        return _PunctualStream(self._stream.start_tls(ssl_context, server_hostname, timeout), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


@cache
def _ssl_context() -> ssl.SSLContext:
    # Reading the certificates takes longer than most requests; one context serves them all.
    return httpx.create_ssl_context()
