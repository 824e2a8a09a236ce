"""Checks stored roll-ups against the tickets: a few random days every minute, in the background.

A difference means that a number was wrong. It is logged, repaired, and reported by `/health`.
"""

import logging
import random
import threading
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from pymongo.client_session import ClientSession

from supportsaas import clock
from supportsaas.db import mongo
from supportsaas.db.mongo import Document
from supportsaas.ops.periodic_tasks import periodic_task
from tenants.models import Tenant
from tickets.records.collection_names import TICKETS
from tickets.rollups import state
from tickets.rollups.blocks import ALL_TIME, LARGER_SIZES, Block, enclosing_block, hour_key, start_of
from tickets.rollups.differences import (
    COUNTED_FIELDS,
    EVERYTHING,
    HOURS,
    CountedDifferences,
    DifferenceCounter,
    Place,
    Row,
    Sums,
    ValueCodes,
)
from tickets.rollups.keys import ADDED, RollupKeys
from tickets.rollups.state import RollupState, slices_of
from tickets.rollups.work_sums import OPEN, WORK_FIELDS
from tickets.rollups.writing import CLOCKS, CUSTOMERS, NUMBERS, WORDS, WORK, save_counted

logger = logging.getLogger(__name__)

FINDINGS: Final = "rollup_findings"
KEPT: Final = timedelta(days=30)
RECENT: Final = timedelta(days=1)
TENANTS_AT_ONCE: Final = 5
CUSTOMERS_AT_ONCE: Final = 20

CUSTOMER_NUMBERS: Final = ("total", "open", "high", "negative", "points")
STORED_BESIDES_NUMBERS: Final = frozenset(("_id", "tenant_id", "generation", "slice", "first", "at"))


@periodic_task("rollup-check", every_seconds=60)
def check_some(stop: threading.Event) -> int:
    """Check a random day of a few random tenants; how many days were wrong."""
    tenants = list(Tenant.objects.filter(is_active=True))
    wrong = 0
    for tenant in random.sample(tenants, min(TENANTS_AT_ONCE, len(tenants))):
        if stop.is_set():
            break
        day = random_day(tenant)
        wrong += day is not None and check_day(tenant, day)
    return wrong


def random_day(tenant: Tenant) -> int | None:
    """One of the days that have numbers, as `date.toordinal`; None if none has."""
    found = state.find(tenant.slug)
    if found is None or not found.is_complete or found.first_day is None or found.last_day is None:
        return None
    keys = RollupKeys(tenant.slug, found.generation)
    first = random.randint(found.first_day, found.last_day)
    match = keys.match_days([(first, found.last_day + 1)], [EVERYTHING])
    stored = mongo.collection(NUMBERS).find_one(match, {"first": 1}, sort=[("_id", 1)])
    return stored["first"] if stored else None


def check_day(tenant: Tenant, day: int) -> bool:
    """Whether a number of the day was wrong, of a block that the day is part of, or of one of its customers.

    Then it is right now.
    """

    def work(session: ClientSession) -> int:
        found = state.find(tenant.slug, session=session)
        if found is None or not found.is_complete or found.zone != tenant.timezone:
            return 0
        wrong = _Check(tenant, found, session).find_wrong(day)
        count = sum(len(sums) for each in wrong.all_sums for sums in each.values())
        if count:
            state.begin_write(tenant, session=session)
            save_counted(RollupKeys(tenant.slug, found.generation), wrong, session=session)
            state.save_word_blocks(tenant.slug, found.word_blocks - _larger(day), session=session)
        return count

    count = mongo.in_transaction(work)
    if count:
        date_of_day = date.fromordinal(day).isoformat()
        logger.error("%d numbers of %s on %s were wrong and were repaired.", count, tenant.slug, date_of_day)
        now = clock.now()
        mongo.collection(FINDINGS).insert_one(
            {"tenant_id": tenant.slug, "day": day, "numbers": count, "found_at": now, "expires_at": now + KEPT}
        )
    return count > 0


