"""The urgent and open tickets of many tenants together, by age.

The index has exactly these tickets, a range for each tenant, and MongoDB merges the ranges. So a page reads as many tickets
as it shows, however many there are.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from typing import Final

from supportsaas.db import mongo
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
_KEY: Final = ("created_at", "external_id", "tenant_id")


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
    parts = [(slugs, {"$in": statuses}) for slugs in _batches(counted) if statuses]
    # Their statuses are not known, so MongoDB sorts what the index has of them. They are few, and only for a time.
    parts += [(slugs, NOT_CLOSED) for slugs in _batches(others)]
    found = [_find(slugs, condition, limit, oldest_first, after) for slugs, condition in parts]
    in_order = merge(*found, key=_key, reverse=not oldest_first)
    return [ticket for ticket, _ in zip(in_order, range(limit), strict=False)]


def _find(
    slugs: Sequence[str], status: Document, limit: int, oldest_first: bool, after: Place | None
) -> list[Document]:
    match: Document = {"tenant_id": {"$in": list(slugs)}, "is_deleted": False, "urgency": "high", "status": status}
    direction = 1 if oldest_first else -1
    if after is not None:
        match["created_at"] = {"$gte" if oldest_first else "$lte": after.created_at}
        match["$nor"] = [{"created_at": after.created_at, **each} for each in _not_beyond(after, oldest_first)]
    found = mongo.collection(TICKETS).find(match, dict.fromkeys(_FIELDS, 1), hint=URGENT_INDEX)
    return found.sort([(name, direction) for name in _KEY]).limit(limit).to_list()


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
