"""Keeps the roll-ups true: builds them, counts marked days anew, and takes the marks away.

A tenant's keeper holds a lock, and every write checks its fence. Marks are taken away last, so a
keeper that dies leaves days marked, and the next one counts them once more.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from bson import ObjectId
from pymongo.client_session import ClientSession

from analytics.rollups import state
from analytics.rollups.blocks import SIZES, Block, day_of, enclosing_blocks
from analytics.rollups.counting import Day
from analytics.rollups.limits import is_too_large
from analytics.rollups.top_customers import STRETCH, add_up_leader_blocks, count_leader_days, count_leaders
from analytics.rollups.writing import DAYS, add_up_block, count_days, days_with_tickets, drop
from supportsaas import clock
from supportsaas.db import mongo
from supportsaas.db.mongo import Document
from supportsaas.ops.per_tenant_work import for_each_tenant
from supportsaas.ops.periodic_tasks import periodic_task
from supportsaas.ops.process_name import process_name
from supportsaas.reliability.lock import HeldLock, Lock, LockLost
from tenants.models import Tenant
from tickets import jobs
from tickets.store.collection_names import DIRTY_DAYS

logger = logging.getLogger(__name__)

DAYS_AT_ONCE = 8
BLOCKS_AT_ONCE = 25
"""So many are counted in one transaction."""

DAYS_IN_TURN = 100
"""Marks of so many days are taken in together; then the next, or the next tenant has its turn."""

LONGEST_TURN = timedelta(seconds=20)
MANY_DAYS = 31
LONGEST_WAIT = timedelta(minutes=2)
MANY_CUSTOMERS = 2_000


def refresh(
    tenant: Tenant,
    *,
    stop: threading.Event | None = None,
    now: datetime | None = None,
    at_most: timedelta | None = None,
) -> bool:
    """Bring a tenant's roll-ups in line with its tickets; False where another keeper is at it, or `stop` came.

    After `at_most` it leaves what is marked still to the next turn, and is True.
    """
    lock = Lock(f"rollups:{tenant.slug}")
    with lock.kept(f"{process_name()}:{threading.get_ident()}") as held:
        if held is None:
            return False
        try:
            _Keeper(tenant, lock, held, stop or threading.Event(), now or clock.now()).work(at_most=at_most)
        except (LockLost, _Stopped):
            return False
    return True


# A second thread, so that a tenant whose roll-ups are built from a million tickets does not keep the others waiting.
@periodic_task("rollups-beside", every_seconds=1)
@periodic_task("rollups", every_seconds=1, follows_runs=True)
def refresh_marked(stop: threading.Event) -> int:
    """Refresh every tenant that has marks, in turns; how many turns. A tenant whose run touches more and more days waits for its end."""
    marks, work = mongo.collection(DIRTY_DAYS), partial(_refresh_one, stop=stop)
    there_already = {"_id": {"$lt": ObjectId()}}
    done = 0
    while taken := for_each_tenant("rollups", marks.distinct("tenant_id"), work, stop=stop):
        done += taken
        if marks.find_one(there_already, {"_id": 1}) is None:
            break
    return done


def _refresh_one(tenant_id: str, *, stop: threading.Event) -> int:
    tenant = Tenant.objects.filter(slug=tenant_id).first()
    if tenant is None:
        state.forget(tenant_id)
        return 0
    return not _is_better_put_off(tenant) and refresh(tenant, stop=stop, at_most=LONGEST_TURN)


@periodic_task("outdated-rollups", every_seconds=60)
def refresh_outdated(stop: threading.Event) -> int:
    """Refresh every tenant whose roll-ups are of another time zone, of an earlier day, or not there; how many."""
    now, built = clock.now(), state.find_all()
    outdated: dict[str, Tenant] = {}
    for tenant in Tenant.objects.filter(is_active=True):
        found = built.get(tenant.slug)
        if found is None or found.zone != tenant.timezone or found.complete != day_of(now, tenant.zone):
            outdated[tenant.slug] = tenant
    return for_each_tenant("rollups", outdated, lambda slug: refresh(outdated[slug], stop=stop), stop=stop)


class _Stopped(Exception):
    """The keeper was told to stop; the marks that are left say what is still to be done."""


class _Keeper:
    def __init__(self, tenant: Tenant, lock: Lock, held: HeldLock, stop: threading.Event, now: datetime) -> None:
        self.tenant_id = tenant.slug
        self.timezone = tenant.timezone
        self.zone: ZoneInfo = tenant.zone
        self.today = day_of(now, tenant.zone)
        self.lock, self.held, self._stop = lock, held, stop
        self._too_large: set[int] = set()

    def work(self, *, at_most: timedelta | None = None) -> None:
        began = time.monotonic()
        marks = list(mongo.collection(DIRTY_DAYS).find({"tenant_id": self.tenant_id}).sort("_id", 1))
        built = state.find(self.tenant_id)
        everything = any(mark.get("everything") for mark in marks)
        if built is None or built.zone != self.timezone or everything:
            self._build(built)
            self._take_away(marks)
            return
        for batch in _batches(marks):
            self._take_in(batch)
            self._take_away(batch)
            if at_most is not None and time.monotonic() - began > at_most.total_seconds():
                return

    def _take_in(self, marks: Sequence[Document]) -> None:
        """Count the marked days anew, and what is over since the last time."""
        built = state.find(self.tenant_id)
        assert built is not None
        self._too_large = set(built.too_large)
        days = state.days_of_marks(marks, self.zone)
        self._count(built.generation, days)
        fresh = range(built.complete, self.today)
        self._add_up(built.generation, {*days, *fresh})
        self._add_up_leaders(built.generation, built.leaders.names, fresh)
        self._lead(built, marks, days)

    def _take_away(self, marks: Sequence[Document]) -> None:
        self._in_transaction(partial(state.take_away, self.tenant_id, [mark["_id"] for mark in marks]))

    def _build(self, old: state.Built | None) -> None:
        """Everything from the tickets, beside what there is; readers change over in one step."""
        logger.debug("The roll-ups of %s are built from its tickets.", self.tenant_id)
        generation = (old.generation if old else 0) + 1
        self._in_transaction(partial(drop, self.tenant_id, {"generation": generation}))
        days = days_with_tickets(self.tenant_id, self.zone)
        self._count(generation, days)
        self._add_up(generation, days)
        leaders = count_leaders(self.tenant_id)
        self._count_leaders(generation, leaders.names, days)
        built = state.Built(
            generation=generation,
            zone=self.timezone,
            complete=self.today,
            first_day=min(days, default=self.today),
            last_day=max(days, default=self.today),
            leaders=leaders,
            touched=(),
            too_large=tuple(sorted(self._too_large)),
        )
        self._in_transaction(partial(state.save, self.tenant_id, built))
        self._in_transaction(partial(drop, self.tenant_id, {"generation": {"$ne": generation}}))

    def _count(self, generation: int, numbers: Sequence[int]) -> None:
        days = [day for day in (Day.of(number, self.zone) for number in numbers) if day.start < day.end]
        for first in range(0, len(days), DAYS_AT_ONCE):
            batch = days[first : first + DAYS_AT_ONCE]
            if not self._is_kept(partial(count_days, self.tenant_id, generation, batch), [_block_of(d) for d in batch]):
                for day in batch:
                    self._count_alone(generation, day)

    def _count_alone(self, generation: int, day: Day) -> None:
        if not self._is_kept(partial(count_days, self.tenant_id, generation, [day]), [_block_of(day)]):
            self._leave_out(partial(count_days, self.tenant_id, generation, [day], is_kept=False), _block_of(day))

    def _add_up(self, generation: int, days: Iterable[int]) -> None:
        for blocks in self._larger_blocks(days):
            for block in blocks:
                has_all = self._too_large.isdisjoint(part.number for part in block.parts)
                add_up = partial(add_up_block, self.tenant_id, generation, block)
                if not (has_all and self._is_kept(add_up, [block])):
                    self._leave_out(partial(add_up, is_kept=False), block)

    def _is_kept(self, write: Callable[..., object], blocks: Sequence[Block]) -> bool:
        """Write the blocks; False where that is too large, and then nothing is written."""
        try:
            self._in_transaction(write)
        except Exception as error:
            if not is_too_large(error):
                raise
            return False
        self._too_large.difference_update(block.number for block in blocks)
        return True

    def _leave_out(self, clear: Callable[..., object], block: Block) -> None:
        """Its days are read from the tickets, from the moment on that readers know of it."""
        logger.info("The roll-ups of %s leave out %s: it has too many different values.", self.tenant_id, block)
        self._too_large.add(block.number)
        self._in_transaction(clear)

    def _count_leaders(self, generation: int, names: Iterable[str], numbers: Sequence[int]) -> None:
        """What they have on these days, and in the larger blocks that hold any of them."""
        days = [day for day in (Day.of(number, self.zone) for number in numbers) if day.start < day.end]
        for first in range(0, len(days), STRETCH):
            batch = days[first : first + STRETCH]
            self._in_transaction(partial(count_leader_days, self.tenant_id, generation, sorted(names), batch))
        self._add_up_leaders(generation, names, numbers)

    def _add_up_leaders(self, generation: int, names: Iterable[str], days: Iterable[int]) -> None:
        for blocks in self._larger_blocks(days) if names else ():
            for first in range(0, len(blocks), BLOCKS_AT_ONCE):
                batch = blocks[first : first + BLOCKS_AT_ONCE]
                self._in_transaction(partial(add_up_leader_blocks, self.tenant_id, generation, sorted(names), batch))

    def _larger_blocks(self, days: Iterable[int]) -> Iterator[list[Block]]:
        """Those that hold any of the days and are over, of one size after the other: each is made of two of the last."""
        days = set(days)
        for size in sorted(SIZES)[1:]:
            yield [block for block in enclosing_blocks(days, size) if block.end <= self.today]

    def _lead(self, built: state.Built, marks: Sequence[Document], days: Sequence[int]) -> None:
        """Keep the leaders' days true, and remember who else may have come near; after many, see anew who leads."""
        marked = {each for mark in marks for each in mark.get("customers", ())}
        leaders, touched = built.leaders, {*built.touched, *marked} - built.leaders.names
        if len(touched) > MANY_CUSTOMERS:
            leaders, touched = count_leaders(self.tenant_id), set()
            every_day = self._days_counted(built.generation)
            self._count_leaders(built.generation, leaders.names - built.leaders.names, every_day)
        self._count_leaders(built.generation, marked & leaders.names, days)
        new = replace(
            built,
            complete=max(self.today, built.complete),
            first_day=min([built.first_day, *days]),
            last_day=max([built.last_day, *days]),
            leaders=leaders,
            touched=tuple(sorted(touched)),
            too_large=tuple(sorted(self._too_large)),
        )
        if new != built:
            self._in_transaction(partial(state.save, self.tenant_id, new))

    def _days_counted(self, generation: int) -> list[int]:
        """The days that have roll-ups: a few even where the first and the last lie thousands of years apart."""
        key = {"tenant_id": self.tenant_id, "generation": generation, "source": None}
        left_out = {block.first for block in map(Block.numbered, self._too_large) if block.days == 1}
        return sorted(left_out.union(mongo.collection(DAYS).distinct("day", key)))

    def _in_transaction(self, write: Callable[..., object]) -> None:
        if self._stop.is_set():
            raise _Stopped

        def work(session: ClientSession) -> None:
            self.lock.assert_held(self.held, session)
            write(session=session)

        mongo.in_transaction(work)


