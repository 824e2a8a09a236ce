"""A quota on incoming requests per caller and minute (or another window), shared by all processes.

Each caller has a small document with one number, `level`: the time in milliseconds at which the full quota is available
again. Every request moves it forward by the window divided by the limit. A request that would move it further ahead of
now than the whole window is rejected and moves nothing. So a caller may use the whole quota at once and then regains it
evenly, and `Retry-After` is exact. This is the generic cell rate algorithm. `rate_limiter` stores a timestamp per
request instead, because the server that it spares counts single requests. Nobody does here, and one number is cheaper.

Writes do not wait for the replicas: losing a second of the count in a failover is harmless.
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
    """A caller's quota after a request. `retry_after` (seconds) is set if the request was rejected."""

    limit: int
    remaining: int
    reset_seconds: int
    retry_after: float | None = None


class RequestQuota:
    """The quota of `caller`: `limit` requests in `seconds`. `clock` replaces the server's clock in tests."""

    def __init__(self, caller: str, *, limit: int, seconds: float = WINDOW_SECONDS, clock: Clock | None = None) -> None:
        if limit < 1:
            raise ValueError("A quota must allow at least one request.")
        self.caller = caller
        self.limit = limit
        self._window = seconds * 1000.0
        self._clock = clock

    def take(self) -> Quota:
        """Count one request, in one write, if the quota allows it."""
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
