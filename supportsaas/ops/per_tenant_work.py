"""Periodic work over many tenants, where a fault in one tenant's data does not block the others.

The order of the tenants is random each time. A tenant whose work fails is skipped for a pause that doubles with every
failure. Failures are stored, so that all workers respect the pauses and `/health` reports them. Success removes them.
"""

import logging
import random
import threading
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from pymongo.errors import ExecutionTimeout

from supportsaas import clock
from supportsaas.clock import Clock
from supportsaas.db import mongo
from supportsaas.db.mongo import Document
from supportsaas.formatting import format_count, format_number, format_relative
from supportsaas.ops.health_checks import CheckResult, Gauge, HealthCheck, Problem
from supportsaas.reliability.backoff import Backoff

logger = logging.getLogger(__name__)

COLLECTION = "tenant_faults"
LONGEST_PAUSE = timedelta(minutes=30)
BACKOFF = Backoff.between(timedelta(seconds=10), LONGEST_PAUSE)
FORGOTTEN_AFTER = timedelta(days=1)
"""A fault that has not recurred for this long is over. Its tenant may have been deleted."""

MOST_NAMED = 20


def for_each_tenant(
    work_name: str,
    tenant_ids: Iterable[str],
    work: Callable[[str], int],
    *,
    stop: threading.Event,
    now: Clock = clock.now,
) -> int:
    """Run the work for each tenant, even if it fails for some. Returns the sum of what it returns.

    Raises the errors of `mongo.UNAVAILABLE`, except for a query that takes too long: its cause is the tenant's data.
    """
    faults = {each["tenant_id"]: each for each in mongo.collection(COLLECTION).find({"work": work_name})}
    order = list(tenant_ids)
    random.shuffle(order)
    done = 0
    for tenant_id in order:
        if stop.is_set():
            break
        fault = faults.get(tenant_id)
        if fault is not None and now() < fault["next_at"]:
            continue
        try:
            done += work(tenant_id)
        except Exception as error:
            if isinstance(error, mongo.UNAVAILABLE) and not isinstance(error, ExecutionTimeout):
                raise
            _note_failure(work_name, tenant_id, error, fault, now())
        else:
            if fault is not None:
                mongo.collection(COLLECTION).delete_one({"_id": fault["_id"]})
    return done


def _note_failure(work_name: str, tenant_id: str, error: Exception, before: Document | None, now: datetime) -> None:
    failures = before["failures"] + 1 if before else 1
    pause = BACKOFF.pause(failures)
    logger.error(
        "“%s” failed for tenant %s and will be retried in %d s. Other tenants are not affected.",
        work_name,
        tenant_id,
        pause.total_seconds(),
        exc_info=error,
    )
    mongo.collection(COLLECTION).update_one(
        {"_id": f"{work_name} {tenant_id}"},
        {
            "$set": {
                "work": work_name,
                "tenant_id": tenant_id,
                "failures": failures,
                "error": f"{type(error).__name__}: {error}"[:300],
                "last_at": now,
                "next_at": now + pause,
            },
            "$setOnInsert": {"since": now},
        },
        upsert=True,
    )


def read_faults() -> CheckResult:
    """Which background work fails for which tenants."""
    now = clock.now()
    faults = list(mongo.collection(COLLECTION).find({"last_at": {"$gt": now - FORGOTTEN_AFTER}}).sort("_id", 1))
    failing: dict[str, list[Document]] = {}
    for each in faults:
        failing.setdefault(each["work"], []).append(each)
    return CheckResult(
        problems=tuple(
            Problem(
                f"Background work “{work}” fails for {format_count(len(found), 'tenant')} "
                f"(first failure {format_relative(min(each['since'] for each in found), now)}); the server log says why. "
                "Other tenants are not affected.",
                is_serious=False,
            )
            for work, found in failing.items()
        ),
        facts={
            f"“{work}” fails for": ", ".join(each["tenant_id"] for each in found[:MOST_NAMED])
            + (f" and {format_number(len(found) - MOST_NAMED)} more" if len(found) > MOST_NAMED else "")
            for work, found in failing.items()
        }
        or {"Tenants with failing background work": "none"},
        gauges=(
            Gauge.by(
                "work",
                "tenant_faults",
                "Tenants whose background work fails.",
                {work: len(found) for work, found in failing.items()},
            ),
        ),
    )


HEALTH_CHECKS = (HealthCheck(name="tenant_faults", title="Background work", read=read_faults),)
