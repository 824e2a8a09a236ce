"""Gives tickets that earlier versions stored their status transitions as `tickets.records.transitions` defines them.

Earlier versions counted every unmapped status as closed, and a ticket that was closed when first seen as closed at its
last update. The first entry in a ticket's history shows whether its closing was seen: it was, if the ticket was created
with an open status.
"""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice

from pymongo import UpdateOne

from supportsaas.db import mongo
from supportsaas.db.mongo import Document
from tickets.records.collection_names import TICKET_HISTORY, TICKETS
from tickets.records.statuses import state_of
from tickets.records.transitions import stored_transitions

BATCH = 1_000
_IS_OLDER: Document = {"is_closing_known": {"$exists": False}}
_FIELDS = ("external_id", "status", "turns", "created_at")


def find_tenants() -> list[str]:
    """The tenants with tickets of earlier versions."""
    return mongo.collection(TICKETS).distinct("tenant_id", _IS_OLDER)


def update_transitions(tenant_id: str) -> None:
    """Safe to repeat, and beside an ingestion: tickets that it has changed are left alone."""
    tickets = mongo.collection(TICKETS)
    older = {"tenant_id": tenant_id, **_IS_OLDER}
    found = iter(tickets.find(older, dict.fromkeys(_FIELDS, 1)).batch_size(BATCH))
    while batch := list(islice(found, BATCH)):
        seen_open = _find_seen_open(tenant_id, [each["external_id"] for each in batch])
        writes = [
            UpdateOne({"_id": each["_id"], **older, **_unchanged(each)}, {"$set": _transitions(each, seen_open)})
            for each in batch
        ]
        tickets.bulk_write(writes, ordered=False)


def _transitions(stored: Document, seen_open: set[str]) -> Document:
    moments: list[datetime] = list(stored_transitions(stored).moments)
    if not moments:
        return {"turns": [], "is_closing_known": True}
    if stored["external_id"] in seen_open:
        return {"turns": moments, "is_closing_known": True}
    return {"turns": moments if len(moments) > 1 else [stored["created_at"]], "is_closing_known": False}


def _unchanged(stored: Document) -> Document:
    return {"status": stored["status"], "turns": stored.get("turns", {"$exists": False})}


def _find_seen_open(tenant_id: str, external_ids: list[str]) -> set[str]:
    """Those of the tickets that were open when they were first seen."""
    return {id_ for id_, status in _first_statuses(tenant_id, external_ids) if state_of(status) == "open"}


def _first_statuses(tenant_id: str, external_ids: list[str]) -> Iterator[tuple[str, str]]:
    query = {"tenant_id": tenant_id, "external_id": {"$in": external_ids}, "action": "created"}
    for entry in mongo.collection(TICKET_HISTORY).find(query, {"external_id": 1, "changes.status.new": 1}):
        status = entry["changes"].get("status", {}).get("new")
        if status:
            yield entry["external_id"], status
