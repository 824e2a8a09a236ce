"""The urgent and open tickets of many tenants together, by age.

The index has exactly these tickets, a range for each tenant, and MongoDB merges the ranges. So a page reads about as many
tickets as it shows, however many there are. MongoDB sees that the index has all tickets with some statuses only if these
lie between the same two closed ones in the order of texts, so there is a query for each such group: one, or a few.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from itertools import groupby, islice
from typing import Final

from supportsaas.db import mongo
from supportsaas.db.indexes import CLOSED_STATUSES
from supportsaas.db.mongo import Document
from tenants.models import Tenant
from tickets.records.collection_names import TICKETS
from tickets.records.statuses import NOT_CLOSED, is_open
from tickets.rollups import state
from tickets.store.index_scans import URGENT_INDEX

MOST_MERGED: Final = 100
"""Tenants whose ranges one query merges. MongoDB merges at most 200."""

_FIELDS: Final = (
    "tenant_id", "external_id", "subject", "customer_id", "customer_name", "created_at", "status", "keywords", "next_due_at",
)  # fmt: skip
_MERGED_BY: Final = ("created_at", "external_id")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ends: behind this ticket."""

    created_at: datetime
    external_id: str
    tenant_id: str


def find_urgent(
    tenants: Sequence[Tenant], *, limit: int, oldest_first: bool = True, after: Place | None = None
) -> list[Document]:
    """Those of all these tenants, which the caller may see, by creation."""
    known = state.find_all([each.slug for each in tenants], with_words=False)
    counted = [slug for slug, found in known.items() if found.is_readable]
    others = [each.slug for each in tenants if each.slug not in counted]
    statuses = sorted(
        {status for slug in counted for status in known[slug].values.get("status", ()) if is_open(status)}
    )
    groups = [list(group) for _, group in groupby(statuses, key=lambda each: bisect_left(CLOSED_STATUSES, each))]
    groups.sort(key=len, reverse=True)
    parts = [(slugs, {"$in": group}) for slugs in _batches(counted) for group in groups]
    # Their statuses are not known, so MongoDB sorts what the index has of them. They are few, and only for a time.
    parts += [(slugs, NOT_CLOSED) for slugs in _batches(others)]
    found: list[Document] = []
    for slugs, condition in parts:
        # Once a page is full, only what belongs before its end matters, so a rare status is not looked for in all tickets.
        until = found[-1]["created_at"] if len(found) == limit else None
        more = _find(slugs, condition, limit, oldest_first, after, until)
        found = list(islice(merge(found, more, key=_key, reverse=not oldest_first), limit))
    return found


def _find(
    slugs: Sequence[str],
    status: Document,
    limit: int,
    oldest_first: bool,
    after: Place | None,
    until: datetime | None,
) -> list[Document]:
    match: Document = {"tenant_id": {"$in": list(slugs)}, "is_deleted": False, "urgency": "high", "status": status}
    direction = 1 if oldest_first else -1
    begin, end = ("$gte", "$lte") if oldest_first else ("$lte", "$gte")
    if after is not None or until is not None:
        match["created_at"] = {
            **({begin: after.created_at} if after is not None else {}),
            **({end: until} if until is not None else {}),
        }
    if after is not None:
        match["$nor"] = [{"created_at": after.created_at, **each} for each in _not_beyond(after, oldest_first)]
    tickets = mongo.collection(TICKETS).find(match, dict.fromkeys(_FIELDS, 1), hint=URGENT_INDEX)
    found: list[Document] = []
    # MongoDB merges by the fields of the index only. Tickets of several tenants with the same time and id are read together,
    # and a batch has hardly more than is wanted.
    with tickets.sort([(name, direction) for name in _MERGED_BY]).batch_size(limit + 1) as cursor:
        for each in cursor:
            if len(found) >= limit and _key(each)[:2] != _key(found[-1])[:2]:
                break
            found.append(each)
    return sorted(found, key=_key, reverse=not oldest_first)


def _not_beyond(after: Place, oldest_first: bool) -> list[Document]:
    sign = "$lt" if oldest_first else "$gt"
    same = {"external_id": after.external_id}
    return [
        {"external_id": {sign: after.external_id}},
        {**same, "tenant_id": {f"{sign}e": after.tenant_id}},
    ]


def _key(ticket: Document) -> tuple[datetime, str, str]:
    return ticket["created_at"], ticket["external_id"], ticket["tenant_id"]


def _batches(slugs: Sequence[str]) -> Iterable[list[str]]:
    for start in range(0, len(slugs), MOST_MERGED):
        yield list(slugs[start : start + MOST_MERGED])
