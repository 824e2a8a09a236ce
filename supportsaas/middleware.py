"""What every request passes: an answer for an unreachable database, and the content security policy."""

import logging
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from supportsaas import mongo

logger = logging.getLogger(__name__)

Handler = Callable[[HttpRequest], HttpResponse]

_POLICY = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' data:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)


class MongoUnavailable:
    """Turns an unreachable MongoDB into 503 with a sentence, for pages and programs alike."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, mongo.UNAVAILABLE):
            return None
        return unavailable(request, exception)


def unavailable(request: HttpRequest, exception: Exception) -> HttpResponse:
    logger.error("MongoDB is not reachable: %s", exception)
    if request.accepts("text/html"):
        return render(request, "503.html", status=503, using=None)
    return JsonResponse({"detail": "The database is not reachable. Try again in a moment."}, status=503)


def mongo_unavailable(get_response: Handler) -> MongoUnavailable:
    return MongoUnavailable(get_response)


def content_security_policy(get_response: Handler) -> Handler:
    """No script, style or frame from elsewhere, and none inline."""

    def handle(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", _POLICY)
        return response

    return handle
