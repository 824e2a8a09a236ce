"""Whether the roll-ups keep up: for `/health`, `/metrics` and the system page."""

from datetime import UTC, datetime, timedelta

from bson import ObjectId

from supportsaas import clock
from supportsaas.db import mongo
from supportsaas.formatting import format_relative
from supportsaas.ops.health_checks import CheckResult, Gauge, HealthCheck, Problem
from tickets.store.collection_names import DIRTY_DAYS

BEHIND_AFTER = timedelta(minutes=10)


def read_rollups() -> CheckResult:
    """How many marks wait, and since when: a mark's id tells when it was made."""
    now = clock.now()
    oldest = mongo.collection(DIRTY_DAYS).find_one({}, {"_id": 1}, sort=[("_id", 1)])
    waiting = mongo.collection(DIRTY_DAYS).estimated_document_count()
    since = oldest["_id"].generation_time.astimezone(UTC) if oldest and isinstance(oldest["_id"], ObjectId) else now
    return CheckResult(
        problems=_problems(since, now) if oldest else (),
        facts={"Writes not rolled up yet": str(waiting)},
        gauges=(
            Gauge.one("rollup_marks", "Writes whose days are not counted anew yet.", waiting),
            Gauge.one("rollup_lag_seconds", "Age of the oldest of them.", (now - since).total_seconds()),
        ),
    )


def _problems(since: datetime, now: datetime) -> tuple[Problem, ...]:
    if now - since < BEHIND_AFTER:
        return ()
    return (
        Problem(
            f"The roll-ups are behind, the first write not taken in is from {format_relative(since, now)}: "
            "dashboards are right but slow.",
            is_serious=False,
        ),
    )


HEALTH_CHECKS = (HealthCheck(name="rollups", title="Roll-ups", read=read_rollups),)
