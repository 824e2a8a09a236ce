"""Logging in: the password, throttled; then the second factor where the person has one."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import authenticate, login
from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

from supportsaas import clock
from supportsaas.client_address import client_address
from supportsaas.model_documents import find_one, object_id
from tenants import throttle
from tenants.models import User
from tenants.second_factor import find_factor, take_any_code

HALF_LOG_IN_LASTS = timedelta(minutes=10)
SECOND_FACTOR = "second_factor"
"""In the session of whoever logged in with one."""

_PENDING = "half_log_in"
_BACKEND = "tenants.sign_in.ThrottledBackend"


class ThrottledBackend(ModelBackend):
    """Django's check of a password, slowed down for whoever guesses: raises `TooManyAttempts`."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> Any:
        if username is None or password is None:
            return None
        attempt = throttle.begin_attempt(username, client_address(request) if request else "")
        user = super().authenticate(request, username=username, password=password, **kwargs)
        if user is not None:
            attempt.succeed()
        return user

    def get_user(self, user_id: Any) -> User | None:
        """As Django's, but straight from the collection: every request begins with it."""
        key = object_id(user_id)
        user = find_one(User, {"_id": key}) if key else None
        return user if user is not None and self.user_can_authenticate(user) else None


@dataclass(frozen=True, slots=True)
class HalfLogIn:
    """Who gave the right password and has yet to give the code, and where they want to go then."""

    user: User
    next: str


def begin(request: HttpRequest, user: User, *, next_url: str) -> bool:
    """After the right password: log in, or wait for the code (False)."""
    if find_factor(user) is None:
        login(request, user, backend=_BACKEND)
        return True
    request.session.cycle_key()
    request.session[_PENDING] = {
        "user": str(user.pk),
        # With another password the half log-in is void.
        "proof": user.get_session_auth_hash(),
        "until": (clock.now() + HALF_LOG_IN_LASTS).isoformat(),
        "next": next_url,
    }
    return False


def find_half(request: HttpRequest) -> HalfLogIn | None:
    pending = request.session.get(_PENDING)
    if not pending or datetime.fromisoformat(pending["until"]) < clock.now():
        return None
    user = User.objects.filter(pk=pending["user"], is_active=True).first()
    if user is None or not constant_time_compare(user.get_session_auth_hash(), pending["proof"]):
        return None
    return HalfLogIn(user, pending["next"])


def finish(request: HttpRequest, half: HalfLogIn, code: str) -> bool:
    """Log in if the code is right; raises `TooManyAttempts`."""
    attempt = throttle.begin_attempt(f"code of {half.user.pk}", client_address(request))
    if not take_any_code(half.user, code, now=clock.now()):
        return False
    attempt.succeed()
    del request.session[_PENDING]
    login(request, half.user, backend=_BACKEND)
    request.session[SECOND_FACTOR] = True
    return True


def password_is_right(request: HttpRequest, password: str) -> bool:
    """The logged-in person's own password, asked again before something weighty; raises `TooManyAttempts`."""
    name = request.user.get_username()
    return authenticate(request, username=name, password=password) == request.user
