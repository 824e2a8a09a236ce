"""Whoever must have a second factor gets nowhere but to their account before a log-in with one, nor do their tokens.

`REQUIRE_TWO_FACTOR_FOR_STAFF` asks it of staff and superusers, `REQUIRE_TWO_FACTOR_FOR_ADMINS` of the admins of
tenants too.
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
    """Whether the settings ask it of somebody with these rights."""
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
            if not _is_held(request):
                return None
            has_factor = find_factor(request.user) is not None  # type: ignore[arg-type]
        except mongo.UNAVAILABLE as error:
            return unavailable(request, error)
        what = "Log out, and log in again with a code of your app." if has_factor else "Set it up, then go on."
        if not request.accepts("text/html"):
            return JsonResponse({"detail": f"With your rights, a log-in needs a second factor. {what}"}, status=403)
        messages.warning(request, f"With your rights, a log-in needs a second factor. {what}")
        return redirect("account-two-factor")


def _is_held(request: HttpRequest) -> bool:
    if not (settings.REQUIRE_TWO_FACTOR_FOR_STAFF or settings.REQUIRE_TWO_FACTOR_FOR_ADMINS):
        return False
    user = request.user
    return isinstance(user, User) and not request.session.get(SECOND_FACTOR) and must_have_second_factor(user)
