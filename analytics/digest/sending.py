"""The periodic task that sends each subscriber the digest once, on Monday morning in the tenant's zone."""

import logging
import smtplib
import threading
from collections.abc import Callable
from datetime import datetime

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection

from analytics.digest import claims
from analytics.digest.mail import compose
from analytics.digest.subscriptions import find_subscribers, unsubscribe
from analytics.digest.week import week_before
from supportsaas import clock
from supportsaas.db import mongo
from supportsaas.formatting import one_line
from supportsaas.ops.periodic_tasks import periodic_task
from tenants.access import find_access
from tenants.models import Tenant, User

logger = logging.getLogger(__name__)


@periodic_task("digests", every_seconds=60)
def send_due_digests(stop: threading.Event, *, now: Callable[[], datetime] = clock.now) -> int:
    """Send the digests that are due and not sent yet; how many were sent."""
    if not settings.EMAIL_IS_SET:
        return 0
    sent = 0
    for tenant in Tenant.objects.filter(is_active=True):
        week = week_before(now(), tenant.zone)
        if not week.is_due(now()):
            continue
        for user_id in find_subscribers(tenant, before=week.due_at):
            if stop.is_set():
                return sent
            try:
                sent += _send_one(user_id, tenant, now)
            except mongo.UNAVAILABLE:
                raise
            except Exception:
                logger.exception("A digest of %s failed and will be retried.", tenant.slug)
    return sent


def _send_one(user_id: str, tenant: Tenant, now: Callable[[], datetime]) -> bool:
    user = User.objects.filter(pk=user_id).first()
    if user is None or find_access(user, tenant.slug) is None:
        unsubscribe(user_id, tenant.slug)  # the user is no longer a member of the tenant
        return False
    week = week_before(now(), tenant.zone)
    claim = claims.take(user_id, tenant.slug, week.name, now=now()) if user.email else None
    if claim is None:
        return False
    mail = compose(user, tenant, week, now=now())
    return claims.begin_sending(claim, now=now()) and _deliver(mail, claim, now)


def _deliver(mail: EmailMultiAlternatives, claim: claims.Claim, now: Callable[[], datetime]) -> bool:
    """Hand the mail to the server and store the result; whether the server accepted it."""
    connection = get_connection()
    try:
        connection.open()
    except (OSError, smtplib.SMTPException) as error:
        _failed(claim, error, now)
        return False
    try:
        connection.send_messages([mail])
    except (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused) as error:
        _failed(claim, error, now)  # rejected for certain
        return False
    except (OSError, smtplib.SMTPException) as error:
        logger.error(
            "The mail server may or may not have accepted digest %s (%s). It is not sent again.", claim.key, error
        )
        claims.note_unknown(claim, error=_error_text(error))
        return False
    finally:
        connection.close()
    claims.note_sent(claim, now=now())
    return True


def _failed(claim: claims.Claim, error: Exception, now: Callable[[], datetime]) -> None:
    logger.warning("Digest %s could not be sent and will be retried: %s", claim.key, error)
    claims.note_failed(claim, error=_error_text(error), now=now())


def _error_text(error: Exception) -> str:
    return one_line(f"{type(error).__name__}: {error}", 300)
