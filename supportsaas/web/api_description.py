"""The OpenAPI description. What all operations have in common is added here instead of in each of them."""

from typing import Any

from ninja import NinjaAPI, Schema
from ninja.openapi.schema import REF_TEMPLATE, OpenAPISchema

from supportsaas.web.api_errors import FieldProblem, Problem

Described = dict[str, Any]

_LIMIT_HEADERS = {
    "RateLimit-Limit": "Requests per minute that this token may make.",
    "RateLimit-Remaining": "Requests left in the current window.",
    "RateLimit-Reset": "Seconds until the full limit is available again.",
}
_ERRORS: dict[int, tuple[str, type[Schema], dict[str, str]]] = {
    401: ("No valid token or session", Problem, {"WWW-Authenticate": "Bearer, with the reason if a token was sent."}),
    403: ("Not allowed for this role or token. Nothing was changed.", Problem, {}),
    404: ("Not found, or not visible to the caller", Problem, {}),
    422: ("A parameter is missing, invalid or unknown; `errors` names it", FieldProblem, {}),
    429: ("Rate limit reached, or too many long requests running", Problem, {"Retry-After": "Seconds to wait."}),
    503: ("The database is unreachable, or the server is busy", Problem, {"Retry-After": "Seconds to wait."}),
}
_TOO_LONG = "The URL is longer than 8,190 bytes. The web server sends this response, so its body is not JSON."
_ETAG = "Changes with the response. Send it as `If-None-Match` to get 304 if nothing has changed."


class DescribedAPI(NinjaAPI):
    """A NinjaAPI whose description lists every possible response."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._described: dict[str, OpenAPISchema] = {}

    def get_openapi_schema(self, **where: Any) -> OpenAPISchema:
        """Built once: anybody may request it, and building it takes longer than most responses."""
        key = repr(sorted(where.items()))
        if key not in self._described:
            self._described[key] = self._describe(**where)
        return self._described[key]

    def _describe(self, **where: Any) -> OpenAPISchema:
        description = super().get_openapi_schema(**where)
        schemas = description["components"]["schemas"]
        for kind in (Problem, FieldProblem):
            schema = kind.model_json_schema(ref_template=REF_TEMPLATE)
            schemas.update(schema.pop("$defs", {}))
            schemas[kind.__name__] = schema
        for path, calls in description["paths"].items():
            for method, call in calls.items():
                for parameter in call["parameters"]:
                    _tidy(parameter)
                if "security" in call:
                    _describe_answers(call, changes=method != "get", names_something=_names_something(path, call))
        return description


def _names_something(path: str, call: Described) -> bool:
    return "{" in path or any(parameter["name"] == "tenant_id" for parameter in call["parameters"])


def _describe_answers(call: Described, *, changes: bool, names_something: bool) -> None:
    answers = call["responses"]
    for status, (meaning, kind, headers) in _ERRORS.items():
        if (status == 403 and not changes) or (status == 404 and not names_something):
            continue
        error = answers.setdefault(status, {"description": meaning, "content": _content(kind)})
        error.setdefault("headers", {}).update({name: _header(text) for name, text in headers.items()})
    if not changes:
        answers[200].setdefault("headers", {})["ETag"] = _header(_ETAG)
        answers[304] = {
            "description": "Not modified: the caller's copy is current",
            "headers": {"ETag": _header(_ETAG)},
        }
    answers[414] = {"description": _TOO_LONG}
    for status, answer in answers.items():
        if status not in (401, 414, 503):
            answer.setdefault("headers", {}).update({name: _header(text) for name, text in _LIMIT_HEADERS.items()})
    call["responses"] = dict(sorted(answers.items()))


def _tidy(parameter: Described) -> None:
    """Remove `null`, which pydantic allows for optional parameters: a query string cannot send it."""
    schema = parameter["schema"]
    if "anyOf" in schema:
        kinds = [kind for kind in schema.pop("anyOf") if kind.get("type") != "null"]
        schema.update(kinds[0] if len(kinds) == 1 else {"anyOf": kinds})
    if schema.get("default", 0) is None:
        del schema["default"]
    parameter.pop("examples", None)
    if "example" in schema:
        parameter["example"] = schema["example"]


def _content(kind: type[Schema]) -> Described:
    return {"application/json": {"schema": {"$ref": REF_TEMPLATE.format(model=kind.__name__)}}}


def _header(text: str) -> Described:
    return {"description": text, "schema": {"type": "string"}}
