"""How the JSON API says no: one shape, and the field named where a field is wrong."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI, Schema
from ninja.errors import ValidationError

from supportsaas import mongo


class Problem(Schema):
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


def refuse_unknown(request: HttpRequest, known: Iterable[str]) -> None:
    """A misspelt parameter would silently do nothing; it is refused instead."""
    allowed = set(known)
    for name in request.GET:
        if name not in allowed:
            raise InvalidParameter(
                name[:60], f"is no parameter of this call (known: {', '.join(sorted(allowed)) or 'none'})"
            )


def install(api: NinjaAPI) -> None:
    """Register the answers for invalid parameters and an unreachable database."""

    @api.exception_handler(ValidationError)
    def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
        return _field_problem(
            api, request, [(_field_of(each), str(each.get("msg", "is wrong"))) for each in error.errors]
        )

    @api.exception_handler(InvalidParameter)
    def _nonsense(request: HttpRequest, error: InvalidParameter) -> HttpResponse:
        return _field_problem(api, request, [(error.field, error.message)])

    for kind in mongo.UNAVAILABLE:

        @api.exception_handler(kind)
        def _away(request: HttpRequest, error: Exception) -> HttpResponse:
            detail = {"detail": "The database is not reachable. Try again in a moment."}
            return api.create_response(request, detail, status=503)


def _field_of(error: dict[str, Any]) -> str:
    names = [str(part) for part in error.get("loc", ()) if part not in ("query", "path", "body", "filters")]
    return ".".join(names) or "request"


def _field_problem(api: NinjaAPI, request: HttpRequest, errors: list[tuple[str, str]]) -> HttpResponse:
    body = {
        "detail": "; ".join(f"{field}: {message}" for field, message in errors),
        "errors": [{"field": field, "message": message} for field, message in errors],
    }
    return api.create_response(request, body, status=422)
