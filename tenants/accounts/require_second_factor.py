"""Enforce two-factor authentication. Without it, affected users only reach their account pages, and tokens do not work.

`REQUIRE_TWO_FACTOR_FOR_STAFF` applies to staff and superusers, `REQUIRE_TWO_FACTOR_FOR_ADMINS` also to the admins of
tenants.
"""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect

from supportsaas.db import mongo
from supportsaas.web.middleware import unavailable
from tenants.accounts.sign_in import SECOND_FACTOR
from tenants.credentials.second_factor import find_factor
from tenants.models import Membership, Role, User

_OPEN = {
    "account-two-factor",
    "account",
    "account-password",
    "account-sessions",
    "login",
    "login-code",
    "logout",
    "theme",
}


def must_have_second_factor(user: User) -> bool:
    """Whether the settings require it of this user."""
    if (settings.REQUIRE_TWO_FACTOR_FOR_STAFF or settings.REQUIRE_TWO_FACTOR_FOR_ADMINS) and (
        user.is_staff or user.is_superuser
    ):
        return True
    return bool(
        settings.REQUIRE_TWO_FACTOR_FOR_ADMINS and Membership.objects.filter(user=user, role=Role.ADMIN).exists()
    )


class RequireSecondFactor:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_: Any) -> HttpResponse | None:
        if request.resolver_match and request.resolver_match.view_name in _OPEN:
            return None
        try:
            if not _is_blocked(request):
                return None
            has_factor = find_factor(request.user) is not None  # type: ignore[arg-type]
        except mongo.UNAVAILABLE as error:
            return unavailable(request, error)
        what_next = "Sign out, then sign in with a code from your app." if has_factor else "Set it up to continue."
        if not request.accepts("text/html"):
            return JsonResponse({"detail": f"Your role requires two-factor authentication. {what_next}"}, status=403)
        messages.warning(request, f"Your role requires two-factor authentication. {what_next}")
        return redirect("account-two-factor")


def _is_blocked(request: HttpRequest) -> bool:
    if not (settings.REQUIRE_TWO_FACTOR_FOR_STAFF or settings.REQUIRE_TWO_FACTOR_FOR_ADMINS):
        return False
    user = request.user
    return isinstance(user, User) and not request.session.get(SECOND_FACTOR) and must_have_second_factor(user)
