"""E-mail through the mail server that the administrator has set: plain text, and the same as HTML.

Subjects, texts and names come from strangers: in headers they are one line without control characters, in
HTML they are escaped, and the text forms no link beside ours.
"""

import smtplib
import time
from typing import Any, Final

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from supportsaas.formatting import format_exact_time, one_line
from tickets.alerts.kinds.base import Answer, DeliveryError, Fault
from tickets.alerts.links import link_of, ticket_url
from tickets.alerts.messages import Message, TicketFacts
from tickets.alerts.model import Channel
from tickets.alerts.strangers import unlinked

LONGEST_SUBJECT: Final = 180
LONGEST_EXCERPT: Final = 500
MOST_TICKETS: Final = 100
_SERVICE_CLOSES: Final = 421
_TOO_LARGE: Final = 552


class EmailSender:
    endpoint = "email"

    def __init__(self, channel: Channel) -> None:
        self._recipients = channel.confirmed_recipients

    def send(self, message: Message) -> Answer:
        if not settings.EMAIL_IS_SET:
            raise DeliveryError(
                "E-mail is not set up. An administrator names the mail server in EMAIL_HOST.", fault="settings"
            )
        if not self._recipients:
            raise DeliveryError(
                "No address of the channel is confirmed yet. Each gets a mail with a link to confirm it.",
                fault="settings",
            )
        mail = compose(message, self._recipients)
        began = time.monotonic()
        try:
            mail.send()
        except (smtplib.SMTPRecipientsRefused, smtplib.SMTPResponseException, smtplib.SMTPNotSupportedError) as error:
            raise _refusal(error) from None
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
        "headline": unlinked(message.headline),
        "link": link_of(message),
        "tickets": [_shown(each, message) for each in message.tickets[:MOST_TICKETS]],
        "sent": format_exact_time(message.at, message.zone),
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


def _shown(ticket: TicketFacts, message: Message) -> dict[str, Any]:
    return {
        "facts": ticket,
        "subject": unlinked(ticket.subject),
        "lines": [unlinked(each) for each in ticket.text.splitlines()],
        "created": format_exact_time(ticket.created_at, message.zone),
        "url": ticket_url(message.tenant_id, ticket.ticket_id),
    }


def _refusal(error: smtplib.SMTPException) -> DeliveryError:
    """What a mail server's "no" means (RFC 5321, 4.2): 421 and a "no" before any recipient are about the server.

    A refused recipient, and content that is refused after it was sent, are about this message, and so is a mail
    that is larger than the server takes (552, already at MAIL FROM: RFC 1870).
    """
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, answer = next(iter(error.recipients.values()))
        said: bytes | str = answer
        refused = ", ".join(error.recipients)
        sentence = f"The mail server does not take mail for {refused}. Check the addresses of the channel."
    elif isinstance(error, smtplib.SMTPResponseException):
        code, said = error.smtp_code, error.smtp_error
        sentence = f"The mail server refused the message (code {code})."
    else:
        return DeliveryError(f"The mail server cannot take this message ({error}).", fault="message")
    is_large = isinstance(error, smtplib.SMTPSenderRefused) and code == _TOO_LARGE
    is_about_message = isinstance(error, (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError)) or is_large
    fault: Fault = "message" if is_about_message and code != _SERVICE_CLOSES else "endpoint"
    return DeliveryError(sentence, status=code, excerpt=_text(said), fault=fault)


def _text(said: Any) -> str:
    return one_line(said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said), LONGEST_EXCERPT)
