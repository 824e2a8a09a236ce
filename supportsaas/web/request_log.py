"""One log line per request, with an id that users can report.

A valid `X-Request-ID` from a proxy is used as the id; otherwise a new one is created. The response and error pages show
it. The line names the route, not the URL, because URLs contain customer ids and search texts.
"""

import logging
import re
import time
import uuid
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from supportsaas.db.tenant_data import TENANT_ID
from supportsaas.ops import logs, metrics

logger = logging.getLogger(__name__)

HEADER = "X-Request-ID"
UNKNOWN_ROUTE = "(none)"

_VALID_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}", re.ASCII)


def request_log(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware. The outermost, so that it logs the final response."""

    def handle(request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        request_id = _id_of(request)
        with logs.about(request=request_id, user=lambda: _user_of(request), tenant=lambda: _tenant_of(request)):
            response = get_response(request)
            response[HEADER] = request_id
            took_ms = logs.elapsed_ms(began)
            method, route = request.method or "?", _route_of(request)
            metrics.observe_request(method, route, response.status_code, took_ms / 1000)
            facts = {"method": method, "route": route, "status": response.status_code, "duration_ms": took_ms}
            logger.info("%s %s %d", method, route, response.status_code, extra={"facts": facts})
        return response

    return handle


def _id_of(request: HttpRequest) -> str:
    sent = request.headers.get(HEADER, "")
    return sent if _VALID_ID.fullmatch(sent) else uuid.uuid4().hex


def _route_of(request: HttpRequest) -> str:
    match = request.resolver_match
    return f"/{match.route}" if match else UNKNOWN_ROUTE


def _user_of(request: HttpRequest) -> str | None:
    """The key of the user, if it is already known. Never queries the database."""
    caller = getattr(request, "auth", None)
    user = getattr(caller, "user", None) or getattr(request, "_cached_user", None)
    return str(user.pk) if user is not None and user.pk is not None else None


def _tenant_of(request: HttpRequest) -> str | None:
    """The requested tenant, which may not exist or be another's."""
    match = request.resolver_match
    named = match.kwargs if match else {}
    slug = named.get("slug") or named.get("tenant_id") or request.GET.get("tenant_id")
    return slug if isinstance(slug, str) and TENANT_ID.fullmatch(slug) else None
