"""Erases the data of deleted tenants: a periodic task, and a step of `manage.py tenant delete`."""

import logging
import threading
import time
from collections.abc import Callable

from supportsaas import clock
from supportsaas.db import mongo
from supportsaas.ops.per_tenant_work import for_each_tenant
from supportsaas.ops.periodic_tasks import periodic_task
from supportsaas.ops.process_name import process_name
from supportsaas.reliability.lock import Lock
from tenants.deletion import Deletion, erase_batches, find_deletions, finish
from tenants.models import Tenant
from tickets import jobs
from tickets.customers.refreshing import lock_of

logger = logging.getLogger(__name__)

WAIT_SECONDS = 1.0


@periodic_task("deleted-tenants", every_seconds=5, follows_runs=True)
def erase_deleted_tenants(stop: threading.Event) -> int:
    """Erase all deleted tenants until `stop` is set; returns how many are fully erased."""
    deletions = {each.slug: each for each in find_deletions()}
    return for_each_tenant("deletion", deletions, lambda slug: erase(deletions[slug], stop=stop), stop=stop)


def erase(
    deletion: Deletion, *, stop: threading.Event | None = None, report: Callable[[int], None] = lambda _erased: None
) -> bool:
    """Erase all data of the tenant. False if another process is erasing it, a run is still ending, or `stop` was set.

    `report` gets the number of documents erased so far. An active run is cancelled first, and nothing is erased until
    it has released its lock.
    """
    if Tenant.objects.filter(slug=deletion.slug).exists():
        logger.error("The tenant %s exists, so its data is not erased.", deletion.slug)
        return False
    _cancel_runs(deletion.slug)
    owner = f"{process_name()}:{threading.get_ident()}:deletion"
    with (
        Lock(deletion.slug).kept(owner) as runs,
        Lock(f"rollups:{deletion.slug}").kept(owner) as rollups,
        lock_of(deletion.slug).kept(owner) as customers,
    ):
        if runs is None or rollups is None or customers is None:
            return False
        total = 0
        for erased in erase_batches(deletion.slug):
            total += erased
            report(total)
            if stop is not None and stop.is_set():
                return False
        finish(deletion)
    logger.info("Erased the deleted tenant %s: %d documents.", deletion.slug, total)
    return True


def erase_patiently(deletion: Deletion, *, seconds: float, report: Callable[[int], None]) -> bool:
    """Like `erase`, but waits up to `seconds` for an active run to end."""
    until = time.monotonic() + seconds
    while not erase(deletion, report=report):
        if time.monotonic() > until:
            return False
        time.sleep(WAIT_SECONDS)
    return True


def _cancel_runs(slug: str) -> None:
    runs = mongo.collection(jobs.COLLECTION)
    active = {"tenant_id": slug, "active": True}
    runs.update_many({**active, "status": "queued"}, {"$set": {"status": "cancelled", "active": False}})
    runs.update_many(
        {**active, "cancel_requested_at": None},
        {"$set": {"cancel_requested_at": clock.now(), "cancel_requested_by": "tenant deletion"}},
    )
