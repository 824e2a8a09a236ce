"""Asks for leave to send alerts to an e-mail address: one mail with a link, and not many of them.

The mail holds no text that an admin of a tenant can choose but the address itself and the tenant's name.
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
from tickets.alerts import deliveries
from tickets.alerts.channel_addresses import AddressClaim, confirm, confirmation_token
from tickets.alerts.model import Channel, fold_address

logger = logging.getLogger(__name__)

A_DAY = 24 * 3600
TO_ONE_ADDRESS_A_DAY = 2
"""Over all tenants: no number of tenants makes it a flood."""

OF_A_TENANT_A_DAY = 40
OF_A_PERSON_A_DAY = 40


@dataclass(frozen=True, slots=True)
class Asked:
    """The addresses that got a mail just now, and those that did not, with why."""

    sent: tuple[str, ...]
    problems: tuple[str, ...]


def ask_addresses(channel: Channel, addresses: Iterable[str], *, by: User) -> Asked:
    """Send a link to these addresses of the channel. It never raises for what the mail server does."""
    sent: list[str] = []
    problems: list[str] = []
    for address in addresses:
        problem = _ask(AddressClaim(channel.tenant, address), by=by)
        (problems if problem else sent).append(problem or address)
    return Asked(tuple(sent), tuple(dict.fromkeys(problems)))


def accept(claim: AddressClaim) -> int:
    """The address is confirmed: what waited for it goes out now. How many channels that concerned."""
    channels = confirm(claim)
    deliveries.wake([str(each.pk) for each in channels])
    return len(channels)


def _ask(claim: AddressClaim, *, by: User) -> str:
    """What kept the mail from going out, as a sentence; empty where it went."""
    if not settings.EMAIL_IS_SET:
        return "E-mail is not set up. An administrator names the mail server in EMAIL_HOST."
    limits = (
        (f"confirm-by:{by.pk}", OF_A_PERSON_A_DAY),
        (f"confirm-of:{claim.tenant.pk}", OF_A_TENANT_A_DAY),
        (f"confirm-to:{fold_address(claim.address)}", TO_ONE_ADDRESS_A_DAY),
    )
    for caller, limit in limits:
        if RequestQuota(caller, limit=limit, seconds=A_DAY).take().retry_after is not None:
            return f"{claim.address} was asked often enough for today. Try again tomorrow."
    try:
        _compose(claim).send()
    except (OSError, smtplib.SMTPException) as error:
        logger.warning("A link to confirm an address could not be sent: %s", type(error).__name__)
        return f"The mail server did not take the mail to {claim.address}."
    return ""


def _compose(claim: AddressClaim) -> EmailMultiAlternatives:
    path = reverse("confirm-address", args=[confirmation_token(claim)])
    context = {"name": one_line(claim.tenant.name, 100), "url": f"{settings.PUBLIC_URL}{path}"}
    return EmailMultiAlternatives(
        subject=one_line(f"Confirm that alerts of {claim.tenant.name} may come to this address", 180),
        body=render_to_string("notifications/confirm.txt", context),
        to=[claim.address],
        headers={"Auto-Submitted": "auto-generated"},
    )
