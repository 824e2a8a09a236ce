"""Quarantine: records that could not become tickets, each with its reason and the whole record.

A record is kept once, under a digest of its content, however often it is rejected. It is removed when its ticket is
imported, or when a user drops it.
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pymongo import UpdateOne
from pymongo.client_session import ClientSession

from supportsaas.db import mongo
from supportsaas.db.mongo import Document
from supportsaas.db.paging import Cursor, TimeOrder, page_of
from tenants.models import Tenant
from tickets.records.cleaning import as_text, clean_text
from tickets.records.collection_names import QUARANTINE
from tickets.records.origin import PLAIN, Origin
from tickets.records.rejections import ReasonCount

LONGEST_PAYLOAD = 200_000
PAGE_SIZE = 25
MAX_REASONS = 12

_ORDER = TimeOrder("last_seen_at", "_id")
_WHOLE = {"is_cut": {"$ne": True}}


@dataclass(frozen=True, slots=True)
class QuarantinedRecord:
    """A rejected record: `payload` as it was received, and its `fields` by our names if they could be read.

    `place` is its place in a file. The fields of such a record are stored too, because the options the file was read
    with are not known later.
    """

    field: str
    reason: str
    payload: Any
    fields: Mapping[str, Any] | None = None
    place: str = ""
    origin: Origin = PLAIN

    @property
    def external_id(self) -> str | None:
        """The id of its ticket, or the id its ticket would have."""
        named = self.fields if self.fields is not None else self.payload
        found = named.get("id") if isinstance(named, Mapping) else None
        own = clean_text(as_text(found) or "").strip()[:200]
        return self.origin.prefix + own if own else None

    def key(self, tenant_id: str) -> str:
        """A digest of the record's content, so that it is kept once however often it is rejected."""
        content = f"{tenant_id}\0{self.origin.prefix}{self.text()}"
        return hashlib.blake2b(content.encode(), digest_size=16).hexdigest()

    def text(self) -> str:
        """The payload as JSON: a string holds any content, and nothing interprets it."""
        return _as_json(self.payload)


@dataclass(frozen=True, slots=True)
class QuarantineFilter:
    """Conditions on the list; empty means any. `reason` is compared up to a colon."""

    field: str = ""
    reason: str = ""

    def match(self) -> Document:
        match: Document = {"field": self.field} if self.field else {}
        if self.reason:
            match["reason"] = {"$regex": f"^{re.escape(self.reason)}(: |$)"}
        return match


EVERYTHING = QuarantineFilter()


@dataclass(frozen=True, slots=True)
class QuarantinePage:
    """One page of the list, newest first, and the cursors of its neighbours (None at the ends of the list)."""

    records: list[Document]
    total: int
    next_cursor: str | None
    previous_cursor: str | None


def save_records(
    tenant: Tenant,
    records: Sequence[QuarantinedRecord],
    *,
    job_id: str,
    now: datetime,
    session: ClientSession | None = None,
) -> None:
    """Save the records. A record that is in quarantine already is counted once more."""
    if not records:
        return
    writes: dict[str, UpdateOne] = {}
    times = Counter[str]()
    for record in records:
        text = record.text()
        key = record.key(tenant.slug)
        times[key] += 1
        fields = _as_json(record.fields) if record.place and record.fields is not None else None
        is_cut = (
            text == _TOO_DEEP or len(text) > LONGEST_PAYLOAD or (fields is not None and len(fields) > LONGEST_PAYLOAD)
        )
        writes[key] = UpdateOne(
            {"_id": key},
            {
                "$setOnInsert": {
                    "tenant_id": tenant.slug,
                    "payload": text[:LONGEST_PAYLOAD],
                    "first_seen_at": now,
                },
                "$set": {
                    "external_id": record.external_id,
                    "field": record.field,
                    "reason": record.reason,
                    "place": record.place,
                    "fields": None if is_cut else fields,
                    "connection": record.origin.name,
                    "is_cut": is_cut,
                    "last_seen_at": now,
                    "job_id": job_id,
                },
                "$inc": {"times_seen": times[key]},
            },
            upsert=True,
        )
    mongo.collection(QUARANTINE).bulk_write(list(writes.values()), ordered=False, session=session)


