"""How many pages a minute a signed-in person may ask for, counted by each process of the web server for itself.

No person who clicks comes near the limit; a program in a person's session does. A count in MongoDB would cost every
page a write, and exactness is worth nothing here. Calls of the JSON API are counted where their caller is found
(`tenants.api_access`), for all processes together; static files and /health are counted nowhere.
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
    """By the algorithm of `reliability.request_quota`, in memory: one number a person."""

    def __init__(self, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._turn = threading.Lock()
        self._levels: dict[str, float] = {}
        self._forget_from = _FORGET_FROM

    def take(self, person: str, *, limit: int) -> float:
        """Count a page if there is room for it. Seconds to wait; 0 where it was counted."""
        step = _WINDOW_SECONDS / limit
        with self._turn:
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
        """Who has used nothing; at twice as many people as remain, again."""
        self._levels = {person: level for person, level in self._levels.items() if level > now}
        self._forget_from = max(len(self._levels) * 2, _FORGET_FROM)


def page_quota(get_response: Handler) -> Handler:
    """Middleware; needs the session."""
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
        logger.info("Person %s asks for more than %d pages a minute.", person, limit)
        return _refuse(request, limit, wait)

    return handle


def _refuse(request: HttpRequest, limit: int, wait: float) -> HttpResponse:
    seconds = max(math.ceil(wait), 1)
    sentence = (
        f"You asked for more than {limit} pages in a minute. Nothing was done; wait {seconds} s and try again. "
        "If you did not ask for them, close other windows of SupportSaaS; a program should use the JSON API with a token."
    )
    answer = reject(request, 429, "Too many pages at once", sentence)
    answer["Retry-After"] = str(seconds)
    return answer
