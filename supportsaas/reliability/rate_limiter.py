"""A sliding window of outgoing requests in MongoDB, shared by all processes and machines.

Each API host has one document with a slot for every request in the window. A slot is taken before the request goes out
and counts until `window` after the request has *ended*. The request may have arrived at any time in between, so counting
from its start could exceed the host's own limit. The slots of a crashed process expire after the longest time that a
request may take.

Tenants share a host fairly: a waiting tenant that has used less of the window goes before one that has used more, so a
tenant with a thousand pages does not starve one with two.

All times are the server's (`shared_state`).
"""

import uuid
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from pymongo.collection import Collection

from supportsaas.clock import Clock
from supportsaas.db import mongo
from supportsaas.reliability.shared_state import server_time, update_shared

COLLECTION = "rate_limits"
LONGEST_REQUEST_SECONDS = 120
WAITING_SECONDS = 6  # a waiting caller asks again at least this often, or has given up
_YIELD = timedelta(seconds=0.5)


@dataclass(frozen=True, slots=True)
class Admission:
    """A slot, or the seconds to wait before asking again."""

    slot: str | None
    wait_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class LimiterState:
    limit: int
    window_seconds: int
    current_requests: int

    @property
    def remaining(self) -> int:
        return max(self.limit - self.current_requests, 0)


class RateLimiter:
    """The window of one API host. A limit of 0 means no limit, but pauses that the host asks for still apply.

    `clock` replaces the server's clock in tests.
    """

    def __init__(
        self, host: str, *, limit: int | None = None, window_seconds: int | None = None, clock: Clock | None = None
    ) -> None:
        self.host = plain_host(host)
        self.limit = settings.RATE_LIMIT_REQUESTS if limit is None else limit
        self.window_seconds = window_seconds or settings.RATE_LIMIT_WINDOW_SECONDS
        self._clock = clock
        # The server truncates its time to milliseconds, so it may be up to one later than it says.
        self._cut_off_ms = 0 if clock else 1

    def acquire(self, tenant_id: str = "") -> Admission:
        """Take a slot if the window has one, the host has not asked for a pause, and no other tenant goes first."""
        if not self.limit:
            pause = self._held_back_seconds()
            return Admission(None, pause) if pause > 0 else Admission("unlimited")
        slot = uuid.uuid4().hex
        longest = (self.window_seconds + LONGEST_REQUEST_SECONDS) * 1000
        new = {"id": slot, "tenant": {"$literal": tenant_id}, "until": {"$add": ["$now", longest]}}
        others = {
            "$filter": {"input": "$waiting", "as": "each", "cond": {"$ne": ["$$each.tenant", {"$literal": tenant_id}]}}
        }
        me = {"tenant": {"$literal": tenant_id}, "until": {"$add": ["$now", WAITING_SECONDS * 1000]}}
        goes_first = {"$lt": [_used("$$each.tenant"), _used(tenant_id)]}
        admitted = {
            "$and": [
                {"$lt": [{"$size": "$slots"}, self.limit]},
                {"$lte": [{"$ifNull": ["$held_back_until", "$now"]}, "$now"]},
                {"$eq": [{"$filter": {"input": "$waiting", "as": "each", "cond": goes_first}}, []]},
            ]
        }
        found = self._update(
            [
                {"$set": {"waiting": others}},
                {"$set": {"admitted": admitted}},
                {
                    "$set": {
                        "slots": {"$cond": ["$admitted", {"$concatArrays": ["$slots", [new]]}, "$slots"]},
                        "waiting": {"$cond": ["$admitted", "$waiting", {"$concatArrays": ["$waiting", [me]]}]},
                    }
                },
            ]
        )
        if found["admitted"]:
            return Admission(slot)
        now, held_back = found["now"], found.get("held_back_until")
        is_full = len(found["slots"]) >= self.limit
        free_at = min(each["until"] for each in found["slots"]) if is_full else now + _YIELD
        if held_back is not None:
            free_at = max(free_at, held_back)
        return Admission(None, max((free_at - now).total_seconds(), 0.001))

    def release(self, slot: str) -> None:
        """The request has ended: its slot expires one window from now."""
        if not self.limit:
            return
        window = self.window_seconds * 1000 + self._cut_off_ms
        ended = {"$mergeObjects": ["$$each", {"until": {"$add": ["$now", window]}}]}
        one = {"$cond": [{"$eq": ["$$each.id", slot]}, ended, "$$each"]}
        self._update([{"$set": {"slots": {"$map": {"input": "$slots", "as": "each", "in": one}}}}])

    def hold_back(self, seconds: float) -> None:
        """The host asked for a pause: no process sends it a request before it ends."""
        until = {"$add": ["$now", int(seconds * 1000)]}
        self._update([{"$set": {"held_back_until": {"$max": ["$held_back_until", until]}}}])

    def _held_back_seconds(self) -> float:
        left = {"$divide": [{"$subtract": ["$held_back_until", self._now]}, 1000]}
        found = self._collection.aggregate([{"$match": {"_id": self.host}}, {"$project": {"left": left}}])
        return sum(float(each["left"] or 0) for each in found)

    def state(self) -> LimiterState:
        found = next(
            self._collection.aggregate(
                [
                    {"$match": {"_id": self.host}},
                    {"$project": {"slots": _unexpired("$slots", self._now)}},
                ]
            ),
            None,
        )
        return LimiterState(self.limit, self.window_seconds, len(found["slots"]) if found else 0)

    def _update(self, pipeline: mongo.Pipeline) -> mongo.Document:
        """Drop expired entries, then run the pipeline."""
        prune = {"$set": {name: _unexpired("$" + name, "$now") for name in ("slots", "waiting")}}
        return update_shared(self._collection, self.host, [prune, *pipeline], now=self._now)

    @property
    def _collection(self) -> "Collection[mongo.Document]":
        return mongo.collection(COLLECTION)

    @property
    def _now(self) -> Any:
        return server_time(self._clock)


