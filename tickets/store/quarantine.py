"""Records that could not become tickets, with the reason and the record itself, nothing lost.

A record is kept once, under a digest of what it says, however often it is refused. It leaves
when its ticket comes in well, or when somebody drops it.
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
from supportsaas.db.paging import Cursor
from tenants.models import Tenant
from tickets.records.normalize import as_text, clean_text
from tickets.records.origin import PLAIN, Origin
from tickets.records.rejections import ReasonCount

COLLECTION = "quarantine"
LONGEST_PAYLOAD = 200_000
PAGE_SIZE = 25
MOST_REASONS = 12

_NEWEST_FIRST = [("last_seen_at", -1), ("_id", -1)]
_OLDEST_FIRST = [("last_seen_at", 1), ("_id", 1)]
_WHOLE = {"is_cut": {"$ne": True}}


@dataclass(frozen=True, slots=True)
class QuarantinedRecord:
    """A refused record: `payload` as it came, `fields` in the house's names where it has any.

    `place` says where in a file it stands. The fields of such a record are kept too, because how
    its file was to be read is not known later.
    """

    field: str
    reason: str
    payload: Any
    fields: Mapping[str, Any] | None = None
    place: str = ""
    origin: Origin = PLAIN

    @property
    def external_id(self) -> str | None:
        """The id that its ticket has or would have with us."""
        named = self.fields if self.fields is not None else self.payload
        found = named.get("id") if isinstance(named, Mapping) else None
        own = clean_text(as_text(found) or "").strip()[:200]
        return self.origin.prefix + own if own else None

    def key(self, tenant_id: str) -> str:
        """A digest of what the record says: it is kept once, however often it is refused."""
        told_apart = f"{tenant_id}\0{self.origin.prefix}{self.text()}"
        return hashlib.blake2b(told_apart.encode(), digest_size=16).hexdigest()

    def text(self) -> str:
        """The payload as JSON: whatever was in it fits into a string, and is never interpreted."""
        return _as_json(self.payload)


@dataclass(frozen=True, slots=True)
class QuarantineFilter:
    """What the list may be narrowed by; empty means not at all. `reason` is its part before a colon."""

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
    """One page of the list, newest first, and the cursors around it (None at the ends)."""

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
    """Keep the records; one that was there already is counted again, not doubled."""
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
    mongo.collection(COLLECTION).bulk_write(list(writes.values()), ordered=False, session=session)


def find_page(
    tenant: Tenant, wanted: QuarantineFilter = EVERYTHING, *, page_size: int = PAGE_SIZE, cursor: Cursor | None = None
) -> QuarantinePage:
    """A page of the tenant's refused records that match, newest first."""
    match = _of(tenant, wanted)
    backwards = cursor is not None and cursor.backwards
    within = {"$and": [match, cursor.match(time="last_seen_at", key="_id")]} if cursor else match
    order = _OLDEST_FIRST if backwards else _NEWEST_FIRST
    found = list(mongo.collection(COLLECTION).find(within, {"fields": 0}).sort(order).limit(page_size + 1))
    has_more = len(found) > page_size
    found = found[:page_size]
    if backwards:
        found.reverse()
    has_next = bool(found) if backwards else has_more
    has_previous = has_more if backwards else bool(found) and cursor is not None
    return QuarantinePage(
        records=found,
        total=count_records(tenant, wanted),
        next_cursor=_cursor(found[-1]).encode() if found and has_next else None,
        previous_cursor=_cursor(found[0], backwards=True).encode() if found and has_previous else None,
    )


def find_record(tenant: Tenant, key: str) -> Document | None:
    return mongo.collection(COLLECTION).find_one({**_of(tenant), "_id": key})


def count_records(tenant: Tenant, wanted: QuarantineFilter = EVERYTHING) -> int:
    return mongo.collection(COLLECTION).count_documents(_of(tenant, wanted))


