"""Vital signs: what each part of the product says of itself, for `/health`, `/metrics` and the system page.

An app registers how its parts are read when it starts. A finding is open to anybody, so it names no
tenant; facts are for staff and gauges for a monitoring that has the token, and those may.

A reading is a few cheap queries. All of them together have some seconds: a database that hangs must not
make who asks for its health hang too.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import pymongo
from pymongo.errors import PyMongoError

from supportsaas.db import mongo

logger = logging.getLogger(__name__)

PATIENCE_SECONDS = 2.5
"""With MongoDB's own sign, which tells whether it answers at all; then with all others together, twice as long."""

HEALTHY = "healthy"
AWAY = "unhealthy: the server does not answer"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to know, in a sentence. A grave one means that the system does not work as it should."""

    sentence: str
    is_grave: bool = True


@dataclass(frozen=True, slots=True)
class Gauge:
    """A number that goes up and down, once or for each set of labels (name and value pairs)."""

    name: str
    description: str
    values: Mapping[tuple[tuple[str, str], ...], float]

    @classmethod
    def one(cls, name: str, description: str, value: float) -> "Gauge":
        return cls(name, description, {(): value})

    @classmethod
    def by(cls, label: str, name: str, description: str, values: Mapping[str, float]) -> "Gauge":
        return cls(name, description, {((label, key),): value for key, value in values.items()})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """`state` is `healthy`, or `unhealthy: …` or `unknown: …` with why."""

    state: str = HEALTHY
    findings: tuple[Finding, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)
    gauges: tuple[Gauge, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Vital:
    """`is_dependency`: `/health` tells its state among those of what the product stands on."""

    name: str
    title: str
    read: Callable[[], Reading]
    is_dependency: bool = False


@dataclass(frozen=True, slots=True)
class Examination:
    """One reading of everything. `is_away`: MongoDB did not answer, so nothing else could be asked."""

    readings: Mapping[Vital, Reading]
    is_away: bool

    @property
    def findings(self) -> list[Finding]:
        """The grave ones first."""
        found = [each for reading in self.readings.values() for each in reading.findings]
        return sorted(found, key=lambda each: not each.is_grave)

    @property
    def is_well(self) -> bool:
        return not any(each.is_grave for each in self.findings)

    @property
    def gauges(self) -> list[Gauge]:
        return [gauge for reading in self.readings.values() for gauge in reading.gauges]


_VITALS: dict[str, Vital] = {}


def register(vital: Vital) -> None:
    """Have it examined from now on; a later one of the same name replaces it."""
    _VITALS[vital.name] = vital


def registered() -> list[Vital]:
    return list(_VITALS.values())


def examine(*, patience_seconds: float = PATIENCE_SECONDS) -> Examination:
    """Read all vital signs, in the order of their registration; the first is MongoDB's. Never raises."""
    first, *others = registered()
    with pymongo.timeout(patience_seconds):
        database = _read(first)
    if database.state.startswith("unhealthy"):  # one that answers slowly is not away
        return Examination({first: database} | dict.fromkeys(others, Reading(state="unknown")), is_away=True)
    with pymongo.timeout(2 * patience_seconds):  # a busy server is slow, and that is no fault
        return Examination({first: database} | {vital: _read(vital) for vital in others}, is_away=False)


def _read(vital: Vital) -> Reading:
    try:
        return vital.read()
    except Exception as error:
        if isinstance(error, mongo.UNAVAILABLE) or (isinstance(error, PyMongoError) and error.timeout):
            logger.warning("The vital sign “%s” could not be read in time: %s", vital.name, error)
            return Reading(state="unknown", findings=(Finding(f"{vital.title}: MongoDB did not tell in time."),))
        logger.exception("The vital sign “%s” could not be read.", vital.name)
        return Reading(state="unknown", findings=(Finding(f"{vital.title}: not known, because of a fault of ours."),))
