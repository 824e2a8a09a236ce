"""The numbers of many tenants at once: one call for the tickets, few for the runs, however many tenants."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from analytics.pipelines import IS_HIGH, IS_NEGATIVE, number_where
from supportsaas import mongo
from supportsaas.mongo import Document, Pipeline
from tenants.models import Tenant
from tickets import jobs
from tickets.filters import OPEN_STATUSES
from tickets.freshness import Freshness, find_freshness_of
from tickets.store import TICKETS

WEEK = timedelta(days=7)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class OverviewRow:
    """One tenant. `week` is the tickets created in the 7 days before `now`; `open` counts all there are.

    `last_run` is the newest run of all, `freshness` what the reads of the helpdesk amount to.
    """

    tenant: Tenant
    now: datetime
    open: int = 0
    week: int = 0
    high_day: int = 0
    high_week: int = 0
    negative_week: int = 0
    newest: datetime | None = None
    last_run: Mapping[str, Any] | None = field(default=None, repr=False)
    freshness: Freshness = field(repr=False)

    @property
    def negative_ratio(self) -> float | None:
        """Of the week's tickets, 0 to 1; None in a week without any."""
        return self.negative_week / self.week if self.week else None

    @property
    def week_start(self) -> datetime:
        return self.now - WEEK

    @property
    def day_start(self) -> datetime:
        return self.now - DAY


def overview_rows(tenants: Sequence[Tenant], *, now: datetime) -> list[OverviewRow]:
    """The numbers of each tenant, in the order given."""
    if not tenants:
        return []
    tenant_ids = [tenant.slug for tenant in tenants]
    numbers: dict[str, Document] = {tenant_id: {} for tenant_id in tenant_ids}
    for row in mongo.collection(TICKETS).aggregate(overview_pipeline(tenant_ids, now=now)):
        numbers[row.pop("_id")] = row
    runs = {row["_id"]: row["last"] for row in mongo.collection(jobs.COLLECTION).aggregate(runs_pipeline(tenant_ids))}
    freshness = find_freshness_of(tenants, now=now)
    return [
        OverviewRow(
            tenant=tenant,
            now=now,
            **numbers[tenant.slug],
            last_run=runs.get(tenant.slug),
            freshness=freshness[tenant.slug],
        )
        for tenant in tenants
    ]


def overview_pipeline(tenant_ids: Sequence[str], *, now: datetime) -> Pipeline:
    """Reads the week's tickets and the open ones, and of the rest only each tenant's newest date."""
    mine = {"tenant_id": {"$in": list(tenant_ids)}, "is_deleted": False}
    is_today = {"$gte": ["$created_at", now - DAY]}
    newest = {"$sort": {"tenant_id": 1, "is_deleted": 1, "created_at": -1}}  # as the index: one key a tenant is read
    return [
        {"$match": {**mine, "created_at": {"$gte": now - WEEK, "$lt": now}}},
        {
            "$group": {
                "_id": "$tenant_id",
                "week": {"$sum": 1},
                "high_week": number_where(IS_HIGH),
                "high_day": number_where({"$and": [IS_HIGH, is_today]}),
                "negative_week": number_where(IS_NEGATIVE),
            }
        },
        _and_also(
            [
                {"$match": {**mine, "status": {"$in": list(OPEN_STATUSES)}}},
                {"$group": {"_id": "$tenant_id", "open": {"$sum": 1}}},
            ]
        ),
        _and_also([{"$match": mine}, newest, {"$group": {"_id": "$tenant_id", "newest": {"$first": "$created_at"}}}]),
        {"$group": {"_id": "$_id", "found": {"$mergeObjects": "$$ROOT"}}},
        {"$replaceRoot": {"newRoot": "$found"}},
    ]


def runs_pipeline(tenant_ids: Sequence[str]) -> Pipeline:
    """Each tenant's newest run; in the order of an index, so one key a tenant is read."""
    return [
        {"$match": {"tenant_id": {"$in": list(tenant_ids)}}},
        {"$sort": {"tenant_id": 1, "queued_at": -1}},
        {"$group": {"_id": "$tenant_id", "last": {"$first": "$$ROOT"}}},
    ]


def _and_also(pipeline: Pipeline) -> Document:
    return {"$unionWith": {"coll": TICKETS, "pipeline": pipeline}}
