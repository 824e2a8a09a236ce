"""Keeps the roll-ups true: builds them, counts marked days anew, and takes the marks away.

A tenant's keeper holds a lock, and every write checks its fence. Marks are taken away last, so a
keeper that dies leaves days marked, and the next one counts them once more.
"""

import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from pymongo.client_session import ClientSession

from analytics.pipelines import IS_OPEN
from analytics.rollups import state
from analytics.rollups.counting import (
    BLOCK_LISTS,
    BLOCK_SUMS,
    Day,
    block_pipeline,
    counts_pipeline,
    flows_pipeline,
    words_pipeline,
)
from analytics.rollups.layout import SIZES, Block, day_of, enclosing_blocks
from analytics.rollups.leaders import LEADERS, STRETCH, add_up_leader_blocks, count_leader_days, count_leaders
from supportsaas import clock, mongo
from supportsaas.mongo import Document, Pipeline
from supportsaas.reliability.lock import HeldLock, Lock, LockLost
from tenants.models import Tenant
from tickets import jobs
from tickets.duties import Duty
from tickets.rollup_marks import COLLECTION as MARKS
from tickets.store import TICKETS
from tickets.worker import process_name

logger = logging.getLogger(__name__)

DAYS, BLOCKS = "rollup_days", "rollup_blocks"
DAYS_AT_ONCE = 8
BLOCKS_AT_ONCE = 25
"""So many are counted in one transaction."""

MANY_DAYS = 31
LONGEST_WAIT = timedelta(minutes=2)
MANY_CUSTOMERS = 2_000


def refresh(tenant: Tenant, *, stop: threading.Event | None = None, now: datetime | None = None) -> bool:
    """Bring a tenant's roll-ups in line with its tickets; False where another keeper is at it, or `stop` came."""
    lock = Lock(f"rollups:{tenant.slug}")
    with lock.kept(f"{process_name()}:{threading.get_ident()}") as held:
        if held is None:
            return False
        try:
            _Keeper(tenant, lock, held, stop or threading.Event(), now or clock.now()).work()
        except (LockLost, _Stopped):
            return False
    return True


def refresh_marked(stop: threading.Event) -> int:
    """Refresh every tenant that has marks; how many. A tenant whose run touches more and more days waits for its end."""
    done = 0
    for tenant_id in mongo.collection(MARKS).distinct("tenant_id"):
        tenant = Tenant.objects.filter(slug=tenant_id).first()
        if tenant is None:
            state.forget(tenant_id)
        elif not _is_better_put_off(tenant) and not stop.is_set():
            done += refresh(tenant, stop=stop)
    return done


def refresh_outdated(stop: threading.Event) -> int:
    """Refresh every tenant whose roll-ups are of another time zone, of an earlier day, or not there; how many."""
    now, done = clock.now(), 0
    built = state.find_all()
    for tenant in Tenant.objects.filter(is_active=True):
        found = built.get(tenant.slug)
        is_current = found is not None and found.zone == tenant.timezone and found.complete == day_of(now, tenant.zone)
        if not is_current and not stop.is_set():
            done += refresh(tenant, stop=stop)
    return done


DUTIES = (
    Duty(name="rollups", every_seconds=1, work=refresh_marked, follows_runs=True),
    Duty(name="outdated-rollups", every_seconds=60, work=refresh_outdated),
)


class _Stopped(Exception):
    """The keeper was told to stop; the marks that are left say what is still to be done."""


