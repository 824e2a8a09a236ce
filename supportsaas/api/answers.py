"""What every answer of the JSON API has in common, whatever call gave it.

- A refusal is JSON, also where Django made it: an unknown address (anywhere, to a program), a wrong method, a fault of ours.
- `HEAD` works wherever `GET` does, and `OPTIONS` names what is possible.
- A read carries an `ETag`, and one whose caller has it already is answered with 304. It is a hash of the
  answer itself, so it can never be out of date, keyed by the caller, so it says nothing to anybody else.
  That saves the way to the caller, not the query.
- Nothing of it is kept by a cache that others share.
- The limit of a token, or of a person in a session, is told with every answer.
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
    400: "The request cannot be understood.",
    403: "This is not allowed.",
    404: "There is no such address.",
    429: "Too many requests. Nothing was done; wait as many seconds as Retry-After says, then try again.",
    500: "Something went wrong on our side. What was stored before stays. Try again in a moment; if it stays, tell whoever "
    "runs this server the X-Request-ID of this answer: the server's log has the details.",
    503: "The database is not reachable. Try again in a moment.",
}


@cache
def first_segments() -> frozenset[str]:
    """What the addresses of the API begin with."""
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
        request.method = asked  # the log tells what was asked
        if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            response = _wrong_method(asked, response)
        elif response.status_code >= 400 and "json" not in response.get("Content-Type", ""):
            response = _as_json(response)
        caller = getattr(request, "auth", None)
        if isinstance(caller, Caller):
            response = _private(request, response, caller)
        _tell_limit(request, response)
        return _without_body(response) if asked == "HEAD" else response

    return handle


def _is_program(request: HttpRequest) -> bool:
    """Whoever misspells an address of the API is a program by its token, or by what it takes."""
    if request.headers.get("Authorization", "").lower().startswith("bearer "):
        return True
    accepted = request.headers.get("Accept", "")
    return "application/json" in accepted and "text/html" not in accepted


def _wrong_method(asked: str | None, refusal: HttpResponseBase) -> HttpResponse:
    allowed = {name.strip() for name in refusal.get("Allow", "").split(",") if name.strip()}
    allowed |= {"OPTIONS"} | ({"HEAD"} if "GET" in allowed else set())
    names = ", ".join(sorted(allowed))
    if asked == "OPTIONS":
        return HttpResponse(status=204, headers={"Allow": names})
    detail = f"{(asked or '')[:20]} is not possible at this address. Possible: {names}."
    return JsonResponse({"detail": detail}, status=405, headers={"Allow": names})


def _as_json(refusal: HttpResponseBase) -> HttpResponse:
    status = refusal.status_code
    answer = JsonResponse({"detail": _SENTENCES.get(status, HTTPStatus(status).phrase)}, status=status)
    if "Retry-After" in refusal:
        answer["Retry-After"] = refusal["Retry-After"]
    return answer


def _private(request: HttpRequest, response: HttpResponseBase, caller: Caller) -> HttpResponseBase:
    patch_vary_headers(response, ("Authorization", "Cookie"))
    response["Cache-Control"] = "private, no-cache"
    if request.method not in ("GET", "HEAD") or response.status_code != 200 or not isinstance(response, HttpResponse):
        return response
    etag = f'"{hashlib.blake2b(response.content, key=caller.key.encode()[:64], digest_size=16).hexdigest()}"'
    response["ETag"] = etag
    return get_conditional_response(request, etag=etag, response=response) or response


def _tell_limit(request: HttpRequest, response: HttpResponseBase) -> None:
    quota = getattr(request, "api_quota", None)
    if quota is not None:
        response["RateLimit-Limit"] = str(quota.limit)
        response["RateLimit-Remaining"] = str(quota.remaining)
        response["RateLimit-Reset"] = str(quota.reset_seconds)


def _without_body(response: HttpResponseBase) -> HttpResponseBase:
    """The headers that `GET` would have had; not every server cuts the body off by itself."""
    if isinstance(response, HttpResponse):
        length = str(len(response.content))
        response.content = b""
        if response.status_code not in (204, 304):
            response["Content-Length"] = length
    return response
