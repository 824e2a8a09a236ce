"""The numbers of many tenants at once: one query for the tickets and one for the runs, however many tenants."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from analytics.dashboard.query_scope import Collection, QueryScope, UnionPart, any_of
from supportsaas.bounded_cache import BoundedCache
from supportsaas.db import mongo
from supportsaas.db.mongo import Document, Pipeline
from tenants.models import Tenant
from tickets import jobs
from tickets.records.period import Period
from tickets.records.periods import preset
from tickets.records.statuses import IS_UNKNOWN, NOT_CLOSED
from tickets.rollups.blocks import Block, Pieces, blocks_of
from tickets.rollups.view import BEGINNING, END, RollupView, rollup_views
from tickets.store.counters import IS_HIGH, IS_NEGATIVE

_ADDED_UP: Document = {
    "$group": {
        "_id": "$_id",
        **{
            name: {"$sum": f"${name}"}
            for name in (
                *("open", "unknown", "week", "high_day", "high_week", "negative_week"),
                *("week_before", "high_before", "negative_before"),
            )
        },
        "newest": {"$max": "$newest"},
    }
}

_COUNTED: BoundedCache[Document] = BoundedCache(most_bytes=4 * 1024 * 1024)
"""The numbers of tenants, as this process counted them last, by the version of their tickets and the periods. With 50
tenants, counting takes half of the time of an overview.
"""

RISK_HIGH, RISK_NEGATIVE = 3, 2
FEWEST = 10
"""Points per high-urgency and per negative ticket. Fewer tickets than `FEWEST` count as `FEWEST`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantNumbers:
    """A tenant's tickets: those of the last 7 days (`week`) and 24 hours (`day`), and all that are open or not mapped.

    Both periods are the dashboard's presets, in the tenant's zone. `week_before` and so on are those of the 7 days before,
    up to the same full hour. Without `has_before`, the tenant's first ticket is newer than that.
    """

    tenant: Tenant
    week_period: Period
    day_period: Period
    open: int = 0
    unknown: int = 0
    week: int = 0
    high_day: int = 0
    high_week: int = 0
    negative_week: int = 0
    newest: datetime | None = None
    week_before: int = 0
    high_before: int = 0
    negative_before: int = 0
    has_before: bool = field(default=False, compare=False)

    @property
    def negative_ratio(self) -> float | None:
        """Of the week's tickets, 0 to 1; None in a week without tickets."""
        return self.negative_week / self.week if self.week else None

    @property
    def risk(self) -> int:
        """Points per 100 tickets of the week, so that a small tenant in trouble is not ranked behind a large one."""
        points = RISK_HIGH * self.high_week + RISK_NEGATIVE * self.negative_week
        return round(100 * points / max(self.week, FEWEST))


def tenant_numbers(tenants: Sequence[Tenant], *, now: datetime, use_rollups: bool = True) -> list[TenantNumbers]:
    """For each tenant, in the order given. Only those whose tickets have changed since are counted again."""
    if not tenants:
        return []
    with rollup_views(tenants, now=now, use=use_rollups, with_words=False) as views:
        periods = {zone: _periods(zone, now) for zone in {view.zone for view in views}}
        keys = [(view.tenant_id, view.version, *periods[view.zone]) for view in views]
        has_before = [
            view.is_built and view.beginning <= before.start for view, (*_, before) in zip(views, keys, strict=True)
        ]
        counted = {key: _COUNTED.find(key) for key in keys if key[1] is not None}
        unknown = [(key, view) for key, view in zip(keys, views, strict=True) if counted.get(key) is None]
        if unknown:
            rows = _count([view for _, view in unknown], now=now)
            for key, view in unknown:
                counted[key] = row = rows.get(view.tenant_id, {})
                if view.version is not None:
                    _COUNTED.keep(key, row)
    return [
        TenantNumbers(tenant=tenant, week_period=key[2], day_period=key[3], has_before=before, **(counted[key] or {}))
        for tenant, key, before in zip(tenants, keys, has_before, strict=True)
    ]


def _periods(zone: ZoneInfo, now: datetime) -> tuple[Period, Period, Period]:
    """The last 7 days, the last 24 hours, and the 7 days before up to the same full hour.

    Up to the same minute, all would have to be counted again every minute, and partly from the tickets.
    """
    week, day = preset("7d", zone=zone, now=now), preset("24h", zone=zone, now=now)
    return week, day, week.comparison(day.end - timedelta(hours=1), zone)


def _count(views: Sequence[RollupView], *, now: datetime) -> dict[str, Document]:
    """The numbers of tenants that have any, by slug."""
    first, *more = overview_parts(views, now=now)
    pipeline: Pipeline = [*first.pipeline, *(each.union for each in more), _ADDED_UP]
    rows = mongo.collection(first.collection).aggregate(pipeline, session=views[0].session)
    return {row.pop("_id"): row for row in rows}


