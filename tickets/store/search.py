"""Searching a tenant's tickets by the words that are stored with each, and storing them.

A ticket has its `words`, or waits for them since `unindexed_since`; a deleted one has neither. Among the
words are its topics together with its fields, so one whose status has changed keeps its words and waits
until they are right again. The words have an index of many entries a ticket, so ingestion only marks what
waits, and the workers' duty follows within seconds. Setting the words takes the mark it read, so neither a
second worker nor a change in between does any harm.
"""

import threading
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from bson import MaxKey
from pymongo import UpdateOne

from supportsaas import clock
from supportsaas.db import mongo
from supportsaas.db.mongo import Document
from supportsaas.ops.per_tenant_work import for_each_tenant
from supportsaas.ops.periodic_tasks import periodic_task
from supportsaas.reliability.lock import Lock
from tenants.models import Tenant
from tickets.classification.tokenizer import (
    READ_LIMIT,
    TOPIC_SIGN,
    Query,
    QueryError,
    Term,
    searchable_words,
    stored_words_of,
    topic_word,
    topic_word_with,
    topic_words,
)
from tickets.store.facet_cube import Cell

TICKETS = "tickets"
WORDS_INDEX = "tenant_id_words_created_at_external_id"
MOST_WORDS_OF_A_PREFIX = 100
MOST_WORDS_OF_PREFIXES = 200
"""Of all prefixes of a query together; each word costs a round trip."""
BATCH = 500
BATCHES_IN_TURN = 10
_ESTIMATE_LIMIT = 30_000
_COUNT_LIMIT = 10_000
_LATE = timedelta(minutes=5)
_LAST = MaxKey()
_READ = {"subject": 1, "message": {"$substrCP": ["$message", 0, READ_LIMIT]}, "external_id": 1, "customer_id": 1,
         "topics": 1, "unindexed_since": 1, "digest": 1, **dict.fromkeys(Cell._fields, 1)}  # fmt: skip


_LAST_WORD = {"$arrayElemAt": ["$words", -1]}
_FIELDS = {"$substrCP": [_LAST_WORD, {"$max": [0, {"$indexOfCP": [_LAST_WORD, "["]}]}, 10_000]}
"""The fields that a ticket's last word, one of its topics, is stored together with."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Tickets that cannot be found by their words yet: how many (at most 10,000 are counted), and since when."""

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
        """Whether it takes so long that the workers are likely not there."""
        return self.since is not None and clock.now() - self.since > _LATE


@dataclass(frozen=True, slots=True)
class WordMatch:
    """A query as conditions on stored words: any word of each group, and each phrase in one of the texts.

    Groups come rarest first.
    """

    groups: tuple[tuple[str, ...], ...]
    phrases: tuple[Term, ...]

    @property
    def is_empty(self) -> bool:
        """Nothing to look for, so nothing is found."""
        return not self.groups

    def by_index(self) -> Document:
        """What the index of words finds by itself: the rarest group. `left_checks` says what is left to check."""
        return {"words": _any_of(self.groups[0])}

    def left_checks(self) -> list[Document]:
        return [_check(group) for group in self.groups[1:]] + self._phrase_checks()

    def all_checks(self) -> list[Document]:
        """What is to be checked on tickets that another index finds."""
        return [_check(group) for group in self.groups] + self._phrase_checks()

    def _phrase_checks(self) -> list[Document]:
        fields = ("subject", "message", "external_id", "customer_id")
        return [
            {"$or": [{name: {"$regex": phrase.pattern(), "$options": "i"}} for name in fields]}
            for phrase in self.phrases
        ]


