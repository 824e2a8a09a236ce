"""The notification endpoint of the demo helpdesk: slow, failing often, now and then shut."""

import math
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from tickets.demo.composing import seeded

URGENCIES: Final = ("high", "medium", "low")
FIELDS: Final = ("ticket_id", "tenant_id", "urgency", "reason")


@dataclass(frozen=True, slots=True, kw_only=True)
class NotifyRules:
    """Seconds and counts; with all of them at zero the endpoint accepts everything at once.

    Each ticket's first `failures_per_ticket` attempts fail; every answer takes between `shortest_delay` and
    `longest_delay`; after `shut_after` failures in a row (0: never) the door is shut for `shut_seconds`.
    """

    failures_per_ticket: int = 2
    shortest_delay: float = 0.1
    longest_delay: float = 0.5
    shut_after: int = 10
    shut_seconds: float = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """How to answer: the HTTP status, what to say, seconds to wait first, seconds for ``Retry-After``."""

    status: int
    detail: str
    delay: float = 0.0
    retry_after: int | None = None


class NotifyDesk:
    """Judges notifications one at a time, by the rules. Safe to use from several threads."""

    def __init__(self, rules: NotifyRules, now: Callable[[], datetime]) -> None:
        self._rules = rules
        self._now = now
        self._lock = threading.Lock()
        self._attempts: Counter[tuple[str, str]] = Counter()
        self._failures_in_a_row = 0
        self._shut_until: datetime | None = None
        self._accepted: list[dict[str, str]] = []

    @property
    def accepted(self) -> list[dict[str, str]]:
        """The bodies accepted so far, in order; a ticket notified twice is there twice."""
        with self._lock:
            return list(self._accepted)

    def receive(self, body: object) -> Verdict:
        """200 accepted, 422 not a notification, 500 failed as planned, 503 shut (no attempt counted)."""
        if problem := _problem(body):
            return Verdict(status=422, detail=problem)
        assert isinstance(body, dict)
        notification = {field: str(body[field]) for field in FIELDS}
        ticket = (notification["tenant_id"], notification["ticket_id"])
        rules = self._rules
        with self._lock:
            now = self._now()
            if self._shut_until is not None:
                left = (self._shut_until - now).total_seconds()
                if left > 0:
                    return Verdict(status=503, detail="closed for a while", retry_after=math.ceil(left))
                self._shut_until, self._failures_in_a_row = None, 0
            self._attempts[ticket] += 1
            attempt = self._attempts[ticket]
            delay = seeded(*ticket, attempt).uniform(rules.shortest_delay, rules.longest_delay)
            if attempt <= rules.failures_per_ticket:
                self._failures_in_a_row += 1
                if rules.shut_after and self._failures_in_a_row >= rules.shut_after:
                    self._shut_until = now + timedelta(seconds=rules.shut_seconds)
                return Verdict(status=500, detail=f"attempt {attempt} failed", delay=delay)
            self._failures_in_a_row = 0
            self._accepted.append(notification)
            return Verdict(status=200, detail="accepted", delay=delay)


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
