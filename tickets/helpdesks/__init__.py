"""Helpdesk connectors, one module per kind. `open_source` opens the one that a tenant has configured."""

from supportsaas.crypto import SecretUnreadable
from supportsaas.reliability.rate_limiter import RateLimiter
from tickets.helpdesks.base import Page, SourceError, SourceRecord, TicketSource
from tickets.helpdesks.http import HelpdeskHttp, Wait, sleep_plainly
from tickets.helpdesks.key_in_url import KeyInUrl
from tickets.helpdesks.model import AuthKind, Source, SourceKind
from tickets.helpdesks.native import NativeSource
from tickets.helpdesks.options import rest_options
from tickets.helpdesks.rest import RestSource
from tickets.helpdesks.rt import RtSource

__all__ = ["Page", "SourceError", "SourceRecord", "TicketSource", "Wait", "open_source"]


def open_source(source: Source, *, wait: Wait = sleep_plainly, limiter: RateLimiter | None = None) -> TicketSource:
    """The tenant's helpdesk; use it in a `with` statement. Raises `SourceError` if the settings are invalid."""
    try:
        secret = source.reveal_secret()
        (secret + source.auth_name).encode("ascii")
    except SecretUnreadable as error:
        raise SourceError("misconfigured", str(error)) from None
    except UnicodeEncodeError:
        raise SourceError(
            "misconfigured", "The key or password contains characters that HTTP does not allow."
        ) from None
    headers: dict[str, str] = {}
    basic: tuple[str, str] | None = None
    in_address: KeyInUrl | None = None
    match source.auth:
        case AuthKind.HEADER:
            headers[source.auth_name] = secret
        case AuthKind.BEARER:
            headers["Authorization"] = f"Bearer {secret}"
        case AuthKind.BASIC:
            basic = (source.auth_name, secret)
        case AuthKind.QUERY:
            in_address = KeyInUrl(source.auth_name, secret)
    http = HelpdeskHttp(
        base_url=source.url,
        headers=headers,
        basic_auth=basic,
        key_in_url=in_address,
        tenant_id=source.tenant.slug,
        limiter=limiter,
        wait=wait,
    )
    if source.kind == SourceKind.NATIVE:
        return NativeSource(http, tenant_id=source.tenant.slug, page_size=source.page_size)
    try:
        options = rest_options(source.kind, source.options)
    except ValueError as error:
        raise SourceError("misconfigured", f"The connector settings are invalid: {error}") from None
    kind = RtSource if source.kind == SourceKind.RT else RestSource
    return kind(http, options=options, page_size=source.page_size)
