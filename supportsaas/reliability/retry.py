"""Retries: how long to wait between attempts, and what a Retry-After header says.

Pure: nothing waits here. The caller brings the sleep, so that tests need none.
"""

import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from supportsaas.reliability.backoff import Backoff

ATTEMPTS = 3
BACKOFF = Backoff(2.0)
LONGEST_RETRY_AFTER = 300.0


def backoff_waits(
    *, attempts: int = ATTEMPTS, jitter: Callable[[float, float], float] = random.uniform
) -> Iterator[float]:
    """The waits in seconds between `attempts` attempts: full jitter up to 2, 4, 8 …"""
    for failures in range(1, attempts):
        yield jitter(0.0, BACKOFF.seconds(failures))


def parse_retry_after(value: str | None, *, now: datetime, longest: float = LONGEST_RETRY_AFTER) -> float | None:
    """Seconds to wait by a Retry-After header (RFC 9110, 10.2.3), from 0 to `longest`.

    The header holds seconds (fractions are accepted) or an HTTP date. None if it is missing or invalid; 0 if the date
    is in the past.
    """
    if value is None:
        return None
    text = value.strip()
    try:
        seconds = float(text)
    except ValueError:
        try:
            moment = parsedate_to_datetime(text)
        except (ValueError, TypeError, IndexError):
            return None
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        try:
            seconds = (moment - now) / timedelta(seconds=1)
        except OverflowError:
            return longest
        return min(max(seconds, 0.0), longest)
    if seconds != seconds or seconds < 0:  # NaN or negative
        return None
    return min(seconds, longest)
