"""When a failed message is retried. Pure.

Messages are sent in series of three attempts. Within a series the waits are fully random, so that many messages do not
arrive at once. Between series there is a pause, each twice as long as the one before. A message that still fails after
its deadline has failed.

A message that the endpoint rejects for its content gets only a few attempts: someone may fix the endpoint within
hours, but repeating more often changes nothing.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice

from supportsaas.reliability.backoff import Backoff
from supportsaas.reliability.retry import ATTEMPTS, backoff_waits

GAPS = Backoff(60.0, cap=86_400.0)
REJECTION_PAUSES_SECONDS = (60.0, 300.0, 1_500.0, 7_500.0)
"""Pauses before the second, third, … attempt of a rejected message; after the last one it has failed."""

Jitter = Callable[[float, float], float]


@dataclass(frozen=True, slots=True)
class Pause:
    """Time until the next attempt. `series_is_over`: three attempts failed, or the endpoint asked for a longer wait."""

    seconds: float
    series_is_over: bool


def pause_after(tries: int, *, retry_after: float | None = None, jitter: Jitter = random.uniform) -> Pause:
    """The pause after `tries` failed attempts (at least 1), or as long as the endpoint asked for."""
    series, place = divmod(tries, ATTEMPTS)
    if place:
        seconds = next(islice(backoff_waits(jitter=jitter), place - 1, None))
    else:
        longest = GAPS.seconds(series)
        seconds = jitter(longest * 0.75, longest)
    if retry_after is not None and retry_after > seconds:
        return Pause(retry_after, series_is_over=True)
    return Pause(seconds, series_is_over=place == 0)


def pause_after_rejection(rejections: int, *, retry_after: float | None = None) -> Pause | None:
    """The pause after the endpoint rejected the message `rejections` times (at least 1); None after the last attempt."""
    if rejections > len(REJECTION_PAUSES_SECONDS):
        return None
    return Pause(max(REJECTION_PAUSES_SECONDS[rejections - 1], retry_after or 0.0), series_is_over=True)