def plain_host(host: str) -> str:
    """One name per host, however its address is written: in capitals, with a trailing dot or the default port."""
    name, port = _name_and_port(host.rpartition("@")[2].casefold())
    name = name.rstrip(".") or name
    with suppress(UnicodeError):  # not a valid domain name: use it as it is
        name = name.encode("idna").decode("ascii")
    return f"{name}:{port}" if port not in ("", "80", "443") else name


def _name_and_port(host: str) -> tuple[str, str]:
    if host.startswith("["):
        address, _, rest = host.partition("]")
        return f"{address}]", rest.removeprefix(":")
    name, _, port = host.partition(":")
    return name, port.lstrip("0") if port.isdigit() else port


def _unexpired(entries: str, now: Any) -> mongo.Document:
    """The entries that have not expired."""
    alive = {"$gt": ["$$each.until", now]}
    return {"$filter": {"input": {"$ifNull": [entries, []]}, "as": "each", "cond": alive}}


def _used(tenant_id: str) -> mongo.Document:
    """The number of slots a tenant has in the window."""
    wanted = tenant_id if tenant_id.startswith("$$") else {"$literal": tenant_id}
    mine = {"$eq": ["$$slot.tenant", wanted]}
    return {"$size": {"$filter": {"input": "$slots", "as": "slot", "cond": mine}}}


def find_states() -> dict[str, LimiterState]:
    """The states of all known hosts, in one query."""
    limiter = RateLimiter("-")
    rows = mongo.collection(COLLECTION).aggregate([{"$project": {"used": {"$size": _unexpired("$slots", "$$NOW")}}}])
    return {row["_id"]: LimiterState(limiter.limit, limiter.window_seconds, row["used"]) for row in rows}


def busiest_state() -> LimiterState:
    """The state of the host with the fewest requests left (all hosts have the same limit)."""
    limiter = RateLimiter("-")
    nothing = LimiterState(limiter.limit, limiter.window_seconds, 0)
    return min(find_states().values(), key=lambda state: state.remaining, default=nothing)
