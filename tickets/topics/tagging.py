"""Tagging: a tenant's stored tickets are looked through for its topics after their phrases or mergers have changed."""

import threading
from datetime import datetime
from typing import Final

from pymongo.client_session import ClientSession

from supportsaas.ops.periodic_tasks import periodic_task
from tenants.models import Tenant
from tickets.classification.classifier import TenantClassifier
from tickets.planning.planner import StoredPage, plan_tagging
from tickets.planning.stored_walk import StoredWalk
from tickets.store.ticket_store import TicketStore
from tickets.topics.store import TopicStore


def _plan(store: TicketStore, *, after: str, limit: int, now: datetime) -> StoredPage:
    classifier = TenantClassifier(topics=TopicStore(store.tenant).find_catalogue())
    return plan_tagging(store, after=after, limit=limit, classifier=classifier, now=now)


def _mark_matched(tenant: Tenant, session: ClientSession) -> None:
    TopicStore(tenant).mark_matched(session=session)


TAGGING: Final = StoredWalk(name="topic-tagging", collection="topic_tagging", plan=_plan, at_end=_mark_matched)


@periodic_task("topic-tagging", every_seconds=2.0, follows_runs=True)
def tag_waiting_tickets(stop: threading.Event) -> int:
    """Look through all tickets that wait for it. Returns the number of pages."""
    return TAGGING.walk_waiting(stop)
