"""WordIndex: stores with each ticket the words that a search finds it by.

A live ticket has its `words`, or has waited for them since `unindexed_since`; a deleted ticket has neither. Each ticket
has many entries in the index of words, so ingestion only marks it as waiting, and a periodic task stores the words within
seconds. Storing them removes exactly the mark that was read, so neither a second worker nor a change in between does harm.
"""

import threading
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

from pymongo import UpdateOne

from supportsaas import clock
from supportsaas.db import mongo
from supportsaas.db.mongo import Document
from supportsaas.ops.per_tenant_work import for_each_tenant
from supportsaas.ops.periodic_tasks import periodic_task
from supportsaas.reliability.lock import Lock
from tenants.models import Tenant
from tickets.classification.stored_words import searchable_words, topic_word, value_words
from tickets.classification.tokenizer import READ_LIMIT
from tickets.records.collection_names import TICKETS
from tickets.records.dimensions import FILTERED_FIELDS

BATCH = 500
BATCHES_PER_ROUND = 10
_COUNT_LIMIT = 10_000
_LATE = timedelta(minutes=5)
_READ = {"subject": 1, "message": {"$substrCP": ["$message", 0, READ_LIMIT]}, "external_id": 1, "customer_id": 1,
         "topics": 1, "unindexed_since": 1, "digest": 1, **dict.fromkeys(FILTERED_FIELDS.values(), 1)}  # fmt: skip
_BEFORE_ANY = datetime(1970, 1, 1, tzinfo=UTC)
_EXISTS, _IS_MISSING = {"$exists": True}, {"$exists": False}


@dataclass(frozen=True, slots=True)
class Waiting:
    """Tickets that cannot be found by their words yet: how many (counted up to 10,000), and since when."""

    count: int
    since: datetime | None

    @property
    def is_more(self) -> bool:
        return self.count > _COUNT_LIMIT

    @property
    def shown(self) -> int:
        return min(self.count, _COUNT_LIMIT)

    @property
    def is_late(self) -> bool:
        """Whether they have waited so long that no worker seems to be running."""
        return self.since is not None and clock.now() - self.since > _LATE


class WordIndex:
    def __init__(self, tenant: Tenant) -> None:
        if not isinstance(tenant, Tenant) or not tenant.slug:
            raise ValueError("A WordIndex needs a tenant.")
        self.tenant_id = tenant.slug
        self._tickets = mongo.collection(TICKETS)

    def find_waiting(self) -> Waiting:
        match = {"tenant_id": self.tenant_id, "unindexed_since": _EXISTS, "words": _IS_MISSING}
        count = self._tickets.count_documents(match, limit=_COUNT_LIMIT + 1)
        oldest = self._tickets.find_one(match, {"unindexed_since": 1}, sort=[("unindexed_since", 1)]) if count else None
        return Waiting(count, oldest["unindexed_since"] if oldest else None)

    def store_words(self, *, limit: int = BATCH) -> int:
        """Store the words of the tickets that have waited longest. Returns how many there were."""
        match = {"tenant_id": self.tenant_id, "unindexed_since": _EXISTS}
        waiting = list(self._tickets.find(match, _READ).sort("unindexed_since", 1).limit(limit))
        writes = [
            UpdateOne(
                {"_id": each["_id"], "unindexed_since": each["unindexed_since"], "digest": each["digest"]},
                {"$set": {"words": words_of(each)}, "$unset": {"unindexed_since": ""}},
            )
            for each in waiting
        ]
        if writes:
            self._tickets.bulk_write(writes, ordered=False)
        return len(writes)

    def count_without_words(self) -> int:
        """How many live tickets have no words and do not wait for them either."""
        return self._tickets.count_documents(self._without_words)

    def rebuild(self, *, everything: bool = False) -> int:
        """Have the workers store the words of the live tickets that have none, or of all. Returns how many."""
        match = {"tenant_id": self.tenant_id, "is_deleted": False} if everything else self._without_words
        change = {"$set": {"unindexed_since": clock.now()}, "$unset": {"words": ""}}
        return self._tickets.update_many(match, change).modified_count

    @property
    def _without_words(self) -> Document:
        live = {"tenant_id": self.tenant_id, "is_deleted": False}
        return {**live, "words": _IS_MISSING, "unindexed_since": _IS_MISSING}


def words_of(ticket: Document) -> list[str]:
    words = searchable_words(
        texts=(ticket["subject"], ticket["message"]), ids=(ticket["external_id"], ticket["customer_id"])
    )
    words += [topic_word(topic) for topic in ticket.get("topics", ())]
    return words + value_words(ticket)


def find_waiting_tenants() -> list[str]:
    """The tenants with tickets that wait. Reads one key of the index for each, however many tickets wait.

    MongoDB uses the index only because both fields have a range; to ask whether one exists would read all tickets.
    """
    waits = {"tenant_id": {"$gt": ""}, "unindexed_since": {"$gt": _BEFORE_ANY}}
    return mongo.collection(TICKETS).distinct("tenant_id", waits)


# -- Periodic task -------------------------------------------------------------------------


@periodic_task("words", every_seconds=1)
def store_waiting_words(stop: threading.Event) -> int:
    """Store the words of all waiting tickets, a few batches of each tenant at a time. Returns how many."""
    done = 0
    while not stop.is_set():
        slugs = find_waiting_tenants()
        stored = for_each_tenant("words", slugs, partial(_store_words_of, stop=stop), stop=stop)
        if not stored:
            break
        done += stored
    return done


def _store_words_of(slug: str, stop: threading.Event) -> int:
    """A few batches of one tenant. None while another worker does the same."""
    tenant = Tenant.objects.filter(slug=slug).first()
    if tenant is None:
        return 0
    lock = Lock(f"words {slug}")
    held = lock.take(str(uuid.uuid4()))
    if held is None:
        return 0
    done = 0
    try:
        index = WordIndex(tenant)
        for _ in range(BATCHES_PER_ROUND):
            if stop.is_set():
                break
            stored = index.store_words()
            done += stored
            if stored < BATCH:
                break
    finally:
        lock.release(held)
    return done
