"""The periodic tasks that keep the roll-ups up to date: one tenant at a time, one process per tenant."""

import threading
from datetime import datetime, timedelta
from functools import partial

from bson import ObjectId

from analytics.rollups import state
from analytics.rollups.blocks import day_of
from analytics.rollups.building import RollupBuilder, Stopped
from supportsaas import clock
from supportsaas.db import mongo
from supportsaas.ops.per_tenant_work import for_each_tenant
from supportsaas.ops.periodic_tasks import periodic_task
from supportsaas.ops.process_name import process_name
from supportsaas.reliability.lock import Lock, LockLost
from tenants.models import Tenant
from tickets import jobs
from tickets.store.collection_names import DIRTY_DAYS

LONGEST_TURN = timedelta(seconds=20)
MANY_DAYS = 31
LONGEST_WAIT = timedelta(minutes=2)


def refresh(
    tenant: Tenant,
    *,
    stop: threading.Event | None = None,
    now: datetime | None = None,
    at_most: timedelta | None = None,
) -> bool:
    """Bring a tenant's roll-ups up to date. False if another process does it, or `stop` was set.

    After `at_most` it returns True and leaves the remaining dirty days for the next time.
    """
    lock = Lock(f"rollups:{tenant.slug}")
    with lock.kept(f"{process_name()}:{threading.get_ident()}") as held:
        if held is None:
            return False
        try:
            RollupBuilder(tenant, lock, held, stop or threading.Event(), now or clock.now()).run(at_most=at_most)
        except (LockLost, Stopped):
            return False
    return True


# Two threads, so that a tenant whose roll-ups are built from a million tickets does not keep the others waiting.
@periodic_task("rollups-beside", every_seconds=1)
@periodic_task("rollups", every_seconds=1, follows_runs=True)
def refresh_dirty(stop: threading.Event) -> int:
    """Refresh every tenant that has dirty days; how many were refreshed.

    A tenant whose sync touches more and more days waits until the sync has ended.
    """
    dirty = mongo.collection(DIRTY_DAYS)
    refresh_one = partial(_refresh_one, stop=stop)
    older_than_now = {"_id": {"$lt": ObjectId()}}
    done = 0
    while refreshed := for_each_tenant("rollups", dirty.distinct("tenant_id"), refresh_one, stop=stop):
        done += refreshed
        if dirty.find_one(older_than_now, {"_id": 1}) is None:
            break
    return done


def _refresh_one(tenant_id: str, *, stop: threading.Event) -> int:
    tenant = Tenant.objects.filter(slug=tenant_id).first()
    if tenant is None:
        state.forget(tenant_id)
        return 0
    return not _should_wait(tenant) and refresh(tenant, stop=stop, at_most=LONGEST_TURN)


def _should_wait(tenant: Tenant) -> bool:
    """Whether a running sync touches days all over the calendar, which would be counted again and again.

    They wait for its end, but not longer than `LONGEST_WAIT`, because dashboards are slow until then.
    """
    records = list(mongo.collection(DIRTY_DAYS).find({"tenant_id": tenant.slug}, {"days": 1}))
    days = {day for record in records for day in record.get("days", ())}
    if len(days) <= MANY_DAYS or jobs.find_active(tenant) is None:
        return False
    oldest: datetime = min(record["_id"].generation_time for record in records)
    return clock.now() - oldest < LONGEST_WAIT


@periodic_task("outdated-rollups", every_seconds=60)
def refresh_outdated(stop: threading.Event) -> int:
    """Refresh every tenant whose roll-ups are missing, of another time zone or of an earlier day; how many."""
    now, built = clock.now(), state.find_all()
    outdated: dict[str, Tenant] = {}
    for tenant in Tenant.objects.filter(is_active=True):
        found = built.get(tenant.slug)
        if found is None or found.zone != tenant.timezone or found.complete != day_of(now, tenant.zone):
            outdated[tenant.slug] = tenant
    return for_each_tenant("rollups", outdated, lambda slug: refresh(outdated[slug], stop=stop), stop=stop)
