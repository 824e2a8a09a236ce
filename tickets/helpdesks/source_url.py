"""Validation of the URL of a connection: https or http for a helpdesk, imaps or imap for a mailbox."""

from typing import Final
from urllib.parse import urlsplit

from supportsaas.net.address_field import validate_address

_OF_MAILBOXES: Final = {"imap": "http", "imaps": "https"}


def validate_source_url(url: str) -> None:
    """Internal IP addresses are rejected here, and host names on connecting."""
    scheme, separator, rest = url.partition("://")
    validate_address(_OF_MAILBOXES.get(scheme, scheme) + separator + rest)


def complete_scheme(url: str, *, is_mailbox: bool) -> str:
    """The URL with the encrypted scheme in front if a person entered only a host."""
    return url if not url or "://" in url else f"{'imaps' if is_mailbox else 'https'}://{url}"


def check_scheme(url: str, *, is_mailbox: bool) -> None:
    """Raise `ValueError` if the URL is not that of such a connection."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return  # its validation says what is wrong
    if is_mailbox and (parts.scheme not in _OF_MAILBOXES or parts.path.strip("/")):
        raise ValueError("Enter the mail server as imaps://imap.example.com, or with imap:// for STARTTLS.")
    if not is_mailbox and parts.scheme in _OF_MAILBOXES:
        raise ValueError("Enter a URL that starts with http:// or https://. For imap://, choose Mailbox (IMAP).")
