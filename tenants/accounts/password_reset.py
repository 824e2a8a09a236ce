"""A forgotten password: a link by mail to the address of the account.

The answer is the same, and as fast, whether or not an account has the address: looking for one and sending mail happen in
another thread. Links start with PUBLIC_URL, so the Host header of whoever asks has no say in them.
"""

import logging
import smtplib
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import Any, Final

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import connections
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import base36_to_int, urlsafe_base64_encode

from supportsaas.reliability.quota import RequestQuota
from tenants.accounts.sign_in_events import name_digest
from tenants.members import PasswordLinkTokens
from tenants.models import User

logger = logging.getLogger(__name__)

LINK_LASTS_SECONDS: Final = 3600
AN_HOUR: Final = 3600
FROM_ONE_PLACE_AN_HOUR: Final = 10
TO_ONE_ADDRESS_AN_HOUR: Final = 3
MOST_ACCOUNTS: Final = 5
"""With the same address: each gets a link of its own."""


class ResetTokens(PasswordLinkTokens):
    """Valid for an hour, once: a new password, a sign-in and another address each end them."""

    key_salt = "tenants.accounts.password_reset"

    def check_token(self, user: Any, token: str | None) -> bool:
        if not super().check_token(user, token):
            return False
        made_at = base36_to_int(str(token).split("-")[0])
        return self._num_seconds(self._now()) - made_at <= LINK_LASTS_SECONDS


reset_tokens = ResetTokens()


class TooManyResets(Exception):
    """From this place, whatever the addresses were."""


def ask_for_link(address: str, *, client: str) -> None:
    """Send a link to the address if accounts have it. Raises `TooManyResets`, which says nothing about the address."""
    quota = RequestQuota(f"reset-from:{client}", limit=FROM_ONE_PLACE_AN_HOUR, seconds=AN_HOUR)
    if quota.take().retry_after is not None:
        raise TooManyResets
    sender().submit(_send_links, address)


@lru_cache(maxsize=1)
def sender() -> ThreadPoolExecutor:
    """One thread of each process, started when it is first needed."""
    return ThreadPoolExecutor(1, thread_name_prefix="password-reset")


def _send_links(address: str) -> None:
    try:
        quota = RequestQuota(f"reset-to:{name_digest(address)}", limit=TO_ONE_ADDRESS_AN_HOUR, seconds=AN_HOUR)
        if quota.take().retry_after is not None:
            return
        found = User.objects.filter(email__iexact=address, is_active=True).order_by("pk")[:MOST_ACCOUNTS]
        for user in found:
            if user.has_usable_password():
                _compose(user).send()
    except (OSError, smtplib.SMTPException) as error:
        logger.warning("A password link could not be sent: %s", type(error).__name__)
    except Exception:
        logger.exception("A password link could not be sent.")
    finally:
        connections.close_all()


def _compose(user: User) -> EmailMultiAlternatives:
    """To the stored address, not the one that was typed."""
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    path = reverse("reset-password", args=[uid, reset_tokens.make_token(user)])
    context = {"username": user.get_username(), "url": f"{settings.PUBLIC_URL}{path}"}
    return EmailMultiAlternatives(
        subject="Choose a new password for SupportSaaS",
        body=render_to_string("registration/reset_mail.txt", context),
        to=[user.email],
        headers={"Auto-Submitted": "auto-generated"},
    )
