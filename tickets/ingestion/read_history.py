"""What the log of runs says about each helpdesk connection: the last good read, and the failures since.

A run that stopped before it came to a connection counts for it as it ended. A run without parts is of a version that
knew one connection a tenant, or ended before it read anything; if it read something, that was the tenant's first one.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from supportsaas.db import mongo
from supportsaas.db.mongo import Document, Pipeline
from tickets import jobs
from tickets.records.origin import split_key

_BEFORE_ALL = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class ReadHistory:
    """`read_at` is when the last good read started, so everything that had happened by then is stored.

    `failures` is how many reads have failed in a row since then; the last one was requested at `failed_at`.
    """

    read_at: datetime | None = None
    failures: int = 0
    failed_at: datetime | None = None

    @property
    def is_known(self) -> bool:
        """Whether the helpdesk was ever read, or a read was tried."""
        return self.read_at is not None or self.failures > 0


def find_read_history(key: str) -> ReadHistory:
    tenant_id, prefix = split_key(key)
    return find_read_histories([tenant_id], further=[key] if prefix else []).get(key, ReadHistory())


def find_read_histories(
    tenant_ids: Sequence[str] | None = None, *, further: Collection[str] = ()
) -> dict[str, ReadHistory]:
    """Of the first connections of these tenants (None: of all), and of those with the `further` keys; by key.

    Those that have a run in the log. Two queries, however many there are: almost always the newest run is a good read
    and says everything; older runs are read only for the others.
    """
    log = mongo.collection(jobs.COLLECTION)
    keys_of: dict[str, list[str]] = {}
    for key in further:
        keys_of.setdefault(split_key(key)[0], []).append(key)
    found: dict[str, ReadHistory] = {}
    others: list[str] = []
    more: list[str] = []
    for row in log.aggregate(newest_reads_pipeline(tenant_ids)):
        tenant_id = row["_id"]
        read_at = _good_reads(row)
        left = [key for key in (tenant_id, *keys_of.get(tenant_id, ())) if key not in read_at]
        found |= {key: ReadHistory(read_at=at) for key, at in read_at.items()}
        if left:
            others.append(tenant_id)
            more += [key for key in left if key != tenant_id]
    if others:
        for row in log.aggregate(older_runs_pipeline(others, further=more)):
            if row["key"] not in found:
                found[row["key"]] = _read_history(row)
    return found


def newest_reads_pipeline(tenant_ids: Sequence[str] | None) -> Pipeline:
    """What matters here of each tenant's newest run."""
    fields = {
        "status": "$run.status",
        "kind": "$run.options.kind",
        "started_at": {"$ifNull": ["$run.read_began", "$run.started_at"]},
        "parts": _each_part("$run.connections", ("key", "status", "read_began")),
    }
    return [*jobs.newest_runs_pipeline(tenant_ids), {"$project": fields}]


