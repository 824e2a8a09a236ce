"""A walk through a tenant's stored tickets, after something has changed that they depend on.

One document for each tenant, written in the transaction that makes the change, says that its tickets have to follow and
how far that is. A periodic task goes through them, one page in each transaction, under the tenant's ingestion lock,
which it releases between two pages. So an ingestion waits for one page at most, a run that began before the change is
waited for, and every later run knows of it. A change during the walk starts it again.

Whoever needs a walk writes a function that plans a page, which for tickets that already follow must plan nothing: after a
crash a page is done again. Then it declares a `StoredWalk`, calls `request` where it makes the change, and
`walk_waiting` in a periodic task.
"""

import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final, Protocol

from pymongo.client_session import ClientSession

from supportsaas import clock
from supportsaas.db import mongo
from supportsaas.db.mongo import Document
from supportsaas.ops.per_tenant_work import for_each_tenant
from tenants.models import Tenant
from tickets.planning.planner import StoredPage
from tickets.planning.stored_pages import rewrite_page
from tickets.store.page_writes import PageWrites
from tickets.store.ticket_store import TicketStore

PAGE_SIZE: Final = 500
PAGES_PER_ROUND: Final = 20
"""Of one tenant, before the next tenant's."""


class PlanPage(Protocol):
    """Plans the page of tickets after the id `after`, of at most `limit`. May be called again for the same page."""

    def __call__(self, store: TicketStore, *, after: str, limit: int, now: datetime) -> StoredPage: ...


@dataclass(frozen=True, slots=True)
class Progress:
    """`seen` of about `total` tickets, of which `changed` had to be written."""

    ended_at: datetime | None
    total: int
    seen: int
    changed: int

    @property
    def is_running(self) -> bool:
        return self.ended_at is None

    @property
    def percentage(self) -> int:
        """At most 99 while it runs, because tickets that arrive can make `seen` greater than `total`."""
        return min(self.seen * 100 // self.total, 99) if self.total else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredWalk:
    """One kind of walk. `name` is what its faults are reported by, `collection` has a document for each tenant.

    `at_end` runs in the transaction that ends a walk. `has_total`: whether people see its progress, for which all
    tickets are counted once.
    """

    name: str
    collection: str
    plan: PlanPage
    at_end: Callable[[Tenant, ClientSession], None] | None = None
    has_total: bool = True

    def request(self, tenant: Tenant, *, session: ClientSession | None, **marks: str) -> None:
        """Have the tenant's tickets gone through from the first one on. `marks` are stored with the progress.

        In the transaction that makes the change. Two that do so at the same time conflict, and MongoDB repeats one.
        """
        values = {**_BEGINNING, "moved_at": clock.now(), **marks}
        self._progress.update_one(
            {"_id": tenant.slug}, {"$set": values, "$inc": {"edits": 1}}, upsert=True, session=session
        )

    def mark_as_done(self, tenant: Tenant, **marks: str) -> None:
        """Of a tenant without tickets: those that come will follow from the start. Not if there is progress already."""
        now = clock.now()
        values = {**_BEGINNING, "total": 0, "edits": 0, "moved_at": now, "ended_at": now, **marks}
        self._progress.update_one({"_id": tenant.slug}, {"$setOnInsert": values}, upsert=True)

    def find_progress(self, tenant: Tenant) -> Progress | None:
        """Of the latest walk, running or done; None if the tenant never had one."""
        found = self._progress.find_one({"_id": tenant.slug})
        if found is None:
            return None
        return Progress(found["ended_at"], found["total"] or 0, found["seen"], found["changed"])

    def is_running(self, tenant: Tenant) -> bool:
        progress = self.find_progress(tenant)
        return progress is not None and progress.is_running

    def find_waiting(self) -> dict[str, datetime]:
        """The tenants with tickets that still have to follow, and since when there was no progress."""
        waiting = self._progress.find({"ended_at": None}, {"moved_at": 1})
        return {each["_id"]: each["moved_at"] for each in waiting}

    def walk_waiting(self, stop: threading.Event) -> int:
        """Go through all tickets that wait, a few pages of each tenant at a time. Returns the number of pages."""
        owner_id, done = str(uuid.uuid4()), 0
        while not stop.is_set():
            work = partial(self._walk_named, owner_id=owner_id, stop=stop)
            pages = for_each_tenant(self.name, self.find_waiting(), work, stop=stop)
            if not pages:
                break
            done += pages
        return done

    def walk_some_pages(self, tenant: Tenant, *, most: int, owner_id: str, stop: threading.Event) -> int:
        """At most `most` pages. Returns how many."""
        pages = 0
        while pages < most and not stop.is_set() and self.walk_next_page(tenant, owner_id=owner_id):
            pages += 1
        return pages

    def walk_next_page(self, tenant: Tenant, *, owner_id: str) -> bool:
        """Write the next page, if there is one. Returns whether there may be more to do at once.

        Does nothing while the tenant has a run, queued or running: that comes first.
        """
        progress = self._progress.find_one({"_id": tenant.slug, "ended_at": None})
        if progress is None:
            return False
        step: Document = {}
        page = StoredPage(PageWrites(tenant_id=tenant.slug, job_id="", now=clock.now()), "", 0)

        def plan(store: TicketStore) -> PageWrites:
            # What was changed may be newer than the progress. Then it was reset, and this page is done again.
            nonlocal page
            now = clock.now()
            page = self.plan(store, after=progress["after"], limit=PAGE_SIZE, now=now)
            total = store.count_live() if self.has_total and progress["total"] is None else progress["total"]
            step["$set"] = {"after": page.after, "total": total, "moved_at": now}
            step["$inc"] = {"seen": page.seen, "changed": page.writes.updated}
            return page.writes

        if not rewrite_page(tenant, plan, owner_id=owner_id):
            return False
        unchanged = {"_id": tenant.slug, "edits": progress["edits"], "after": progress["after"]}
        if page.seen == 0:
            return not self._end(tenant, unchanged)
        self._progress.update_one(unchanged, step)
        return True

    def _end(self, tenant: Tenant, unchanged: Document) -> bool:
        """All tickets follow, unless there was another change since. Returns whether that is so."""

        def work(session: ClientSession) -> bool:
            ended = {"$set": {"ended_at": clock.now()}}
            if not self._progress.update_one(unchanged, ended, session=session).matched_count:
                return False
            if self.at_end is not None:
                self.at_end(tenant, session)
            return True

        return mongo.in_transaction(work)

    def _walk_named(self, slug: str, *, owner_id: str, stop: threading.Event) -> int:
        tenant = Tenant.objects.filter(slug=slug).first()
        if tenant is None:
            self._progress.delete_one({"_id": slug})
            return 0
        return self.walk_some_pages(tenant, most=PAGES_PER_ROUND, owner_id=owner_id, stop=stop)

    @property
    def _progress(self) -> Any:
        return mongo.collection(self.collection)


_BEGINNING: Final[Document] = {"after": "", "seen": 0, "changed": 0, "total": None, "ended_at": None}
