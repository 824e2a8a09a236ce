"""What every request passes: an answer for an unreachable database, and what HTMX needs around parts of pages."""

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
from supportsaas.web.api_errors import TRY_AGAIN_SECONDS, database_away
from supportsaas.web.plain_answers import refuse

logger = logging.getLogger(__name__)

Handler = Callable[[HttpRequest], HttpResponse]

_ASKS_OF_THE_DATABASE = ("/health", "/metrics", "/system/")


class MongoUnavailable:
    """Turns an unreachable MongoDB into 503 with a sentence, and a lack of places, for pages and programs alike."""

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
    if "text/html" in request.headers.get("Accept", ""):  # programs take anything
        answer = render(request, "503.html", {"is_slow": is_slow}, status=503, using=None)
    else:
        answer = JsonResponse({"detail": database_away(exception)}, status=503)
    answer["Retry-After"] = str(TRY_AGAIN_SECONDS)
    return answer


def busy(request: HttpRequest, exception: LimitReached) -> HttpResponse:
    answer = refuse(request, exception.status, "Too much at once", str(exception))
    answer["Retry-After"] = str(exception.retry_after)
    return answer


def mongo_unavailable(get_response: Handler) -> MongoUnavailable:
    return MongoUnavailable(get_response)


def database_patience(get_response: Handler) -> Handler:
    """Reading gives up on a database that hangs, so that hanging requests do not use up all threads.

    What changes something is let be: it may wait for a run, or write much. Who asks how the database is
    has a patience of its own.
    """

    def handle(request: HttpRequest) -> HttpResponse:
        if request.method not in ("GET", "HEAD") or request.path in _ASKS_OF_THE_DATABASE:
            return get_response(request)
        try:
            mongo.assert_reachable()  # else the search for a server would take the whole patience
        except mongo.UNAVAILABLE as error:
            return unavailable(request, error)
        with pymongo.timeout(settings.DATABASE_PATIENCE_SECONDS):
            return get_response(request)

    return handle


def answer_htmx(get_response: Handler) -> Handler:
    """For parts of pages: where the session has ended, reload the page (which asks to log in) instead of putting
    the log-in into a part of it; and a part that comes takes away the word that none came."""

    def handle(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        htmx = request.htmx  # type: ignore[attr-defined]
        if not htmx or htmx.history_restore_request:
            return response
        location = response.headers.get("Location", "")
        if response.status_code == 302 and location.partition("?")[0] == resolve_url(settings.LOGIN_URL):
            return HttpResponseClientRefresh()
        if response.status_code == 200 and response.headers["Content-Type"].startswith("text/html"):
            response.content += render_to_string("frame/_no_problem.html").encode()
        return response

    return handle
