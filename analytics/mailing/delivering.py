"""Hands a claimed mail to the mail server, and stores the result."""

import logging
import smtplib
from collections.abc import Callable
from datetime import datetime

from django.core.mail import EmailMultiAlternatives, get_connection

from analytics.mailing.claims import Claim, Claims
from supportsaas.formatting import one_line

logger = logging.getLogger(__name__)


def deliver(mail: EmailMultiAlternatives, claims: Claims, claim: Claim, now: Callable[[], datetime]) -> bool:
    """Whether the server accepted it. False, too, if another worker has the claim by now."""
    if not claims.begin_sending(claim, now=now()):
        return False
    connection = get_connection()
    try:
        connection.open()
    except (OSError, smtplib.SMTPException) as error:
        _failed(claims, claim, error, now)
        return False
    try:
        connection.send_messages([mail])
    except (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused) as error:
        _failed(claims, claim, error, now)  # rejected for certain
        return False
    except (OSError, smtplib.SMTPException) as error:
        logger.error(
            "The mail server may or may not have accepted mail %s of %s (%s). It is not sent again.",
            claim.key,
            claims.collection,
            error,
        )
        claims.note_unknown(claim, error=_error_text(error))
        return False
    finally:
        connection.close()
    claims.note_sent(claim, now=now())
    return True


def _failed(claims: Claims, claim: Claim, error: Exception, now: Callable[[], datetime]) -> None:
    logger.warning("Mail %s of %s could not be sent and will be retried: %s", claim.key, claims.collection, error)
    claims.note_failed(claim, error=_error_text(error), now=now())


def _error_text(error: Exception) -> str:
    return one_line(f"{type(error).__name__}: {error}", 300)
