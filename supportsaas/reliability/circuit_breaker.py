"""A circuit breaker in MongoDB, the same for every process.

    CLOSED ──5 failures in the last 10 requests──▶ OPEN ──30 s──▶ HALF_OPEN ──success──▶ CLOSED
                                                    ▲                │
                                                    └────failure─────┘

One document an endpoint. Every decision is one atomic update that compares with the server's clock,
so of all processes exactly one gets the probe. Half-open is no timer: whoever asks first after the
30 seconds is the probe, and its permit lapses, so that a process which dies with it in hand does not
keep the circuit open for ever.

A result counts only in the time its permit is from: what was sent before the circuit opened and is
answered afterwards neither closes it nor weighs on the next closed time. A retried write carries an old
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
"""A probe that says nothing for so long has died; the next one may go."""

LONGEST_HOLD_SECONDS = 3600.0
MOST_IDLE = timedelta(days=1)

State = Literal["closed", "open", "half_open"]
STATES: tuple[State, ...] = ("closed", "half_open", "open")
"""From well to worst."""


@dataclass(frozen=True, slots=True)
class Permit:
    """Leave for one request; its result is to be recorded with it. `is_calm`: the endpoint's last one succeeded.

    `era` counts how often the circuit has opened or closed; a failed probe opens it once more.
    """

    id: str
    era: int
    is_probe: bool = False
    is_calm: bool = True


@dataclass(frozen=True, slots=True)
class Refusal:
    """No request now; asking again makes sense in so many seconds."""

    wait_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One of the last requests, for people: when its answer came, how long it took, and what it was in words.

    `fault` names what was wrong where that was not the endpoint; such a failure counts for nothing here.
    """

    ok: bool
    at: datetime
    seconds: float
    note: str
    fault: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CircuitState:
    """The counts are of the last requests since the circuit closed, at most ten; `results` of the last at all.

    `failing_since` is when it opened and has not closed again since; `well_since` when it closed.
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
    """The circuit of one endpoint. `clock` replaces the server's clock, for tests alone."""

    def __init__(self, name: str, *, clock: Clock | None = None) -> None:
        self.name = name
        self._clock = clock

    def admit(self) -> Permit | Refusal:
        """Leave for one request, if the circuit is closed or it is time for a probe and we are the first."""
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
            return Refusal(_seconds_left(found))
        is_calm = all(each["ok"] or each.get("fault") for each in found["results"][-1:])
        return Permit(id_, found["era"], is_probe=found["answer"] == "probe", is_calm=is_calm)

    def record(
        self, permit: Permit, *, ok: bool, seconds: float = 0.0, note: str = "", hold_back: float | None = None
    ) -> Literal["opened", "closed"] | None:
        """How the request went; what that did to the circuit. `hold_back`: the endpoint asked for such a pause."""
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
                        # a circuit that has closed belongs to a new time: what is still under way does not count
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
        """A request failed through no fault of the endpoint: kept for people, counted nowhere; a probe is free again."""
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
        """The permit was not used; a probe goes to whoever asks next."""
        if permit.is_probe:
            self._collection.update_one(
                {"_id": self.name, "state": "half_open", "probe.id": permit.id},
                [{"$set": {"state": "open", "probe": None}}],
            )

    def reset(self) -> None:
        """Close the circuit at once, by a person's word; requests under way do not count any more."""
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
    """How each of these circuits is at this moment; one that was never used is closed."""
    found = mongo.collection(COLLECTION).aggregate([{"$match": {"_id": {"$in": names}}}, *_as_of(server_time(clock))])
    return {name: CircuitState(name=name) for name in names} | {each["_id"]: _state(each) for each in found}


def find_all_states() -> dict[str, CircuitState]:
    """Of every circuit that was asked within a day, by name: one that holds a message back is asked all the time."""
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
    """Until the circuit admits a request again, should nothing else happen."""
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
    """The cases of who gets leave, in order."""
    is_held_back = {"$gt": [{"$ifNull": ["$held_until", "$now"]}, "$now"]}
    silence_is_over = {"$lte": [{"$add": ["$opened_at", int(OPEN_SECONDS * 1000)]}, "$now"]}
    probe_has_died = {"$lte": ["$probe.until", "$now"]}
    may_probe = {
        "$or": [
            {"$and": [{"$eq": ["$state", "open"]}, silence_is_over]},
            {"$and": [{"$eq": ["$state", "half_open"]}, probe_has_died]},
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
