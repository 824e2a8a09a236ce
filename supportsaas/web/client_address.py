"""Where a request comes from, behind as many proxies as the settings say and not one more."""

from django.conf import settings
from django.http import HttpRequest

from supportsaas.forwarded import address_behind


def client_address(request: HttpRequest) -> str:
    """The address of whoever asks; "" where it cannot be told."""
    return address_behind(
        settings.TRUSTED_PROXIES,
        peer=request.META.get("REMOTE_ADDR", ""),
        forwarded=request.META.get("HTTP_X_FORWARDED_FOR", ""),
    )
