"""Where a request comes from, behind as many proxies as the settings say and not one more."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """The address of whoever asks; "" where it cannot be told.

    With `TRUSTED_PROXIES` = n it is the n-th entry of X-Forwarded-For from the right: what stands
    further left was sent by the client itself, who may write there what they like.
    """
    chain = [request.META.get("REMOTE_ADDR", "")]
    if settings.TRUSTED_PROXIES:
        chain = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")[-settings.TRUSTED_PROXIES :]
    try:
        return str(ipaddress.ip_address(chain[0].strip()))
    except ValueError:
        return ""
