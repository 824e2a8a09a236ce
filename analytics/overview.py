"""The numbers of many tenants at once: one call for the tickets, few for the runs, however many tenants."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from analytics.periods import Period, preset
from analytics.pipelines import IS_HIGH, IS_NEGATIVE, number_where
from supportsaas import mongo
from supportsaas.mongo import Document, Pipeline
from tenants.models import Tenant
from tickets import jobs
from tickets.filters import OPEN_STATUSES
from tickets.store import TICKETS

RISK_HIGH, RISK_NEGATIVE = 3, 2
FEWEST = 10
"""What each high-urgency and each negative one of 100 tickets weighs; fewer tickets than this count as this many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantNumbers:
    """One tenant's tickets: those created in `week` and in `day`, and all that are open.

    The week is the dashboard's 7 days and the day its 24 hours, both in the tenant's zone.
    """

    tenant: Tenant
    week_period: Period
    day_period: Period
    open: int = 0
    week: int = 0
    high_day: int = 0
    high_week: int = 0
    negative_week: int = 0
    newest: datetime | None = None

    @property
    def negative_ratio(self) -> float | None:
        """Of the week's tickets, 0 to 1; None in a week without any."""
        return self.negative_week / self.week if self.week else None

    @property
    def risk(self) -> int:
        """Points for each 100 tickets of the week, so that a small tenant in trouble is not behind a large one."""
        points = RISK_HIGH * self.high_week + RISK_NEGATIVE * self.negative_week
        return round(100 * points / max(self.week, FEWEST))


def tenant_numbers(tenants: Sequence[Tenant], *, now: datetime) -> list[TenantNumbers]:
    """Of each tenant, in the order given."""
    if not tenants:
        return []
    found: dict[str, Document] = {}
    for row in mongo.collection(TICKETS).aggregate(overview_pipeline(tenants, now=now)):
        found[row.pop("_id")] = row
    return [
        TenantNumbers(
            tenant=tenant,
            week_period=preset("7d", zone=tenant.zone, now=now),
            day_period=preset("24h", zone=tenant.zone, now=now),
            **found.get(tenant.slug, {}),
        )
        for tenant in tenants
    ]


def last_runs(tenants: Sequence[Tenant]) -> dict[str, Mapping[str, Any]]:
    """Each tenant's newest run, by slug."""
    if not tenants:
        return {}
    pipeline = runs_pipeline([tenant.slug for tenant in tenants])
    return {row["_id"]: row["last"] for row in mongo.collection(jobs.COLLECTION).aggregate(pipeline)}


def overview_pipeline(tenants: Sequence[Tenant], *, now: datetime) -> Pipeline:
    """Reads the week's tickets and the open ones, and of the rest only each tenant's newest date."""
    mine = {"tenant_id": {"$in": [tenant.slug for tenant in tenants]}, "is_deleted": False}
    newest = {"$sort": {"tenant_id": 1, "is_deleted": 1, "created_at": -1}}  # as the index: one key a tenant is read
    return [
        {"$match": {**mine, "$or": _periods(tenants, "7d", now)}},
        {
            "$group": {
                "_id": "$tenant_id",
                "week": {"$sum": 1},
                "high_week": number_where(IS_HIGH),
                "negative_week": number_where(IS_NEGATIVE),
            }
        },
        _and_also(
            [
                {"$match": {**mine, "urgency": "high", "$or": _periods(tenants, "24h", now)}},
                {"$group": {"_id": "$tenant_id", "high_day": {"$sum": 1}}},
            ]
        ),
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


def _periods(tenants: Sequence[Tenant], name: str, now: datetime) -> list[Document]:
    """A condition a tenant, for each has its own days."""
    periods = [(tenant.slug, preset(name, zone=tenant.zone, now=now)) for tenant in tenants]
    return [
        {"tenant_id": slug, "is_deleted": False, "created_at": {"$gte": period.start, "$lt": period.end}}
        for slug, period in periods
    ]


def _and_also(pipeline: Pipeline) -> Document:
    return {"$unionWith": {"coll": TICKETS, "pipeline": pipeline}}
