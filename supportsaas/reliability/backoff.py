"""How long to wait after a number of failures in a row. Pure: nothing sleeps here."""

import math
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

MOST_STEPS = 30
"""After this many failures the wait no longer grows, so that it cannot overflow."""


@dataclass(frozen=True, slots=True)
class Backoff:
    """Waits `base` seconds after the first failure and `factor` times as long after each further one, up to `cap`."""

    base: float
    factor: float = 2.0
    cap: float = math.inf

    @classmethod
    def between(cls, base: timedelta, cap: timedelta) -> "Backoff":
        """The wait doubles from `base` to `cap`."""
        return cls(base.total_seconds(), cap=cap.total_seconds())

    def seconds(self, failures: int) -> float:
        """After this many failures in a row; 0 without a failure."""
        if failures < 1:
            return 0.0
        return min(self.base * self.factor ** min(failures - 1, MOST_STEPS), self.cap)

    def pause(self, failures: int) -> timedelta:
        return timedelta(seconds=self.seconds(failures))

    def milliseconds(self, failures: Any) -> dict[str, Any]:
        """`seconds` as an aggregation expression, where `failures` is an expression, too."""
        steps = {"$min": [{"$subtract": [failures, 1]}, MOST_STEPS]}
        wait = {"$multiply": [int(self.base * 1000), {"$pow": [self.factor, steps]}]}
        capped = wait if math.isinf(self.cap) else {"$min": [wait, int(self.cap * 1000)]}
        return {"$cond": [{"$lt": [failures, 1]}, 0, capped]}
