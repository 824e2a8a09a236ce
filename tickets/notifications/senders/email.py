"""E-mail through the mail server that the administrator has set: plain text, and the same as HTML.

Subjects and names come from strangers: in headers they are one line without control characters, in HTML
they are escaped.
"""

import smtplib
import time
from typing import Any, Final

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from supportsaas.templatetags.presentation import one_line
from tenants.models import Channel
from tickets.notifications.messages import Message
from tickets.notifications.senders.base import Answer, DeliveryError

LONGEST_SUBJECT: Final = 180
LONGEST_EXCERPT: Final = 500
MOST_TICKETS: Final = 100


class EmailSender:
    endpoint = "email"

    def __init__(self, channel: Channel) -> None:
        self._recipients = channel.recipients

    def send(self, message: Message) -> Answer:
        if not settings.EMAIL_IS_SET:
            raise DeliveryError(
                "E-mail is not set up. An administrator names the mail server in EMAIL_HOST.", endpoint_is_well=True
            )
        mail = compose(message, self._recipients)
        began = time.monotonic()
        try:
            mail.send()
        except smtplib.SMTPRecipientsRefused as error:
            refused = ", ".join(error.recipients)
            code, said = next(iter(error.recipients.values()))
            raise DeliveryError(
                f"The mail server does not take mail for {refused}. Check the addresses of the channel.",
                status=code,
                excerpt=_text(said),
                endpoint_is_well=True,
            ) from None
        except smtplib.SMTPResponseException as error:
            raise DeliveryError(
                f"The mail server refused the message (code {error.smtp_code}).",
                status=error.smtp_code,
                excerpt=_text(error.smtp_error),
            ) from None
        except TimeoutError:
            raise DeliveryError(f"The mail server did not answer within {settings.EMAIL_TIMEOUT} s.") from None
        except (OSError, smtplib.SMTPException) as error:
            raise DeliveryError(f"The mail server cannot be reached ({type(error).__name__}).") from None
        return Answer(status=0, excerpt="taken by the mail server", seconds=time.monotonic() - began)

    def close(self) -> None:
        pass


def compose(message: Message, recipients: list[str]) -> EmailMultiAlternatives:
    context = {
        "message": message,
        "tickets": message.tickets[:MOST_TICKETS],
        "more": max(len(message.tickets) - MOST_TICKETS, 0),
    }
    mail = EmailMultiAlternatives(
        subject=one_line(f"[{message.tenant_name}] {message.headline}", LONGEST_SUBJECT),
        body=render_to_string("notifications/email.txt", context),
        to=recipients,
        headers={
            # The same on every attempt, so that a mailbox knows a repeated one.
            "Message-ID": f"<{one_line(message.key, 100).replace(' ', '')}@supportsaas>",
            "Idempotency-Key": one_line(message.key, 100),
            "Auto-Submitted": "auto-generated",
        },
    )
    html = render_to_string("notifications/email.html", context)
    mail.attach_alternative(html.encode("utf-8", "replace").decode(), "text/html")  # half a surrogate pair is no text
    return mail


def _text(said: Any) -> str:
    return one_line(said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said), LONGEST_EXCERPT)
