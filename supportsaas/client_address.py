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
    return _plain(chain[0])


def _plain(entry: str) -> str:
    """The address alone: some proxies write the port too, and a socket of both kinds an IPv4 address as an IPv6 one."""
    text = entry.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return ""
    return str(getattr(address, "ipv4_mapped", None) or address)
