"""Removes words that no query reads any more: earlier versions stored each topic of a ticket a second time, together with
its status and verdicts.

One document for each tenant says where its index of words has been searched up to. A periodic task removes such words a
batch of tickets at a time and keeps the others, so searches and lists stay exact meanwhile. It first drops the index that
those versions used, which would have to be updated, too: workers start after every other process has been restarted.
"""

import threading
import uuid
from functools import partial

from supportsaas.db import mongo
from supportsaas.db.indexes import drop_retired_indexes
from supportsaas.db.mongo import Document
from supportsaas.ops.per_tenant_work import for_each_tenant
from supportsaas.ops.periodic_tasks import periodic_task
from supportsaas.reliability.lock import Lock
from tenants.models import Tenant
from tickets.classification.stored_words import TOPIC_SIGN
from tickets.records.collection_names import TICKETS
from tickets.store.index_scans import WORDS_INDEX
from tickets.store.search import TicketSearch

COLLECTION = "older_words"
BATCH = 500
BATCHES_PER_ROUND = 20
_END = TOPIC_SIGN + "\U0010ffff"
_IS_OF_TOPIC = {"$eq": [{"$substrCP": ["$$this", 0, 1]}, TOPIC_SIGN]}
_AFTER_SIGN = {"$substrCP": ["$$this", 1, {"$strLenCP": "$$this"}]}
_IS_IN_USE = {"$or": [{"$not": [_IS_OF_TOPIC]}, {"$in": [_AFTER_SIGN, {"$ifNull": ["$topics", []]}]}]}
_WITHOUT_OLDER = [{"$set": {"words": {"$filter": {"input": "$words", "cond": _IS_IN_USE}}}}]


def request_removal() -> None:
    """Have the workers search the words of all tenants with tickets."""
    for slug in mongo.collection(TICKETS).distinct("tenant_id"):
        mongo.collection(COLLECTION).update_one({"_id": slug}, {"$set": {"next": TOPIC_SIGN}}, upsert=True)


@periodic_task("older words", every_seconds=5)
def remove_older_words(stop: threading.Event) -> int:
    """Remove the words of all tenants that have any, a few batches of each tenant at a time. Returns how many tickets
    had such words.
    """
    done = 0
    while not stop.is_set():
        slugs = mongo.collection(COLLECTION).distinct("_id")
        if slugs:
            drop_retired_indexes()
        changed = for_each_tenant("older words", slugs, partial(_remove_of, stop=stop), stop=stop)
        if not changed:
            break
        done += changed
    return done


def _remove_of(slug: str, stop: threading.Event) -> int:
    """A few batches of one tenant. None while another worker does the same."""
    tenant = Tenant.objects.filter(slug=slug).first()
    if tenant is None:
        return 0
    lock = Lock(f"older words {slug}")
    held = lock.take(str(uuid.uuid4()))
    if held is None:
        return 0
    done = 0
    try:
        for _ in range(BATCHES_PER_ROUND):
            changed = 0 if stop.is_set() else _remove_batch(tenant)
            done += changed
            if not changed:
                break
    finally:
        lock.release(held)
    return done


def _remove_batch(tenant: Tenant) -> int:
    """Remove the words of some tickets. Returns how many tickets; none if no such words are left."""
    progress, search, tickets = mongo.collection(COLLECTION), TicketSearch(tenant), mongo.collection(TICKETS)
    found = progress.find_one({"_id": tenant.slug})
    if found is None:
        return 0
    place = found["next"]
    while (word := search.find_next_word(place, _END)) is not None:
        keys = _find_tickets(tenant, word) if "[" in word else []
        if keys:
            match = {"_id": {"$in": keys}, "tenant_id": tenant.slug, "words": {"$exists": True}}
            tickets.update_many(match, _WITHOUT_OLDER)
            progress.update_one({"_id": tenant.slug}, {"$set": {"next": word}})
            return len(keys)
        place = word + "\0"
    progress.delete_one({"_id": tenant.slug})
    return 0


def _find_tickets(tenant: Tenant, word: str) -> list[object]:
    """Some tickets with the word that do not have it as a topic."""
    match: Document = {"tenant_id": tenant.slug, "words": word, "topics": {"$ne": word.removeprefix(TOPIC_SIGN)}}
    return [each["_id"] for each in mongo.collection(TICKETS).find(match, {"_id": 1}).hint(WORDS_INDEX).limit(BATCH)]
