"""Reclassification: a tenant's stored tickets are classified by its rules again after they have changed.

A ticket's digest says by which rules it was classified, so nothing is written twice.
"""

import threading
from datetime import datetime
from functools import partial
from typing import Final

from supportsaas.db import mongo
from supportsaas.db.model_transaction import in_transaction, open_session
from supportsaas.ops.periodic_tasks import periodic_task
from tenants.models import Tenant
from tickets.classification.classifier import version_of
from tickets.learning.store import find_applied_numbers
from tickets.planning.planner import StoredPage, plan_reclassification
from tickets.planning.stored_walk import StoredWalk
from tickets.rules.classifier import find_classifier
from tickets.rules.model import ClassificationRule, as_rules
from tickets.store.ticket_store import TicketStore


def _plan(store: TicketStore, *, after: str, limit: int, now: datetime) -> StoredPage:
    return plan_reclassification(store, after=after, limit=limit, classifier=find_classifier(store.tenant), now=now)


RECLASSIFICATION: Final = StoredWalk(name="rules", collection="rule_judging", plan=_plan)


def request_reclassification(tenant: Tenant) -> None:
    """In the transaction that changes a rule or applies weights: have the tickets reclassified if that can change verdicts.

    The document is written in any case, so that two concurrent changes conflict and MongoDB repeats one.
    """
    version, session = find_classifier(tenant).version, open_session()
    progress, mine = mongo.collection(RECLASSIFICATION.collection), {"_id": tenant.slug}
    before = progress.find_one(mine, session=session)
    if before is None or before["version"] != version:
        RECLASSIFICATION.request(tenant, session=session, version=version)
    else:
        progress.update_one(mine, {"$inc": {"edits": 1}}, session=session)


@periodic_task("reclassification", every_seconds=2.0, follows_runs=True)
def reclassify_waiting_tickets(stop: threading.Event) -> int:
    """Reclassify all tickets that wait for it. Returns the number of pages."""
    return RECLASSIFICATION.walk_waiting(stop)


@periodic_task("rule-marks", every_seconds=300)
def request_missing_reclassifications(_stop: threading.Event) -> int:
    """For built-in rules of a new version, and for rules changed in a shell. Returns the number of tenants.

    A tenant without a document had no rules in an earlier version, or is new: then it has no tickets yet.
    """
    rules: dict[str, list[ClassificationRule]] = {}
    for rule in ClassificationRule.objects.filter(enabled=True).select_related("tenant"):
        rules.setdefault(rule.tenant.slug, []).append(rule)
    applied = find_applied_numbers()
    stored = mongo.collection(RECLASSIFICATION.collection).find({}, {"version": 1})
    known = {each["_id"]: each["version"] for each in stored}
    requested = 0
    for tenant in Tenant.objects.all():
        present = version_of(as_rules(rules.get(tenant.slug, [])), applied=applied.get(tenant.slug, 0))
        if present == known.get(tenant.slug):
            continue
        if tenant.slug in known or TicketStore(tenant).queries.has_any():
            in_transaction(partial(request_reclassification, tenant))
            requested += 1
        else:
            RECLASSIFICATION.mark_as_done(tenant, version=find_classifier(tenant).version)
    return requested
