"""Reclassification: a tenant's stored tickets are classified by its rules again after they have changed.

One document for each tenant, written in the transaction that changes a rule, says that its tickets have to be
reclassified and how far that is. A periodic task goes through the tickets by their ids, one page in each transaction,
under the tenant's ingestion lock, which it releases between two pages. So an ingestion waits for one page at most, and
a run that began with the old rules is waited for. A ticket's digest says by which rules it was classified, so after a
crash the next round continues, and nothing is written twice.
"""

import logging
import threading
import uuid
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from supportsaas import clock
from supportsaas.db import mongo
from supportsaas.db.model_transaction import in_transaction, open_session
from supportsaas.db.mongo import Document
from supportsaas.ops.per_tenant_work import for_each_tenant
from supportsaas.ops.periodic_tasks import periodic_task
from tenants.models import Tenant
from tickets.classification.classifier import version_of
from tickets.learning.store import find_applied_numbers
from tickets.planning.planner import plan_reclassification
from tickets.planning.stored_pages import rewrite_page
from tickets.rules.classifier import find_classifier
from tickets.rules.model import ClassificationRule, as_rules
from tickets.store.page_writes import PageWrites
from tickets.store.ticket_store import TicketStore

logger = logging.getLogger(__name__)

COLLECTION = "rule_judging"
PAGE_SIZE = 500
PAGES_PER_ROUND = 20
"""Of one tenant, before the next tenant's."""


@dataclass(frozen=True, slots=True)
class Reclassification:
    """Progress: `seen` of about `total` tickets, of which `changed` got other verdicts."""

    asked_at: datetime
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


def request_reclassification(tenant: Tenant) -> None:
    """In the transaction that changes a rule or applies weights: have the tickets reclassified if that can change verdicts.

    The document is written in any case, so that two concurrent changes conflict and MongoDB repeats one.
    """
    version = find_classifier(tenant).version
    progress, session = mongo.collection(COLLECTION), open_session()
    mine = {"_id": tenant.slug}
    before = progress.find_one(mine, session=session)
    values: Document = {"version": version}
    if before is None or before["version"] != version:
        now = clock.now()
        values |= {
            "asked_at": now,
            "moved_at": now,
            "after": "",
            "seen": 0,
            "changed": 0,
            "total": None,
            "ended_at": None,
        }
    progress.update_one(mine, {"$set": values, "$inc": {"edits": 1}}, upsert=True, session=session)


def find_reclassification(tenant: Tenant) -> Reclassification | None:
    """The latest reclassification, running or done; None if the tenant never had rules."""
    found = mongo.collection(COLLECTION).find_one({"_id": tenant.slug})
    if found is None:
        return None
    return Reclassification(
        asked_at=found["asked_at"],
        ended_at=found["ended_at"],
        total=found["total"] or 0,
        seen=found["seen"],
        changed=found["changed"],
    )


def find_running() -> dict[str, datetime]:
    """The tenants whose tickets are being reclassified, or wait for it, and since when there was no progress."""
    running = mongo.collection(COLLECTION).find({"ended_at": None}, {"moved_at": 1})
    return {each["_id"]: each["moved_at"] for each in running}


def reclassify_next_page(tenant: Tenant, *, owner_id: str) -> bool:
    """Reclassify the next page of tickets, if there is one. Returns whether there may be more to do at once.

    Does nothing while the tenant has a run, queued or running: that comes first.
    """
    collection = mongo.collection(COLLECTION)
    progress = collection.find_one({"_id": tenant.slug, "ended_at": None})
    if progress is None:
        return False
    step: Document = {}

    def plan(store: TicketStore) -> PageWrites:
        # The rules may be newer than the progress. Then it was reset, and this page is done again.
        now = clock.now()
        writes, after, count = plan_reclassification(
            store, after=progress["after"], limit=PAGE_SIZE, classifier=find_classifier(tenant), job_id="", now=now
        )
        total = store.count_live() if progress["total"] is None else progress["total"]
        step["$set"] = {"after": after, "total": total, "moved_at": now, **({} if count else {"ended_at": now})}
        step["$inc"] = {"seen": count, "changed": writes.updated}
        return writes

    if not rewrite_page(tenant, plan, owner_id=owner_id):
        return False
    unchanged = {"_id": tenant.slug, "edits": progress["edits"], "after": progress["after"]}
    was_reset = collection.update_one(unchanged, step).matched_count == 0
    return was_reset or step["$inc"]["seen"] > 0


@periodic_task("reclassification", every_seconds=2.0, follows_runs=True)
def reclassify_waiting_tickets(stop: threading.Event) -> int:
    """Reclassify all tickets that wait for it, a few pages of each tenant at a time. Returns the number of pages."""
    owner_id, done = str(uuid.uuid4()), 0
    while not stop.is_set():
        work = partial(_reclassify_some_pages, owner_id=owner_id, stop=stop)
        pages = for_each_tenant("rules", find_running(), work, stop=stop)
        if not pages:
            break
        done += pages
    return done


@periodic_task("rule-marks", every_seconds=300)
def request_missing_reclassifications(_stop: threading.Event) -> int:
    """For built-in rules of a new version, and for rules changed in a shell. Returns the number of tenants.

    A tenant without a document had no rules in an earlier version, or is new: then it has no tickets yet.
    """
    rules: dict[str, list[ClassificationRule]] = {}
    for rule in ClassificationRule.objects.filter(enabled=True).select_related("tenant"):
        rules.setdefault(rule.tenant.slug, []).append(rule)
    applied = find_applied_numbers()
    known = {each["_id"]: each["version"] for each in mongo.collection(COLLECTION).find({}, {"version": 1})}
    requested = 0
    for tenant in Tenant.objects.all():
        present = version_of(as_rules(rules.get(tenant.slug, [])), applied=applied.get(tenant.slug, 0))
        if present == known.get(tenant.slug):
            continue
        if tenant.slug in known or TicketStore(tenant).queries.has_any():
            in_transaction(partial(request_reclassification, tenant))
            requested += 1
        else:
            _mark_as_new(tenant)
    return requested


def _mark_as_new(tenant: Tenant) -> None:
    """Its tickets will be classified by the present rules."""
    now = clock.now()
    values = {
        "asked_at": now,
        "moved_at": now,
        "ended_at": now,
        "after": "",
        "total": 0,
        "seen": 0,
        "changed": 0,
        "edits": 0,
    }
    mongo.collection(COLLECTION).update_one(
        {"_id": tenant.slug}, {"$setOnInsert": {"version": find_classifier(tenant).version, **values}}, upsert=True
    )


def _reclassify_some_pages(slug: str, owner_id: str, stop: threading.Event) -> int:
    tenant = Tenant.objects.filter(slug=slug).first()
    if tenant is None:
        mongo.collection(COLLECTION).delete_one({"_id": slug})
        return 0
    pages = 0
    while pages < PAGES_PER_ROUND and not stop.is_set() and reclassify_next_page(tenant, owner_id=owner_id):
        pages += 1
    return pages
