"""Resuming a sync that did not reach the end of its list."""

from dataclasses import fields
from datetime import datetime, timedelta

from supportsaas.db import mongo
from supportsaas.db.mongo import Document
from tenants.models import Tenant
from tickets.jobs import COLLECTION, INTERRUPTED, Reading, find_last_good

RESUME_WITHIN = timedelta(hours=1)
LONGEST_CHAIN = timedelta(days=3)
"""A sync over several runs starts over after this time, because its list may be endless."""

_LIMIT_CODES = ("run_limit", "gave_way")
"""Error codes of runs that stopped at a limit, or to make room for other tenants."""


def find_unfinished_reading(tenant: Tenant, *, now: datetime) -> Reading | None:
    """Where to resume, if the tenant's last sync stopped early and recently; None to start at the first page.

    A run that was itself resumed is normally followed by one from the first page, or changes there would not be seen
    while the end cannot be reached. It is resumed again only if it made progress, and was stopped from outside or by a
    limit, or no sync has ever finished. A run with a chosen start time (`since`) is never resumed, because that
    time may be too late.
    """
    last = mongo.collection(COLLECTION).find_one(
        {"tenant_id": tenant.slug, "active": False, "options.kind": "sync"}, sort=[("queued_at", -1)]
    )
    if last is None or not _is_resumable(last, now=now):
        return None
    known = {each.name for each in fields(Reading)}
    reading = Reading(**{name: value for name, value in last["reading"].items() if name in known})
    was_resumed = reading.resumed_from is not None
    if was_resumed and not (reading.has_advanced and _is_resumable_again(tenant, last, began=reading.began, now=now)):
        return None
    reading.resumed_from = reading.pages_before
    return reading


def forget_reading(tenant: Tenant) -> None:
    """Have the next sync start at the first page, because the source or its mapping changed."""
    mongo.collection(COLLECTION).update_many(
        {"tenant_id": tenant.slug, "reading": {"$ne": None}}, {"$set": {"reading": None}}
    )


def _is_resumable(last: Document, *, now: datetime) -> bool:
    if last["status"] not in ("failed", "cancelled") or not last.get("reading"):
        return False
    if last["options"].get("since") is not None:
        return False
    longest = LONGEST_CHAIN if _hit_limit(last) else RESUME_WITHIN
    return bool(now - last["ended_at"] <= longest)


def _is_resumable_again(tenant: Tenant, last: Document, *, began: datetime, now: datetime) -> bool:
    was_stopped = last["status"] == "cancelled" or _error_code(last) == INTERRUPTED["code"]
    is_long = _hit_limit(last) and now - began <= LONGEST_CHAIN
    return was_stopped or is_long or find_last_good(tenant) is None


def _hit_limit(job: Document) -> bool:
    return _error_code(job) in _LIMIT_CODES


def _error_code(job: Document) -> str | None:
    return (job.get("error") or {}).get("code")