class _Keeper:
    def __init__(self, tenant: Tenant, lock: Lock, held: HeldLock, stop: threading.Event, now: datetime) -> None:
        self.tenant_id = tenant.slug
        self.timezone = tenant.timezone
        self.zone: ZoneInfo = tenant.zone
        self.today = day_of(now, tenant.zone)
        self.lock, self.held, self._stop = lock, held, stop

    def work(self) -> None:
        marks = list(mongo.collection(MARKS).find({"tenant_id": self.tenant_id}))
        built = state.find(self.tenant_id)
        everything = any(mark.get("everything") for mark in marks)
        if built is None or built.zone != self.timezone or everything:
            self._build(built)
        else:
            days = state.days_of_marks(marks, self.zone)
            self._count(built.generation, days)
            fresh = range(built.complete, self.today)
            self._add_up(built.generation, {*days, *fresh})
            self._add_up_leaders(built.generation, built.leaders.names, fresh)
            self._lead(built, marks, days)
        self._in_transaction(partial(state.take_away, self.tenant_id, [mark["_id"] for mark in marks]))

    def _build(self, old: state.Built | None) -> None:
        """Everything from the tickets, beside what there is; readers change over in one step."""
        logger.debug("The roll-ups of %s are built from its tickets.", self.tenant_id)
        _give_turns(self.tenant_id)
        generation = (old.generation if old else 0) + 1
        self._in_transaction(partial(_drop, self.tenant_id, {"generation": generation}))
        days = _days_with_tickets(self.tenant_id, self.zone)
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
        )
        self._in_transaction(partial(state.save, self.tenant_id, built))
        self._in_transaction(partial(_drop, self.tenant_id, {"generation": {"$ne": generation}}))

    def _count(self, generation: int, numbers: Sequence[int]) -> None:
        days = [day for day in (Day.of(number, self.zone) for number in numbers) if day.start < day.end]
        for first in range(0, len(days), DAYS_AT_ONCE):
            batch = days[first : first + DAYS_AT_ONCE]
            self._in_transaction(partial(_count_days, self.tenant_id, generation, batch))

    def _add_up(self, generation: int, days: Iterable[int]) -> None:
        for blocks in self._larger_blocks(days):
            for block in blocks:
                self._in_transaction(partial(_add_up_block, self.tenant_id, generation, block))

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
        )
        if new != built:
            self._in_transaction(partial(state.save, self.tenant_id, new))

    def _days_counted(self, generation: int) -> list[int]:
        """The days that have roll-ups: a few even where the first and the last lie thousands of years apart."""
        key = {"tenant_id": self.tenant_id, "generation": generation, "source": None}
        return sorted(mongo.collection(DAYS).distinct("day", key))

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
    marks = list(mongo.collection(MARKS).find({"tenant_id": tenant.slug}, {"days": 1}))
    days = {day for mark in marks for day in mark.get("days", ())}
    if len(days) <= MANY_DAYS or jobs.find_active(tenant) is None:
        return False
    return clock.now() - min(mark["_id"].generation_time for mark in marks) < LONGEST_WAIT


def _count_days(tenant_id: str, generation: int, days: Sequence[Day], *, session: ClientSession) -> None:
    tickets = mongo.collection(TICKETS)
    key = {"tenant_id": tenant_id, "generation": generation}
    counted: list[Document] = []
    blocks: list[Document] = []
    for day in days:
        counts = next(tickets.aggregate(counts_pipeline(tenant_id, day), session=session))
        flows = next(tickets.aggregate(flows_pipeline(tenant_id, day), session=session))
        words = next(tickets.aggregate(words_pipeline(tenant_id, day), session=session))
        found = day_documents(key, day, counts, flows)
        if found:
            counted += found
            blocks += first_blocks(key, day, found, words, flows)
    numbers = [day.number for day in days]
    mongo.collection(DAYS).delete_many({**key, "day": {"$in": numbers}}, session=session)
    made = [Block(size, number).number for size in (0, 1) for number in numbers]
    mongo.collection(BLOCKS).delete_many({**key, "block": {"$in": made}}, session=session)
    if counted:
        mongo.collection(DAYS).insert_many(counted, session=session)
        mongo.collection(BLOCKS).insert_many(blocks, session=session)


