"""Builds a tenant's roll-ups, recounts dirty days, and then removes their records.

Runs under a lock whose fence every write checks. Records of dirty days are removed last: if the process dies
before that, the days stay dirty and are counted again.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from pymongo.client_session import ClientSession

from analytics.rollups import state, top_customers
from analytics.rollups.blocks import SIZES, Block, day_of, enclosing_blocks
from analytics.rollups.counting import Day
from analytics.rollups.limits import is_too_large
from analytics.rollups.writing import DAYS, add_up_block, count_days, days_with_tickets, drop
from supportsaas.db import mongo
from supportsaas.db.mongo import Document
from supportsaas.reliability.lock import HeldLock, Lock
from tenants.models import Tenant
from tickets.store.collection_names import DIRTY_DAYS

logger = logging.getLogger(__name__)

DAYS_AT_ONCE = 8
BLOCKS_AT_ONCE = 25
"""How many are counted in one transaction."""

DAYS_IN_BATCH = 100
"""Records of dirty days are taken in batches of about this many days; between batches, other tenants get their turn."""

MOST_TOUCHED = 2_000
"""With more touched customers than this, the top customers are counted again."""


class Stopped(Exception):
    """A stop was requested. The days that are still dirty say what remains to be done."""


class RollupBuilder:
    def __init__(self, tenant: Tenant, lock: Lock, held: HeldLock, stop: threading.Event, now: datetime) -> None:
        self.tenant_id = tenant.slug
        self.timezone = tenant.timezone
        self.zone: ZoneInfo = tenant.zone
        self.today = day_of(now, tenant.zone)
        self.lock, self.held, self._stop = lock, held, stop
        self._too_large: set[int] = set()

    def run(self, *, at_most: timedelta | None = None) -> None:
        """Build everything, or recount the dirty days. Raises `Stopped`, or `LockLost`."""
        began = time.monotonic()
        records = list(mongo.collection(DIRTY_DAYS).find({"tenant_id": self.tenant_id}).sort("_id", 1))
        built = state.find(self.tenant_id)
        is_all_dirty = any(record.get("everything") for record in records)
        if built is None or built.zone != self.timezone or is_all_dirty:
            self._build(built)
            self._remove(records)
            return
        for batch in _batches(records):
            self._recount(batch)
            self._remove(batch)
            if at_most is not None and time.monotonic() - began > at_most.total_seconds():
                return

    def _recount(self, records: Sequence[Document]) -> None:
        """Recount the dirty days, and build the larger blocks that are over since the last time."""
        built = state.find(self.tenant_id)
        assert built is not None
        self._too_large = set(built.too_large)
        days = state.dirty_days(records, self.zone)
        self._count_days(built.generation, days)
        newly_over = range(built.complete, self.today)
        self._build_blocks(built.generation, {*days, *newly_over})
        self._build_top_customer_blocks(built.generation, built.top_customers.names, newly_over)
        self._refresh_top_customers(built, records, days)

    def _remove(self, records: Sequence[Document]) -> None:
        self._in_transaction(partial(state.remove_dirty, self.tenant_id, [record["_id"] for record in records]))

    def _build(self, old: state.Built | None) -> None:
        """Build everything as a new generation. Readers use the old one until a single write switches them over."""
        logger.debug("Building the roll-ups of %s from its tickets.", self.tenant_id)
        generation = (old.generation if old else 0) + 1
        self._in_transaction(partial(drop, self.tenant_id, {"generation": generation}))
        days = days_with_tickets(self.tenant_id, self.zone)
        self._count_days(generation, days)
        self._build_blocks(generation, days)
        top = top_customers.find_top_customers(self.tenant_id)
        self._count_top_customers(generation, top.names, days)
        built = state.Built(
            generation=generation,
            zone=self.timezone,
            complete=self.today,
            first_day=min(days, default=self.today),
            last_day=max(days, default=self.today),
            top_customers=top,
            touched=(),
            too_large=tuple(sorted(self._too_large)),
        )
        self._in_transaction(partial(state.save, self.tenant_id, built))
        self._in_transaction(partial(drop, self.tenant_id, {"generation": {"$ne": generation}}))

    # -- Days and blocks -----------------------------------------------------------------------

    def _count_days(self, generation: int, numbers: Sequence[int]) -> None:
        days = self._existing_days(numbers)
        for first in range(0, len(days), DAYS_AT_ONCE):
            batch = days[first : first + DAYS_AT_ONCE]
            count = partial(count_days, self.tenant_id, generation, batch)
            if self._is_stored(count, [_block_of(day) for day in batch]):
                continue
            for day in batch:
                self._count_one_day(generation, day)

    def _count_one_day(self, generation: int, day: Day) -> None:
        count = partial(count_days, self.tenant_id, generation, [day])
        if not self._is_stored(count, [_block_of(day)]):
            self._leave_out(partial(count, is_kept=False), _block_of(day))

    def _build_blocks(self, generation: int, days: Iterable[int]) -> None:
        for blocks in self._larger_blocks(days):
            for block in blocks:
                self._build_block(generation, block)

    def _build_block(self, generation: int, block: Block) -> None:
        add_up = partial(add_up_block, self.tenant_id, generation, block)
        has_both_halves = self._too_large.isdisjoint(half.number for half in block.parts)
        if not (has_both_halves and self._is_stored(add_up, [block])):
            self._leave_out(partial(add_up, is_kept=False), block)

    def _is_stored(self, write: Callable[..., object], blocks: Sequence[Block]) -> bool:
        """Write the blocks. False if they are too large; then nothing is written."""
        try:
            self._in_transaction(write)
        except Exception as error:
            if not is_too_large(error):
                raise
            return False
        self._too_large.difference_update(block.number for block in blocks)
        return True

    def _leave_out(self, clear: Callable[..., object], block: Block) -> None:
        """Its days are read from the tickets as soon as readers see that it is left out."""
        logger.info("The roll-ups of %s leave out %s: it has too many different values.", self.tenant_id, block)
        self._too_large.add(block.number)
        self._in_transaction(clear)

    # -- Top customers -------------------------------------------------------------------------

    def _count_top_customers(self, generation: int, names: Iterable[str], numbers: Sequence[int]) -> None:
        """Count what they have on these days, and in the larger blocks that contain any of them."""
        days = self._existing_days(numbers)
        for first in range(0, len(days), top_customers.DAYS_AT_ONCE):
            batch = days[first : first + top_customers.DAYS_AT_ONCE]
            count = partial(top_customers.count_days, self.tenant_id, generation, sorted(names), batch)
            self._in_transaction(count)
        self._build_top_customer_blocks(generation, names, numbers)

    def _build_top_customer_blocks(self, generation: int, names: Iterable[str], days: Iterable[int]) -> None:
        for blocks in self._larger_blocks(days) if names else ():
            for first in range(0, len(blocks), BLOCKS_AT_ONCE):
                batch = blocks[first : first + BLOCKS_AT_ONCE]
                add_up = partial(top_customers.add_up_blocks, self.tenant_id, generation, sorted(names), batch)
                self._in_transaction(add_up)

    def _refresh_top_customers(self, built: state.Built, records: Sequence[Document], days: Sequence[int]) -> None:
        """Recount the top customers' dirty days, and note who else may have more by now.

        After many others, find out again who the top customers are.
        """
        dirty = {each for record in records for each in record.get("customers", ())}
        top = built.top_customers
        touched = {*built.touched, *dirty} - top.names
        if len(touched) > MOST_TOUCHED:
            top, touched = top_customers.find_top_customers(self.tenant_id), set()
            newcomers = top.names - built.top_customers.names
            self._count_top_customers(built.generation, newcomers, self._counted_days(built.generation))
        self._count_top_customers(built.generation, dirty & top.names, days)
        new = replace(
            built,
            complete=max(self.today, built.complete),
            first_day=min([built.first_day, *days]),
            last_day=max([built.last_day, *days]),
            top_customers=top,
            touched=tuple(sorted(touched)),
            too_large=tuple(sorted(self._too_large)),
        )
        if new != built:
            self._in_transaction(partial(state.save, self.tenant_id, new))

    # -- What both need ------------------------------------------------------------------------

    def _existing_days(self, numbers: Sequence[int]) -> list[Day]:
        """Without a day that the zone skipped when it crossed the date line."""
        days = (Day.of(number, self.zone) for number in numbers)
        return [day for day in days if day.start < day.end]

    def _larger_blocks(self, days: Iterable[int]) -> Iterator[list[Block]]:
        """The blocks that are over and contain any of the days, smaller sizes first: each is made of two of them."""
        days = set(days)
        for size in sorted(SIZES)[1:]:
            yield [block for block in enclosing_blocks(days, size) if block.end <= self.today]

    def _counted_days(self, generation: int) -> list[int]:
        """The days that have roll-ups: few, even if the first and the last are thousands of years apart."""
        key = {"tenant_id": self.tenant_id, "generation": generation, "source": None}
        left_out = {block.first for block in map(Block.numbered, self._too_large) if block.days == 1}
        return sorted(left_out.union(mongo.collection(DAYS).distinct("day", key)))

    def _in_transaction(self, write: Callable[..., object]) -> None:
        if self._stop.is_set():
            raise Stopped

        def work(session: ClientSession) -> None:
            self.lock.assert_held(self.held, session)
            write(session=session)

        mongo.in_transaction(work)


def _batches(records: Sequence[Document]) -> Iterator[list[Document]]:
    """All records in batches of about `DAYS_IN_BATCH` days; one empty batch if there are none."""
    left = list(records)
    while True:
        days: set[datetime] = set()
        batch: list[Document] = []
        rest: list[Document] = []
        for record in left:
            more = days.union(record.get("days", ()))
            if batch and len(more) > max(DAYS_IN_BATCH, len(days)):
                rest.append(record)
            else:
                batch.append(record)
                days = more
        yield batch
        if not rest:
            return
        left = rest


def _block_of(day: Day) -> Block:
    return Block(1, day.number)
