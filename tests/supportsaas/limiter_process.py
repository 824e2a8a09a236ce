"""What the limiter's test runs in processes of their own: they need its settings alone, no apps."""

import multiprocessing
import time


def ask_for_slots(database: str, seconds: float, stamps: "multiprocessing.Queue[list[tuple[float, float]]]") -> None:
    """Take slots for so many seconds; put when each was asked for and when it was granted."""
    from django.conf import settings

    settings.DATABASES["default"]["NAME"] = database
    from supportsaas.reliability.rate_limiter import RateLimiter

    window = RateLimiter("api.example", limit=20, window_seconds=1)
    found = []
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        began = time.monotonic()
        if slot := window.acquire().slot:
            granted = time.monotonic()
            window.release(slot)
            found.append((began, granted))
    stamps.put(found)


def take_quota(database: str, times: int, counts: "multiprocessing.Queue[int]") -> None:
    """Ask so many times for a quota of 40 at one moment; put how often it was granted."""
    from datetime import UTC, datetime

    from django.conf import settings

    settings.DATABASES["default"]["NAME"] = database
    from supportsaas.reliability.request_quota import RequestQuota

    quota = RequestQuota("shared", limit=40, clock=lambda: datetime(2026, 3, 10, tzinfo=UTC))
    counts.put(sum(quota.take().retry_after is None for _ in range(times)))