class _Check:
    """Compares what is stored of a day with its tickets, and larger blocks with their parts, in one snapshot."""

    def __init__(self, tenant: Tenant, found: RollupState, session: ClientSession) -> None:
        self.tenant, self.found, self.session = tenant, found, session
        self.keys = RollupKeys(tenant.slug, found.generation)
        self.slices = slices_of(found)

    def find_wrong(self, day: int) -> CountedDifferences:
        """What has to be added to the stored numbers."""
        start, end = start_of(day, self.tenant.zone), start_of(day + 1, self.tenant.zone)
        within = {"$gte": start, "$lt": end}
        tickets = self._tickets(
            {
                "$or": [
                    {"created_at": within},
                    {"turns": {"$elemMatch": within}},
                    {"clocks": {"$exists": True, "$elemMatch": {"at": within}}},
                ]
            }
        )
        counted = self._counter().count(Row(1, each) for each in tickets)
        hours = [hour_key(day, hour) for hour in range(25)]
        mine = {Block(1, day).key, *hours}
        places = [Place(slice_, Block(1, day).key) for slice_ in self.slices] + [
            Place(EVERYTHING, each) for each in hours
        ]
        wrong = CountedDifferences(starts=counted.starts)
        _keep_differences(wrong.numbers, _only(counted.numbers, mine), self._stored_numbers(places))
        _keep_differences(wrong.words, _only(counted.words, mine), self._stored_words(places))
        _keep_differences(wrong.clocks, _only(counted.clocks, mine), self._stored_sums(CLOCKS, places))
        of_work = [Place(name, Block(1, day).key) for name in WORK_FIELDS]
        _keep_differences(wrong.work, _only(counted.work, mine), self._stored_sums(WORK, of_work))
        self._check_larger(day, wrong)
        self._check_larger_sums(day, CLOCKS, self.slices, wrong.clocks)
        self._check_larger_sums(day, WORK, tuple(WORK_FIELDS), wrong.work)
        self._check_open_work(wrong.work)
        self._check_customers({each["customer_id"] for each in tickets if each["customer_id"]}, wrong)
        return wrong

    def _check_larger(self, day: int, wrong: CountedDifferences) -> None:
        for block in (enclosing_block(day, size) for size in LARGER_SIZES):
            places = [Place(slice_, part.key) for slice_ in self.slices for part in block.parts]
            self._check_sum(block.key, self._corrected(places, wrong), wrong)
        every = self.keys.match_range(f"{max(LARGER_SIZES):02} ", self.slices)
        self._check_sum(ALL_TIME, self._added(self._read_numbers(every), wrong), wrong)

    def _check_larger_sums(self, day: int, collection: str, slices: Sequence[str], wrong: Sums) -> None:
        for block in (enclosing_block(day, size) for size in LARGER_SIZES):
            sums: Sums = defaultdict(Counter)
            places = [Place(slice_, part.key) for slice_ in slices for part in block.parts]
            for found in (self._stored_sums(collection, places), wrong):
                for place in found.keys() & set(places):
                    sums[Place(place.slice, block.key)].update(found[place])
            stored = self._stored_sums(collection, [Place(slice_, block.key) for slice_ in slices])
            _keep_differences(wrong, sums, stored)

    def _check_open_work(self, wrong: Sums) -> None:
        """What of all time is open: the sum of the largest blocks."""
        largest = f"{max(LARGER_SIZES):02} "
        sums: Sums = defaultdict(Counter)
        for each in mongo.collection(WORK).find(
            self.keys.match_range(largest, tuple(WORK_FIELDS)), session=self.session
        ):
            sums[_place(each)].update(dict(_paths(each["sums"])))
        for place, corrected in wrong.items():
            if place.block.startswith(largest):
                sums[place].update(corrected)
        every: Sums = defaultdict(Counter)
        for place, found in sums.items():
            open_now = {name: number for name, number in found.items() if name.endswith(f".{OPEN}")}
            every[Place(place.slice, ALL_TIME)].update(open_now)
        stored = self._stored_sums(WORK, [Place(name, ALL_TIME) for name in WORK_FIELDS])
        _keep_differences(wrong, every, stored)

    def _check_sum(self, block: str, parts: Sums, wrong: CountedDifferences) -> None:
        sums: Sums = defaultdict(Counter)
        for place, numbers in parts.items():
            added_up = {path: number for path, number in numbers.items() if not path.startswith(HOURS)}
            sums[Place(place.slice, block)].update(added_up)
        stored = self._stored_numbers([Place(slice_, block) for slice_ in self.slices])
        _keep_differences(wrong.numbers, sums, stored)

    def _corrected(self, places: Sequence[Place], wrong: CountedDifferences) -> Sums:
        return self._added(self._stored_numbers(places), wrong, places)

    @staticmethod
    def _added(stored: Sums, wrong: CountedDifferences, places: Iterable[Place] | None = None) -> Sums:
        for place, sums in wrong.numbers.items():
            if place in stored or (places is not None and place in places):
                stored[place].update(sums)
        return stored

    def _check_customers(self, customers: Collection[str], wrong: CountedDifferences) -> None:
        """Some of the customers of the day."""
        chosen = sorted(customers)[:CUSTOMERS_AT_ONCE]
        counted = self._counter().count(Row(1, each) for each in self._tickets({"customer_id": {"$in": chosen}}))
        found = mongo.collection(CUSTOMERS).find(
            {"_id": {"$in": [self.keys.of_customer(each) for each in chosen]}}, session=self.session
        )
        stored = {each["customer_id"]: each for each in found}
        for customer in chosen:
            expected, has = counted.customers[customer], stored.get(customer, {})
            sums = Counter({name: expected[name] - has.get(name, 0) for name in CUSTOMER_NUMBERS})
            if any(sums.values()):
                wrong.customers[customer] = Counter({name: number for name, number in sums.items() if number})

    def _counter(self) -> DifferenceCounter:
        found = self.found
        return DifferenceCounter(self.tenant.zone, ValueCodes(found.values), found.hours_since, found.sliced_fields)

    def _tickets(self, match: Document) -> list[Document]:
        mine = {"tenant_id": self.tenant.slug, "is_deleted": False, **match}
        found = mongo.collection(TICKETS).find(mine, dict.fromkeys(COUNTED_FIELDS, 1), session=self.session)
        return list(found)

    def _stored_numbers(self, places: Sequence[Place]) -> Sums:
        return self._read_numbers(self.keys.match_places(places))

    def _read_numbers(self, match: Document) -> Sums:
        found: Sums = defaultdict(Counter)
        for each in mongo.collection(NUMBERS).find(match, session=self.session):
            found[_place(each)] = Counter(dict(_paths(each)))
        return found

    def _stored_sums(self, collection: str, places: Sequence[Place]) -> Sums:
        found = mongo.collection(collection).find(self.keys.match_places(places), session=self.session)
        return defaultdict(Counter, {_place(each): Counter(dict(_paths(each["sums"]))) for each in found})

    def _stored_words(self, places: Sequence[Place]) -> Sums:
        found: Sums = defaultdict(Counter)
        added = [Place(place.slice, place.block + ADDED) for place in places]
        for each in mongo.collection(WORDS).find(self.keys.match_places([*places, *added]), session=self.session):
            slice_, block = _place(each)
            for row in each["words"]:
                found[Place(slice_, block.removesuffix(ADDED))][row["k"]] += row["n"]
        return found