def day_documents(key: Document, day: Day, counts: Document, flows: Document) -> list[Document]:
    """A document a source, and one of all of them (None), of what the pipelines counted."""
    counted = {row["source"]: row for row in counts["days"]}
    turned = {row["_id"]: row for row in flows["by_hour"]}
    lists = {name: _by_source(counts[name], name) for name in ("hours", "week_hours")}
    nothing = {"settled": 0, "reopened": 0, "flows": []}
    return [
        {
            **key,
            "day": day.number,
            "source": source,
            **counted.get(source, {}),
            **{name: turned.get(source, nothing)[name] for name in nothing},
            **{name: rows.get(source, []) for name, rows in lists.items()},
        }
        for source in {*counted, *turned}
    ]


def first_blocks(key: Document, day: Day, days: Sequence[Document], words: Document, flows: Document) -> list[Document]:
    """The blocks of one day: its words by hour, and one a source and of all sources (None)."""
    by_source, times = _by_source(words["by_source"], "words"), _by_source(flows["times"], "times")
    return [
        {**key, **place_of(Block(0, day.number)), "source": None, "words": words["by_hour"]},
        *(
            {
                **key,
                **place_of(Block(1, day.number)),
                "source": each["source"],
                **{name: each.get(name, 0) for name in BLOCK_SUMS},
                "words": by_source.get(each["source"], []),
                "week_hours": [{"k": row["k"], "n": row["n"]} for row in each["week_hours"]],
                "times": times.get(each["source"], []),
            }
            for each in days
        ),
    ]


def place_of(block: Block) -> Document:
    """How a block's place stands in its document: one number to find it by, and what that is made of."""
    return {"block": block.number, **asdict(block)}


def _by_source(rows: Sequence[Document], name: str) -> dict[str | None, list[Document]]:
    return {row["_id"]: row[name] for row in rows}


def _add_up_block(tenant_id: str, generation: int, block: Block, *, session: ClientSession) -> None:
    blocks = mongo.collection(BLOCKS)
    key = {"tenant_id": tenant_id, "generation": generation}
    parts = {**key, "block": {"$in": [part.number for part in block.parts]}}
    found = next(blocks.aggregate(block_pipeline(parts), session=session))
    lists = {name: _by_source(found[name], name) for name in BLOCK_LISTS}
    blocks.delete_many({**key, "block": block.number}, session=session)
    if found["sums"]:
        blocks.insert_many(
            [
                {
                    **key,
                    **place_of(block),
                    "source": row["_id"],
                    **{name: row[name] for name in BLOCK_SUMS},
                    **{name: lists[name].get(row["_id"], []) for name in BLOCK_LISTS},
                }
                for row in found["sums"]
            ],
            session=session,
        )


def _days_with_tickets(tenant_id: str, zone: ZoneInfo) -> list[int]:
    """The days on which tickets were created, closed or reopened, from indexes alone."""
    found: set[int] = set()
    living = {"tenant_id": tenant_id, "is_deleted": False}
    for field, match in (("created_at", living), ("turns", {**living, "turns": {"$type": "date"}})):
        unwind: Pipeline = [{"$unwind": "$turns"}] if field == "turns" else []
        day = {"$dateTrunc": {"date": f"${field}", "unit": "day"}}
        pipeline: Pipeline = [{"$match": match}, {"$project": {"_id": 0, field: 1}}, *unwind, {"$group": {"_id": day}}]
        for row in mongo.collection(TICKETS).aggregate(pipeline):
            found.update(state.days_of(row["_id"], zone))
    return sorted(found)


def _give_turns(tenant_id: str) -> None:
    """Tickets stored before turns were kept: closed ones count as closed when they were last changed."""
    closed_at = [{"$max": ["$updated_at", "$created_at"]}]
    mongo.collection(TICKETS).update_many(
        {"tenant_id": tenant_id, "turns": {"$exists": False}},
        [{"$set": {"turns": {"$cond": [IS_OPEN, [], closed_at]}}}],
    )


def _drop(tenant_id: str, which: Document, *, session: ClientSession) -> None:
    for name in (DAYS, BLOCKS, LEADERS):
        mongo.collection(name).delete_many({"tenant_id": tenant_id, **which}, session=session)
