"""QueryScope: the tenant, sources and snapshot of a query, and the first `$match` of every statistics pipeline."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from analytics.periods import Period
from analytics.rollups.blocks import Block, DayRange, days_touching, start_of
from analytics.rollups.view import RollupView
from supportsaas.db.mongo import Document, Pipeline

Collection = Literal["tickets", "rollup_days", "rollup_blocks", "rollup_leaders"]

BEGINNING, END = datetime(1900, 1, 1, tzinfo=UTC), datetime(9001, 1, 1, tzinfo=UTC)
"""No ticket lies before or after these."""


@dataclass(frozen=True, slots=True)
class UnionPart:
    """One collection's part of a pipeline that reads several: its first match, and the stages after it."""

    collection: Collection
    match: Document
    stages: Pipeline

    @property
    def pipeline(self) -> Pipeline:
        return [{"$match": self.match}, *self.stages]

    @property
    def union(self) -> Document:
        """The stage that appends its rows to a pipeline."""
        return {"$unionWith": {"coll": self.collection, "pipeline": self.pipeline}}


@dataclass(frozen=True, slots=True)
class QueryScope:
    """One tenant in one snapshot, of all sources (none are named) or of some."""

    view: RollupView
    sources: tuple[str, ...]

    def tickets(self, periods: Sequence[Period]) -> Document:
        return {**self._not_deleted, **any_of([{"created_at": within(each)} for each in periods])}

    def transitions(self, periods: Sequence[Period]) -> Document:
        return {**self._not_deleted, **any_of([{"turns": {"$elemMatch": within(each)}} for each in periods])}

    def days(self, ranges: Sequence[DayRange]) -> Document:
        """Whole days, of the chosen sources or of all together."""
        return {**self.days_by_source(ranges), "source": self._chosen}

    def days_by_source(self, ranges: Sequence[DayRange]) -> Document:
        days = any_of([{"day": {"$gte": a, "$lt": b}} for a, b in ranges])
        return {**self._rolled_up, **days, "source": {"$gt": ""}}

    def blocks(self, blocks: Sequence[Block]) -> Document:
        """Blocks, of the chosen sources or of all together."""
        return {**self.blocks_by_source(blocks), "source": self._chosen}

    def blocks_by_source(self, blocks: Sequence[Block]) -> Document:
        return {**self._rolled_up, **_any_block(blocks), "source": {"$gt": ""}}

    def top_customers(self, customers: Sequence[str], blocks: Sequence[Block]) -> Document:
        return {**self._rolled_up, "customer": {"$in": list(customers)}, **_any_block(blocks)}

    def days_of(self, periods: Sequence[Period]) -> list[DayRange]:
        """The days that overlap any of the periods, consecutive days as one range."""
        found: list[DayRange] = []
        for touching in sorted((days_touching(each, self.view.zone) for each in periods), key=lambda days: days.start):
            if found and touching.start <= found[-1][1]:
                found[-1] = (found[-1][0], max(found[-1][1], touching.stop))
            else:
                found.append((touching.start, touching.stop))
        return found

    def clipped(self, start: datetime | None, end: datetime | None) -> Period | None:
        """The part of a period in which there may be tickets. A bound that is None is open."""
        start, end = max(start or self.beginning, self.beginning), min(end or self.end, self.end)
        return Period(start, end) if start < end else None

    @property
    def beginning(self) -> datetime:
        """Before any ticket: the start of the first day that is rolled up or dirty. Without roll-ups, `BEGINNING`."""
        built, dirty = self.view.built, self.view.valid_days.dirty
        return start_of(min([built.first_day, *dirty[:1]]), self.view.zone) if built else BEGINNING

    @property
    def end(self) -> datetime:
        built, dirty = self.view.built, self.view.valid_days.dirty
        return start_of(max([built.last_day, *dirty[-1:]]) + 1, self.view.zone) if built else END

    @property
    def source_filter(self) -> Pipeline:
        """The stage that keeps the tickets of the chosen sources."""
        return [{"$match": {"source": {"$in": list(self.sources)}}}] if self.sources else []

    @property
    def _chosen(self) -> Document | None:
        return {"$in": list(self.sources)} if self.sources else None

    @property
    def _not_deleted(self) -> Document:
        return {"tenant_id": self.view.tenant_id, "is_deleted": False}

    @property
    def _rolled_up(self) -> Document:
        return {"tenant_id": self.view.tenant_id, "generation": self.view.generation}


def any_of(conditions: Sequence[Document]) -> Document:
    return conditions[0] if len(conditions) == 1 else {"$or": list(conditions)}


def within(period: Period) -> Document:
    return {"$gte": period.start, "$lt": period.end}


def _any_block(blocks: Sequence[Block]) -> Document:
    return {"block": {"$in": [block.number for block in blocks]}}
