"""What is read of a tenant's collections at one moment: the matches that every pipeline of the statistics begins with."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from analytics.periods import Period
from analytics.rollups.blocks import Block, Stretch, days_touching, start_of
from analytics.rollups.view import RollupView
from supportsaas.db.mongo import Document, Pipeline

Collection = Literal["tickets", "rollup_days", "rollup_blocks", "rollup_leaders"]

BEGINNING, END = datetime(1900, 1, 1, tzinfo=UTC), datetime(9001, 1, 1, tzinfo=UTC)
"""No ticket lies before or after these."""


@dataclass(frozen=True, slots=True)
class Branch:
    """What is read of a collection, and what becomes of it."""

    collection: Collection
    match: Document
    stages: Pipeline

    @property
    def pipeline(self) -> Pipeline:
        return [{"$match": self.match}, *self.stages]

    @property
    def union(self) -> Document:
        """The stage that puts its rows behind those there are."""
        return {"$unionWith": {"coll": self.collection, "pipeline": self.pipeline}}


@dataclass(frozen=True, slots=True)
class Ground:
    """One tenant at one moment, of all sources or of some: the matches of everything that is read."""

    view: RollupView
    sources: tuple[str, ...]

    def tickets(self, periods: Sequence[Period]) -> Document:
        return {**self._living, **any_of([{"created_at": within(each)} for each in periods])}

    def turns(self, periods: Sequence[Period]) -> Document:
        return {**self._living, **any_of([{"turns": {"$elemMatch": within(each)}} for each in periods])}

    def days(self, stretches: Sequence[Stretch]) -> Document:
        """Whole days of the chosen sources, or of all together."""
        return {**self.days_by_source(stretches), "source": self._chosen}

    def days_by_source(self, stretches: Sequence[Stretch]) -> Document:
        days = any_of([{"day": {"$gte": a, "$lt": b}} for a, b in stretches])
        return {**self._rolled_up, **days, "source": {"$gt": ""}}

    def blocks(self, blocks: Sequence[Block]) -> Document:
        """Blocks of the chosen sources, or of all together."""
        return {**self.blocks_by_source(blocks), "source": self._chosen}

    def blocks_by_source(self, blocks: Sequence[Block]) -> Document:
        return {**self._rolled_up, **_any_block(blocks), "source": {"$gt": ""}}

    def leaders(self, customers: Sequence[str], blocks: Sequence[Block]) -> Document:
        return {**self._rolled_up, "customer": {"$in": list(customers)}, **_any_block(blocks)}

    def days_of(self, periods: Sequence[Period]) -> list[Stretch]:
        """The days that have a moment in common with any of the periods, those that follow each other together."""
        found: list[Stretch] = []
        for touching in sorted((days_touching(each, self.view.zone) for each in periods), key=lambda days: days.start):
            if found and touching.start <= found[-1][1]:
                found[-1] = (found[-1][0], max(found[-1][1], touching.stop))
            else:
                found.append((touching.start, touching.stop))
        return found

    def clipped(self, start: datetime | None, end: datetime | None) -> Period | None:
        """The part of a period (a bound that is None does not bind) in which there may be tickets."""
        start, end = max(start or self.beginning, self.beginning), min(end or self.end, self.end)
        return Period(start, end) if start < end else None

    @property
    def beginning(self) -> datetime:
        """Before any ticket: the first day that is rolled up or marked; where nothing is, the beginning of time."""
        built, marked = self.view.built, self.view.trust.marked
        return start_of(min([built.first_day, *marked[:1]]), self.view.zone) if built else BEGINNING

    @property
    def end(self) -> datetime:
        built, marked = self.view.built, self.view.trust.marked
        return start_of(max([built.last_day, *marked[-1:]]) + 1, self.view.zone) if built else END

    @property
    def narrow(self) -> Pipeline:
        """To the chosen sources."""
        return [{"$match": {"source": {"$in": list(self.sources)}}}] if self.sources else []

    @property
    def _chosen(self) -> Document | None:
        return {"$in": list(self.sources)} if self.sources else None

    @property
    def _living(self) -> Document:
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
