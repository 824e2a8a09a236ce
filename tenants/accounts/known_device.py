"""A cookie for devices that a user has signed in from, so that guesses from elsewhere never delay the user there.

It holds a random number and nothing about the user. `tenants.accounts.throttle` stores digests of the user names that a
device is known for. The cookie does not sign anyone in; a device without it counts as unknown.
"""

import re
import secrets
from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse

LASTS = timedelta(days=365)
_ID = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)


def device_of(request: HttpRequest | None) -> str:
    """The device's number, or "" if it has no valid one."""
    sent = request.COOKIES.get(_cookie_name(), "") if request else ""
    return sent if _ID.fullmatch(sent) else ""


def device_to_remember(request: HttpRequest) -> str:
    """The device's number, new if it has none. `remember_device` sends it."""
    made: str = getattr(request, "new_device", "") or device_of(request) or secrets.token_urlsafe(32)
    request.new_device = made  # type: ignore[attr-defined]
    return made


def remember_device(request: HttpRequest, response: HttpResponse) -> None:
    """Send the cookie after a sign-in. It lasts for another year."""
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
