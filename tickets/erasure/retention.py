"""Retention: tickets are erased, with their history and messages, once they are as old as the tenant's retention period.

A batch is erased in the transaction that takes it out of the numbers, under the tenant's ingestion lock. A run holds
that lock for as long as it takes, so it erases a batch itself at its start and between pages.
"""

import threading
import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from pymongo.client_session import ClientSession

from supportsaas import clock
from supportsaas.clock import Clock
from supportsaas.db import mongo
from supportsaas.db.mongo import Document
from supportsaas.ops.per_tenant_work import for_each_tenant
from supportsaas.ops.periodic_tasks import periodic_task
from supportsaas.reliability.lock import HeldLock, Lock
from tenants.models import Tenant
from tickets import jobs
from tickets.helpdesks.mailbox.stored_mails import erase_mails
from tickets.notes.store import NoteStore
from tickets.planning.stored_pages import under_lock
from tickets.records.collection_names import TICKET_HISTORY, TICKETS
from tickets.rollups.differences import COUNTED_FIELDS, Differences
from tickets.rollups.state import begin_write
from tickets.rollups.writing import save_differences
from tickets.store.conversations import erase_conversations
from tickets.store.index_scans import DATE_INDEX

BATCH: Final = 500
MOST_ENTRIES: Final = 5_000
"""History entries that are erased in one transaction."""
_COUNTED: Final = dict.fromkeys(COUNTED_FIELDS, 1)


@periodic_task("retention", every_seconds=60, follows_runs=True)
def erase_past_retention(stop: threading.Event) -> int:
    """Erase what is past retention, of all tenants. Returns the number of tickets."""
    tenants = {each.slug: each for each in Tenant.objects.filter(retention_days__isnull=False)}
    return for_each_tenant("retention", tenants, lambda slug: erase_all(tenants[slug], stop=stop), stop=stop)


def erase_all(tenant: Tenant, *, stop: threading.Event, now: Clock = clock.now) -> int:
    """Erase the tenant's tickets that are past retention. Returns how many.

    Nothing while another process has the lock. Of a tenant with a run, running or queued, it erases one batch at most:
    the run must get the lock, and then erases, too.
    """
    owner_id, erased = str(uuid.uuid4()), 0
    while not stop.is_set():
        found = under_lock(
            tenant, lambda lock, held: erase_some(tenant, lock=lock, held=held, now=now()), owner_id=owner_id
        )
        erased += found or 0
        if not found or jobs.find_active(tenant) is not None:
            break
    _erase_notes(tenant, now=now())
    return erased


def _erase_notes(tenant: Tenant, *, now: datetime) -> None:
    """Notes about customers, once they are as old as tickets may be. Those about tickets are erased with them."""
    end = _end_of_retention(tenant, now)
    if end is not None:
        NoteStore(tenant).erase_written_before("customer", end)


def is_any_past_retention(tenant: Tenant, *, now: datetime) -> bool:
    return bool(_find_oldest(tenant, now, limit=1))


def erase_some(tenant: Tenant, *, lock: Lock, held: HeldLock, now: datetime) -> int:
    """Erase the oldest tickets that are past retention, live and deleted ones. Returns how many; at most `BATCH`.

    Raises `LockLost` if another process has taken the lock.
    """
    tickets = _find_oldest(tenant, now, limit=BATCH)
    if tickets:
        _erase_most_history(tenant, tickets, lock, held)
        _erase(tenant, tickets, lock, held)
    return len(tickets)


def _find_oldest(tenant: Tenant, now: datetime, *, limit: int) -> list[Document]:
    end = _end_of_retention(tenant, now)
    if end is None:
        return []
    match = {"tenant_id": tenant.slug, "is_deleted": {"$in": [False, True]}, "created_at": {"$lte": end}}
    found = mongo.collection(TICKETS).find(match, {"external_id": 1}, hint=DATE_INDEX)
    return found.sort([("created_at", 1), ("external_id", 1)]).limit(limit).to_list()


def _end_of_retention(tenant: Tenant, now: datetime) -> datetime | None:
    """By the retention period of this moment: what a run of hours knows of its tenant may be outdated."""
    current = Tenant.objects.filter(pk=tenant.pk).first()
    return current.end_of_retention(now) if current else None


def _erase(tenant: Tenant, tickets: Sequence[Document], lock: Lock, held: HeldLock) -> None:
    """What is counted of them is read in the transaction, because people may correct them at any time."""
    keys = {"tenant_id": tenant.slug, "_id": {"$in": [each["_id"] for each in tickets]}}

    def work(session: ClientSession) -> None:
        lock.assert_held(held, session)
        differences = Differences()
        for each in mongo.collection(TICKETS).find({**keys, "is_deleted": False}, _COUNTED, session=session):
            differences.remove(each)
        rollups = begin_write(tenant, session=session) if differences else None
        mongo.collection(TICKETS).delete_many(keys, session=session)
        mongo.collection(TICKET_HISTORY).delete_many(_history(tenant, tickets), session=session)
        ids = [each["external_id"] for each in tickets]
        erase_conversations(tenant.slug, ids, session=session)
        erase_mails(tenant.slug, ids, session=session)
        NoteStore(tenant).erase_about("ticket", ids, session=session)
        if rollups is not None:
            save_differences(tenant.slug, rollups, differences, session=session)

    mongo.in_transaction(work)


def _erase_most_history(tenant: Tenant, tickets: Sequence[Document], lock: Lock, held: HeldLock) -> None:
    """Of tickets with a very long history, erase entries first, so that no transaction takes long."""
    entries = mongo.collection(TICKET_HISTORY)

    def work(session: ClientSession) -> bool:
        lock.assert_held(held, session)
        found = entries.find(_history(tenant, tickets), {"_id": 1}, session=session).limit(MOST_ENTRIES).to_list()
        if len(found) < MOST_ENTRIES:
            return False
        entries.delete_many({"_id": {"$in": [each["_id"] for each in found]}}, session=session)
        return True

    while mongo.in_transaction(work):
        pass


def _history(tenant: Tenant, tickets: Sequence[Document]) -> Document:
    return {"tenant_id": tenant.slug, "external_id": {"$in": [each["external_id"] for each in tickets]}}
