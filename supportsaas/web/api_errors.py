"""Errors of the JSON API: one format, which names the field if a field is wrong."""

import math
from collections.abc import Collection, Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, ValidationError

from supportsaas.db import mongo
from supportsaas.reliability.concurrency_limit import LimitReached

TRY_AGAIN_SECONDS = 5
"""The Retry-After of a 503: MongoDB elects a new primary in about this time."""


class Problem(Schema):
    """An error, explained in a sentence."""

    detail: str


class FieldProblem(Schema):
    """422: `errors` lists every invalid field."""

    class Error(Schema):
        field: str
        message: str

    detail: str
    errors: list[Error]


class InvalidParameter(Exception):
    """A parameter of the right type with an invalid value. Answered with 422."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field
        self.message = message


class TooManyRequests(Exception):
    """The caller has reached its rate limit. Answered with 429."""

    def __init__(self, *, who: str, limit: int, retry_after: float) -> None:
        super().__init__(f"{who} may make {limit} requests per minute.")
        self.retry_after = max(math.ceil(retry_after), 1)


def reject_unknown(request: HttpRequest, known: Iterable[str], *, may_repeat: Collection[str] = ()) -> None:
    """Reject what would have no effect: a misspelt parameter, a repeated one, a body."""
    reject_unknown_parameters(request, known, may_repeat=may_repeat)
    _reject_body(request)


def reject_unknown_parameters(request: HttpRequest, known: Iterable[str], *, may_repeat: Collection[str] = ()) -> None:
    """As `reject_unknown`, for calls that take a body."""
    allowed = set(known)
    for name, values in request.GET.lists():
        if name not in allowed:
            raise InvalidParameter(
                name[:60], f"is not a parameter of this call (known: {', '.join(sorted(allowed)) or 'none'})"
            )
        if len(values) > 1 and name not in may_repeat:
            raise InvalidParameter(name, "may only be given once")


def _reject_body(request: HttpRequest) -> None:
    if request.content_type in ("application/x-www-form-urlencoded", "multipart/form-data"):
        for name in request.POST:
            if name != "csrfmiddlewaretoken":
                raise InvalidParameter(name[:60], "belongs in the URL (?name=value), not in the body")
    elif request.META.get("CONTENT_LENGTH") not in (None, "", "0") and request.body.strip() not in (b"", b"{}"):
        raise InvalidParameter("body", "this call takes no body: its parameters belong in the URL")


def install(api: NinjaAPI) -> None:
    """Register the responses to everything a call may raise."""

    @api.exception_handler(ValidationError)
    def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
        return _field_problem(
            api, request, [(_field_of(each), str(each.get("msg", "is invalid"))) for each in error.errors]
        )

    @api.exception_handler(InvalidParameter)
    def _invalid_value(request: HttpRequest, error: InvalidParameter) -> HttpResponse:
        return _field_problem(api, request, [(error.field, error.message)])

    @api.exception_handler(AuthenticationError)
    def _unauthenticated(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
        sent = "Authorization" in request.headers
        detail = (
            "The token is not valid: it is unknown, expired or revoked, or its user can no longer sign in."
            if sent
            else "Send a token (Authorization: Bearer …), or sign in."
        )
        response = api.create_response(request, {"detail": detail}, status=401)
        response["WWW-Authenticate"] = 'Bearer realm="SupportSaaS"' + (', error="invalid_token"' if sent else "")
        return response

    @api.exception_handler(TooManyRequests)
    def _too_many(request: HttpRequest, error: TooManyRequests) -> HttpResponse:
        detail = f"{error} Nothing was changed. Try again in {error.retry_after} s."
        response = api.create_response(request, {"detail": detail}, status=429)
        response["Retry-After"] = str(error.retry_after)
        return response

    @api.exception_handler(LimitReached)
    def _busy(request: HttpRequest, error: LimitReached) -> HttpResponse:
        response = api.create_response(request, {"detail": str(error)}, status=error.status)
        response["Retry-After"] = str(error.retry_after)
        return response

    for kind in mongo.UNAVAILABLE:

        @api.exception_handler(kind)
        def _unavailable(request: HttpRequest, error: Exception) -> HttpResponse:
            response = api.create_response(request, {"detail": database_problem(error)}, status=503)
            response["Retry-After"] = str(TRY_AGAIN_SECONDS)
            return response


def database_problem(error: Exception) -> str:
    """A sentence for the errors in `mongo.UNAVAILABLE`."""
    if mongo.took_too_long(error):
        return "The database took too long. Ask for less (a shorter period, more filters), or try again later."
    return "The database is not reachable. Try again in a moment."


def _field_of(error: dict[str, Any]) -> str:
    """The parameter's name as the caller wrote it, without its place in the schemas."""
    names = [str(part) for part in error.get("loc", ()) if part not in ("query", "path", "header", "body", "filters")]
    return ".".join(names) or "request"


def _field_problem(api: NinjaAPI, request: HttpRequest, errors: list[tuple[str, str]]) -> HttpResponse:
    body = {
        "detail": "; ".join(f"{field}: {message}" for field, message in errors),
        "errors": [{"field": field, "message": message} for field, message in errors],
    }
    return api.create_response(request, body, status=422)
