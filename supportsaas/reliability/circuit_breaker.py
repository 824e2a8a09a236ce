"""A circuit breaker in MongoDB, shared by all processes.

    CLOSED ──5 failures in the last 10 requests──▶ OPEN ──30 s──▶ HALF_OPEN ──success──▶ CLOSED
                                                    ▲                │
                                                    └────failure─────┘

There is one document per endpoint. Every decision is one atomic update based on the server's clock, so exactly one
process gets the probe. No timer starts the half-open state: the first request after 30 seconds is the probe. Its permit
expires, so a process that crashes while it holds the probe does not keep the circuit open forever.

A result counts only in the era of its permit. A request sent before the circuit opened and answered afterwards neither
closes the circuit nor counts in the next closed era. A retried write carries an old
`$$NOW`, so each update first moves a clock of the document's own forward and never back.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from pymongo.collection import Collection

from supportsaas.clock import Clock
from supportsaas.db import mongo
from supportsaas.db.mongo import Document, Pipeline
from supportsaas.reliability.shared_state import server_time, update_shared

COLLECTION = "circuits"
FAILURES_TO_OPEN = 5
LAST_REQUESTS = 10
OPEN_SECONDS: float = 30
PROBE_SECONDS: float = 60
"""A probe without a result for this long is lost, and another may start."""

LONGEST_HOLD_SECONDS = 3600.0
MOST_IDLE = timedelta(days=1)

State = Literal["closed", "open", "half_open"]
STATES: tuple[State, ...] = ("closed", "half_open", "open")
"""From best to worst."""


@dataclass(frozen=True, slots=True)
class Permit:
    """Permission for one request, to be passed on with its result. `is_calm`: the endpoint's last request succeeded.

    `era` counts the openings and closings of the circuit. A failed probe counts as an opening.
    """

    id: str
    era: int
    is_probe: bool = False
    is_calm: bool = True


@dataclass(frozen=True, slots=True)
class Denied:
    """No request now. Ask again after `wait_seconds`."""

    wait_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One of the last requests, for display: time and text of the response, and its duration.

    `fault` names the cause of a failure that is not the endpoint's fault. Such a failure does not count.
    """

    ok: bool
    at: datetime
    seconds: float
    note: str
    fault: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CircuitState:
    """The counts cover the last requests since the circuit closed, at most ten. `results` also has earlier ones.

    `failing_since` is when the circuit opened, if it has not closed since. `well_since` is when it last closed.
    """

    name: str
    state: State = "closed"
    failure_count: int = 0
    success_count: int = 0
    opened_at: datetime | None = None
    retry_after: float | None = None
    failing_since: datetime | None = None
    well_since: datetime | None = None
    results: tuple[Result, ...] = ()

    @property
    def recent_failure_rate(self) -> float:
        requests = self.failure_count + self.success_count
        return self.failure_count / requests if requests else 0.0


