"""`GET /health`: the state of the product and its dependencies. It needs no sign-in."""

import threading
import time
from collections.abc import Callable

from django.http import HttpRequest
from ninja import Router, Schema, Status

from supportsaas.ops import health_checks
from supportsaas.ops.health_checks import HealthReport

router = Router(tags=["health"])

CACHE_SECONDS = 3.0


class HealthOut(Schema):
    status: str
    dependencies: dict[str, str]
    issues: list[str]


class LatestReport:
    """A health report that is at most `CACHE_SECONDS` old.

    One thread runs the checks while all others wait for the result, so frequent requests cost the database next to
    nothing.
    """

    def __init__(self, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._found: HealthReport | None = None
        self._until = 0.0

    def get(self) -> HealthReport:
        with self._lock:
            if self._found is None or self._monotonic() >= self._until:
                self._found = health_checks.run_checks()
                self._until = self._monotonic() + CACHE_SECONDS
            return self._found


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
