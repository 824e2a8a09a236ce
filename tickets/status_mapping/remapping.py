"""Updates stored tickets after their tenant's status map has changed: the mark, the periodic tasks, a page at a time.

The mark is written in the transaction that changes a mapping. A page of tickets is changed in a transaction under the
tenant's ingestion lock, with history and the numbers it changes, as every other change. The tickets themselves show what
is left to do, so whatever is killed in between, the next pass continues. A tenant without a mark gets one, because its
tickets may have spellings that an earlier version stored.
"""

import threading
import uuid
from functools import partial
from typing import Any

from supportsaas import clock
from supportsaas.db import mongo
from supportsaas.db.model_transaction import open_session
from supportsaas.db.mongo import Document
from supportsaas.ops.per_tenant_work import for_each_tenant
from supportsaas.ops.periodic_tasks import periodic_task
from tenants.models import Tenant
from tickets.planning.planner import plan_remapping
from tickets.planning.stored_pages import rewrite_page
from tickets.rules.classifier import find_classifier
from tickets.status_mapping.model import find_status_map
from tickets.store.page_writes import PageWrites
from tickets.store.ticket_store import TicketStore

COLLECTION = "status_remapping"
PAGE_SIZE = 500
PAGES_PER_PASS = 20
"""Of one tenant, before the next one."""
PAGES_AT_ONCE = 4
"""In the request that changes the map, so that a small change is done at once."""


def follow_map(tenant: Tenant) -> None:
    """In the transaction that changes a mapping: mark the stored tickets for updating."""
    _marks().update_one({"_id": tenant.slug}, _requested(), upsert=True, session=open_session())


def is_remapping(tenant: Tenant) -> bool:
    return _marks().find_one({"_id": tenant.slug, "ended_at": None}, {"_id": 1}) is not None


def remap_at_once(tenant: Tenant) -> None:
    """The first pages; the workers do the rest."""
    _remap_some(tenant, str(uuid.uuid4()), PAGES_AT_ONCE, threading.Event())


@periodic_task("status-remapping", every_seconds=2.0, follows_runs=True)
def remap_waiting(stop: threading.Event) -> int:
    """Update what waits, some pages of each tenant at a time; how many pages."""
    owner_id, done = str(uuid.uuid4()), 0
    while not stop.is_set():
        waiting = [each["_id"] for each in _marks().find({"ended_at": None}, {"_id": 1})]
        remap = partial(_remap_named, owner_id=owner_id, stop=stop)
        pages = for_each_tenant("statuses", waiting, remap, stop=stop)
        if not pages:
            break
        done += pages
    return done


@periodic_task("status-marks", every_seconds=60.0)
def mark_unmarked(_stop: threading.Event) -> int:
    """Mark every tenant that has no mark yet; how many."""
    marked = set(_marks().distinct("_id"))
    unmarked = [slug for slug in Tenant.objects.values_list("slug", flat=True) if slug not in marked]
    for slug in unmarked:
        _marks().update_one({"_id": slug}, _requested(), upsert=True)
    return len(unmarked)


def remap_next_page(tenant: Tenant, *, owner_id: str) -> bool:
    """Update the next page, if there is one; whether there may be more to do at once.

    Not while the tenant has a run, queued or running, because that comes first.
    """
    mark = _marks().find_one({"_id": tenant.slug, "ended_at": None})
    if mark is None:
        return False
    plans: list[PageWrites] = []

    def plan(store: TicketStore) -> PageWrites:
        statuses, classifier = find_status_map(tenant), find_classifier(tenant)
        plans.append(
            plan_remapping(store, statuses, limit=PAGE_SIZE, classifier=classifier, job_id="", now=clock.now())
        )
        return plans[0]

    if not rewrite_page(tenant, plan, owner_id=owner_id):
        return False
    if plans[0].is_empty:
        ended = {"$set": {"ended_at": plans[0].now}}
        _marks().update_one({"_id": tenant.slug, "edits": mark["edits"]}, ended)
    return not plans[0].is_empty


def _remap_named(slug: str, *, owner_id: str, stop: threading.Event) -> int:
    tenant = Tenant.objects.filter(slug=slug).first()
    if tenant is None:
        _marks().delete_one({"_id": slug})
        return 0
    return _remap_some(tenant, owner_id, PAGES_PER_PASS, stop)


def _remap_some(tenant: Tenant, owner_id: str, most: int, stop: threading.Event) -> int:
    pages = 0
    while pages < most and not stop.is_set() and remap_next_page(tenant, owner_id=owner_id):
        pages += 1
    return pages


def _requested() -> Document:
    return {"$set": {"asked_at": clock.now(), "ended_at": None}, "$inc": {"edits": 1}}


def _marks() -> Any:
    return mongo.collection(COLLECTION)
