"""Finds the topics of tenants in their newest tickets, in the background, once a day and while their tickets multiply."""

import threading
import uuid
from datetime import datetime, timedelta
from typing import Final

from pymongo.client_session import ClientSession

from supportsaas import clock
from supportsaas.db import mongo
from supportsaas.db.model_transaction import in_transaction, open_session, serialize_on
from supportsaas.db.mongo import Document
from supportsaas.ops.per_tenant_work import for_each_tenant
from supportsaas.ops.periodic_tasks import periodic_task
from supportsaas.reliability.lock import Lock
from tenants.models import Tenant
from tickets import jobs
from tickets.classification.topics.catalogue import MatchedTopic, TopicCatalogue
from tickets.classification.topics.mining import READ_LIMIT, MinedTicket, find_topics
from tickets.classification.topics.renewal import KnownTopic, Renewal, renew
from tickets.records.collection_names import TICKETS
from tickets.store.index_scans import DATE_INDEX
from tickets.topics.checking import check_topics
from tickets.topics.store import Topic, TopicStore
from tickets.topics.tagging import TAGGING, tag_waiting_tickets

COLLECTION: Final = "topic_finding"

SAMPLE: Final = 8_000
"""The newest tickets that are read. They take about a second and a half."""

FEWEST_TICKETS: Final = 30
MOST_TOPICS: Final = 300
EVERY: Final = timedelta(days=1)
WHILE_GROWING: Final = timedelta(minutes=10)
GROWN: Final = 1.5
"""Topics are found again at once when a small tenant has so many times as many tickets."""

KEPT: Final = timedelta(days=90)
"""A topic that nobody edited is removed when it was not found for so long."""


def find_new_topics(tenant: Tenant, *, now: datetime) -> Renewal:
    """Look for topics in the tenant's newest tickets, and save what is new. Returns what was found."""
    store = TopicStore(tenant)
    sample = _read_sample(tenant)
    stored = store.find_all()
    renewal = renew(_known(stored, sample), find_topics(sample), most=MOST_TOPICS)
    in_use = renewal.seen | {each.id for each in stored if each.is_edited} | {each.merged_into for each in stored}
    outdated = [each.id for each in stored if each.id not in in_use and now - each.found_at > KEPT]

    def work() -> None:
        session = open_session()
        if not serialize_on(tenant):
            return  # it was deleted meanwhile
        first = _take_numbers(tenant, len(renewal.added), of=len(sample), now=now, session=session)
        store.add(list(enumerate(renewal.added, first)), now=now, session=session)
        for topic_id, phrases in renewal.grown.items():
            store.set_phrases(topic_id, phrases, session=session)
        store.mark_found(renewal.seen, now=now, session=session)
        store.remove(outdated, session=session)
        if renewal.added or renewal.grown or outdated:
            TAGGING.request(tenant, session=session)

    in_transaction(work)
    return renewal


def request_check(tenant: Tenant) -> None:
    """After an erasure: have every phrase of a topic looked for again, and removed if too few customers use it."""
    mongo.collection(COLLECTION).update_one({"_id": tenant.slug}, {"$inc": {"checks_asked": 1}}, upsert=True)


def _read_sample(tenant: Tenant) -> list[MinedTicket]:
    message = {"$substrCP": ["$message", 0, READ_LIMIT]}
    fields = {"_id": 0, "customer_id": 1, "customer_name": 1, "subject": 1, "message": message}
    found = mongo.collection(TICKETS).find({"tenant_id": tenant.slug, "is_deleted": False}, fields, hint=DATE_INDEX)
    newest = found.sort([("created_at", -1), ("external_id", -1)]).limit(SAMPLE)
    return [
        MinedTicket(each["customer_id"], each["subject"], each["message"], each.get("customer_name") or "")
        for each in newest
    ]


def _known(topics: list[Topic], sample: list[MinedTicket]) -> list[KnownTopic]:
    catalogue = TopicCatalogue(
        tuple(MatchedTopic(each.id, tuple(phrase.roots for phrase in each.phrases)) for each in topics)
    )
    tickets: dict[str, set[int]] = {each.id: set() for each in topics}
    for number, ticket in enumerate(sample):
        for topic_id in catalogue.find(subject=ticket.subject, message=ticket.message):
            tickets[topic_id].add(number)
    return [KnownTopic(each.id, each.phrases, frozenset(tickets[each.id])) for each in topics]


def _take_numbers(tenant: Tenant, count: int, *, of: int, now: datetime, session: ClientSession) -> int:
    """The first of as many numbers, which nobody else gets. Remembers that the topics were looked for."""
    change: Document = {"$inc": {"last_number": count}, "$set": {"found_at": now, "of": of}}
    before = mongo.collection(COLLECTION).find_one_and_update(
        {"_id": tenant.slug}, change, upsert=True, session=session
    )
    return int((before or {}).get("last_number", 0)) + 1


# -- Periodic task -------------------------------------------------------------------------


@periodic_task("topics", every_seconds=30.0, follows_runs=True)
def find_due_topics(stop: threading.Event) -> int:
    """Find the topics of all tenants for which that is due, and look for them in the stored tickets. Returns of how many
    tenants.

    Tasks that follow a command run once, in no certain order, so this one does not leave the stored tickets to the other.
    """
    tenants = {each.slug: each for each in Tenant.objects.all()}
    progress = {each["_id"]: each for each in mongo.collection(COLLECTION).find()}
    owner_id = str(uuid.uuid4())

    def work(slug: str) -> int:
        return _find_if_due(tenants[slug], progress.get(slug, {}), owner_id=owner_id)

    done = for_each_tenant("topics", tenants, work, stop=stop)
    if done:
        tag_waiting_tickets(stop)
    return done


def _find_if_due(tenant: Tenant, progress: Document, *, owner_id: str) -> int:
    now = clock.now()
    asked = progress.get("checks_asked", 0)
    has_to_check = asked != progress.get("checks_done", 0)
    if not has_to_check and not _is_due(tenant, progress, now=now):
        return 0
    lock = Lock(f"topics {tenant.slug}")
    with lock.kept(owner_id) as held:
        if held is None:
            return 0
        if has_to_check and check_topics(tenant):
            mongo.collection(COLLECTION).update_one({"_id": tenant.slug}, {"$set": {"checks_done": asked}})
        if _is_due(tenant, progress, now=now):
            find_new_topics(tenant, now=now)
    return 1


def _is_due(tenant: Tenant, progress: Document, *, now: datetime) -> bool:
    """A tenant whose first tickets are being read waits for the end of that run."""
    found_at = progress.get("found_at")
    if found_at is None:
        return _count(tenant, FEWEST_TICKETS) >= FEWEST_TICKETS and jobs.find_active(tenant) is None
    if now - found_at >= EVERY:
        return True
    grown = int(progress["of"] * GROWN)
    return progress["of"] < SAMPLE and now - found_at >= WHILE_GROWING and _count(tenant, grown) >= grown


def _count(tenant: Tenant, most: int) -> int:
    return mongo.count(TICKETS, {"tenant_id": tenant.slug, "is_deleted": False}, index=DATE_INDEX, most=most)
