"""Sends rate-limited mails that ask an address to confirm it wants alerts.

Apart from the address and the tenant's name, a tenant's admins cannot choose any text in the mail.
"""

import logging
import smtplib
from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse

from supportsaas.formatting import one_line
from supportsaas.reliability.quota import RequestQuota
from tenants.models import User
from tickets.alerts import delivery_queue
from tickets.alerts.channel_addresses import AddressClaim, confirm, confirmation_token
from tickets.alerts.model import Channel, fold_address

logger = logging.getLogger(__name__)

A_DAY = 24 * 3600
TO_ONE_ADDRESS_A_DAY = 2
"""Across all tenants, so that many tenants together cannot flood an address."""

OF_A_TENANT_A_DAY = 40
OF_A_PERSON_A_DAY = 40


@dataclass(frozen=True, slots=True)
class ConfirmationMails:
    """The addresses that a mail was sent to, and why others got none."""

    sent: tuple[str, ...]
    problems: tuple[str, ...]


def send_confirmation_mails(channel: Channel, addresses: Iterable[str], *, by: User) -> ConfirmationMails:
    """Send a confirmation link to these addresses of the channel. Mail server errors are returned, not raised."""
    sent: list[str] = []
    problems: list[str] = []
    for address in addresses:
        problem = _send(AddressClaim(channel.tenant, address), by=by)
        (problems if problem else sent).append(problem or address)
    return ConfirmationMails(tuple(sent), tuple(dict.fromkeys(problems)))


def accept(claim: AddressClaim) -> int:
    """Confirm the address and send what waits for it; returns the number of channels."""
    channels = confirm(claim)
    delivery_queue.wake([str(each.pk) for each in channels])
    return len(channels)


def _send(claim: AddressClaim, *, by: User) -> str:
    """Send the mail; returns a sentence if it could not be sent, else an empty string."""
    if not settings.EMAIL_IS_SET:
        return "E-mail is not set up. Ask an administrator to set EMAIL_HOST."
    limits = (
        (f"confirm-by:{by.pk}", OF_A_PERSON_A_DAY),
        (f"confirm-of:{claim.tenant.pk}", OF_A_TENANT_A_DAY),
        (f"confirm-to:{fold_address(claim.address)}", TO_ONE_ADDRESS_A_DAY),
    )
    for caller, limit in limits:
        if RequestQuota(caller, limit=limit, seconds=A_DAY).take().retry_after is not None:
            return f"Too many confirmation mails to {claim.address} today. Try again tomorrow."
    try:
        _compose(claim).send()
    except (OSError, smtplib.SMTPException) as error:
        logger.warning("A confirmation mail could not be sent: %s", type(error).__name__)
        return f"The mail server did not accept the mail to {claim.address}."
    return ""


def _compose(claim: AddressClaim) -> EmailMultiAlternatives:
    path = reverse("confirm-address", args=[confirmation_token(claim)])
    context = {"name": one_line(claim.tenant.name, 100), "url": f"{settings.PUBLIC_URL}{path}"}
    return EmailMultiAlternatives(
        subject=one_line(f"Confirm your address for alerts from {claim.tenant.name}", 180),
        body=render_to_string("alerts/confirm.txt", context),
        to=[claim.address],
        headers={"Auto-Submitted": "auto-generated"},
    )
