"""The notification endpoint of the demo helpdesk: slow, often failing, and sometimes closed."""

import math
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from tickets.demo.composing import seeded

URGENCIES: Final = ("high", "medium", "low", "unknown")
FIELDS: Final = ("ticket_id", "tenant_id", "urgency", "reason")


@dataclass(frozen=True, slots=True, kw_only=True)
class NotifyRules:
    """How the endpoint behaves; with all values at zero it accepts everything immediately.

    The first `failures_per_ticket` attempts of each ticket fail. Responses take `shortest_delay` to `longest_delay`
    seconds. After `closes_after` failures in a row (0: never) it rejects everything for `closed_seconds`.
    """

    failures_per_ticket: int = 2
    shortest_delay: float = 0.1
    longest_delay: float = 0.5
    closes_after: int = 10
    closed_seconds: float = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A response: HTTP status, detail, seconds to wait before it, and seconds for `Retry-After`."""

    status: int
    detail: str
    delay: float = 0.0
    retry_after: int | None = None


class NotifyEndpoint:
    """Accepts or fails notifications by its rules. Safe to use from several threads."""

    def __init__(self, rules: NotifyRules, now: Callable[[], datetime]) -> None:
        self._rules = rules
        self._now = now
        self._lock = threading.Lock()
        self._attempts: Counter[tuple[str, str]] = Counter()
        self._failures_in_a_row = 0
        self._closed_until: datetime | None = None
        self._accepted: list[dict[str, str]] = []

    @property
    def accepted(self) -> list[dict[str, str]]:
        """The accepted bodies in order; a ticket notified twice is included twice."""
        with self._lock:
            return list(self._accepted)

    def receive(self, body: object) -> Reply:
        """200 accepted, 422 invalid, 500 failed by the rules, 503 closed (not counted as an attempt)."""
        if problem := _problem(body):
            return Reply(status=422, detail=problem)
        assert isinstance(body, dict)
        notification = {field: str(body[field]) for field in FIELDS}
        ticket = (notification["tenant_id"], notification["ticket_id"])
        rules = self._rules
        with self._lock:
            now = self._now()
            if self._closed_until is not None:
                left = (self._closed_until - now).total_seconds()
                if left > 0:
                    return Reply(status=503, detail="closed for a while", retry_after=math.ceil(left))
                self._closed_until, self._failures_in_a_row = None, 0
            self._attempts[ticket] += 1
            attempt = self._attempts[ticket]
            delay = seeded(*ticket, attempt).uniform(rules.shortest_delay, rules.longest_delay)
            if attempt <= rules.failures_per_ticket:
                self._failures_in_a_row += 1
                if rules.closes_after and self._failures_in_a_row >= rules.closes_after:
                    self._closed_until = now + timedelta(seconds=rules.closed_seconds)
                return Reply(status=500, detail=f"attempt {attempt} failed", delay=delay)
            self._failures_in_a_row = 0
            self._accepted.append(notification)
            return Reply(status=200, detail="accepted", delay=delay)


def _problem(body: object) -> str:
    """What is wrong with a notification, naming the field; empty if nothing is."""
    if not isinstance(body, dict):
        return "the body must be a JSON object"
    for field in FIELDS:
        if not isinstance(body.get(field), str) or not body[field].strip():
            return f"{field}: a non-empty string is required"
    if body["urgency"] not in URGENCIES:
        return f"urgency: must be one of {', '.join(URGENCIES)}"
    return ""
