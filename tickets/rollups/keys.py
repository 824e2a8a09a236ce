"""The keys of roll-up documents. They begin with the tenant, so that no read can reach another tenant's numbers. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from zoneinfo import ZoneInfo

from tickets.records.period import Period
from tickets.rollups.blocks import Block, DayRange, hour_range
from tickets.rollups.differences import EVERYTHING, Place

Document = dict[str, Any]

ADDED: Final = "+"
"""The end of the key of the keywords that writes have added to a block, in the order of keys right after those of the block."""


@dataclass(frozen=True, slots=True)
class RollupKeys:
    """The keys of one generation of a tenant."""

    tenant_id: str
    generation: int

    def of(self, slice_: str, block: str) -> str:
        return f"{self._prefix}{slice_}|{block}"

    def of_customer(self, customer_id: str) -> str:
        return f"{self._prefix}{customer_id}"

    @property
    def match(self) -> Document:
        """Everything of this generation."""
        return {"tenant_id": self.tenant_id, "generation": self.generation}

    def match_blocks(self, blocks: Iterable[str], slices: Sequence[str]) -> Document:
        """These blocks of these slices."""
        keys = [self.of(slice_, block) for slice_ in slices for block in blocks]
        return {"_id": {"$in": keys}, "tenant_id": self.tenant_id}

    def match_words(self, blocks: Iterable[str], slices: Sequence[str]) -> Document:
        """The keywords of these blocks of these slices, and what was added to them."""
        return self.match_blocks([key for each in blocks for key in (each, each + ADDED)], slices)

    def match_days(self, ranges: Sequence[DayRange], slices: Sequence[str]) -> Document:
        """All days of these ranges and slices: one range of the index for each."""
        within = [
            {"_id": {"$gte": self.of(slice_, Block(1, first).key), "$lt": self.of(slice_, Block(1, end).key)}}
            for slice_ in slices
            for first, end in ranges
        ]
        return {**(within[0] if len(within) == 1 else {"$or": within}), "tenant_id": self.tenant_id}

    def match_places(self, places: Iterable[Place]) -> Document:
        return {"_id": {"$in": [self.of(place.slice, place.block) for place in places]}, "tenant_id": self.tenant_id}

    def match_range(self, blocks: str, slices: Sequence[str]) -> Document:
        """All blocks of these slices whose keys begin in this way."""
        within = [{"_id": {"$gte": self.of(each, blocks), "$lt": self.of(each, blocks + "~")}} for each in slices]
        return {"$or": within, "tenant_id": self.tenant_id}

    def match_hours(self, periods: Sequence[Period], zone: ZoneInfo) -> Document:
        """All whole hours of these periods, of all tickets: one range of the index for each."""
        within = [
            {"_id": {"$gte": self.of(EVERYTHING, first), "$lt": self.of(EVERYTHING, end)}}
            for first, end in (hour_range(each, zone) for each in periods)
        ]
        return {**(within[0] if len(within) == 1 else {"$or": within}), "tenant_id": self.tenant_id}

    @property
    def _prefix(self) -> str:
        return f"{self.tenant_id}|{self.generation}|"
