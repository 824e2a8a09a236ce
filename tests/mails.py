"""What a mail that Django would have sent says."""

from django.core.mail import EmailMessage, EmailMultiAlternatives


def html_of(mail: EmailMessage) -> str:
    assert isinstance(mail, EmailMultiAlternatives)
    ((content, kind),) = mail.alternatives
    assert kind == "text/html"
    return str(content)
