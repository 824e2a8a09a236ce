"""Changes stored tickets page by page, under the tenant's ingestion lock.

The lock is released between two pages, so a run waits for one page at most.
"""

from collections.abc import Callable
from functools import partial
from typing import TypeVar

from supportsaas.reliability.lock import HeldLock, Lock, LockLost
from tenants.models import Tenant
from tickets import jobs
from tickets.store.page_writes import PageWrites
from tickets.store.ticket_store import TicketStore

_T = TypeVar("_T")

LOCK_OWNER = "rewriting"
"""The owner's id starts with this while a page is changed: a run waits for it, because it ends soon."""


def under_lock(tenant: Tenant, work: Callable[[Lock, HeldLock], _T], *, owner_id: str) -> _T | None:
    """Do `work` on one page; None if another process has the lock or has taken it."""
    lock = Lock(tenant.slug)
    held = lock.take(f"{LOCK_OWNER} {owner_id}")
    if held is None:
        return None
    try:
        return work(lock, held)
    except LockLost:
        return None
    finally:
        lock.release(held)


def rewrite_page(tenant: Tenant, plan: Callable[[TicketStore], PageWrites], *, owner_id: str) -> bool:
    """Save what `plan` makes of the stored tickets; False if that has to wait and nothing was written.

    It waits while the tenant has a run, queued or running, because that comes first.
    """
    if jobs.find_active(tenant) is not None:
        return False

    def save(lock: Lock, held: HeldLock) -> bool:
        store = TicketStore(tenant)
        store.save_planned(partial(plan, store), lock=lock, held=held)
        return True

    return under_lock(tenant, save, owner_id=owner_id) is not None
