"""Signing in: first the password, throttled, then the second factor if the user has one."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import authenticate, login
from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

from supportsaas import clock
from supportsaas.db.model_documents import find_one, object_id
from supportsaas.web.client_address import client_address
from tenants.accounts import throttle
from tenants.accounts.known_device import device_of, device_to_remember
from tenants.accounts.sign_in_events import SignInEvent, note
from tenants.accounts.throttle import Attempt, TooManyAttempts
from tenants.credentials.second_factor import find_factor, take_any_code
from tenants.models import User

PENDING_LASTS = timedelta(minutes=10)
SECOND_FACTOR = "second_factor"
"""Set in the session after a sign-in with a second factor."""

_PENDING = "half_log_in"
_BACKEND = "tenants.accounts.sign_in.ThrottledBackend"


class ThrottledBackend(ModelBackend):
    """Django's password check, throttled: raises `TooManyAttempts`."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> Any:
        if username is None or password is None:
            return None
        attempt = _begin_attempt(request, username)
        user = super().authenticate(request, username=username, password=password, **kwargs)
        if user is None:
            note(SignInEvent.WRONG, request, name=username)
        else:
            _succeed(request, attempt)
        return user

    def get_user(self, user_id: Any) -> User | None:
        """Like Django's, but read straight from the collection, because every request does this."""
        key = object_id(user_id)
        user = find_one(User, {"_id": key}) if key else None
        return user if user is not None and self.user_can_authenticate(user) else None


@dataclass(frozen=True, slots=True)
class PendingSignIn:
    """A user who has given the right password but not the code, and the page to open afterwards."""

    user: User
    next: str


def begin(request: HttpRequest, user: User, *, next_url: str) -> bool:
    """After the right password: sign in, or wait for the code (False)."""
    if find_factor(user) is None:
        login(request, user, backend=_BACKEND)
        note(SignInEvent.LOGGED_IN, request, user=user)
        return True
    note(SignInEvent.RIGHT, request, user=user)
    request.session.cycle_key()
    request.session[_PENDING] = {
        "user": str(user.pk),
        # A change of the password cancels the sign-in.
        "proof": user.get_session_auth_hash(),
        "until": (clock.now() + PENDING_LASTS).isoformat(),
        "next": next_url,
    }
    return False


def find_pending(request: HttpRequest) -> PendingSignIn | None:
    pending = request.session.get(_PENDING)
    if not pending or datetime.fromisoformat(pending["until"]) < clock.now():
        return None
    user = User.objects.filter(pk=pending["user"], is_active=True).first()
    if user is None or not constant_time_compare(user.get_session_auth_hash(), pending["proof"]):
        return None
    return PendingSignIn(user, pending["next"])


def finish(request: HttpRequest, pending: PendingSignIn, code: str) -> bool:
    """Sign in if the code is right. Raises `TooManyAttempts`."""
    if not code_is_right(request, pending.user, code):
        return False
    del request.session[_PENDING]
    login(request, pending.user, backend=_BACKEND)
    request.session[SECOND_FACTOR] = True
    note(SignInEvent.LOGGED_IN, request, user=pending.user)
    return True


def code_is_right(request: HttpRequest, user: User, code: str) -> bool:
    """Whether the code is right; it then cannot be used again. Raises `TooManyAttempts`."""
    attempt = _begin_attempt(request, f"code of {user.pk}")
    if not take_any_code(user, code, now=clock.now()):
        note(SignInEvent.CODE_WRONG, request, user=user)
        return False
    _succeed(request, attempt)
    return True


def password_is_right(request: HttpRequest, password: str) -> bool:
    """Whether this is the signed-in user's password. Raises `TooManyAttempts`."""
    name = request.user.get_username()
    return authenticate(request, username=name, password=password) == request.user


def _begin_attempt(request: HttpRequest | None, name: str) -> Attempt:
    try:
        return throttle.begin_attempt(name, client_address(request) if request else "", device=device_of(request))
    except TooManyAttempts:
        note(SignInEvent.THROTTLED, request, name=name)
        raise


def _succeed(request: HttpRequest | None, attempt: Attempt) -> None:
    attempt.succeed(device=device_to_remember(request) if request else "")