def _is_better_put_off(tenant: Tenant) -> bool:
    """While a run goes on that touches days all over the calendar, they would be counted again and again:
    they wait for its end, but not longer than `LONGEST_WAIT`, for until then dashboards are slow."""
    marks = list(mongo.collection(DIRTY_DAYS).find({"tenant_id": tenant.slug}, {"days": 1}))
    days = {day for mark in marks for day in mark.get("days", ())}
    if len(days) <= MANY_DAYS or jobs.find_active(tenant) is None:
        return False
    oldest: datetime = min(mark["_id"].generation_time for mark in marks)
    return clock.now() - oldest < LONGEST_WAIT


def _batches(marks: Sequence[Document]) -> Iterator[list[Document]]:
    """All marks, those of at most about `DAYS_IN_TURN` days together; one batch also where there are none."""
    left = list(marks)
    while True:
        days: set[datetime] = set()
        batch: list[Document] = []
        rest: list[Document] = []
        for mark in left:
            more = days.union(mark.get("days", ()))
            if batch and len(more) > max(DAYS_IN_TURN, len(days)):
                rest.append(mark)
            else:
                batch.append(mark)
                days = more
        yield batch
        if not rest:
            return
        left = rest


def _block_of(day: Day) -> Block:
    return Block(1, day.number)
