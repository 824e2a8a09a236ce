"""Resuming a sync that did not reach the end of its list."""

from dataclasses import fields
from datetime import datetime, timedelta

from supportsaas.db import mongo
from supportsaas.db.mongo import Document
from tickets.ingestion.read_history import find_read_history
from tickets.jobs import COLLECTION, INTERRUPTED, Reading, part_of
from tickets.records.origin import split_key

RESUME_WITHIN = timedelta(hours=1)
LONGEST_CHAIN = timedelta(days=3)
"""A sync over several runs starts over after this time, because its list may be endless."""

_LIMIT_CODES = ("run_limit", "gave_way")
"""Error codes of runs that stopped at a limit, or to make room for other tenants."""

_WITHOUT_PARTS: list[Document] = [{"connections": {"$exists": False}}, {"connections": []}]


def find_unfinished_reading(key: str, *, now: datetime) -> Reading | None:
    """Where to resume, if the connection's last sync stopped early and recently; None to start at the first page.

    A run that was itself resumed is normally followed by one from the first page, or changes there would not be seen
    while the end cannot be reached. It is resumed again only if it made progress, and was stopped from outside or by a
    limit, or no sync has ever finished. A run with a chosen start time (`since`) is never resumed, because that
    time may be too late.
    """
    last, part = _last_sync(key)
    if last is None or part is None or not _is_resumable(last, part, now=now):
        return None
    known = {each.name for each in fields(Reading)}
    reading = Reading(**{name: value for name, value in part["reading"].items() if name in known})
    was_resumed = reading.resumed_from is not None
    if was_resumed and not (reading.has_advanced and _is_resumable_again(key, part, began=reading.began, now=now)):
        return None
    reading.resumed_from = reading.pages_before
    return reading


def forget_reading(key: str) -> None:
    """Have the connection's next sync start at the first page, because the connection or its mapping changed."""
    log, tenant_id = mongo.collection(COLLECTION), split_key(key)[0]
    log.update_many(
        {"tenant_id": tenant_id, "connections": {"$elemMatch": {"key": key, "reading": {"$ne": None}}}},
        {"$set": {"connections.$[part].reading": None}},
        array_filters=[{"part.key": key}],
    )
    owns = [{"connections": {"$elemMatch": {"key": key, "status": "running"}}}]
    if key == tenant_id:
        owns += _WITHOUT_PARTS
    log.update_many({"tenant_id": tenant_id, "reading": {"$ne": None}, "$or": owns}, {"$set": {"reading": None}})


def problems_of_last_sync(key: str) -> frozenset[str]:
    """The codes of the error and the warning with which the connection's last sync ended."""
    _, part = _last_sync(key)
    found = [part.get(name) or {} for name in ("error", "warning")] if part is not None else []
    return frozenset(each["code"] for each in found if "code" in each)


def _last_sync(key: str) -> tuple[Document | None, Document | None]:
    """The connection's last sync that has ended, and its part of it."""
    last = mongo.collection(COLLECTION).find_one(
        {**_of_connection(key), "active": False, "options.kind": "sync"}, sort=[("queued_at", -1)]
    )
    return last, part_of(last, key) if last is not None else None


def _of_connection(key: str) -> Document:
    """The runs that came to a connection."""
    tenant_id = split_key(key)[0]
    mine = [{"connections": {"$elemMatch": {"key": key, "status": {"$ne": "waiting"}}}}]
    return {"tenant_id": tenant_id, "$or": mine + (_WITHOUT_PARTS if key == tenant_id else [])}


def _is_resumable(last: Document, part: Document, *, now: datetime) -> bool:
    if part["status"] not in ("failed", "cancelled") or not part.get("reading"):
        return False
    if last["options"].get("since") is not None:
        return False
    longest = LONGEST_CHAIN if _hit_limit(part) else RESUME_WITHIN
    return bool(now - part["ended_at"] <= longest)


def _is_resumable_again(key: str, part: Document, *, began: datetime, now: datetime) -> bool:
    was_stopped = part["status"] == "cancelled" or _error_code(part) == INTERRUPTED["code"]
    is_long = _hit_limit(part) and now - began <= LONGEST_CHAIN
    return was_stopped or is_long or find_read_history(key).read_at is None


def _hit_limit(part: Document) -> bool:
    return _error_code(part) in _LIMIT_CODES


def _error_code(part: Document) -> str | None:
    return (part.get("error") or {}).get("code")
