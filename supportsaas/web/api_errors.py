"""How the JSON API says no: one shape, and the field named where a field is wrong."""

import math
from collections.abc import Collection, Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, ValidationError

from supportsaas.db import mongo
from supportsaas.reliability.concurrency_limit import LimitReached

TRY_AGAIN_SECONDS = 5
"""What a 503 tells a program to wait: MongoDB elects a new primary in about that time."""


class Problem(Schema):
    """What went wrong, in a sentence."""

    detail: str


class FieldProblem(Schema):
    """422: `errors` names every field that is wrong."""

    class Error(Schema):
        field: str
        message: str

    detail: str
    errors: list[Error]


class InvalidParameter(Exception):
    """A parameter that passed its type but makes no sense; answered with 422."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field
        self.message = message


class TooManyRequests(Exception):
    """The caller has used up its requests; answered with 429."""

    def __init__(self, *, who: str, limit: int, retry_after: float) -> None:
        super().__init__(f"{who} may make {limit} requests a minute.")
        self.retry_after = max(math.ceil(retry_after), 1)


def reject_unknown(request: HttpRequest, known: Iterable[str], *, may_repeat: Collection[str] = ()) -> None:
    """What would silently do nothing is refused: a misspelt parameter, a second value of one, a body."""
    allowed = set(known)
    for name, values in request.GET.lists():
        if name not in allowed:
            raise InvalidParameter(
                name[:60], f"is no parameter of this call (known: {', '.join(sorted(allowed)) or 'none'})"
            )
        if len(values) > 1 and name not in may_repeat:
            raise InvalidParameter(name, "may be given once")
    _refuse_body(request)


def _refuse_body(request: HttpRequest) -> None:
    if request.content_type in ("application/x-www-form-urlencoded", "multipart/form-data"):
        for name in request.POST:
            if name != "csrfmiddlewaretoken":
                raise InvalidParameter(name[:60], "belongs into the address (?name=value), not into the body")
    elif request.META.get("CONTENT_LENGTH") not in (None, "", "0") and request.body.strip() not in (b"", b"{}"):
        raise InvalidParameter("body", "this call takes none: its parameters go into the address")


def install(api: NinjaAPI) -> None:
    """Register the answers for everything a call may raise."""

    @api.exception_handler(ValidationError)
    def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
        return _field_problem(
            api, request, [(_field_of(each), str(each.get("msg", "is wrong"))) for each in error.errors]
        )

    @api.exception_handler(InvalidParameter)
    def _nonsense(request: HttpRequest, error: InvalidParameter) -> HttpResponse:
        return _field_problem(api, request, [(error.field, error.message)])

    @api.exception_handler(AuthenticationError)
    def _nobody(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
        sent = "Authorization" in request.headers
        detail = (
            "The token is not valid: it is unknown, expired or revoked, or its person may not log in any more."
            if sent
            else "Send a token (Authorization: Bearer …), or log in."
        )
        response = api.create_response(request, {"detail": detail}, status=401)
        response["WWW-Authenticate"] = 'Bearer realm="SupportSaaS"' + (', error="invalid_token"' if sent else "")
        return response

    @api.exception_handler(TooManyRequests)
    def _too_many(request: HttpRequest, error: TooManyRequests) -> HttpResponse:
        detail = f"{error} Nothing was done; try again in {error.retry_after} s."
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
        def _away(request: HttpRequest, error: Exception) -> HttpResponse:
            response = api.create_response(request, {"detail": database_away(error)}, status=503)
            response["Retry-After"] = str(TRY_AGAIN_SECONDS)
            return response


def database_away(error: Exception) -> str:
    """For what is in `mongo.UNAVAILABLE`."""
    if mongo.took_too_long(error):
        return "The database took too long for this. Ask for less (a shorter period, more filters), or try again later."
    return "The database is not reachable. Try again in a moment."


def _field_of(error: dict[str, Any]) -> str:
    """The parameter's name as the caller wrote it, without where in our schemas it was."""
    names = [str(part) for part in error.get("loc", ()) if part not in ("query", "path", "header", "body", "filters")]
    return ".".join(names) or "request"


def _field_problem(api: NinjaAPI, request: HttpRequest, errors: list[tuple[str, str]]) -> HttpResponse:
    body = {
        "detail": "; ".join(f"{field}: {message}" for field, message in errors),
        "errors": [{"field": field, "message": message} for field, message in errors],
    }
    return api.create_response(request, body, status=422)