def find_page(
    tenant: Tenant, wanted: QuarantineFilter = EVERYTHING, *, page_size: int = PAGE_SIZE, cursor: Cursor | None = None
) -> QuarantinePage:
    """A page of the tenant's rejected records that match, newest first."""
    page = page_of(mongo.collection(QUARANTINE), _of(tenant, wanted), _ORDER, cursor, page_size, fields={"fields": 0})
    return QuarantinePage(
        records=page.documents,
        total=count_records(tenant, wanted),
        next_cursor=page.next_cursor,
        previous_cursor=page.previous_cursor,
    )


def find_record(tenant: Tenant, key: str) -> Document | None:
    return mongo.collection(QUARANTINE).find_one({**_of(tenant), "_id": key})


def count_records(tenant: Tenant, wanted: QuarantineFilter = EVERYTHING) -> int:
    return mongo.collection(QUARANTINE).count_documents(_of(tenant, wanted))


def count_reasons(tenant: Tenant) -> list[ReasonCount]:
    """The most frequent reasons."""
    reason = {"$arrayElemAt": [{"$split": ["$reason", ": "]}, 0]}
    rows = mongo.collection(QUARANTINE).aggregate(
        [
            {"$match": _of(tenant)},
            {"$group": {"_id": {"field": "$field", "reason": reason}, "count": {"$sum": 1}}},
            {"$sort": {"count": -1, "_id": 1}},
            {"$limit": MAX_REASONS},
        ]
    )
    return [ReasonCount(row["_id"]["field"], row["_id"]["reason"], row["count"]) for row in rows]


def drop_recovered(tenant: Tenant, external_ids: Sequence[str]) -> int:
    """Remove records whose tickets have been imported. Returns how many."""
    result = mongo.collection(QUARANTINE).delete_many({**_of(tenant), "external_id": {"$in": list(external_ids)}})
    return result.deleted_count


def drop_records(tenant: Tenant, keys: Sequence[str]) -> int:
    """Remove the records that a user drops. Returns how many there were."""
    result = mongo.collection(QUARANTINE).delete_many({**_of(tenant), "_id": {"$in": list(keys)}})
    return result.deleted_count


def drop_matching(tenant: Tenant, wanted: QuarantineFilter, *, until: datetime) -> int:
    """Remove all that match and were last rejected by `until`. Returns how many."""
    result = mongo.collection(QUARANTINE).delete_many({**_of(tenant, wanted), "last_seen_at": {"$lte": until}})
    return result.deleted_count


# -- Retrying ----------------------------------------------------------------------------------


def count_whole(tenant: Tenant, keys: Sequence[str] = ()) -> int:
    """How many of these records, or of all, are stored whole and can be retried."""
    records = mongo.collection(QUARANTINE)
    if keys:
        return records.count_documents(_to_retry(tenant, keys))
    # Few records are cut, and an index has just those. Reading every record would be slow.
    return max(count_records(tenant) - records.count_documents({**_of(tenant), "is_cut": True}), 0)


def find_to_retry(
    tenant: Tenant, keys: Sequence[str], *, job_id: str, after: Document | None, limit: int
) -> list[Document]:
    """The next records for the job to retry, oldest first, after the given one.

    A record that this job has rejected again is at the end of the order and is not returned.
    """
    match = {**_to_retry(tenant, keys), "job_id": {"$ne": job_id}}
    if after is not None:
        match = _ORDER.beyond(match, _ORDER.cursor_at(after, backwards=True))
    return list(mongo.collection(QUARANTINE).find(match).sort(_ORDER.sort(backwards=True)).limit(limit))


def drop_retried(tenant: Tenant, keys: Sequence[str], *, job_id: str) -> int:
    """Remove those of the records that the job retried and did not reject again. Returns how many."""
    retried = {**_of(tenant), "_id": {"$in": list(keys)}, "job_id": {"$ne": job_id}}
    return mongo.collection(QUARANTINE).delete_many(retried).deleted_count


# -- Inside ------------------------------------------------------------------------------------


def _of(tenant: Tenant, wanted: QuarantineFilter = EVERYTHING) -> Document:
    return {"tenant_id": tenant.slug, **wanted.match()}


def _to_retry(tenant: Tenant, keys: Sequence[str]) -> Document:
    return {**_of(tenant), **_WHOLE, **({"_id": {"$in": list(keys)}} if keys else {})}


_TOO_DEEP = json.dumps("(nested too deeply to be shown)")


def _as_json(value: Any) -> str:
    try:
        return json.dumps(value, sort_keys=True, ensure_ascii=True, default=str)
    except RecursionError:
        return _TOO_DEEP