def last_runs(tenants: Sequence[Tenant]) -> dict[str, Mapping[str, Any]]:
    """Each tenant's newest run, by slug."""
    if not tenants:
        return {}
    pipeline = jobs.newest_runs_pipeline([tenant.slug for tenant in tenants])
    return {row["_id"]: row["run"] for row in mongo.collection(jobs.COLLECTION).aggregate(pipeline)}


def overview_parts(views: Sequence[RollupView], *, now: datetime) -> list[UnionPart]:
    """What is read for all tenants together: roll-ups, and the tickets of tenants that have none.

    Besides, only the date of each tenant's newest ticket is read.
    """
    scopes = [QueryScope(view) for view in views]
    weeks = [(scope, scope.cut(preset("7d", zone=scope.view.zone, now=now))) for scope in scopes]
    days = [(scope, scope.cut(preset("24h", zone=scope.view.zone, now=now))) for scope in scopes]
    before = [(scope, scope.cut(_periods(scope.view.zone, now)[2])) for scope in scopes]
    built = [scope for scope in scopes if scope.view.is_built]
    not_built = [scope for scope in scopes if not scope.view.is_built]
    mine = {"tenant_id": {"$in": [view.tenant_id for view in views]}, "is_deleted": False}
    by_date = {"$sort": {"tenant_id": 1, "is_deleted": 1, "created_at": -1}}  # as the index: one key a tenant is read
    newest = UnionPart(
        "tickets", mine, [by_date, {"$group": {"_id": "$tenant_id", "newest": {"$first": "$created_at"}}}]
    )
    whole_weeks = [scope.blocks(_blocks(pieces)) for scope, pieces in weeks if pieces.days]
    hours_of_weeks = [scope.hours_by_key(pieces.hours) for scope, pieces in weeks if pieces.hours]
    whole_days = [scope.blocks(_blocks(pieces)) for scope, pieces in days if pieces.days]
    hours_of_days = [scope.hours_by_key(pieces.hours) for scope, pieces in days if pieces.hours]
    days_before = [scope.blocks(_blocks(pieces)) for scope, pieces in before if pieces.days]
    hours_before = [scope.hours_by_key(pieces.hours) for scope, pieces in before if pieces.hours]
    everything = [scope.tickets([Period(BEGINNING, END)]) for scope in not_built]
    return [
        newest,
        *_sums_part(
            "rollup_numbers",
            [*whole_weeks, *hours_of_weeks],
            week="$total",
            high_week="$high",
            negative_week="$negative",
        ),
        *_sums_part(
            "tickets",
            _tickets(weeks),
            week=1,
            high_week={"$cond": [IS_HIGH, 1, 0]},
            negative_week={"$cond": [IS_NEGATIVE, 1, 0]},
        ),
        *_sums_part(
            "rollup_numbers",
            [*days_before, *hours_before],
            week_before="$total",
            high_before="$high",
            negative_before="$negative",
        ),
        *_sums_part(
            "tickets",
            _tickets(before),
            week_before=1,
            high_before={"$cond": [IS_HIGH, 1, 0]},
            negative_before={"$cond": [IS_NEGATIVE, 1, 0]},
        ),
        *_sums_part("rollup_numbers", [*whole_days, *hours_of_days], high_day="$high"),
        *_sums_part("tickets", _tickets(days, {"urgency": "high"}), high_day=1),
        *_sums_part("rollup_numbers", [scope.all_time() for scope in built], open="$open", unknown="$unknown"),
        *_sums_part(
            "tickets",
            [{**each, "status": NOT_CLOSED} for each in everything],
            open=1,
            unknown={"$cond": [IS_UNKNOWN, 1, 0]},
        ),
    ]


ScopePieces = tuple[QueryScope, Pieces]
"""A tenant, and the pieces of its period."""


def _blocks(pieces: Pieces) -> list[Block]:
    return [block for days in pieces.days for block in blocks_of(days)]


def _tickets(parts: Sequence[ScopePieces], more: Document | None = None) -> list[Document]:
    return [{**scope.tickets(pieces.raw), **(more or {})} for scope, pieces in parts if pieces.raw]


def _sums_part(collection: Collection, matches: Sequence[Document], **numbers: Any) -> list[UnionPart]:
    """Sums per tenant; no part if there is nothing to read."""
    sums = {name: {"$sum": number} for name, number in numbers.items()}
    group = {"$group": {"_id": "$tenant_id", **sums}}
    return [UnionPart(collection, any_of(_joined(matches)), [group])] if matches else []


def _joined(matches: Sequence[Document]) -> list[Document]:
    """Matches that differ only in the tenant, or in the keys of roll-ups, as one.

    MongoDB plans each part of an `$or` on its own.
    """
    found: dict[str, Document] = {}
    for match in matches:
        keys = match["_id"]["$in"] if "_id" in match and "$in" in match["_id"] else None
        rest = {name: value for name, value in match.items() if name != "tenant_id" and not (name == "_id" and keys)}
        same = found.setdefault(repr((rest, keys is None)), {"tenant_id": {"$in": []}, **rest})
        same["tenant_id"]["$in"].append(match["tenant_id"])
        if keys:
            same.setdefault("_id", {"$in": []})["$in"].extend(keys)
    return list(found.values())
