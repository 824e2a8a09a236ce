"""Erases what deleted tenants have left: a task of the workers, and of the command that deletes one."""

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

logger = logging.getLogger(__name__)

WAIT_SECONDS = 1.0


@periodic_task("deleted-tenants", every_seconds=5, follows_runs=True)
def erase_deleted_tenants(stop: threading.Event) -> int:
    """Erase every tenant that was deleted, each as far as `stop` lets us; how many are wholly erased."""
    deletions = {each.slug: each for each in find_deletions()}
    return for_each_tenant("deletion", deletions, lambda slug: erase(deletions[slug], stop=stop), stop=stop)


def erase(
    deletion: Deletion, *, stop: threading.Event | None = None, tell: Callable[[int], None] = lambda _erased: None
) -> bool:
    """Erase all data of the tenant; False where somebody else is at it or `stop` came: what is left goes later.

    `tell` hears how many documents are erased so far. Nobody writes for the tenant meanwhile: a run of it is told to
    end, and until it has ended and given back the lock, nothing is erased.
    """
    if Tenant.objects.filter(slug=deletion.slug).exists():
        logger.error("The tenant %s is to be erased and is there: nothing is erased.", deletion.slug)
        return False
    _end_runs(deletion.slug)
    owner = f"{process_name()}:{threading.get_ident()}:deletion"
    with Lock(deletion.slug).kept(owner) as runs, Lock(f"rollups:{deletion.slug}").kept(owner) as rollups:
        if runs is None or rollups is None:
            return False
        total = 0
        for erased in erase_batches(deletion.slug):
            total += erased
            tell(total)
            if stop is not None and stop.is_set():
                return False
        finish(deletion)
    logger.info("The deleted tenant %s is erased: %d documents.", deletion.slug, total)
    return True


def erase_patiently(deletion: Deletion, *, seconds: float, tell: Callable[[int], None]) -> bool:
    """The same for somebody who waits: a run that still ends is waited for, up to so many seconds."""
    until = time.monotonic() + seconds
    while not erase(deletion, tell=tell):
        if time.monotonic() > until:
            return False
        time.sleep(WAIT_SECONDS)
    return True


def _end_runs(slug: str) -> None:
    runs = mongo.collection(jobs.COLLECTION)
    active = {"tenant_id": slug, "active": True}
    runs.update_many({**active, "status": "queued"}, {"$set": {"status": "cancelled", "active": False}})
    runs.update_many(
        {**active, "cancel_requested_at": None},
        {"$set": {"cancel_requested_at": clock.now(), "cancel_requested_by": "the deletion of the tenant"}},
    )
