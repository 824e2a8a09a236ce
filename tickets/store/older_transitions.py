"""Tickets that earlier versions stored get their status transitions as they are kept now (`ingestion.transitions`).

Those versions took any status they did not know for closed, and dated the closing of a ticket that they first saw
closed by its last change. The first entry of a ticket's history tells which those are: created with an open status, it
was seen to close.
"""

import threading
from collections.abc import Iterator
from datetime import datetime
from itertools import islice

from pymongo import UpdateOne

from supportsaas.db import mongo
from supportsaas.db.mongo import Document
from tickets.records.statuses import state_of
from tickets.records.transitions import stored_transitions

BATCH = 1_000


def bring_up_to_date(tenant_id: str, *, stop: threading.Event | None = None) -> None:
    """Safe to repeat, and beside an ingestion: what that has changed meanwhile is left as it is. `stop` ends it early."""
    tickets = mongo.collection("tickets")
    older = {"tenant_id": tenant_id, "is_closing_known": {"$exists": False}}
    fields = ("external_id", "status", "turns", "created_at")
    found = iter(tickets.find(older, dict.fromkeys(fields, 1)).batch_size(BATCH))
    while not (stop and stop.is_set()) and (batch := list(islice(found, BATCH))):
        seen_open = _seen_open(tenant_id, [each["external_id"] for each in batch])
        writes = [
            UpdateOne({"_id": each["_id"], **older, **_same(each)}, {"$set": _transitions(each, seen_open)})
            for each in batch
        ]
        tickets.bulk_write(writes, ordered=False)


def _transitions(stored: Document, seen_open: set[str]) -> Document:
    found = stored_transitions(stored)
    turns: list[datetime] = list(found.moments)
    if not turns:
        return {"turns": turns, "is_closing_known": True}
    is_known = stored["external_id"] in seen_open
    return {"turns": turns if is_known or len(turns) > 1 else [stored["created_at"]], "is_closing_known": is_known}


def _same(stored: Document) -> Document:
    return {"status": stored["status"], "turns": stored.get("turns", {"$exists": False})}


def _seen_open(tenant_id: str, external_ids: list[str]) -> set[str]:
    return {id_ for id_, status in _first_statuses(tenant_id, external_ids) if state_of(status) == "open"}


def _first_statuses(tenant_id: str, external_ids: list[str]) -> Iterator[tuple[str, str]]:
    query = {"tenant_id": tenant_id, "external_id": {"$in": external_ids}, "action": "created"}
    for entry in mongo.collection("ticket_history").find(query, {"external_id": 1, "changes.status.new": 1}):
        status = entry["changes"].get("status", {}).get("new")
        if status:
            yield entry["external_id"], status
