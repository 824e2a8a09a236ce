"""What all responses of the JSON API have in common.

- Errors are JSON, even if Django produced them: an unknown URL (for programs, anywhere), a wrong method, a server error.
- `HEAD` works wherever `GET` does, and `OPTIONS` lists the allowed methods.
- Reads have an `ETag`, and a caller that already has the response gets 304. The ETag is a hash of the response, keyed by
  the caller, so it is never outdated and means nothing to others. This saves the transfer, not the query.
- Shared caches store nothing.
- Every response shows the rate limit of the token or user.
"""

import hashlib
from collections.abc import Callable
from functools import cache
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response, patch_vary_headers

from supportsaas.api import api
from tenants.api.access import Caller

Handler = Callable[[HttpRequest], HttpResponseBase]

_SENTENCES = {
    400: "The request is not valid.",
    403: "This is not allowed.",
    404: "Not found.",
    429: "Too many requests. Nothing was changed. Wait for the seconds in Retry-After, then try again.",
    500: "Something went wrong on our side. Stored data is safe. Try again in a moment. If it happens again, contact your "
    "administrator with the X-Request-ID of this response.",
    503: "The database is not reachable. Try again in a moment.",
}


@cache
def first_segments() -> frozenset[str]:
    """The first path segments of the API."""
    return frozenset(path.split("/")[1] for path in api.get_openapi_schema(path_prefix="")["paths"]) | {"api"}


def api_answers(get_response: Handler) -> Handler:
    ours = first_segments()

    def handle(request: HttpRequest) -> HttpResponseBase:
        if request.path_info.lstrip("/").split("/", 1)[0] not in ours:
            response = get_response(request)
            is_lost = response.status_code == HTTPStatus.NOT_FOUND and _is_program(request)
            return _as_json(response) if is_lost else response
        asked = request.method
        if asked == "HEAD":
            request.method = "GET"
        response = get_response(request)
        request.method = asked  # for the log
        if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            response = _wrong_method(asked, response)
        elif response.status_code >= 400 and "json" not in response.get("Content-Type", ""):
            response = _as_json(response)
        caller = getattr(request, "auth", None)
        if isinstance(caller, Caller):
            response = _private(request, response, caller)
        _show_limit(request, response)
        return _without_body(response) if asked == "HEAD" else response

    return handle


def _is_program(request: HttpRequest) -> bool:
    """Whether a program sent the request: it has a token, or accepts JSON but no HTML."""
    if request.headers.get("Authorization", "").lower().startswith("bearer "):
        return True
    accepted = request.headers.get("Accept", "")
    return "application/json" in accepted and "text/html" not in accepted


def _wrong_method(asked: str | None, error: HttpResponseBase) -> HttpResponse:
    allowed = {name.strip() for name in error.get("Allow", "").split(",") if name.strip()}
    allowed |= {"OPTIONS"} | ({"HEAD"} if "GET" in allowed else set())
    names = ", ".join(sorted(allowed))
    if asked == "OPTIONS":
        return HttpResponse(status=204, headers={"Allow": names})
    detail = f"{(asked or '')[:20]} is not allowed here. Allowed: {names}."
    return JsonResponse({"detail": detail}, status=405, headers={"Allow": names})


def _as_json(error: HttpResponseBase) -> HttpResponse:
    status = error.status_code
    answer = JsonResponse({"detail": _SENTENCES.get(status, HTTPStatus(status).phrase)}, status=status)
    if "Retry-After" in error:
        answer["Retry-After"] = error["Retry-After"]
    return answer


def _private(request: HttpRequest, response: HttpResponseBase, caller: Caller) -> HttpResponseBase:
    patch_vary_headers(response, ("Authorization", "Cookie"))
    response["Cache-Control"] = "private, no-cache"
    if request.method not in ("GET", "HEAD") or response.status_code != 200 or not isinstance(response, HttpResponse):
        return response
    etag = f'"{hashlib.blake2b(response.content, key=caller.key.encode()[:64], digest_size=16).hexdigest()}"'
    response["ETag"] = etag
    return get_conditional_response(request, etag=etag, response=response) or response


def _show_limit(request: HttpRequest, response: HttpResponseBase) -> None:
    quota = getattr(request, "api_quota", None)
    if quota is not None:
        response["RateLimit-Limit"] = str(quota.limit)
        response["RateLimit-Remaining"] = str(quota.remaining)
        response["RateLimit-Reset"] = str(quota.reset_seconds)


def _without_body(response: HttpResponseBase) -> HttpResponseBase:
    """The headers of `GET`. Not every server removes the body itself."""
    if isinstance(response, HttpResponse):
        length = str(len(response.content))
        response.content = b""
        if response.status_code not in (204, 304):
            response["Content-Length"] = length
    return response
