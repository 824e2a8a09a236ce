"""Helpdesk connectors, one module per kind. `open_source` opens the one that a tenant has configured."""

from supportsaas.crypto import SecretUnreadable
from supportsaas.reliability.rate_limiter import RateLimiter
from tickets.helpdesks import credentials
from tickets.helpdesks.base import Page, Purpose, SourceError, SourceRecord, TicketSource
from tickets.helpdesks.credentials import Credential
from tickets.helpdesks.http import PLAIN_HTTP, HelpdeskHttp, HttpOptions, Meaning, Wait, sleep_plainly
from tickets.helpdesks.mailbox.opening import open_mailbox
from tickets.helpdesks.model import AuthKind, Source, SourceKind
from tickets.helpdesks.native import NativeSource
from tickets.helpdesks.oauth import Client, oauth
from tickets.helpdesks.options import RestOptions, rest_options
from tickets.helpdesks.rest import RestSource
from tickets.helpdesks.rt import RtSource

__all__ = ["Page", "SourceError", "SourceRecord", "TicketSource", "Wait", "open_source"]


def open_source(
    source: Source,
    *,
    wait: Wait = sleep_plainly,
    limiter: RateLimiter | None = None,
    purpose: Purpose = "preview",
) -> TicketSource:
    """The tenant's helpdesk; use it in a `with` statement. Raises `SourceError` if the settings are invalid."""
    options = None if source.kind == SourceKind.NATIVE else _options_of(source)
    if options is not None and source.kind == SourceKind.IMAP:
        return open_mailbox(source, options, wait=wait, limiter=limiter, purpose=purpose)
    http = HelpdeskHttp(
        base_url=source.url,
        credential=_credential_of(source, options),
        tenant_id=source.tenant.slug,
        limiter=limiter,
        wait=wait,
        options=PLAIN_HTTP if options is None else _http_options(options),
    )
    if options is None:
        return NativeSource(http, tenant_id=source.tenant.slug, page_size=source.page_size)
    kind = RtSource if source.kind == SourceKind.RT else RestSource
    return kind(http, options=options, page_size=source.page_size)


def _options_of(source: Source) -> RestOptions:
    try:
        return rest_options(source.kind, source.options)
    except ValueError as error:
        raise SourceError("misconfigured", f"The connector settings are invalid: {error}") from None


def _http_options(options: RestOptions) -> HttpOptions:
    return HttpOptions(
        headers=options.headers,
        next_hosts=options.next_hosts,
        budgets=options.budgets,
        answers=[
            Meaning(status=each.status, contains=each.contains, means=each.means)
            for each in options.answers
            if each.means != "refused"  # what a response of success reports: `reported_failure`
        ],
    )


def _credential_of(source: Source, options: RestOptions | None) -> Credential:
    try:
        secret = source.reveal_secret()
        (secret + source.auth_name).encode("ascii")
    except SecretUnreadable as error:
        raise SourceError("misconfigured", str(error)) from None
    except UnicodeEncodeError:
        raise SourceError(
            "misconfigured", "The key or password contains characters that HTTP does not allow."
        ) from None
    match source.auth:
        case AuthKind.HEADER:
            return credentials.in_header(source.auth_name, secret, template=options.header_template if options else "")
        case AuthKind.BEARER:
            return credentials.bearer(secret)
        case AuthKind.BASIC:
            return credentials.basic(source.auth_name, secret)
        case AuthKind.BASIC_KEY:
            return credentials.basic_key(secret)
        case AuthKind.QUERY:
            return credentials.in_url(source.auth_name, secret)
        case AuthKind.OAUTH2:
            return _oauth(source, options, secret)
    return Credential()


def _oauth(source: Source, options: RestOptions | None, secret: str) -> Credential:
    if options is None or not options.client_id:
        raise SourceError("misconfigured", "OAuth 2 needs the setting client_id.")
    client = Client(
        token_url=source.url.rstrip("/") + options.oauth_path,
        client_id=options.client_id,
        secret=secret,
        scope=options.oauth_scope,
        style=options.oauth_style,
        grant=options.oauth_grant,
        headers=options.headers,
    )
    return oauth(client, key=None if source._state.adding else source.pk)
