"""Adds differences to the stored roll-ups of a tenant, in the transaction that writes its tickets."""

import logging
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from pymongo import UpdateOne
from pymongo.client_session import ClientSession
from pymongo.errors import BulkWriteError

from supportsaas.db import mongo
from supportsaas.db.mongo import Document
from tickets.rollups import state
from tickets.rollups.blocks import ALL_TIME, HOUR_KEYS
from tickets.rollups.changed_customers import note_changed
from tickets.rollups.differences import CountedDifferences, DifferenceCounter, Differences, Row, Sums, ValueCodes
from tickets.rollups.keys import ADDED, RollupKeys
from tickets.rollups.state import Building, RollupState

logger = logging.getLogger(__name__)

NUMBERS: Final = "rollup_numbers"
WORDS: Final = "rollup_words"
CLOCKS: Final = "rollup_clocks"
WORK: Final = "rollup_work"
CUSTOMERS: Final = "customer_counts"

FEWEST_POINTS: Final = 8
FEWEST_TICKETS: Final = 4
"""Customers with fewer are in no index of customers by their number: most customers, and every write would move them."""

COMPACT_AFTER: Final = 500
"""Keywords that writes may add to a document before a worker adds them up."""

MOST_ADDED: Final = 5_000
"""Keywords of a larger block, in all slices, that are added to it. If more change, the block is dropped, and built again by a
worker. Until then a year is read day by day, which takes three times as long."""

TOO_LARGE: Final = frozenset((10334, 17419))
"""What MongoDB answers to a write that would make a document larger than 16 MB."""


class TooManyValues(Exception):
    """A tenant has too many different statuses, sources or other values for roll-ups."""


def save_differences(tenant_id: str, found: RollupState, differences: Differences, *, session: ClientSession) -> None:
    """Add them to the generation that readers use, and to the one that is being built if it has these tickets.

    `found` is what `state.begin_write` returned in this transaction.
    """
    note_changed(tenant_id, differences.rows, session=session)
    codes = ValueCodes(found.values)
    days: set[int] = set()
    try:
        if found.generation:
            days |= _save_rows_read(tenant_id, found, codes, differences.rows, session=session)
        if found.building is not None:
            rows = [row for row in differences.rows if found.building.has(row.ticket)]
            days |= save_rows_built(tenant_id, found, codes, rows, session=session)
    except TooManyValues:
        state.give_up(tenant_id, session=session)
    else:
        state.save_changes(tenant_id, found, values=codes.added, days=days, session=session)


def save_rows_built(
    tenant_id: str, found: RollupState, codes: ValueCodes, rows: Sequence[Row], *, session: ClientSession
) -> set[int]:
    """Add rows to the generation that is being built. Returns the days that have numbers because of them.

    Raises `TooManyValues`.
    """
    building = found.building
    assert building is not None
    counted = _count(building, codes, found.hours_since, rows)
    save_counted(RollupKeys(tenant_id, building.generation), counted, session=session)
    return counted.days


def _save_rows_read(
    tenant_id: str, found: RollupState, codes: ValueCodes, rows: Sequence[Row], *, session: ClientSession
) -> set[int]:
    """Add rows to the generation that readers use."""
    counted = _count(found, codes, found.hours_since, rows)
    outdated = counted.add_up_words(found.word_blocks, most=MOST_ADDED)
    if outdated:
        state.save_word_blocks(tenant_id, found.word_blocks - outdated, session=session)
    save_counted(RollupKeys(tenant_id, found.generation), counted, session=session)
    return counted.days


def _count(
    generation: RollupState | Building, codes: ValueCodes, hours_since: int, rows: Sequence[Row]
) -> CountedDifferences:
    zone, sliced = ZoneInfo(generation.zone), generation.sliced_fields
    counted = DifferenceCounter(zone, codes, hours_since, sliced).count(rows)
    if codes.are_too_many:
        raise TooManyValues
    return counted


