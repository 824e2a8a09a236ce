"""Judging a tenant's stored tickets anew after its rules have changed: the mark, the workers' duty, the progress.

One document a tenant, written in the transaction that changes a rule, says that its tickets are to be judged
and how far that is. The duty goes through them by their ids, a page in a transaction, under the tenant's
ingestion lock, and between two pages lets go of it: an ingestion waits for a page at most, and a run that
began with the old rules is waited for. A ticket's digest tells whether it was judged by these rules, so
whatever is killed in between, the next turn goes on and nothing is written twice.
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
from tickets.classification.tenant_rules import NO_RULES
from tickets.planning.planner import plan_reclassification
from tickets.planning.stored_pages import rewrite_page
from tickets.rules.model import ClassificationRule, as_rules, find_rules
from tickets.store.page_writes import PageWrites
from tickets.store.ticket_store import TicketStore

logger = logging.getLogger(__name__)

COLLECTION = "rule_judging"
PAGE_SIZE = 500
PAGES_IN_TURN = 20
"""Of one tenant, before the next one has its turn."""


@dataclass(frozen=True, slots=True)
class Judging:
    """How far judging anew is: `seen` of about `total` tickets, `changed` of them with another verdict."""

    asked_at: datetime
    ended_at: datetime | None
    total: int
    seen: int
    changed: int

    @property
    def is_going(self) -> bool:
        return self.ended_at is None

    @property
    def percentage(self) -> int:
        """100 only at the end; tickets that came in meanwhile may make `seen` more than `total`."""
        return min(self.seen * 100 // self.total, 99) if self.total else 0


def follow_rules(tenant: Tenant) -> None:
    """In the transaction that changes a rule: have the tickets judged anew, where verdicts may change.

    It writes the mark in any case, so that of two changes at once one begins anew.
    """
    version = find_rules(tenant).version
    marks, session = mongo.collection(COLLECTION), open_session()
    mine = {"_id": tenant.slug}
    before = marks.find_one(mine, session=session)
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
    marks.update_one(mine, {"$set": values, "$inc": {"edits": 1}}, upsert=True, session=session)


def find_judging(tenant: Tenant) -> Judging | None:
    """The last judging anew, going or ended; None where the tenant never had rules."""
    mark = mongo.collection(COLLECTION).find_one({"_id": tenant.slug})
    if mark is None:
        return None
    return Judging(mark["asked_at"], mark["ended_at"], mark["total"] or 0, mark["seen"], mark["changed"])


def find_going() -> dict[str, datetime]:
    """The tenants whose tickets are being judged anew, or wait for it, and since when none was."""
    going = mongo.collection(COLLECTION).find({"ended_at": None}, {"moved_at": 1})
    return {each["_id"]: each["moved_at"] for each in going}


def judge_next_page(tenant: Tenant, *, owner_id: str) -> bool:
    """Judge the next page, if there is one; whether there may be more to do at once.

    Not while the tenant has a run, queued or going: that comes first.
    """
    marks = mongo.collection(COLLECTION)
    mark = marks.find_one({"_id": tenant.slug, "ended_at": None})
    if mark is None:
        return False
    step: Document = {}

    def plan(store: TicketStore) -> PageWrites:
        # The rules as they are now, maybe newer than the mark: then the mark has moved, and this page is done again.
        now = clock.now()
        writes, after, count = plan_reclassification(
            store, after=mark["after"], limit=PAGE_SIZE, rules=find_rules(tenant), job_id="", now=now
        )
        total = store.count_live() if mark["total"] is None else mark["total"]
        step["$set"] = {"after": after, "total": total, "moved_at": now, **({} if count else {"ended_at": now})}
        step["$inc"] = {"seen": count, "changed": writes.updated}
        return writes

    if not rewrite_page(tenant, plan, owner_id=owner_id):
        return False
    same = {"_id": tenant.slug, "edits": mark["edits"], "after": mark["after"]}
    return marks.update_one(same, step).matched_count == 0 or step["$inc"]["seen"] > 0


@periodic_task("reclassification", every_seconds=2.0, follows_runs=True)
def judge_waiting(stop: threading.Event) -> int:
    """Judge whatever waits, some pages of each tenant in turn; how many pages."""
    owner_id, done = str(uuid.uuid4()), 0
    while not stop.is_set():
        judge = partial(_judge_some, owner_id=owner_id, stop=stop)
        pages = for_each_tenant("rules", find_going(), judge, stop=stop)
        if not pages:
            break
        done += pages
    return done


@periodic_task("rule-marks", every_seconds=300)
def mark_changed(_stop: threading.Event) -> int:
    """Mark the tenants whose rules changed in another way than through `editing`, such as in a shell; how many."""
    found: dict[str, list[ClassificationRule]] = {}
    for rule in ClassificationRule.objects.filter(enabled=True).select_related("tenant"):
        found.setdefault(rule.tenant.slug, []).append(rule)
    marked = {each["_id"]: each["version"] for each in mongo.collection(COLLECTION).find({}, {"version": 1})}
    changed = [
        slug
        for slug in found.keys() | marked.keys()
        if as_rules(found.get(slug, [])).version != marked.get(slug, NO_RULES.version)
    ]
    for tenant in Tenant.objects.filter(slug__in=changed):
        in_transaction(partial(follow_rules, tenant))
    return len(changed)


def _judge_some(slug: str, owner_id: str, stop: threading.Event) -> int:
    tenant = Tenant.objects.filter(slug=slug).first()
    if tenant is None:
        mongo.collection(COLLECTION).delete_one({"_id": slug})
        return 0
    pages = 0
    while pages < PAGES_IN_TURN and not stop.is_set() and judge_next_page(tenant, owner_id=owner_id):
        pages += 1
    return pages
