"""Updates stored tickets after their tenant's status map has changed.

The tickets themselves show what is left to do, so a page is whatever is left. A tenant that never had a walk gets one,
because its tickets may have spellings that an earlier version stored.
"""

import threading
import uuid
from datetime import datetime
from typing import Final

from supportsaas.db import mongo
from supportsaas.ops.periodic_tasks import periodic_task
from tenants.models import Tenant
from tickets.planning.planner import StoredPage, plan_remapping
from tickets.planning.stored_walk import StoredWalk
from tickets.rules.classifier import find_classifier
from tickets.status_mapping.model import find_status_map
from tickets.store.ticket_store import TicketStore

PAGES_AT_ONCE = 4
"""In the request that changes the map, so that a small change is done at once."""


def _plan(store: TicketStore, *, after: str, limit: int, now: datetime) -> StoredPage:
    statuses, classifier = find_status_map(store.tenant), find_classifier(store.tenant)
    writes = plan_remapping(store, statuses, limit=limit, classifier=classifier, now=now)
    return StoredPage(writes, after, len(writes.updates))


REMAPPING: Final = StoredWalk(name="statuses", collection="status_remapping", plan=_plan, has_total=False)


def remap_at_once(tenant: Tenant) -> None:
    """The first pages; the workers do the rest."""
    REMAPPING.walk_some_pages(tenant, most=PAGES_AT_ONCE, owner_id=str(uuid.uuid4()), stop=threading.Event())


@periodic_task("status-remapping", every_seconds=2.0, follows_runs=True)
def remap_waiting(stop: threading.Event) -> int:
    """Update all tickets that wait for it. Returns the number of pages."""
    return REMAPPING.walk_waiting(stop)


@periodic_task("status-marks", every_seconds=60.0)
def request_missing_remappings(_stop: threading.Event) -> int:
    """For every tenant that never had one. Returns the number of tenants."""
    known = set(mongo.collection(REMAPPING.collection).distinct("_id"))
    missing = [tenant for tenant in Tenant.objects.all() if tenant.slug not in known]
    for tenant in missing:
        REMAPPING.request(tenant, session=None)
    return len(missing)
