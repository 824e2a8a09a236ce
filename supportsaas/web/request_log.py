"""One line a request, and the id by which a user can name it.

The id comes from `X-Request-ID` where a proxy sends a sane one, else it is made; the answer carries it,
and pages that tell of a fault show it. The line names the route, not the address: addresses hold
customers, and queries hold what somebody searched for.
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

_SANE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}", re.ASCII)


def request_log(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware; the outermost, so that its line tells what really went out."""

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
    return sent if _SANE_ID.fullmatch(sent) else uuid.uuid4().hex


def _route_of(request: HttpRequest) -> str:
    match = request.resolver_match
    return f"/{match.route}" if match else UNKNOWN_ROUTE


def _user_of(request: HttpRequest) -> str | None:
    """The key of whoever was found to ask; never asks the database for it."""
    caller = getattr(request, "auth", None)
    user = getattr(caller, "user", None) or getattr(request, "_cached_user", None)
    return str(user.pk) if user is not None and user.pk is not None else None


def _tenant_of(request: HttpRequest) -> str | None:
    """The tenant asked for, which need not exist or be theirs."""
    match = request.resolver_match
    named = match.kwargs if match else {}
    slug = named.get("slug") or named.get("tenant_id") or request.GET.get("tenant_id")
    return slug if isinstance(slug, str) and TENANT_ID.fullmatch(slug) else None
