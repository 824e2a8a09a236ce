"""The latest health report, for everybody who asks often: `/health`, `/metrics` and the system page."""

import threading
import time
from collections.abc import Callable

from supportsaas.db.parallel import start
from supportsaas.ops import health_checks
from supportsaas.ops.health_checks import HealthReport

FRESH_SECONDS = 3.0
CACHE_SECONDS = 10.0
AFTER_SECONDS = 0.05
"""A new report waits so long, so that the answer that starts it goes out first: it would share the interpreter with it."""


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
        time.sleep(AFTER_SECONDS)
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
