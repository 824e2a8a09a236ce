"""Opens the mailbox that a connection's settings name."""

import hashlib
import json
from typing import Final

from supportsaas import clock
from supportsaas.crypto import SecretUnreadable
from supportsaas.reliability.rate_limiter import RateLimiter
from tickets.helpdesks import presets
from tickets.helpdesks.base import Purpose, SourceError
from tickets.helpdesks.http import Wait
from tickets.helpdesks.mailbox.connection import Mailbox, MailboxAddress
from tickets.helpdesks.mailbox.known_mails import KnownMails, RememberedForNow
from tickets.helpdesks.mailbox.source import MailboxPlan, MailboxSource
from tickets.helpdesks.mailbox.stored_mails import StoredMails
from tickets.helpdesks.mailbox.team import Team
from tickets.helpdesks.model import Source
from tickets.helpdesks.options import RestOptions

NEWEST: Final = 200
"""A sample looks at this many mails of each folder."""


def open_mailbox(
    source: Source, options: RestOptions, *, wait: Wait, limiter: RateLimiter | None, purpose: Purpose
) -> MailboxSource:
    """Raises `SourceError` if the settings are invalid. Nothing is connected yet."""
    preset = presets.PRESETS[source.kind]
    variables = preset.variables_in(source.options)
    address = MailboxAddress(
        url=source.url,
        user=source.auth_name.strip(),
        password=_password_of(source),
        is_plain=variables["encryption"] == "none",
    )
    mailbox = Mailbox(address, tenant_id=source.tenant.slug, limiter=limiter, wait=wait)
    plan = MailboxPlan(
        owner=f"{address.user.casefold()} at {address.place.casefold()}",
        folders=variables["folders"],
        team=Team.parse(variables["team"]),
        newest=NEWEST if purpose == "sample" else None,
        retention_end=source.tenant.end_of_retention(clock.now()),
    )
    known: KnownMails = RememberedForNow()
    if purpose == "run":
        known = StoredMails(source.tenant.slug, source.key, prefix=source.prefix, reading=_reading(source))
    return MailboxSource(mailbox, plan=plan, options=options, known=known, page_size=source.page_size)


def _reading(source: Source) -> str:
    """Changes with every setting that decides how a thread is read."""
    text = json.dumps([source.options, source.prefix], sort_keys=True, default=str)
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def _password_of(source: Source) -> str:
    try:
        password = source.reveal_secret()
    except SecretUnreadable as error:
        raise SourceError("misconfigured", str(error)) from None
    if any(not each.isprintable() for each in source.auth_name + password):
        raise SourceError("misconfigured", "The user name or password contains characters that IMAP does not allow.")
    return password
