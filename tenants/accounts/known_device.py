"""The cookie of a device that somebody has logged in from, so that strangers' guesses elsewhere never delay them there.

It holds a random number and says nothing of who logged in: which names the device is known for is kept as
digests with the counts of `tenants.accounts.throttle`. It lets nobody in; without it the device is one like any other.
"""

import re
import secrets
from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse

LASTS = timedelta(days=365)
_ID = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)


def device_of(request: HttpRequest | None) -> str:
    """The device's number; "" where it has none, or none of ours."""
    sent = request.COOKIES.get(_cookie_name(), "") if request else ""
    return sent if _ID.fullmatch(sent) else ""


def device_to_remember(request: HttpRequest) -> str:
    """The device's number, made where it has none; `remember_device` sends it."""
    made: str = getattr(request, "new_device", "") or device_of(request) or secrets.token_urlsafe(32)
    request.new_device = made  # type: ignore[attr-defined]
    return made


def remember_device(request: HttpRequest, response: HttpResponse) -> None:
    """Send the cookie, anew for a year, after a log-in."""
    response.set_cookie(
        _cookie_name(),
        device_to_remember(request),
        max_age=LASTS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _cookie_name() -> str:
    return "__Host-device" if settings.SESSION_COOKIE_SECURE else "device"