def count_reasons(tenant: Tenant) -> list[ReasonCount]:
    """The most frequent reasons."""
    reason = {"$arrayElemAt": [{"$split": ["$reason", ": "]}, 0]}
    rows = mongo.collection(COLLECTION).aggregate(
        [
            {"$match": _of(tenant)},
            {"$group": {"_id": {"field": "$field", "reason": reason}, "count": {"$sum": 1}}},
            {"$sort": {"count": -1, "_id": 1}},
            {"$limit": MOST_REASONS},
        ]
    )
    return [ReasonCount(row["_id"]["field"], row["_id"]["reason"], row["count"]) for row in rows]


def drop_recovered(tenant: Tenant, external_ids: Sequence[str]) -> int:
    """Take out records whose ticket has come in well by now; how many."""
    result = mongo.collection(COLLECTION).delete_many({**_of(tenant), "external_id": {"$in": list(external_ids)}})
    return result.deleted_count


def drop_records(tenant: Tenant, keys: Sequence[str]) -> int:
    """Take out these records because somebody said so; how many there were."""
    result = mongo.collection(COLLECTION).delete_many({**_of(tenant), "_id": {"$in": list(keys)}})
    return result.deleted_count


def drop_matching(tenant: Tenant, wanted: QuarantineFilter, *, until: datetime) -> int:
    """Take out all that match and were refused until then, not what came since; how many."""
    result = mongo.collection(COLLECTION).delete_many({**_of(tenant, wanted), "last_seen_at": {"$lte": until}})
    return result.deleted_count


# -- Trying again ------------------------------------------------------------------------------


def count_whole(tenant: Tenant, keys: Sequence[str] = ()) -> int:
    """How many records can be tried again, of these or of all: those kept whole."""
    records = mongo.collection(COLLECTION)
    if keys:
        return records.count_documents(_to_retry(tenant, keys))
    # Few are cut, and an index holds just those; looking into every record takes long where there are many.
    return max(count_records(tenant) - records.count_documents({**_of(tenant), "is_cut": True}), 0)


def find_to_retry(
    tenant: Tenant, keys: Sequence[str], *, job_id: str, after: Document | None, limit: int
) -> list[Document]:
    """The next records that the job is to try again, the longest refused first, after the one given.

    One that the same job has refused already moved to the end and does not come again.
    """
    match = {**_to_retry(tenant, keys), "job_id": {"$ne": job_id}}
    if after is not None:
        beyond = Cursor(after["last_seen_at"], after["_id"], backwards=True)
        match = {"$and": [match, beyond.match(time="last_seen_at", key="_id")]}
    return list(mongo.collection(COLLECTION).find(match).sort(_OLDEST_FIRST).limit(limit))


def drop_retried(tenant: Tenant, keys: Sequence[str], *, job_id: str) -> int:
    """Take out those of the records that the job tried again and did not refuse again; how many."""
    tried = {**_of(tenant), "_id": {"$in": list(keys)}, "job_id": {"$ne": job_id}}
    return mongo.collection(COLLECTION).delete_many(tried).deleted_count


# -- Inside ------------------------------------------------------------------------------------


def _of(tenant: Tenant, wanted: QuarantineFilter = EVERYTHING) -> Document:
    return {"tenant_id": tenant.slug, **wanted.match()}


def _to_retry(tenant: Tenant, keys: Sequence[str]) -> Document:
    return {**_of(tenant), **_WHOLE, **({"_id": {"$in": list(keys)}} if keys else {})}


def _cursor(record: Document, *, backwards: bool = False) -> Cursor:
    return Cursor(record["last_seen_at"], record["_id"], backwards)


_TOO_DEEP = json.dumps("(nested too deeply to be shown)")


def _as_json(value: Any) -> str:
    try:
        return json.dumps(value, sort_keys=True, ensure_ascii=True, default=str)
    except RecursionError:
        return _TOO_DEEP
