"""QueryScope: the tenant, sources and snapshot of a query, and the first `$match` of every statistics pipeline."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from supportsaas.db.mongo import Document, Pipeline
from tickets.records.dimensions import ALL_TICKETS, Narrowing
from tickets.records.period import Period
from tickets.rollups.blocks import ALL_TIME, Block, DayRange, Pieces, blocks_of, hour_keys, joined_days
from tickets.rollups.differences import EVERYTHING
from tickets.rollups.view import RollupView

Collection = Literal[
    "tickets",
    "rollup_numbers",
    "rollup_words",
    "rollup_clocks",
    "rollup_work",
    "customer_counts",
]


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
    """One tenant in one snapshot, of all tickets or of those with one of the values of a field."""

    view: RollupView
    narrowing: Narrowing = ALL_TICKETS

    # -- Tickets -------------------------------------------------------------------------------

    def tickets(self, periods: Sequence[Period]) -> Document:
        return {**self._not_deleted, **any_of([{"created_at": within(each)} for each in periods])}

    def transitions(self, periods: Sequence[Period]) -> Document:
        return {**self._not_deleted, **any_of([{"turns": {"$elemMatch": within(each)}} for each in periods])}

    def stopped_clocks(self, periods: Sequence[Period]) -> Document:
        """The tickets with a clock that stopped in the periods."""
        conditions = [{"clocks": {"$exists": True, "$elemMatch": {"at": within(each)}}} for each in periods]
        return {**self._not_deleted, **any_of(conditions)}

    @property
    def narrowing_stages(self) -> Pipeline:
        """The stage that keeps the tickets with the chosen values."""
        return [{"$match": self.narrowing.condition}] if self.narrowing else []

    # -- Roll-ups ------------------------------------------------------------------------------

    def days(self, ranges: Sequence[DayRange]) -> Document:
        return self.view.keys.match_days(ranges, self.slices)

    def blocks(self, blocks: Iterable[Block]) -> Document:
        return self.view.keys.match_blocks([each.key for each in blocks], self.slices)

    def all_time(self) -> Document:
        return self.view.keys.match_blocks([ALL_TIME], self.slices)

    def hours(self, periods: Sequence[Period]) -> Document:
        """Hours are stored for all tickets together."""
        return self.view.keys.match_hours(periods, self.view.zone)

    def hours_by_key(self, periods: Sequence[Period]) -> Document:
        """The same, each by its key, so that those of several tenants can be joined."""
        return self.view.keys.match_blocks(hour_keys(periods, self.view.zone), [EVERYTHING])

    def words_of_days(self, ranges: Sequence[DayRange]) -> Document:
        """The keywords of whole days, from larger blocks where they are stored."""
        blocks = [block for each in ranges for block in blocks_of(each, stored=self.view.word_blocks)]
        larger = [block.key for block in blocks if block.days > 1]
        days = joined_days([(block.first, block.end) for block in blocks if block.days == 1])
        matches = [self.view.keys.match_words(larger, self.slices)] if larger else []
        if days:
            matches.append(self.view.keys.match_days(days, self.slices))
        return any_of(matches)

    def of_everything(self) -> "QueryScope":
        """The same snapshot, not narrowed."""
        return QueryScope(self.view)

    @property
    def slices(self) -> list[str]:
        return self.view.slices_of(self.narrowing)

    def named(self, field: str, input_: str) -> Document:
        """The entries of a stored field, from the code of each value to its number, as a list of `{k: value, n}`."""
        values = list(self.view.values.get(field, ()))
        return entries_of(input_, {"$arrayElemAt": [{"$literal": values}, {"$toInt": "$$this.k"}]})

    # -- Time ----------------------------------------------------------------------------------

    def cut(self, period: Period, *, grid: datetime | None = None) -> Pieces:
        """What the period is read from."""
        return self.view.cut(period, self.narrowing, grid=grid)

    @property
    def _not_deleted(self) -> Document:
        return {"tenant_id": self.view.tenant_id, "is_deleted": False}


def entries_of(input_: str, key: Any) -> Document:
    """The entries of an object as a list of `{k, n}`; `key` makes k of `$$this.k`."""
    stored = {"$objectToArray": {"$ifNull": [input_, {}]}}
    return {"$map": {"input": stored, "in": {"k": key, "n": "$$this.v"}}}


def any_of(conditions: Sequence[Document]) -> Document:
    return conditions[0] if len(conditions) == 1 else {"$or": list(conditions)}


def within(period: Period) -> Document:
    return {"$gte": period.start, "$lt": period.end}
