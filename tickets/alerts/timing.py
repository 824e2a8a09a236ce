"""When a message that failed is tried again. Pure.

Three attempts in a row, their waits fully at random so that many messages do not come at once; then
a gap, and three attempts again. Each gap is twice as long as the one before. A message whose
attempts go on failing after the time set for it is dead.

A message that an endpoint refuses for what it says is tried a few times only: whoever set the endpoint up may
mend it within hours, and repeating changes nothing.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice

from supportsaas.reliability.backoff import Backoff
from supportsaas.reliability.retry import ATTEMPTS, backoff_waits

GAPS = Backoff(60.0, cap=86_400.0)
REFUSAL_GAPS_SECONDS = (60.0, 300.0, 1_500.0, 7_500.0)
"""Before the second, third … attempt of a message that was refused; after the last of them it is dead."""

Jitter = Callable[[float, float], float]


@dataclass(frozen=True, slots=True)
class Pause:
    """How long until the next attempt; `row_is_over`: the three in a row have failed, or the endpoint asked for more."""

    seconds: float
    row_is_over: bool


def pause_after(tries: int, *, retry_after: float | None = None, jitter: Jitter = random.uniform) -> Pause:
    """After so many failed attempts (at least one), and what the endpoint asked for."""
    rows, place = divmod(tries, ATTEMPTS)
    if place:
        seconds = next(islice(backoff_waits(jitter=jitter), place - 1, None))
    else:
        longest = GAPS.seconds(rows)
        seconds = jitter(longest * 0.75, longest)
    if retry_after is not None and retry_after > seconds:
        return Pause(retry_after, row_is_over=True)
    return Pause(seconds, row_is_over=place == 0)


def pause_after_refusal(refusals: int, *, retry_after: float | None = None) -> Pause | None:
    """After the endpoint refused the message so many times (at least once); None: that was the last attempt."""
    if refusals > len(REFUSAL_GAPS_SECONDS):
        return None
    return Pause(max(REFUSAL_GAPS_SECONDS[refusals - 1], retry_after or 0.0), row_is_over=True)
