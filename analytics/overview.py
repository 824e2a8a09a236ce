"""The numbers of many tenants at once: one query for the tickets and one for the runs, however many tenants."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from analytics.dashboard.query_scope import Collection, QueryScope, UnionPart, any_of
from analytics.dashboard.union_parts import among
from analytics.periods import Period, preset
from analytics.rollups.blocks import Pieces, ValidRange, blocks_of, cut, start_of
from analytics.rollups.view import RollupView, rollup_views
from supportsaas.db import mongo
from supportsaas.db.mongo import Document, Pipeline
from tenants.models import Tenant
from tickets import jobs
from tickets.records.statuses import IS_UNKNOWN, NOT_CLOSED
from tickets.store.counters import IS_HIGH, IS_NEGATIVE

_ADDED_UP: Document = {
    "$group": {
        "_id": "$_id",
        **{
            name: {"$sum": f"${name}"} for name in ("open", "unknown", "week", "high_day", "high_week", "negative_week")
        },
        "newest": {"$max": "$newest"},
    }
}

RISK_HIGH, RISK_NEGATIVE = 3, 2
FEWEST = 10
"""Points per high-urgency and per negative ticket. Fewer tickets than `FEWEST` count as `FEWEST`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantNumbers:
    """A tenant's tickets: those of the last 7 days (`week`) and 24 hours (`day`), and all that are open or not mapped.

    Both periods are the dashboard's presets, in the tenant's zone.
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
    """For each tenant, in the order given."""
    if not tenants:
        return []
    with rollup_views(tenants, now=now, use=use_rollups) as views:
        first, *more = overview_parts(views, now=now)
        pipeline: Pipeline = [*first.pipeline, *(each.union for each in more), _ADDED_UP]
        rows = mongo.collection(first.collection).aggregate(pipeline, session=views[0].session)
        found = {row.pop("_id"): row for row in rows}
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
    pipeline = jobs.newest_runs_pipeline([tenant.slug for tenant in tenants])
    return {row["_id"]: row["run"] for row in mongo.collection(jobs.COLLECTION).aggregate(pipeline)}


def overview_parts(views: Sequence[RollupView], *, now: datetime) -> list[UnionPart]:
    """What is read for all tenants together: roll-ups where they are valid, tickets where they are not.

    Besides, only the date of each tenant's newest ticket is read.
    """
    scopes = [QueryScope(view, ()) for view in views]
    weeks = [(scope, _cut(scope, preset("7d", zone=scope.view.zone, now=now))) for scope in scopes]
    days = [(scope, _cut(scope, preset("24h", zone=scope.view.zone, now=now))) for scope in scopes]
    every = [(scope, _cut(scope, _whole(scope))) for scope in scopes]
    mine = {"tenant_id": {"$in": [view.tenant_id for view in views]}, "is_deleted": False}
    by_date = {"$sort": {"tenant_id": 1, "is_deleted": 1, "created_at": -1}}  # as the index: one key a tenant is read
    newest = UnionPart(
        "tickets", mine, [by_date, {"$group": {"_id": "$tenant_id", "newest": {"$first": "$created_at"}}}]
    )
    return [
        newest,
        *_sums_part("rollup_days", _whole_days(weeks), week="$total", high_week="$high", negative_week="$negative"),
        *_sums_part(
            "tickets",
            _tickets(weeks),
            week=1,
            high_week={"$cond": [IS_HIGH, 1, 0]},
            negative_week={"$cond": [IS_NEGATIVE, 1, 0]},
        ),
        *_sums_part("rollup_days", _whole_days(days), high_day="$high"),
        *_hours(days),
        *_sums_part("tickets", _tickets(days, {"urgency": "high"}), high_day=1),
        *_sums_part("rollup_blocks", _blocks(scopes), open="$open", unknown="$unknown"),
        *_sums_part("tickets", _tickets(every, {"status": NOT_CLOSED}), open=1, unknown={"$cond": [IS_UNKNOWN, 1, 0]}),
    ]


ScopePieces = tuple[QueryScope, Pieces]
"""A tenant, and the pieces of its period."""


def _cut(scope: QueryScope, period: Period | None) -> Pieces:
    if period is None:
        return Pieces()
    if scope.view.built is None:
        return Pieces(raw=(period,))
    return cut(period, scope.view.zone, scope.view.valid_days)


def _whole(scope: QueryScope) -> Period | None:
    """From the first ticket to the last."""
    return scope.clipped(None, None)


def _whole_days(parts: Sequence[ScopePieces]) -> list[Document]:
    return [scope.days(pieces.days) for scope, pieces in parts if pieces.days]


def _tickets(parts: Sequence[ScopePieces], more: Document | None = None) -> list[Document]:
    return [{**scope.tickets(pieces.raw), **(more or {})} for scope, pieces in parts if pieces.raw]


def _blocks(scopes: Sequence[QueryScope]) -> list[Document]:
    """The blocks of all days. Outside its days a tenant has no blocks, so one list of blocks can serve several tenants."""
    together: dict[tuple[int, ValidRange], list[QueryScope]] = {}
    for scope in scopes:
        if scope.view.built:
            together.setdefault((scope.view.generation, scope.view.valid_days), []).append(scope)
    found: list[Document] = []
    for (_, valid_days), same in together.items():
        spans = [scope.view.built for scope in same if scope.view.built]
        zone = same[0].view.zone
        first, last = min(span.first_day for span in spans), max(span.last_day for span in spans)
        pieces = cut(Period(start_of(first, zone), start_of(last + 1, zone)), zone, valid_days)
        blocks = [block for days in pieces.days for block in blocks_of(days, valid_days)]
        found += [scope.blocks(blocks) for scope in same if blocks]
    return found


def _hours(parts: Sequence[ScopePieces]) -> list[UnionPart]:
    """Tenants whose hours start at the same moments are read together."""
    together: dict[tuple[Period, ...], list[QueryScope]] = {}
    for scope, pieces in parts:
        if pieces.hours:
            together.setdefault(pieces.hours, []).append(scope)
    found: list[UnionPart] = []
    for hours, scopes in together.items():
        high = {"$sum": {"$map": {"input": among("hours", hours), "in": "$$this.high"}}}
        matches = [scope.days(scope.days_of(hours)) for scope in scopes]
        found += _sums_part("rollup_days", matches, high_day=high)
    return found


def _sums_part(collection: Collection, matches: Sequence[Document], **numbers: Any) -> list[UnionPart]:
    """Sums per tenant; no part if there is nothing to read."""
    sums = {name: {"$sum": number} for name, number in numbers.items()}
    group = {"$group": {"_id": "$tenant_id", **sums}}
    return [UnionPart(collection, any_of(_of_many(matches)), [group])] if matches else []


def _of_many(matches: Sequence[Document]) -> list[Document]:
    """Merge matches that differ only in the tenant: MongoDB plans each part of an `$or` on its own."""
    found: dict[str, Document] = {}
    for match in matches:
        rest = {name: value for name, value in match.items() if name != "tenant_id"}
        same = found.setdefault(repr(rest), {"tenant_id": {"$in": []}, **rest})
        same["tenant_id"]["$in"].append(match["tenant_id"])
    return list(found.values())
