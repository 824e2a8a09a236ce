"""Requests, responses and the rate limit of the demo helpdesk."""

import json
import math
import re
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from urllib.parse import parse_qs


@dataclass(slots=True)
class Answer:
    """A response: status, JSON body, and additional headers."""

    status: int
    body: str
    headers: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, status: int, content: Mapping[str, object], **headers: object) -> "Answer":
        """A JSON response. Header names are written with underscores: `Retry_After=5`."""
        named = {name.replace("_", "-"): str(value) for name, value in headers.items()}
        return cls(status, json.dumps(content, ensure_ascii=False), named)


class BadParameter(ValueError):
    """An invalid query parameter; the text names it."""


class SlidingWindow:
    """Allows `limit` requests in any `seconds`; rejected ones do not count."""

    def __init__(self, *, limit: int, seconds: float, now: Callable[[], datetime]) -> None:
        self._limit = limit
        self._seconds = seconds
        self._now = now
        self._taken: deque[datetime] = deque()
        self._lock = threading.Lock()

    def rejection(self) -> Answer | None:
        """None if the request is allowed, else the response with status 429 and `Retry-After`."""
        with self._lock:
            now = self._now()
            while self._taken and (now - self._taken[0]).total_seconds() >= self._seconds:
                self._taken.popleft()
            if len(self._taken) < self._limit:
                self._taken.append(now)
                return None
            left = self._seconds - (now - self._taken[0]).total_seconds() if self._taken else self._seconds
        wait = max(1, math.ceil(left))
        content = {
            "detail": f"Too many requests. The limit is {self._limit} in {self._seconds:g} seconds.",
            "limit": self._limit,
            "window_seconds": self._seconds,
            "remaining": 0,
            "retry_after": wait,
        }
        return Answer.of(HTTPStatus.TOO_MANY_REQUESTS, content, Retry_After=wait)


class Query:
    """The query parameters of a request; each may be given once, unknown ones are ignored."""

    def __init__(self, text: str) -> None:
        self._values = parse_qs(text, keep_blank_values=True)

    def tenant(self) -> str | None:
        """The requested tenant, None if the parameter is missing. Raises `BadParameter`."""
        text = self._one("tenant_id")
        if text is not None and not re.fullmatch(r"[A-Za-z0-9_-]{1,100}", text):
            raise BadParameter("tenant_id: letters, digits, - and _ only")
        return text

    def number(self, name: str, *, default: int, highest: int) -> int:
        """An integer from 1 to `highest`. Raises `BadParameter`."""
        text = self._one(name)
        if text is None:
            return min(default, highest)
        if not re.fullmatch(r"[0-9]{1,10}", text) or not 1 <= int(text) <= highest:
            raise BadParameter(f"{name}: must be an integer from 1 to {highest}")
        return int(text)

    def _one(self, name: str) -> str | None:
        values = self._values.get(name)
        if values is None:
            return None
        if len(values) > 1:
            raise BadParameter(f"{name}: given more than once")
        return values[0]
