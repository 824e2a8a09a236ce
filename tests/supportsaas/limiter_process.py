"""Child processes for the tests of rate limiter and quota. They need only the settings and no apps.

`python -m tests.supportsaas.limiter_process slots SECONDS` or `… quota TIMES`.
"""

import json
import os
import signal
import sys
import time
from datetime import UTC, datetime


def ask_for_slots(seconds: float) -> list[tuple[float, float]]:
    """Take slots for some seconds, and print when each was requested and granted."""
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
    return found


def take_quota(times: float) -> int:
    """Use a quota of 40 several times at once, and print how often it was granted."""
    from supportsaas.reliability.quota import RequestQuota

    quota = RequestQuota("shared", limit=40, clock=lambda: datetime(2026, 3, 10, tzinfo=UTC))
    return sum(quota.take().retry_after is None for _ in range(int(times)))


def main(what: str, number: str) -> None:
    signal.alarm(60)
    os.environ["DJANGO_SETTINGS_MODULE"] = "supportsaas.settings"
    from supportsaas.db import mongo

    mongo.client().admin.command("ping")  # connected before the start
    print("ready", flush=True)
    input()
    print(json.dumps({"slots": ask_for_slots, "quota": take_quota}[what](float(number))))


if __name__ == "__main__":
    main(*sys.argv[1:])
