"""The client address of a request, behind the number of proxies in the settings."""

from django.conf import settings
from django.http import HttpRequest

from supportsaas.forwarded import address_behind


def client_address(request: HttpRequest) -> str:
    """The client's address, or "" if it is unknown."""
    return address_behind(
        settings.TRUSTED_PROXIES,
        peer=request.META.get("REMOTE_ADDR", ""),
        forwarded=request.META.get("HTTP_X_FORWARDED_FOR", ""),
    )