def _larger(day: int) -> set[Block]:
    return {enclosing_block(day, size) for size in LARGER_SIZES}


def _only(sums: Sums, blocks: Collection[str]) -> Sums:
    return defaultdict(Counter, {place: numbers for place, numbers in sums.items() if place.block in blocks})


def _keep_differences(wrong: Sums, expected: Sums, stored: Sums) -> None:
    for place in expected.keys() | stored.keys():
        has, wants = stored.get(place, Counter()), expected.get(place, Counter())
        sums = Counter(
            {path: wants[path] - has[path] for path in wants.keys() | has.keys() if wants[path] != has[path]}
        )
        if sums:
            wrong[place] = sums


def _place(stored: Document) -> Place:
    *_, slice_, block = stored["_id"].split("|")
    return Place(slice_, block)


def _paths(stored: Document) -> Iterator[tuple[str, int]]:
    """The numbers of a document, those of a value as `field.code`."""
    for name, value in stored.items():
        if name in STORED_BESIDES_NUMBERS:
            continue
        if isinstance(value, dict):
            yield from ((f"{name}.{code}", number) for code, number in value.items())
        else:
            yield name, value


def count_recent_differences(*, now: datetime | None = None) -> int:
    """How many days were found to be wrong lately."""
    since = (now or clock.now()) - RECENT
    return mongo.collection(FINDINGS).count_documents({"found_at": {"$gte": since}})
