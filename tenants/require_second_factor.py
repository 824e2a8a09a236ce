"""With `REQUIRE_TWO_FACTOR_FOR_STAFF`, staff get nowhere but to their account before a log-in with a second factor."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect

from supportsaas import mongo
from supportsaas.middleware import unavailable
from tenants.models import User
from tenants.sign_in import SECOND_FACTOR

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


class RequireSecondFactor:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_: Any) -> HttpResponse | None:
        if not settings.REQUIRE_TWO_FACTOR_FOR_STAFF:
            return None
        try:
            is_held = (
                isinstance(request.user, User) and request.user.is_staff and not request.session.get(SECOND_FACTOR)
            )
        except mongo.UNAVAILABLE as error:
            return unavailable(request, error)
        if not is_held or (request.resolver_match and request.resolver_match.view_name in _OPEN):
            return None
        if not request.accepts("text/html"):
            return JsonResponse(
                {"detail": "Staff log in with a second factor here. Set it up in a browser."}, status=403
            )
        messages.warning(request, "Staff log in with a second factor here. Set it up, then go on.")
        return redirect("account-two-factor")
