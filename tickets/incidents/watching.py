"""Looks for incidents in the newest tickets of all tenants, every few minutes in the background.

Nothing is read of a tenant whose tickets are the same as at the last look, unless one of its incidents is going on. A look
and all that it changes is one transaction, which only one worker can make: it moves on the time of the tenant's last look.
"""

import threading
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Final

from pymongo.client_session import ClientSession
from pymongo.errors import DuplicateKeyError

from supportsaas import clock
from supportsaas.db import mongo
from supportsaas.db.mongo import Document
from supportsaas.ops.per_tenant_work import for_each_tenant
from supportsaas.ops.periodic_tasks import periodic_task
from tenants.models import Tenant
from tickets import jobs
from tickets.incidents.finding import LONGEST, find_unusual
from tickets.incidents.following import STEP, Followed, take_step
from tickets.incidents.naming import find_names
from tickets.incidents.normal import Normal
from tickets.incidents.reading import KeptHours, StoredPast, read_tickets
from tickets.incidents.store import IncidentStore, find_tenants_with_ongoing
from tickets.rollups import state

COLLECTION: Final = "incident_watch"
LARGE_RUN: Final = 500
"""While a run adds more tickets than this, the past may still be missing, so nobody looks."""

_KEPT: Final = KeptHours()


@periodic_task("incidents", every_seconds=60.0, follows_runs=True)
def watch_incidents(stop: threading.Event) -> int:
    """Look at all tenants for which that is due. Returns at how many."""
    now = clock.now()
    tenants = {each.slug: each for each in Tenant.objects.filter(is_active=True)}
    looks = {each["_id"]: each for each in mongo.collection(COLLECTION).find()}
    versions = {slug: found.version for slug, found in state.find_all(with_words=False).items()}
    ongoing = find_tenants_with_ongoing()

    def is_due(slug: str) -> bool:
        last = looks.get(slug)
        if last is None or now - last["looked_at"] < STEP:
            return last is None
        return slug in ongoing or last["version"] != versions.get(slug)

    def work(slug: str) -> int:
        return look(tenants[slug], last=looks.get(slug), version=versions.get(slug), now=now, kept=_KEPT)

    for slug, tenant in tenants.items():
        if (end := tenant.end_of_retention(now)) is not None and slug in looks:
            IncidentStore(tenant).remove_before(end)
    return for_each_tenant("incidents", filter(is_due, tenants), work, stop=stop)


def look(tenant: Tenant, *, last: Document | None, version: int | None, now: datetime, kept: KeptHours) -> bool:
    """Find the tenant's incidents of this time, and save what has changed. Returns whether that was done.

    `last`: the last look, None before the first. `version`: of the tickets, read before them.
    """
    if _is_filling(tenant):
        return False
    store = IncidentStore(tenant)
    tickets = list(read_tickets(tenant.slug, now - LONGEST, now))
    normal = Normal(StoredPast(tenant.slug, kept), zone=tenant.zone)
    findings = find_unusual(tickets, normal, now=now)
    known = store.find_followed(now=now)
    changed = take_step(known, findings, now=now, next_number=_next_number(last))
    named = [replace(each, names=find_names(tenant.slug, each)) for each in changed]
    return _save(store, named, last=last, version=version, now=now)


def _is_filling(tenant: Tenant) -> bool:
    run = jobs.find_active(tenant)
    return run is not None and run["counts"]["new_ingested"] > LARGE_RUN


def _next_number(last: Document | None) -> int:
    return last["last_number"] + 1 if last else 1


def _save(
    store: IncidentStore, changed: Iterable[Followed], *, last: Document | None, version: int | None, now: datetime
) -> bool:
    """Save everything, unless another worker has looked in the meantime."""
    incidents = list(changed)
    number = max((each.number for each in incidents), default=0)
    look: Document = {
        "_id": store.tenant_id,
        "looked_at": now,
        "version": version,
        "last_number": max(number, last["last_number"] if last else 0),
    }

    def work(session: ClientSession) -> bool:
        looks = mongo.collection(COLLECTION)
        if last is None:
            looks.insert_one(look, session=session)
        else:
            unchanged = {"_id": store.tenant_id, "looked_at": last["looked_at"]}
            if not looks.replace_one(unchanged, look, session=session).matched_count:
                return False
        store.save(incidents, session=session)
        return True

    try:
        return mongo.in_transaction(work)
    except DuplicateKeyError:
        return False
