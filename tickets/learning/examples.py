"""The examples of a tenant: its newest corrected tickets, others for comparison, and, where wished, weaker ones."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from supportsaas.db import mongo
from supportsaas.db.mongo import Document
from tenants.models import Tenant
from tickets.classification.corrections import Correction
from tickets.classification.learning.features import Kind, class_name
from tickets.classification.own_name import name_words
from tickets.learning.request import Example, TrainingRequest
from tickets.learning.store import Seen, Settings
from tickets.records.collection_names import TICKETS
from tickets.records.priorities import level_of
from tickets.records.ratings import sentiment_of
from tickets.store.index_scans import CORRECTION_INDEX, DATE_INDEX

MOST_CORRECTIONS: Final = 20_000
MOST_OTHERS: Final = 1_000
MOST_WEAK: Final = 2_000
LONGEST_TEXT: Final = 8_000
"""Characters of a message that training reads."""
MOST_CHARACTERS: Final = 6_000_000
"""Of all corrected tickets of a training, and a third of that of each other sort. What is older is left out."""

_FIELDS: Final[Document] = {
    "_id": 0,
    "external_id": 1,
    "subject": 1,
    "message": {"$substrCP": ["$message", 0, LONGEST_TEXT]},
    "latest_message": {"$substrCP": [{"$ifNull": ["$latest_message", ""]}, 0, LONGEST_TEXT]},
    "correction": 1,
    "customer_id": 1,
    "customer_name": 1,
    "language": 1,
    "priority": 1,
    "rating": 1,
}


def count_corrections() -> dict[str, Seen]:
    """What there is to learn from, by tenant, from an index alone."""
    stages: list[Document] = [
        {"$match": {"tenant_id": {"$gt": ""}, "correction.at": {"$exists": True}}},
        {"$group": {"_id": "$tenant_id", "count": {"$sum": 1}, "newest": {"$max": "$correction.at"}}},
    ]
    found = mongo.collection(TICKETS).aggregate(stages, hint=CORRECTION_INDEX)
    return {each["_id"]: Seen(each["count"], each["newest"]) for each in found}


def count_labels(tenant: Tenant, settings: Settings) -> dict[Kind, int]:
    """How many corrections of each verdict teach."""
    names: tuple[Kind, ...] = ("urgency", "sentiment", "requires_action")
    has = {name: {"$sum": {"$cond": [{"$gt": [f"$correction.{name}", None]}, 1, 0]}} for name in names}
    stages: list[Document] = [{"$match": _corrected(tenant, settings)}, {"$group": {"_id": None, **has}}]
    found = next(mongo.collection(TICKETS).aggregate(stages, hint=CORRECTION_INDEX), {})
    return {name: found.get(name, 0) for name in names}


def collect_examples(tenant: Tenant, settings: Settings) -> TrainingRequest:
    """The newest of each sort, in the order of their ids, so that the same tickets teach the same."""
    tickets = mongo.collection(TICKETS)
    newest = tickets.find(_corrected(tenant, settings), _FIELDS, hint=CORRECTION_INDEX)
    corrected = _bounded(map(_corrected_example, newest.sort("correction.at", -1).limit(MOST_CORRECTIONS)))
    live: Document = {"tenant_id": tenant.slug, "is_deleted": False, "correction.at": {"$exists": False}}
    others = tickets.find(live, _FIELDS, hint=DATE_INDEX).sort([("created_at", -1), ("external_id", -1)])
    weak: list[Example] = []
    anchors: list[Example] = []
    room = {True: MOST_CHARACTERS // 3, False: MOST_CHARACTERS // 3}
    for ticket in others.limit(MOST_OTHERS + MOST_WEAK):
        labels = _weak_labels(ticket, settings)
        is_weak = bool(labels) and len(weak) < MOST_WEAK
        each = _example(ticket, labels if is_weak else {}, is_weak=is_weak)
        if each.size <= room[is_weak] and (is_weak or len(anchors) < MOST_OTHERS):
            room[is_weak] -= each.size
            (weak if is_weak else anchors).append(each)
    return TrainingRequest((*_by_id(corrected), *_by_id(weak)), tuple(_by_id(anchors)), settings.vetoed)


def _corrected(tenant: Tenant, settings: Settings) -> Document:
    at: Document = {"$exists": True}
    if settings.ignored_before is not None:
        at["$gt"] = settings.ignored_before
    return {"tenant_id": tenant.slug, "correction.at": at}


def _corrected_example(ticket: Document) -> Example:
    correction = Correction.of(ticket)
    assert correction is not None
    labels: Any = {name: class_name(value) for name, value in correction.verdicts.known().items()}
    return _example(ticket, labels)


def _weak_labels(ticket: Document, settings: Settings) -> dict[Kind, str]:
    """What the helpdesk's agents and its customer say, if that is wished and clear."""
    labels: dict[Kind, str] = {}
    if settings.uses_priority:
        level = level_of(ticket.get("priority") or "")
        if level in ("high", "low"):
            labels["urgency"] = level
    if settings.uses_rating:
        sentiment = sentiment_of(ticket.get("rating") or "")
        if sentiment is not None:
            labels["sentiment"] = sentiment
    return labels


def _example(ticket: Document, labels: dict[Kind, str], *, is_weak: bool = False) -> Example:
    message = "\n\n".join(filter(None, (ticket["message"], ticket["latest_message"])))
    subject = ticket["subject"][:LONGEST_TEXT]
    customer = ticket.get("customer_id") or ""
    return Example(
        ticket["external_id"],
        subject,
        message,
        labels,
        is_weak,
        ticket.get("language") or "",
        customer,
        tuple(name_words(customer, ticket.get("customer_name") or "")),
    )


def _bounded(examples: Iterable[Example]) -> Iterator[Example]:
    """As many as `MOST_CHARACTERS` allow."""
    read = 0
    for each in examples:
        read += each.size
        if read > MOST_CHARACTERS:
            return
        yield each


def _by_id(examples: Iterable[Example]) -> list[Example]:
    return sorted(examples, key=lambda each: each.id)
