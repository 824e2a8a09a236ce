"""How many requests a minute (or another time) somebody may make of us, counted by all processes together.

One small document a caller holds one number: the moment at which all that was used is given back
(`level`, milliseconds). Every request moves it on by the time divided by the limit, and one that
would move it further than the whole time ahead of now is refused and moves nothing. So a caller may use
the whole limit at once and then gets it back evenly, and `Retry-After` is exact. (This is the
generic cell rate algorithm. The window of `rate_limiter` keeps a stamp a request instead, because
the other side counts those one by one; here nobody does, and one number is cheaper.)

The count is written without waiting for the replicas: losing a second of it in a fail-over is harmless.
"""

import math
from dataclasses import dataclass

from pymongo import WriteConcern

from supportsaas.clock import Clock
from supportsaas.db import mongo
from supportsaas.reliability.shared_state import server_time, update_shared

COLLECTION = "request_quotas"
WINDOW_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Quota:
    """Where a caller stands after a request; `retry_after` (seconds) is there where it was refused."""

    limit: int
    remaining: int
    reset_seconds: int
    retry_after: float | None = None


class RequestQuota:
    """The quota of `caller`: `limit` requests in `seconds`. `clock` replaces the server's, for tests alone."""

    def __init__(self, caller: str, *, limit: int, seconds: float = WINDOW_SECONDS, clock: Clock | None = None) -> None:
        if limit < 1:
            raise ValueError("A quota lets at least one request through.")
        self.caller = caller
        self.limit = limit
        self._window = seconds * 1000.0
        self._clock = clock

    def take(self) -> Quota:
        """Count one request, in one write, if there is room for it."""
        step = self._window / self.limit
        now = {"$toDouble": {"$toLong": "$now"}}
        after = {"$add": [{"$max": [{"$ifNull": ["$level", 0.0]}, now]}, step]}
        quotas = mongo.collection(COLLECTION).with_options(write_concern=WriteConcern(1))
        found = update_shared(
            quotas,
            self.caller,
            [
                {"$set": {"after": after}},
                {"$set": {"admitted": {"$lte": [{"$subtract": ["$after", now]}, self._window + 0.001]}}},
                {"$set": {"level": {"$cond": ["$admitted", "$after", "$level"]}}},
                {"$set": {"expires_at": {"$add": ["$now", int(self._window) * 2]}}},
            ],
            now=server_time(self._clock),
        )
        ahead = found["level"] - found["now"].timestamp() * 1000
        wait = None if found["admitted"] else (ahead + step - self._window) / 1000
        return Quota(
            limit=self.limit,
            remaining=max(int((self._window - ahead) / step + 1e-6), 0),
            reset_seconds=max(math.ceil(ahead / 1000), 0),
            retry_after=wait,
        )
