"""The numbers of many tenants at once: one call for the tickets, few for the runs, however many tenants."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from analytics.dashboard.query_scope import Branch, Collection, Ground, any_of
from analytics.dashboard.union_parts import among
from analytics.periods import Period, preset
from analytics.rollups.blocks import Pieces, Trust, blocks_of, cut, start_of
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
"""What each high-urgency and each negative one of 100 tickets weighs; fewer tickets than this count as this many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantNumbers:
    """One tenant's tickets: those created in `week` and in `day`, and all that are open or of an unknown status.

    The week is the dashboard's 7 days and the day its 24 hours, both in the tenant's zone.
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
        """Of the week's tickets, 0 to 1; None in a week without any."""
        return self.negative_week / self.week if self.week else None

    @property
    def risk(self) -> int:
        """Points for each 100 tickets of the week, so that a small tenant in trouble is not behind a large one."""
        points = RISK_HIGH * self.high_week + RISK_NEGATIVE * self.negative_week
        return round(100 * points / max(self.week, FEWEST))


def tenant_numbers(tenants: Sequence[Tenant], *, now: datetime, use_rollups: bool = True) -> list[TenantNumbers]:
    """Of each tenant, in the order given."""
    if not tenants:
        return []
    with rollup_views(tenants, now=now, use=use_rollups) as views:
        first, *others = overview_branches(views, now=now)
        pipeline: Pipeline = [*first.pipeline, *(each.union for each in others), _ADDED_UP]
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


def overview_branches(views: Sequence[RollupView], *, now: datetime) -> list[Branch]:
    """What is read for all tenants together: of roll-ups where they hold, and of tickets where they do not.

    Of all other tickets only each tenant's newest date is read.
    """
    grounds = [Ground(view, ()) for view in views]
    weeks = [(ground, _cut(ground, preset("7d", zone=ground.view.zone, now=now))) for ground in grounds]
    days = [(ground, _cut(ground, preset("24h", zone=ground.view.zone, now=now))) for ground in grounds]
    every = [(ground, _cut(ground, _whole(ground))) for ground in grounds]
    mine = {"tenant_id": {"$in": [view.tenant_id for view in views]}, "is_deleted": False}
    by_date = {"$sort": {"tenant_id": 1, "is_deleted": 1, "created_at": -1}}  # as the index: one key a tenant is read
    newest = Branch("tickets", mine, [by_date, {"$group": {"_id": "$tenant_id", "newest": {"$first": "$created_at"}}}])
    return [
        newest,
        *_branch("rollup_days", _whole_days(weeks), week="$total", high_week="$high", negative_week="$negative"),
        *_branch(
            "tickets",
            _tickets(weeks),
            week=1,
            high_week={"$cond": [IS_HIGH, 1, 0]},
            negative_week={"$cond": [IS_NEGATIVE, 1, 0]},
        ),
        *_branch("rollup_days", _whole_days(days), high_day="$high"),
        *_hours(days),
        *_branch("tickets", _tickets(days, {"urgency": "high"}), high_day=1),
        *_branch("rollup_blocks", _blocks(grounds), open="$open", unknown="$unknown"),
        *_branch("tickets", _tickets(every, {"status": NOT_CLOSED}), open=1, unknown={"$cond": [IS_UNKNOWN, 1, 0]}),
    ]


Part = tuple[Ground, Pieces]
"""A tenant, and the pieces of a period of its own."""


def _cut(ground: Ground, period: Period | None) -> Pieces:
    if period is None:
        return Pieces()
    if ground.view.built is None:
        return Pieces(raw=(period,))
    return cut(period, ground.view.zone, ground.view.trust)


def _whole(ground: Ground) -> Period | None:
    """From the first ticket to the last."""
    return ground.clipped(None, None)


def _whole_days(parts: Sequence[Part]) -> list[Document]:
    return [ground.days(pieces.days) for ground, pieces in parts if pieces.days]


def _tickets(parts: Sequence[Part], narrow: Document | None = None) -> list[Document]:
    return [{**ground.tickets(pieces.raw), **(narrow or {})} for ground, pieces in parts if pieces.raw]


def _blocks(grounds: Sequence[Ground]) -> list[Document]:
    """The blocks of all days. Outside a tenant's days there are none, so tenants may be asked for each other's."""
    together: dict[tuple[int, Trust], list[Ground]] = {}
    for ground in grounds:
        if ground.view.built:
            together.setdefault((ground.view.generation, ground.view.trust), []).append(ground)
    found: list[Document] = []
    for (_, trust), same in together.items():
        spans = [ground.view.built for ground in same if ground.view.built]
        zone = same[0].view.zone
        first, last = min(span.first_day for span in spans), max(span.last_day for span in spans)
        pieces = cut(Period(start_of(first, zone), start_of(last + 1, zone)), zone, trust)
        blocks = [block for stretch in pieces.days for block in blocks_of(stretch, trust)]
        found += [ground.blocks(blocks) for ground in same if blocks]
    return found


def _hours(parts: Sequence[Part]) -> list[Branch]:
    """Tenants whose hours begin at the same moments are read together."""
    together: dict[tuple[Period, ...], list[Ground]] = {}
    for ground, pieces in parts:
        if pieces.hours:
            together.setdefault(pieces.hours, []).append(ground)
    found: list[Branch] = []
    for hours, grounds in together.items():
        high = {"$sum": {"$map": {"input": among("hours", hours), "in": "$$this.high"}}}
        matches = [ground.days(ground.days_of(hours)) for ground in grounds]
        found += _branch("rollup_days", matches, high_day=high)
    return found


def _branch(collection: Collection, matches: Sequence[Document], **numbers: Any) -> list[Branch]:
    """The sums of some numbers a tenant; nothing where nothing is to be read."""
    sums = {name: {"$sum": number} for name, number in numbers.items()}
    group = {"$group": {"_id": "$tenant_id", **sums}}
    return [Branch(collection, any_of(_of_many(matches)), [group])] if matches else []


def _of_many(matches: Sequence[Document]) -> list[Document]:
    """Matches that differ by the tenant alone as one: MongoDB plans each part of an `$or` by itself."""
    found: dict[str, Document] = {}
    for match in matches:
        rest = {name: value for name, value in match.items() if name != "tenant_id"}
        same = found.setdefault(repr(rest), {"tenant_id": {"$in": []}, **rest})
        same["tenant_id"]["$in"].append(match["tenant_id"])
    return list(found.values())