def save_counted(keys: RollupKeys, counted: CountedDifferences, *, session: ClientSession) -> None:
    """Add sums to the stored ones.

    If a document would become larger than MongoDB allows, the tenant has too many values: its roll-ups are given up, and
    the transaction runs again.
    """
    try:
        _write(NUMBERS, _number_writes(keys, counted.numbers, counted.starts), session)
        _write(WORDS, _word_writes(keys, counted.words), session)
        _write(CLOCKS, _sum_writes(keys, counted.clocks), session)
        _write(WORK, _sum_writes(keys, counted.work), session)
    except BulkWriteError as error:
        if not TOO_LARGE & {each["code"] for each in error.details["writeErrors"]}:
            raise
        session.abort_transaction()
        mongo.in_transaction(lambda own: state.give_up(keys.tenant_id, session=own))
        logger.warning("A day of %s has too many different values or keywords for roll-ups.", keys.tenant_id)
        raise mongo.RepeatTransaction("The roll-ups were given up.") from None
    _save_customers(keys, counted.customers, session)


def _number_writes(keys: RollupKeys, numbers: Sums, starts: Mapping[str, datetime]) -> Iterable[UpdateOne]:
    for place, sums in numbers.items():
        if changed := _without_zeros(sums):
            block = place.block
            when: Document = {"at": starts[block]} if block in starts else {}
            if not block.startswith(HOUR_KEYS):
                when["first"] = _first_day(block)
            first_time = {**keys.match, "slice": place.slice, **when}
            yield UpdateOne(
                {"_id": keys.of(place.slice, block)}, {"$inc": changed, "$setOnInsert": first_time}, upsert=True
            )


def _word_writes(keys: RollupKeys, words: Sums) -> Iterable[UpdateOne]:
    """Keywords are added to a list as they come, a keyword again if it is there already; `keywords` adds them up.

    A day has thousands of keywords. To find each of them among the stored ones would take far longer, and MongoDB goes
    through the whole list to add to its end. So a block's new ones have a document of their own.
    """
    for place, sums in words.items():
        if changed := _without_zeros(sums):
            rows = [{"k": word, "n": number} for word, number in changed.items()]
            first_time = {**keys.match, "slice": place.slice}
            yield UpdateOne(
                {"_id": keys.of(place.slice, place.block + ADDED)},
                {"$push": {"words": {"$each": rows}}, "$inc": {"added": len(rows)}, "$setOnInsert": first_time},
                upsert=True,
            )


def _sum_writes(keys: RollupKeys, of_places: Sums) -> Iterable[UpdateOne]:
    for place, sums in of_places.items():
        if changed := _without_zeros(sums):
            yield UpdateOne(
                {"_id": keys.of(place.slice, place.block)},
                {
                    "$inc": {f"sums.{name}": number for name, number in changed.items()},
                    "$setOnInsert": {**keys.match, "slice": place.slice},
                },
                upsert=True,
            )


def _save_customers(keys: RollupKeys, customers: Mapping[str, "Counter[str]"], session: ClientSession) -> None:
    writes: list[UpdateOne] = []
    fewer: list[str] = []
    for customer_id, sums in customers.items():
        if changed := _without_zeros(sums):
            key = keys.of_customer(customer_id)
            first_time = {**keys.match, "customer_id": customer_id}
            writes.append(UpdateOne({"_id": key}, {"$inc": changed, "$setOnInsert": first_time}, upsert=True))
            if sums["total"] < 0:
                fewer.append(key)
    _write(CUSTOMERS, writes, session)
    if fewer:
        mongo.collection(CUSTOMERS).delete_many({"_id": {"$in": fewer}, "total": 0}, session=session)


def _write(collection: str, writes: Iterable[UpdateOne], session: ClientSession) -> None:
    if listed := list(writes):
        mongo.collection(collection).bulk_write(listed, ordered=False, session=session)


def _without_zeros(sums: "Counter[str]") -> dict[str, int]:
    return {name: number for name, number in sums.items() if number}


def _first_day(block: str) -> int | None:
    return None if block == ALL_TIME else int(block.split()[1])