class CircuitBreaker:
    """The circuit of one endpoint. `clock` replaces the server's clock in tests."""

    def __init__(self, name: str, *, clock: Clock | None = None) -> None:
        self.name = name
        self._clock = clock

    def admit(self) -> Permit | Denied:
        """A permit if the circuit is closed, or if a probe is due and this is the first request for it."""
        id_ = uuid.uuid4().hex
        found = self._update(
            [
                {"$set": {"answer": {"$switch": {"branches": _answers(), "default": "no"}}}},
                {
                    "$set": {
                        "state": {"$cond": [_IS_PROBE, "half_open", "$state"]},
                        "probe": {"$cond": [_IS_PROBE, {"id": id_, "until": _later(PROBE_SECONDS)}, "$probe"]},
                    }
                },
            ]
        )
        if found["answer"] == "no":
            return Denied(_seconds_left(found))
        is_calm = all(each["ok"] or each.get("fault") for each in found["results"][-1:])
        return Permit(id_, found["era"], is_probe=found["answer"] == "probe", is_calm=is_calm)

    def record(
        self, permit: Permit, *, ok: bool, seconds: float = 0.0, note: str = "", hold_back: float | None = None
    ) -> Literal["opened", "closed"] | None:
        """Record the result of a request. Returns what it did to the circuit. `hold_back`: a pause the endpoint asked for."""
        result = {"ok": ok, "at": "$now", "seconds": seconds, "note": {"$literal": note}}
        until = _later(min(hold_back or 0.0, LONGEST_HOLD_SECONDS))
        is_my_probe = {"$and": [{"$eq": ["$state", "half_open"]}, {"$eq": ["$probe.id", permit.id]}]}
        counts = {"$and": [{"$eq": ["$state", "closed"]}, {"$eq": ["$era", permit.era]}]}
        failures = {"$size": {"$filter": {"input": "$window", "as": "each", "cond": {"$not": "$$each"}}}}
        opens = {
            "$or": [
                {"$and": [is_my_probe, not ok]},
                {"$and": [{"$eq": ["$state", "closed"]}, {"$gte": [failures, FAILURES_TO_OPEN]}]},
            ]
        }
        closes = {"$and": [is_my_probe, ok]}
        found = self._update(
            [
                {
                    "$set": {
                        "results": _last({"$concatArrays": ["$results", [result]]}),
                        "window": {
                            "$cond": [counts, _last({"$concatArrays": ["$window", [ok]]}), "$window"],
                        },
                        "held_until": {"$max": ["$held_until", until]} if hold_back else "$held_until",
                    }
                },
                {
                    "$set": {
                        "change": {
                            "$switch": {
                                "branches": [{"case": opens, "then": "opened"}, {"case": closes, "then": "closed"}],
                                "default": None,
                            }
                        }
                    }
                },
                {
                    "$set": {
                        "state": _if_change(opened="open", closed="closed", otherwise="$state"),
                        # a new era begins: requests still in progress do not count
                        "era": {"$cond": [{"$ne": ["$change", None]}, {"$add": ["$era", 1]}, "$era"]},
                        "window": _if_change(opened="$window", closed=[True], otherwise="$window"),
                        "probe": {"$cond": [{"$ne": ["$change", None]}, None, "$probe"]},
                        "opened_at": _if_change(opened="$now", closed=None, otherwise="$opened_at"),
                        "failing_since": _if_change(
                            opened={"$ifNull": ["$failing_since", "$now"]}, closed=None, otherwise="$failing_since"
                        ),
                        "well_since": _if_change(opened=None, closed="$now", otherwise="$well_since"),
                    }
                },
            ]
        )
        change: Literal["opened", "closed"] | None = found["change"]
        return change

    def note_fault(self, permit: Permit, fault: str, *, seconds: float, note: str) -> None:
        """A request failed through no fault of the endpoint. It is kept for display but not counted, and frees a probe."""
        result = {"ok": False, "at": "$now", "seconds": seconds, "note": {"$literal": note}, "fault": fault}
        is_my_probe = {"$and": [{"$eq": ["$state", "half_open"]}, {"$eq": ["$probe.id", permit.id]}]}
        self._update(
            [
                {"$set": {"results": _last({"$concatArrays": ["$results", [result]]}), "is_free": is_my_probe}},
                {
                    "$set": {
                        "state": {"$cond": ["$is_free", "open", "$state"]},
                        "probe": {"$cond": ["$is_free", None, "$probe"]},
                    }
                },
            ]
        )

    def give_back(self, permit: Permit) -> None:
        """The permit was not used. A probe goes to the next request."""
        if permit.is_probe:
            self._collection.update_one(
                {"_id": self.name, "state": "half_open", "probe.id": permit.id},
                [{"$set": {"state": "open", "probe": None}}],
            )

    def reset(self) -> None:
        """Close the circuit at once, at a user's request. Requests in progress no longer count."""
        self._update(
            [
                {
                    "$set": {
                        "state": "closed",
                        "era": {"$add": ["$era", 1]},
                        "window": [],
                        "probe": None,
                        "held_until": None,
                        "opened_at": None,
                        "failing_since": None,
                        "well_since": "$now",
                    }
                }
            ]
        )

    def state(self) -> CircuitState:
        return find_states([self.name], clock=self._clock)[self.name]

    def _update(self, decision: Pipeline) -> Document:
        return update_shared(self._collection, self.name, [_WITH_DEFAULTS, *decision], now=self._now)

    @property
    def _collection(self) -> "Collection[Document]":
        return mongo.collection(COLLECTION)

    @property
    def _now(self) -> Any:
        return server_time(self._clock)


