"""Validation of the URLs that tenants enter for helpdesks and channels."""

from urllib.parse import SplitResult, urlsplit

from django.core.exceptions import ValidationError

from supportsaas.net.outbound import AddressBlocked, check_literal


def validate_address(url: str) -> None:
    """Accept an http or https URL. Internal IP addresses are rejected here, and host names on connecting."""
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        good = False
    if not good or any(each.isspace() for each in url):
        raise ValidationError("Enter a URL that starts with http:// or https://.")
    if not _has_good_port(parts):
        raise ValidationError("The port in the URL is not a number from 1 to 65535.")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ValidationError(
            "Enter the URL without user, password, query or fragment. Use the sign-in fields for credentials, including a key in the URL."
        )
    try:
        check_literal(parts.hostname or "")
    except AddressBlocked as error:
        raise ValidationError(str(error)) from None


def _has_good_port(parts: SplitResult) -> bool:
    try:
        return parts.port != 0
    except ValueError:
        return False
