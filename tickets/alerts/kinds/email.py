"""E-mail through the configured mail server, as plain text and HTML.

Subjects, texts and names are untrusted: headers get a single line without control characters, HTML is escaped, and
text cannot form links.
"""

import smtplib
import time
from typing import Any, Final

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from supportsaas.formatting import format_exact_time, one_line
from tickets.alerts.kinds.base import DeliveryError, Fault, Response
from tickets.alerts.links import message_links, ticket_links
from tickets.alerts.messages import Message, TicketFacts
from tickets.alerts.model import Channel
from tickets.alerts.untrusted_text import unlinked

LONGEST_SUBJECT: Final = 180
LONGEST_EXCERPT: Final = 500
MOST_TICKETS: Final = 100
_SERVICE_CLOSES: Final = 421
_TOO_LARGE: Final = 552


class EmailSender:
    endpoint = "email"

    def __init__(self, channel: Channel) -> None:
        self._recipients = channel.confirmed_recipients

    def send(self, message: Message) -> Response:
        if not settings.EMAIL_IS_SET:
            raise DeliveryError("E-mail is not set up. Ask an administrator to set EMAIL_HOST.", fault="settings")
        if not self._recipients:
            raise DeliveryError(
                "No address of this channel is confirmed yet. Each address gets a confirmation link by e-mail.",
                fault="settings",
            )
        mail = compose(message, self._recipients)
        began = time.monotonic()
        try:
            mail.send()
        except (smtplib.SMTPRecipientsRefused, smtplib.SMTPResponseException, smtplib.SMTPNotSupportedError) as error:
            raise _rejection(error) from None
        except TimeoutError:
            raise DeliveryError(f"The mail server did not answer within {settings.EMAIL_TIMEOUT} s.") from None
        except (OSError, smtplib.SMTPException) as error:
            raise DeliveryError(f"The mail server is not reachable ({type(error).__name__}).") from None
        return Response(status=0, excerpt="Accepted by the mail server", seconds=time.monotonic() - began)

    def close(self) -> None:
        pass


def compose(message: Message, recipients: list[str]) -> EmailMultiAlternatives:
    context = {
        "message": message,
        "headline": unlinked(message.headline),
        "note": unlinked(message.note),
        "links": message_links(message),
        "tickets": [_shown(each, message) for each in message.tickets[:MOST_TICKETS]],
        "sent": format_exact_time(message.at, message.zone),
        "more": max(len(message.tickets) - MOST_TICKETS, 0),
    }
    mail = EmailMultiAlternatives(
        subject=one_line(f"[{message.tenant_name}] {message.headline}", LONGEST_SUBJECT),
        body=render_to_string("alerts/email.txt", context),
        to=recipients,
        headers={
            # The same in every attempt, so that mailboxes recognize duplicates.
            "Message-ID": f"<{one_line(message.key, 100).replace(' ', '')}@supportsaas>",
            "Idempotency-Key": one_line(message.key, 100),
            "Auto-Submitted": "auto-generated",
        },
    )
    html = render_to_string("alerts/email.html", context)
    mail.attach_alternative(
        html.encode("utf-8", "replace").decode(), "text/html"
    )  # half a surrogate pair cannot be encoded
    return mail


def _shown(ticket: TicketFacts, message: Message) -> dict[str, Any]:
    return {
        "facts": ticket,
        "subject": unlinked(ticket.subject),
        "reason": unlinked(ticket.reason),
        "customer": unlinked(ticket.customer),
        "lines": [unlinked(each) for each in ticket.text.splitlines()],
        "created": format_exact_time(ticket.created_at, message.zone),
        "links": ticket_links(message, ticket),
    }


def _rejection(error: smtplib.SMTPException) -> DeliveryError:
    """What a rejection means (RFC 5321, 4.2): 421, or one before any recipient, is about the server.

    A rejected recipient, content rejected after sending, and a mail that is too large (552, possibly at MAIL FROM:
    RFC 1870) are about the message.
    """
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, reply = next(iter(error.recipients.values()))
        text: bytes | str = reply
        rejected = ", ".join(error.recipients)
        sentence = f"The mail server rejected the recipients {rejected}. Check the addresses of the channel."
    elif isinstance(error, smtplib.SMTPResponseException):
        code, text = error.smtp_code, error.smtp_error
        sentence = f"The mail server rejected the message (code {code})."
    else:
        return DeliveryError(f"The mail server does not support this message ({error}).", fault="message")
    is_large = isinstance(error, smtplib.SMTPSenderRefused) and code == _TOO_LARGE
    is_about_message = isinstance(error, (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError)) or is_large
    fault: Fault = "message" if is_about_message and code != _SERVICE_CLOSES else "endpoint"
    return DeliveryError(sentence, status=code, excerpt=_excerpt(text), fault=fault)


def _excerpt(reply: bytes | str) -> str:
    text = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
    return one_line(text, LONGEST_EXCERPT)