def find_states(names: list[str], *, clock: Clock | None = None) -> dict[str, CircuitState]:
    """The current state of each circuit. One that was never used is closed."""
    found = mongo.collection(COLLECTION).aggregate([{"$match": {"_id": {"$in": names}}}, *_as_of(server_time(clock))])
    return {name: CircuitState(name=name) for name in names} | {each["_id"]: _state(each) for each in found}


def find_all_states() -> dict[str, CircuitState]:
    """The states of all circuits used within a day, by name. A circuit with waiting messages is used all the time."""
    lately = {"$expr": {"$gt": ["$now", {"$subtract": ["$$NOW", MOST_IDLE // timedelta(milliseconds=1)]}]}}
    found = mongo.collection(COLLECTION).aggregate([{"$match": lately}, *_as_of(server_time(None))])
    return {each["_id"]: _state(each) for each in found}


def _state(found: Document) -> CircuitState:
    window = found["window"]
    state: State = found["state"]
    return CircuitState(
        name=found["_id"],
        state=state,
        failure_count=window.count(False),
        success_count=window.count(True),
        opened_at=found["opened_at"],
        retry_after=None if state == "closed" else round(_seconds_left(found), 3),
        failing_since=found["failing_since"],
        well_since=found["well_since"],
        results=tuple(
            Result(
                ok=each["ok"], at=each["at"], seconds=each["seconds"], note=each["note"], fault=each.get("fault", "")
            )
            for each in reversed(found["results"])
        ),
    )


def _seconds_left(found: Document) -> float:
    """Until the circuit admits a request again, if nothing else changes."""
    ends = [found["held_until"]]
    if found["state"] == "open":
        ends.append(found["opened_at"] + timedelta(seconds=OPEN_SECONDS))
    if found["state"] == "half_open":
        ends.append(found["probe"]["until"])
    return max(((end - found["now"]).total_seconds() for end in ends if end is not None), default=0.0)


_DEFAULTS: Document = {
    "state": "closed",
    "era": 0,
    "window": [],
    "results": [],
    "probe": None,
    "held_until": None,
    "opened_at": None,
    "failing_since": None,
    "well_since": None,
}
_WITH_DEFAULTS: Document = {"$set": {name: {"$ifNull": [f"${name}", value]} for name, value in _DEFAULTS.items()}}


def _as_of(now: Any) -> Pipeline:
    """The first stages of every read: the clock, and the values of a new circuit."""
    return [{"$set": {"now": {"$max": [now, "$now"]}}}, _WITH_DEFAULTS]


_IS_PROBE: Document = {"$eq": ["$answer", "probe"]}


def _answers() -> list[Document]:
    """The cases for a permit, in order."""
    is_held_back = {"$gt": [{"$ifNull": ["$held_until", "$now"]}, "$now"]}
    open_time_is_over = {"$lte": [{"$add": ["$opened_at", int(OPEN_SECONDS * 1000)]}, "$now"]}
    probe_has_expired = {"$lte": ["$probe.until", "$now"]}
    may_probe = {
        "$or": [
            {"$and": [{"$eq": ["$state", "open"]}, open_time_is_over]},
            {"$and": [{"$eq": ["$state", "half_open"]}, probe_has_expired]},
        ]
    }
    return [
        {"case": is_held_back, "then": "no"},
        {"case": {"$eq": ["$state", "closed"]}, "then": "yes"},
        {"case": may_probe, "then": "probe"},
    ]


def _later(seconds: float) -> Document:
    return {"$add": ["$now", int(seconds * 1000)]}


def _last(requests: Document) -> Document:
    return {"$slice": [requests, -LAST_REQUESTS]}


def _if_change(*, opened: Any, closed: Any, otherwise: Any) -> Document:
    return {
        "$switch": {
            "branches": [
                {"case": {"$eq": ["$change", "opened"]}, "then": opened},
                {"case": {"$eq": ["$change", "closed"]}, "then": closed},
            ],
            "default": otherwise,
        }
    }
