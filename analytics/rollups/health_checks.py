"""Whether the roll-ups are up to date, for `/health`, `/metrics` and the system page."""

from datetime import UTC, datetime, timedelta

from bson import ObjectId

from supportsaas import clock
from supportsaas.db import mongo
from supportsaas.formatting import format_relative
from supportsaas.ops.health_checks import CheckResult, Gauge, HealthCheck, Problem
from tickets.store.collection_names import DIRTY_DAYS

BEHIND_AFTER = timedelta(minutes=10)


def read_rollups() -> CheckResult:
    """How many writes are pending, and since when: a record's id has its time."""
    now = clock.now()
    oldest = mongo.collection(DIRTY_DAYS).find_one({}, {"_id": 1}, sort=[("_id", 1)])
    waiting = mongo.collection(DIRTY_DAYS).estimated_document_count()
    since = oldest["_id"].generation_time.astimezone(UTC) if oldest and isinstance(oldest["_id"], ObjectId) else now
    return CheckResult(
        problems=_problems(since, now) if oldest else (),
        facts={"Pending roll-ups": str(waiting)},
        gauges=(
            Gauge.one("rollup_marks", "Writes whose days are not recounted yet.", waiting),
            Gauge.one("rollup_lag_seconds", "Age of the oldest of those writes.", (now - since).total_seconds()),
        ),
    )


def _problems(since: datetime, now: datetime) -> tuple[Problem, ...]:
    if now - since < BEHIND_AFTER:
        return ()
    return (
        Problem(
            f"Roll-ups are behind. The oldest pending write is from {format_relative(since, now)}. "
            "Dashboards are correct but slow.",
            is_serious=False,
        ),
    )


HEALTH_CHECKS = (HealthCheck(name="rollups", title="Roll-ups", read=read_rollups),)
