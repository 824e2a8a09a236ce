"""`GET /health`: what the product depends on, and how it is. Open to anybody."""

import threading
import time
from collections.abc import Callable

from django.http import HttpRequest
from ninja import Router, Schema, Status

from supportsaas.ops import health_checks
from supportsaas.ops.health_checks import Examination

router = Router(tags=["health"])

CACHE_SECONDS = 3.0


class HealthOut(Schema):
    status: str
    dependencies: dict[str, str]
    issues: list[str]


class LatestExamination:
    """The latest examination, made anew where it is older than `CACHE_SECONDS`.

    However many ask at once, one thread examines and the others wait for what it finds: asking for the
    health costs the database next to nothing.
    """

    def __init__(self, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._turn = threading.Lock()
        self._found: Examination | None = None
        self._until = 0.0

    def get(self) -> Examination:
        with self._turn:
            if self._found is None or self._monotonic() >= self._until:
                self._found = health_checks.examine()
                self._until = self._monotonic() + CACHE_SECONDS
            return self._found


_latest = LatestExamination()


def latest_examination() -> Examination:
    return _latest.get()


@router.get("/health", auth=None, response={200: HealthOut, 503: HealthOut}, summary="Whether everything works")
def show_health(request: HttpRequest) -> Status:
    """Open to anyone, so it names no tenant. 503 where MongoDB is away, 200 otherwise."""
    found = latest_examination()
    answer = HealthOut(
        status="ok" if found.is_well else "degraded",
        dependencies={vital.name: reading.state for vital, reading in found.readings.items() if vital.is_dependency},
        issues=[each.sentence for each in found.findings],
    )
    return Status(503 if found.is_away else 200, answer)
