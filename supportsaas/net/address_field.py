"""What tenants may enter as the address of a helpdesk or a channel."""

from urllib.parse import urlsplit

from django.core.exceptions import ValidationError

from supportsaas.net.outbound import AddressBlocked, check_literal


def validate_address(url: str) -> None:
    """An http or https address of a host. One inside in figures is refused here; names are looked at on connecting."""
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        good = False
    if not good or any(each.isspace() for each in url):
        raise ValidationError("Enter an address that begins with http:// or https://.")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ValidationError(
            "The address holds no user, password, query or fragment; there are fields for those, and a log-in for a key in the address."
        )
    try:
        check_literal(parts.hostname or "")
    except AddressBlocked as error:
        raise ValidationError(str(error)) from None
