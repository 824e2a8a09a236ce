"""Tagging: a tenant's stored tickets are looked through for its topics after their phrases or mergers have changed.

One document for each tenant, written in the transaction that changes the topics, says that its tickets have to be looked
through and how far that is. A periodic task goes through them by their ids, one page in each transaction, under the
tenant's ingestion lock. So it waits for a run that began with the former topics, and every later run knows the new ones.
A page that is done again writes nothing, so after a crash the next round continues.
"""

import threading
import uuid
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final

from pymongo.client_session import ClientSession

from supportsaas import clock
from supportsaas.db import mongo
from supportsaas.db.mongo import Document
from supportsaas.ops.per_tenant_work import for_each_tenant
from supportsaas.ops.periodic_tasks import periodic_task
from tenants.models import Tenant
from tickets.classification.classifier import TenantClassifier
from tickets.planning.planner import plan_tagging
from tickets.planning.stored_pages import rewrite_page
from tickets.store.page_writes import PageWrites
from tickets.store.ticket_store import TicketStore
from tickets.topics.store import TopicStore

COLLECTION: Final = "topic_tagging"
PAGE_SIZE: Final = 500
PAGES_PER_ROUND: Final = 20
"""Of one tenant, before the next tenant's."""


@dataclass(frozen=True, slots=True)
class Tagging:
    """Progress: `seen` of about `total` tickets. None of it if no topic was ever found."""

    ended_at: datetime | None
    total: int
    seen: int

    @property
    def is_running(self) -> bool:
        return self.ended_at is None

    @property
    def percentage(self) -> int:
        """At most 99 while it runs, because tickets that arrive can make `seen` greater than `total`."""
        return min(self.seen * 100 // self.total, 99) if self.total else 0


def request_tagging(tenant: Tenant, *, session: ClientSession) -> None:
    """In the transaction that changes topics: have the stored tickets looked through, from the first one on."""
    values = {"after": "", "seen": 0, "total": None, "moved_at": clock.now(), "ended_at": None}
    mongo.collection(COLLECTION).update_one(
        {"_id": tenant.slug}, {"$set": values, "$inc": {"edits": 1}}, upsert=True, session=session
    )


def find_tagging(tenant: Tenant) -> Tagging | None:
    """The latest one, running or done; None if the tenant never had topics."""
    found = mongo.collection(COLLECTION).find_one({"_id": tenant.slug})
    return Tagging(found["ended_at"], found["total"] or 0, found["seen"]) if found else None


def find_waiting() -> dict[str, datetime]:
    """The tenants whose tickets are being looked through, or wait for it, and since when there was no progress."""
    waiting = mongo.collection(COLLECTION).find({"ended_at": None}, {"moved_at": 1})
    return {each["_id"]: each["moved_at"] for each in waiting}


def tag_next_page(tenant: Tenant, *, owner_id: str) -> bool:
    """Look through the next page of tickets, if there is one. Returns whether there may be more to do at once.

    Does nothing while the tenant has a run, queued or running: that comes first.
    """
    collection = mongo.collection(COLLECTION)
    progress = collection.find_one({"_id": tenant.slug, "ended_at": None})
    if progress is None:
        return False
    step: Document = {}

    def plan(store: TicketStore) -> PageWrites:
        # The topics may be newer than the progress. Then it was reset, and this page is done again.
        now, classifier = clock.now(), TenantClassifier(topics=TopicStore(tenant).find_catalogue())
        writes, after, count = plan_tagging(
            store, after=progress["after"], limit=PAGE_SIZE, classifier=classifier, now=now
        )
        total = store.count_live() if progress["total"] is None else progress["total"]
        step["$set"] = {"after": after, "total": total, "moved_at": now}
        step["$inc"] = {"seen": count}
        return writes

    if not rewrite_page(tenant, plan, owner_id=owner_id):
        return False
    unchanged = {"_id": tenant.slug, "edits": progress["edits"], "after": progress["after"]}
    is_over = step["$inc"]["seen"] == 0
    if is_over:
        return not _end(tenant, unchanged)
    collection.update_one(unchanged, step)
    return True


def _end(tenant: Tenant, unchanged: Document) -> bool:
    """All tickets were looked through, unless the topics have changed since. Returns whether that is so."""

    def work(session: ClientSession) -> bool:
        ended = {"$set": {"ended_at": clock.now()}}
        if not mongo.collection(COLLECTION).update_one(unchanged, ended, session=session).matched_count:
            return False
        TopicStore(tenant).mark_matched(session=session)
        return True

    return mongo.in_transaction(work)


@periodic_task("topic-tagging", every_seconds=2.0, follows_runs=True)
def tag_waiting_tickets(stop: threading.Event) -> int:
    """Look through all tickets that wait for it, a few pages of each tenant at a time. Returns the number of pages."""
    owner_id, done = str(uuid.uuid4()), 0
    while not stop.is_set():
        work = partial(_tag_some_pages, owner_id=owner_id, stop=stop)
        pages = for_each_tenant("topic-tagging", find_waiting(), work, stop=stop)
        if not pages:
            break
        done += pages
    return done


def _tag_some_pages(slug: str, owner_id: str, stop: threading.Event) -> int:
    tenant = Tenant.objects.filter(slug=slug).first()
    if tenant is None:
        mongo.collection(COLLECTION).delete_one({"_id": slug})
        return 0
    pages = 0
    while pages < PAGES_PER_ROUND and not stop.is_set() and tag_next_page(tenant, owner_id=owner_id):
        pages += 1
    return pages
