"""The daily sample: a few tickets, drawn at random, whose urgency managers are asked for.

People correct what strikes them as wrong. So corrections alone do not show how often a verdict is right, and a random
sample does.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from supportsaas.db import mongo
from supportsaas.db.mongo import Document, Pipeline
from tenants.models import Tenant
from tickets.records.collection_names import TICKETS
from tickets.store.index_scans import FACET_INDEX

COLLECTION: Final = "accuracy_samples"
KEPT: Final = timedelta(days=30)
AGE: Final = timedelta(days=7)
"""Samples are drawn from tickets that are not older."""
HIGH, OTHERS = 3, 2
"""Tickets of a day's sample that are High, to see how many are rightly so, and others, to see what was missed."""
_OTHER_URGENCIES: Final = ("medium", "low")


@dataclass(frozen=True, slots=True)
class DailySample:
    """The tickets of a day's sample that nobody has answered or skipped yet, and how many there were."""

    left: tuple[Document, ...]
    drawn: int

    @property
    def next(self) -> Document | None:
        return self.left[0] if self.left else None

    @property
    def done(self) -> int:
        return self.drawn - len(self.left)


def find_sample(tenant: Tenant, *, now: datetime) -> DailySample:
    """The sample of today in the tenant's time zone. The first who asks draws it; it is the same for everybody."""
    samples, key = mongo.collection(COLLECTION), _key(tenant, now)
    sample = samples.find_one({"_id": key, "tenant_id": tenant.slug})
    if sample is None:
        ids = [*_draw(tenant, ("high",), HIGH, now), *_draw(tenant, _OTHER_URGENCIES, OTHERS, now)]
        if not ids:
            return DailySample((), 0)
        drawn = {"tenant_id": tenant.slug, "made_at": now, "tickets": ids, "skipped": []}
        samples.update_one({"_id": key}, {"$setOnInsert": drawn}, upsert=True)
        sample = samples.find_one({"_id": key, "tenant_id": tenant.slug})
        assert sample is not None
    ids = [id_ for id_ in sample["tickets"] if id_ not in sample["skipped"]]
    found = mongo.collection(TICKETS).find(
        {
            "tenant_id": tenant.slug,
            "external_id": {"$in": ids},
            "is_deleted": False,
            "correction.urgency": {"$exists": False},
        },
        {"external_id": 1, "subject": 1, "message": {"$substrCP": ["$message", 0, 2_000]}, "latest_message": 1},
    )
    by_id = {each["external_id"]: each for each in found}
    return DailySample(tuple(by_id[id_] for id_ in ids if id_ in by_id), len(sample["tickets"]))


def skip(tenant: Tenant, external_id: str, *, now: datetime) -> None:
    """Leave a ticket of today's sample unanswered. Skipping twice does nothing more."""
    key = {"_id": _key(tenant, now), "tenant_id": tenant.slug, "tickets": external_id}
    mongo.collection(COLLECTION).update_one(key, {"$addToSet": {"skipped": external_id}})


def _key(tenant: Tenant, now: datetime) -> str:
    return f"{tenant.slug}|{now.astimezone(tenant.zone).date().isoformat()}"


def _draw(tenant: Tenant, urgencies: tuple[str, ...], number: int, now: datetime) -> list[str]:
    match = {
        "tenant_id": tenant.slug,
        "is_deleted": False,
        "urgency": {"$in": urgencies},
        "created_at": {"$gte": now - AGE},
        "correction.urgency": {"$exists": False},
    }
    pipeline: Pipeline = [{"$match": match}, {"$sample": {"size": number}}, {"$project": {"external_id": 1}}]
    return [each["external_id"] for each in mongo.collection(TICKETS).aggregate(pipeline, hint=FACET_INDEX)]