class TicketSearch:
    def __init__(self, tenant: Tenant) -> None:
        if not isinstance(tenant, Tenant) or not tenant.slug:
            raise ValueError("A TicketSearch needs a tenant.")
        self.tenant_id = tenant.slug
        self._tickets = mongo.collection(TICKETS)

    def compile(self, query: Query, *, topic: str | None = None) -> WordMatch:
        """The query in stored words, and with a `topic` where it finds anything at all.

        Raises `QueryError` where a prefix, or all of them together, stand for too many.
        """
        groups: dict[tuple[str, ...], None] = {}
        expanded = 0
        if topic is not None and query.terms:
            groups[topic_word(topic),] = None
        for term in query.terms:
            whole, prefix = stored_words_of(term)
            groups |= dict.fromkeys((word,) for word in whole)
            if prefix is not None:
                words = self.expand(prefix)
                expanded += len(words)
                if expanded > MOST_WORDS_OF_PREFIXES:
                    raise QueryError("has too many words that begin as those with a *; type more letters before each *")
                groups[words] = None
        ordered = list(groups)
        if len(ordered) > 1:
            ordered.sort(key=self._estimate)
        return WordMatch(tuple(ordered), tuple(term for term in query.terms if term.is_phrase))

    def expand(self, prefix: str) -> tuple[str, ...]:
        """The stored words that begin with `prefix`: hops from word to word along the index."""
        found: list[str] = []
        place, end = prefix, prefix + "\U0010ffff"
        while (word := self._next_word(place, end)) is not None:
            found.append(word)
            if len(found) > MOST_WORDS_OF_A_PREFIX:
                raise QueryError(f"has too many words that begin with “{prefix}”; type more letters before the *")
            place = word + "\0"
        return tuple(found) or (prefix,)

    def find_waiting(self) -> Waiting:
        match = {"tenant_id": self.tenant_id, "unindexed_since": {"$exists": True}, "words": {"$exists": False}}
        count = self._tickets.count_documents(match, limit=_COUNT_LIMIT + 1)
        oldest = self._tickets.find_one(match, {"unindexed_since": 1}, sort=[("unindexed_since", 1)]) if count else None
        return Waiting(count, oldest["unindexed_since"] if oldest else None)

    def store_words(self, *, limit: int = BATCH) -> int:
        """Give words to tickets that wait longest; how many were taken on."""
        match = {"tenant_id": self.tenant_id, "unindexed_since": {"$exists": True}}
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
        """Living tickets that are not searchable and will not become so by themselves."""
        return self._tickets.count_documents(self._without_words)

    def count_with_wrong_words(self) -> int:
        """Tickets whose topics are stored together with fields that they do not have, and that do not wait."""
        return sum(row["count"] for row in self._find_wrong_words())

    def have_words_stored(self, *, anew: bool = False) -> int:
        """Mark living tickets that have no words or wrong ones, or with `anew` all, to wait for the workers; how many."""
        now = {"$set": {"unindexed_since": clock.now()}}
        match = {"tenant_id": self.tenant_id, "is_deleted": False} if anew else self._without_words
        count = self._tickets.update_many(match, {**now, "$unset": {"words": ""}}).modified_count
        for row in self._find_wrong_words():
            wrong = {
                **self._with_fields_in_words,
                **row["_id"]["cell"],
                "$expr": {"$eq": [_FIELDS, row["_id"]["in_words"]]},
            }
            count += self._tickets.update_many(wrong, now).modified_count
        return count

    def _find_wrong_words(self) -> list[Document]:
        group = {"cell": {name: f"${name}" for name in Cell._fields}, "in_words": _FIELDS}
        rows = self._tickets.aggregate(
            [{"$match": self._with_fields_in_words}, {"$group": {"_id": group, "count": {"$sum": 1}}}]
        )
        return [
            row
            for row in rows
            if topic_word_with("", Cell.of(row["_id"]["cell"])) != TOPIC_SIGN + row["_id"]["in_words"]
        ]

    @property
    def _with_fields_in_words(self) -> Document:
        is_there, is_missing = {"$exists": True}, {"$exists": False}
        return {"tenant_id": self.tenant_id, "words": is_there, "topics.0": is_there, "unindexed_since": is_missing}

    @property
    def _without_words(self) -> Document:
        missing = {"words": {"$exists": False}, "unindexed_since": {"$exists": False}}
        return {"tenant_id": self.tenant_id, "is_deleted": False, **missing}

    def _next_word(self, place: str, end: str) -> str | None:
        keys = (
            self._tickets.find({}, return_key=True)
            .hint(WORDS_INDEX)
            .min(self._place_in_index(place))
            .max(self._place_in_index(end))
            .limit(1)
        )
        key = next(iter(keys), None)
        return None if key is None else str(key["words"])

    def _place_in_index(self, word: str) -> list[tuple[str, Any]]:
        return [("tenant_id", self.tenant_id), ("words", word), ("created_at", _LAST), ("external_id", _LAST)]

    def _estimate(self, group: tuple[str, ...]) -> int:
        match = {"tenant_id": self.tenant_id, "words": _any_of(group)}
        return self._tickets.count_documents(match, limit=_ESTIMATE_LIMIT, hint=WORDS_INDEX)


def words_of(ticket: Document) -> list[str]:
    words = searchable_words(
        texts=(ticket["subject"], ticket["message"]), ids=(ticket["external_id"], ticket["customer_id"])
    )
    return words + topic_words(ticket.get("topics", ()), Cell.of(ticket))


def _any_of(group: Sequence[str]) -> Any:
    return group[0] if len(group) == 1 else {"$in": list(group)}


def _check(group: Sequence[str]) -> Document:
    """Any of the words, in a form that no index answers: so the planner reads the group meant for it.

    A ticket that waits for its words has none.
    """
    words = {"$ifNull": ["$words", []]}
    if len(group) == 1:
        return {"$expr": {"$in": [{"$literal": group[0]}, words]}}
    return {"$expr": {"$gt": [{"$size": {"$setIntersection": [words, {"$literal": list(group)}]}}, 0]}}


# -- The workers' task ---------------------------------------------------------------------


@periodic_task("words", every_seconds=1)
def store_waiting_words(stop: threading.Event) -> int:
    """Give words to every ticket that waits, some batches of each tenant in turn; how many."""
    done = 0
    while not stop.is_set():
        slugs = mongo.collection(TICKETS).distinct("tenant_id", {"unindexed_since": {"$exists": True}})
        taken = for_each_tenant("words", slugs, partial(_store_words_of, stop=stop), stop=stop)
        if not taken:
            break
        done += taken
    return done


def _store_words_of(slug: str, stop: threading.Event) -> int:
    """Some batches of a tenant; none where another worker is at it (two would do the same work twice)."""
    tenant = Tenant.objects.filter(slug=slug).first()
    lock = Lock(f"words {slug}")
    held = lock.take(str(uuid.uuid4())) if tenant else None
    if tenant is None or held is None:
        return 0
    done = 0
    try:
        search = TicketSearch(tenant)
        for _ in range(BATCHES_IN_TURN):
            taken = 0 if stop.is_set() else search.store_words()
            done += taken
            if taken < BATCH:
                break
    finally:
        lock.release(held)
    return done