def older_runs_pipeline(tenant_ids: Sequence[str], *, further: Sequence[str] = ()) -> Pipeline:
    """The newest good read, and the failed ones after it, of each tenant's first connection and of the further keys."""
    keys = {"$literal": [{"tenant_id": split_key(key)[0], "key": key} for key in further]}
    its_keys = {"$filter": {"input": keys, "cond": {"$eq": ["$$this.tenant_id", "$_id"]}}}
    of_tenant = {"$eq": ["$tenant_id", "$$tenant_id"]}
    return [
        {"$match": {"tenant_id": {"$in": list(tenant_ids)}}},
        {"$sort": {"tenant_id": 1, "queued_at": -1}},
        {"$group": {"_id": "$tenant_id", "newest": {"$first": "$queued_at"}}},
        {"$set": {"key": {"$concatArrays": [["$_id"], {"$map": {"input": its_keys, "in": "$$this.key"}}]}}},
        {"$unwind": "$key"},
        {
            "$lookup": {
                "from": jobs.COLLECTION,
                "let": {"tenant_id": "$_id", "key": "$key"},
                "pipeline": [
                    {"$match": {"$expr": {"$and": [of_tenant, _IS_GOOD]}, "options.kind": "sync"}},
                    {"$sort": {"queued_at": -1}},
                    {"$limit": 1},
                    {"$project": {"queued_at": 1, "started_at": {"$ifNull": [_ITS_BEGINNING, "$started_at"]}}},
                ],
                "as": "good",
            }
        },
        {
            "$lookup": {
                "from": jobs.COLLECTION,
                "let": {
                    "tenant_id": "$_id",
                    "key": "$key",
                    "since": {"$ifNull": [{"$first": "$good.queued_at"}, _BEFORE_ALL]},
                },
                "pipeline": [
                    {
                        "$match": {
                            "$expr": {"$and": [of_tenant, {"$gt": ["$queued_at", "$$since"]}, _HAS_FAILED]},
                            "status": {"$in": ["failed", "partial", "cancelled"]},
                            "options.kind": "sync",
                        }
                    },
                    {"$group": {"_id": None, "count": {"$sum": 1}, "last": {"$max": "$queued_at"}}},
                ],
                "as": "failed",
            }
        },
    ]


_PARTS: Document = {"$ifNull": ["$connections", []]}
_ITS_PARTS: Document = {"$filter": {"input": _PARTS, "cond": {"$eq": ["$$this.key", "$$key"]}}}
_HAS_PARTS: Document = {"$gt": [{"$size": _PARTS}, 0]}
_IS_FIRST: Document = {"$eq": ["$$key", "$$tenant_id"]}
_ITS_STATUS: Document = {"$first": {"$map": {"input": _ITS_PARTS, "in": "$$this.status"}}}
_ITS_BEGINNING: Document = {
    "$ifNull": [{"$first": {"$map": {"input": _ITS_PARTS, "in": "$$this.read_began"}}}, "$read_began"]
}
_IS_GOOD: Document = {
    "$cond": [
        _HAS_PARTS,
        {"$in": [_ITS_STATUS, list(jobs.GOOD_ENDS)]},
        {"$and": [_IS_FIRST, {"$in": ["$status", list(jobs.GOOD_ENDS)]}]},
    ]
}
_WAS_WANTED: Document = {
    "$let": {
        "vars": {"keys": {"$ifNull": ["$options.connections", []]}},
        "in": {"$or": [{"$eq": ["$$keys", []]}, {"$in": ["$$key", "$$keys"]}]},
    }
}
_HAS_FAILED: Document = {
    "$switch": {
        "branches": [
            {"case": {"$not": [_HAS_PARTS]}, "then": {"$and": [{"$eq": ["$status", "failed"]}, _WAS_WANTED]}},
            {"case": {"$eq": [_ITS_STATUS, "failed"]}, "then": True},
        ],
        "default": {"$and": [{"$eq": ["$status", "failed"]}, {"$in": [_ITS_STATUS, ["waiting", "running"]]}]},
    }
}


def _each_part(parts: str, fields: Sequence[str]) -> Document:
    return {"$map": {"input": {"$ifNull": [parts, []]}, "in": {name: f"$$this.{name}" for name in fields}}}


def _good_reads(row: Document) -> dict[str, datetime]:
    """By key, when the connections that a tenant's newest run has read well were read."""
    if row["kind"] != "sync":
        return {}
    parts = row["parts"] or [{"key": row["_id"], "status": row["status"]}]
    return {
        each["key"]: each.get("read_began") or row["started_at"] for each in parts if each["status"] in jobs.GOOD_ENDS
    }


def _read_history(row: Document) -> ReadHistory:
    good: Document = next(iter(row["good"]), {})
    failed: Document = next(iter(row["failed"]), {})
    return ReadHistory(read_at=good.get("started_at"), failures=failed.get("count", 0), failed_at=failed.get("last"))
