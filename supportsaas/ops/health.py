"""`GET /health`: the state of the product and its dependencies. It needs no sign-in."""

import threading
import time
from collections.abc import Callable

from django.http import HttpRequest
from ninja import Router, Schema, Status

from supportsaas.db.parallel import start
from supportsaas.ops import health_checks
from supportsaas.ops.health_checks import HealthReport

router = Router(tags=["health"])

FRESH_SECONDS = 3.0
CACHE_SECONDS = 10.0


class HealthOut(Schema):
    status: str
    dependencies: dict[str, str]
    issues: list[str]


class LatestReport:
    """A health report that is at most `CACHE_SECONDS` old.

    Whoever asks for one that is older than `FRESH_SECONDS` gets it, and a new one is made meanwhile. So monitoring that
    asks often does not wait: the checks take ten queries.
    """

    def __init__(self, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._found: HealthReport | None = None
        self._made_at = 0.0
        self._is_refreshing = False

    def get(self) -> HealthReport:
        """If there is none, one thread makes it, and all others wait for it."""
        with self._lock:
            age = self._monotonic() - self._made_at
            if self._found is None or age >= CACHE_SECONDS:
                self._make()
            elif age >= FRESH_SECONDS and not self._is_refreshing:
                self._is_refreshing = True
                start(self._refresh)
            assert self._found is not None
            return self._found

    def _refresh(self) -> None:
        try:
            self._make()
        finally:
            self._is_refreshing = False

    def _make(self) -> None:
        began = self._monotonic()
        self._found, self._made_at = health_checks.run_checks(), began


_latest = LatestReport()


def latest_report() -> HealthReport:
    return _latest.get()


@router.get("/health", auth=None, response={200: HealthOut, 503: HealthOut}, summary="Health check")
def show_health(request: HttpRequest) -> Status[HealthOut]:
    """Needs no sign-in, so the answer never names a tenant. 503 if MongoDB is unreachable, otherwise 200."""
    found = latest_report()
    answer = HealthOut(
        status="ok" if found.is_healthy else "degraded",
        dependencies={check.name: result.state for check, result in found.results.items() if check.is_dependency},
        issues=[each.sentence for each in found.problems],
    )
    return Status(503 if found.is_unreachable else 200, answer)
