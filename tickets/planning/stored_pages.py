"""Rewrites stored tickets page by page, under the tenant's ingestion lock, after its rules or its statuses have changed.

The lock is released between two pages, so a run waits for one page at most.
"""

from collections.abc import Callable

from supportsaas.reliability.lock import Lock, LockLost
from tenants.models import Tenant
from tickets import jobs
from tickets.store.page_writes import PageWrites
from tickets.store.ticket_store import TicketStore

LOCK_OWNER = "rewriting"
"""The owner's id starts with this while a page is rewritten: a run waits for it, because it ends soon."""


def rewrite_page(tenant: Tenant, plan: Callable[[TicketStore], PageWrites], *, owner_id: str) -> bool:
    """Save what `plan` makes of the stored tickets; False if that has to wait and nothing was written.

    It waits while the tenant has a run, queued or running, because that comes first.
    """
    if jobs.find_active(tenant) is not None:
        return False
    lock = Lock(tenant.slug)
    held = lock.take(f"{LOCK_OWNER} {owner_id}")
    if held is None:
        return False
    try:
        store = TicketStore(tenant)
        store.save_page(plan(store), lock=lock, held=held)
    except LockLost:
        return False
    finally:
        lock.release(held)
    return True
