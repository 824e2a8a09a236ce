"""Health checks: what each part of the product reports to `/health`, `/metrics` and the system page.

An app registers its checks when it starts. Everybody may read problems, so they never name a tenant. Facts are for
staff and gauges for monitoring with the token, and both may name tenants.

A check takes a few cheap queries. All checks share a time limit of some seconds, so that a hanging database does not
make `/health` hang too.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import pymongo
from pymongo.errors import PyMongoError

from supportsaas.db import mongo

logger = logging.getLogger(__name__)

PATIENCE_SECONDS = 2.5
"""For the check of MongoDB, which shows whether it answers at all. All other checks together get twice as long."""

HEALTHY = "healthy"
UNREACHABLE = "unhealthy: the server does not answer"


@dataclass(frozen=True, slots=True)
class Problem:
    """A sentence to read. A serious problem means that the system does not work as it should."""

    sentence: str
    is_serious: bool = True


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
class CheckResult:
    """`state` is `healthy`, or `unhealthy` or `unknown` with an optional reason after a colon."""

    state: str = HEALTHY
    problems: tuple[Problem, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)
    gauges: tuple[Gauge, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthCheck:
    """`/health` lists the state of a check with `is_dependency` among the product's dependencies."""

    name: str
    title: str
    read: Callable[[], CheckResult]
    is_dependency: bool = False


@dataclass(frozen=True, slots=True)
class HealthReport:
    """The results of all checks. `is_unreachable`: MongoDB did not answer, so no other check could run."""

    results: Mapping[HealthCheck, CheckResult]
    is_unreachable: bool

    @property
    def problems(self) -> list[Problem]:
        """Serious ones first."""
        found = [each for result in self.results.values() for each in result.problems]
        return sorted(found, key=lambda each: not each.is_serious)

    @property
    def is_healthy(self) -> bool:
        return not any(each.is_serious for each in self.problems)

    @property
    def gauges(self) -> list[Gauge]:
        return [gauge for result in self.results.values() for gauge in result.gauges]


_checks: dict[str, HealthCheck] = {}


def register(check: HealthCheck) -> None:
    """Add the check to all reports. It replaces an earlier one of the same name."""
    _checks[check.name] = check


def registered() -> list[HealthCheck]:
    return list(_checks.values())


def run_checks(*, patience_seconds: float = PATIENCE_SECONDS) -> HealthReport:
    """Run all checks in the order of their registration; MongoDB's comes first. Never raises."""
    first, *others = registered()
    with pymongo.timeout(patience_seconds):
        database = _run(first)
    if database.state.startswith("unhealthy"):  # a slow answer is still an answer
        return HealthReport(
            {first: database} | dict.fromkeys(others, CheckResult(state="unknown")), is_unreachable=True
        )
    with pymongo.timeout(2 * patience_seconds):  # a busy server is slow, and that is no reason to report a problem
        return HealthReport({first: database} | {check: _run(check) for check in others}, is_unreachable=False)


def _run(check: HealthCheck) -> CheckResult:
    try:
        return check.read()
    except Exception as error:
        if isinstance(error, mongo.UNAVAILABLE) or (isinstance(error, PyMongoError) and error.timeout):
            logger.warning("The health check “%s” did not finish in time: %s", check.name, error)
            return _unknown(f"{check.title}: MongoDB did not answer in time.")
        logger.exception("The health check “%s” failed.", check.name)
        return _unknown(f"{check.title}: unknown, because the check itself failed. The server log has the details.")


def _unknown(sentence: str) -> CheckResult:
    return CheckResult(state="unknown", problems=(Problem(sentence),))
