"""A user's own e-mail address: used once a link that was sent there is followed. The former address is notified."""

import logging
import smtplib
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse

from supportsaas.reliability.quota import RequestQuota
from supportsaas.web.rejected import Rejected
from tenants.accounts.sign_in_events import name_digest
from tenants.models import User

logger = logging.getLogger(__name__)

LINK_LASTS_SECONDS: Final = 24 * 3600
A_DAY: Final = 24 * 3600
OF_A_PERSON_A_DAY: Final = 5
TO_ONE_ADDRESS_A_DAY: Final = 3
_SALT: Final = "own-address"


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressChange:
    """What a link confirms. `former` is the address that the account had when the link was sent."""

    user_id: str
    former: str
    address: str


def send_link(user: User, address: str) -> None:
    """Raises `Rejected` with a sentence if no mail was sent."""
    if not settings.EMAIL_IS_SET:
        raise Rejected("E-mail is not set up, so the address cannot be confirmed. Ask an administrator.", field="email")
    limits = (
        (f"address-by:{user.pk}", OF_A_PERSON_A_DAY),
        (f"address-to:{name_digest(address)}", TO_ONE_ADDRESS_A_DAY),
    )
    for caller, limit in limits:
        if RequestQuota(caller, limit=limit, seconds=A_DAY).take().retry_after is not None:
            raise Rejected("Too many confirmation mails today. Try again tomorrow.", field="email")
    token = signing.dumps([str(user.pk), user.email, address], salt=_SALT)
    url = f"{settings.PUBLIC_URL}{reverse('confirm-own-address', args=[token])}"
    try:
        _mail(address, "Confirm your e-mail address for SupportSaaS", "account/address_mail.txt", user, url).send()
    except (OSError, smtplib.SMTPException) as error:
        logger.warning("A confirmation mail could not be sent: %s", type(error).__name__)
        raise Rejected("The mail server did not accept the mail. Check the address.", field="email") from None


def read_token(token: str) -> AddressChange | None:
    """None if the link is invalid or expired."""
    try:
        user_id, former, address = signing.loads(token, salt=_SALT, max_age=LINK_LASTS_SECONDS)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return AddressChange(user_id=user_id, former=former, address=address)


def apply_change(user: User, change: AddressChange) -> bool:
    """Use the address. False if the link is someone else's, or the address has changed since it was sent."""
    if change.user_id != str(user.pk):
        return False
    mine = User.objects.filter(pk=user.pk, email=change.former)
    if change.address == change.former or not mine.update(email=change.address):
        return False
    if change.former and settings.EMAIL_IS_SET:
        try:
            _mail(change.former, "Your e-mail address was changed", "account/address_changed.txt", user, "").send()
        except (OSError, smtplib.SMTPException) as error:
            logger.warning("The former address was not notified: %s", type(error).__name__)
    return True


def _mail(to: str, subject: str, template: str, user: User, url: str) -> EmailMultiAlternatives:
    body = render_to_string(template, {"username": user.get_username(), "url": url})
    return EmailMultiAlternatives(subject=subject, body=body, to=[to], headers={"Auto-Submitted": "auto-generated"})
