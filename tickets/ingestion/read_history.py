"""What the log of runs says about each tenant's helpdesk: the last good read, and the failures since."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from supportsaas.db import mongo
from supportsaas.db.mongo import Document, Pipeline
from tickets import jobs

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


def find_read_history(tenant_id: str) -> ReadHistory:
    return find_read_histories([tenant_id]).get(tenant_id, ReadHistory())


def find_read_histories(tenant_ids: Sequence[str] | None = None) -> dict[str, ReadHistory]:
    """Of these tenants (None: of all), those that have a run in the log. Two queries, however many tenants.

    Almost always the newest run is a good read and says everything; older runs are read only for the others.
    """
    log = mongo.collection(jobs.COLLECTION)
    found, others = {}, []
    for row in log.aggregate(newest_reads_pipeline(tenant_ids)):
        if row["status"] in jobs.GOOD_ENDS and row["kind"] == "sync":
            found[row["_id"]] = ReadHistory(read_at=row["started_at"])
        else:
            others.append(row["_id"])
    if others:
        for row in log.aggregate(older_runs_pipeline(others)):
            found[row["_id"]] = _read_history(row)
    return found


def newest_reads_pipeline(tenant_ids: Sequence[str] | None) -> Pipeline:
    """What matters here of each tenant's newest run."""
    started_at = {"$ifNull": ["$run.read_began", "$run.started_at"]}
    fields = {"status": "$run.status", "kind": "$run.options.kind", "started_at": started_at}
    return [*jobs.newest_runs_pipeline(tenant_ids), {"$project": fields}]


def older_runs_pipeline(tenant_ids: Sequence[str]) -> Pipeline:
    """Each tenant's newest good read, and the failed ones after it."""
    its_own = {"$eq": ["$tenant_id", "$$tenant_id"]}
    return [
        {"$match": {"tenant_id": {"$in": list(tenant_ids)}}},
        {"$sort": {"tenant_id": 1, "queued_at": -1}},
        {"$group": {"_id": "$tenant_id", "newest": {"$first": "$queued_at"}}},
        {
            "$lookup": {
                "from": jobs.COLLECTION,
                "let": {"tenant_id": "$_id"},
                "pipeline": [
                    {"$match": {"$expr": its_own, **jobs.GOOD_READ}},
                    {"$sort": {"queued_at": -1}},
                    {"$limit": 1},
                    {"$project": {"queued_at": 1, "started_at": {"$ifNull": ["$read_began", "$started_at"]}}},
                ],
                "as": "good",
            }
        },
        {
            "$lookup": {
                "from": jobs.COLLECTION,
                "let": {"tenant_id": "$_id", "since": {"$ifNull": [{"$first": "$good.queued_at"}, _BEFORE_ALL]}},
                "pipeline": [
                    {
                        "$match": {
                            "$expr": {"$and": [its_own, {"$gt": ["$queued_at", "$$since"]}]},
                            "status": "failed",
                            "options.kind": "sync",
                        }
                    },
                    {"$group": {"_id": None, "count": {"$sum": 1}, "last": {"$max": "$queued_at"}}},
                ],
                "as": "failed",
            }
        },
    ]


def _read_history(row: Document) -> ReadHistory:
    good: Document = next(iter(row["good"]), {})
    failed: Document = next(iter(row["failed"]), {})
    return ReadHistory(read_at=good.get("started_at"), failures=failed.get("count", 0), failed_at=failed.get("last"))
