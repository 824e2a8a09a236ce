"""Middleware for all requests: the answer when the database is unreachable, and what htmx needs around fragments."""

import logging
from collections.abc import Callable

import pymongo
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render, resolve_url
from django.template.loader import render_to_string
from django_htmx.http import HttpResponseClientRefresh

from supportsaas.db import mongo
from supportsaas.reliability.concurrency_limit import LimitReached
from supportsaas.web.api_errors import TRY_AGAIN_SECONDS, database_problem
from supportsaas.web.htmx_request import HtmxHttpRequest
from supportsaas.web.plain_answers import reject, wants_page

logger = logging.getLogger(__name__)

Handler = Callable[[HttpRequest], HttpResponse]

_HEALTH_PATHS = ("/health", "/metrics", "/system/")


class MongoUnavailable:
    """Answers with a sentence when MongoDB is unreachable or a concurrency limit is reached, for pages and programs."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, mongo.UNAVAILABLE):
            return unavailable(request, exception)
        return busy(request, exception) if isinstance(exception, LimitReached) else None


def unavailable(request: HttpRequest, exception: Exception) -> HttpResponse:
    is_slow = mongo.took_too_long(exception)
    logger.error("MongoDB %s: %s", "took too long" if is_slow else "is not reachable", exception)
    if wants_page(request):
        answer = render(request, "503.html", {"is_slow": is_slow}, status=503, using=None)
    else:
        answer = JsonResponse({"detail": database_problem(exception)}, status=503)
    answer["Retry-After"] = str(TRY_AGAIN_SECONDS)
    return answer


def busy(request: HttpRequest, exception: LimitReached) -> HttpResponse:
    answer = reject(request, exception.status, "Too much at once", str(exception))
    answer["Retry-After"] = str(exception.retry_after)
    return answer


def mongo_unavailable(get_response: Handler) -> MongoUnavailable:
    return MongoUnavailable(get_response)


def database_patience(get_response: Handler) -> Handler:
    """Limit the time of reads, so that a hanging database does not block all threads.

    Writes have no limit here: they may wait for a run or write a lot. Health pages have limits of their own.
    """

    def handle(request: HttpRequest) -> HttpResponse:
        if request.method not in ("GET", "HEAD") or request.path in _HEALTH_PATHS:
            return get_response(request)
        try:
            mongo.assert_reachable()  # otherwise the search for a server would use up the time
        except mongo.UNAVAILABLE as error:
            return unavailable(request, error)
        with pymongo.timeout(settings.DATABASE_PATIENCE_SECONDS):
            return get_response(request)

    return handle


def answer_htmx(get_response: Handler) -> Callable[[HtmxHttpRequest], HttpResponse]:
    """For fragments: reload the whole page when the session has ended, instead of showing the sign-in page inside it.

    A fragment that arrives also clears the message that an earlier one did not.
    """

    def handle(request: HtmxHttpRequest) -> HttpResponse:
        response = get_response(request)
        if not request.htmx or request.htmx.history_restore_request:
            return response
        location = response.headers.get("Location", "")
        if response.status_code == 302 and location.partition("?")[0] == resolve_url(settings.LOGIN_URL):
            return HttpResponseClientRefresh()
        if response.status_code == 200 and response.headers["Content-Type"].startswith("text/html"):
            response.content += render_to_string("frame/_no_problem.html").encode()
        return response

    return handle
