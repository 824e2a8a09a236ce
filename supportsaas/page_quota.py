"""A limit on pages per minute for each signed-in user, counted separately by each process of the web server.

Nobody who clicks comes near the limit; a program that uses a session does. A count in MongoDB would cost a write per
page, and the limit need not be exact. Calls of the JSON API are counted in `tenants.api.access`, across all processes.
Static files and /health are not counted.
"""

import logging
import math
import threading
import time
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponse

from supportsaas.api.answers import first_segments
from supportsaas.db import mongo
from supportsaas.web.middleware import unavailable
from supportsaas.web.plain_answers import reject

logger = logging.getLogger(__name__)

Handler = Callable[[HttpRequest], HttpResponse]

_WINDOW_SECONDS = 60.0
_FORGET_FROM = 1_000
_ROUNDING = 1e-6


class PageCounts:
    """The algorithm of `reliability.quota` in memory: one number per user."""

    def __init__(self, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._levels: dict[str, float] = {}
        self._forget_from = _FORGET_FROM

    def take(self, person: str, *, limit: int) -> float:
        """Count a page if the limit allows it. Returns 0, or the seconds to wait if the page was not counted."""
        step = _WINDOW_SECONDS / limit
        with self._lock:
            now = self._monotonic()
            level = max(self._levels.get(person, now), now) + step
            wait = level - now - _WINDOW_SECONDS
            if wait > _ROUNDING:
                return wait
            self._levels[person] = level
            if len(self._levels) >= self._forget_from:
                self._forget(now)
            return 0.0

    def _forget(self, now: float) -> None:
        """Forget idle users. Runs again when the number of users has doubled."""
        self._levels = {person: level for person, level in self._levels.items() if level > now}
        self._forget_from = max(len(self._levels) * 2, _FORGET_FROM)


def page_quota(get_response: Handler) -> Handler:
    """Middleware. Runs after the session middleware."""
    counted_elsewhere = first_segments() - {"api"}
    counts = PageCounts()

    def handle(request: HttpRequest) -> HttpResponse:
        limit = settings.PAGES_PER_MINUTE
        has_session = settings.SESSION_COOKIE_NAME in request.COOKIES
        if not limit or not has_session or request.path_info.lstrip("/").split("/", 1)[0] in counted_elsewhere:
            return get_response(request)
        try:
            person = request.session.get(SESSION_KEY)
        except mongo.UNAVAILABLE as error:
            return unavailable(request, error)
        wait = counts.take(str(person), limit=limit) if person else 0.0
        if not wait:
            return get_response(request)
        logger.info("User %s requested more than %d pages per minute.", person, limit)
        return _reject(request, limit, wait)

    return handle


def _reject(request: HttpRequest, limit: int, wait: float) -> HttpResponse:
    seconds = max(math.ceil(wait), 1)
    sentence = (
        f"You opened more than {limit} pages in a minute. Nothing was changed. Wait {seconds} s and try again. "
        "If that was not you, close other SupportSaaS windows. Programs should use the JSON API with a token."
    )
    answer = reject(request, 429, "Too many pages", sentence)
    answer["Retry-After"] = str(seconds)
    return answer
