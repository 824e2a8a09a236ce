"""Keeps the stored keywords short: adds up what writes have added, and builds larger blocks of days that are over.

Both only make reading faster. Keywords are exact without it.
"""

import logging
import threading
from datetime import datetime
from functools import partial
from itertools import islice
from typing import Final

from pymongo.client_session import ClientSession
from pymongo.errors import DocumentTooLarge, OperationFailure

from supportsaas import clock
from supportsaas.db import mongo
from supportsaas.db.mongo import Document, Pipeline
from supportsaas.ops.per_tenant_work import for_each_tenant
from supportsaas.ops.periodic_tasks import periodic_task
from tenants.models import Tenant
from tickets.rollups import state
from tickets.rollups.blocks import DAY_KEYS, LARGER_SIZES, Block, day_of, enclosing_block
from tickets.rollups.differences import EVERYTHING
from tickets.rollups.keys import ADDED, RollupKeys
from tickets.rollups.state import RollupState
from tickets.rollups.writing import COMPACT_AFTER, TOO_LARGE, WORDS

logger = logging.getLogger(__name__)

DOCUMENTS_AT_ONCE: Final = 100
BLOCKS_AT_ONCE: Final = 8

_ADDED_UP: Pipeline = [
    {"$unwind": "$words"},
    {"$group": {"_id": {"slice": "$slice", "k": "$words.k"}, "n": {"$sum": "$words.n"}}},
    {"$match": {"n": {"$ne": 0}}},
    {"$group": {"_id": "$_id.slice", "words": {"$push": {"k": "$_id.k", "n": "$n"}}}},
]


@periodic_task("keywords", every_seconds=10, follows_runs=True)
def tidy_all(stop: threading.Event) -> int:
    """Tidy the keywords of every tenant; how many documents were written."""
    tenants = {each.slug: each for each in Tenant.objects.all()}
    return for_each_tenant("keywords", tenants, lambda slug: tidy(tenants[slug], stop=stop), stop=stop)


def tidy(tenant: Tenant, *, stop: threading.Event | None = None, now: datetime | None = None) -> int:
    """Tidy a tenant's keywords until all is done or `stop` is set; how many documents were written."""
    stop = stop or threading.Event()
    done = 0
    while not stop.is_set() and (written := _compact_some(tenant)):
        done += written
    for size in LARGER_SIZES:
        while not stop.is_set() and (written := _build_some(tenant, size, now or clock.now())):
            done += written
    return done


def _compact_some(tenant: Tenant) -> int:
    """Add up the keywords of some blocks that many were added to."""
    grown = {"tenant_id": tenant.slug, "added": {"$gt": COMPACT_AFTER}}
    found = mongo.collection(WORDS).find(grown, {"_id": 1}).limit(DOCUMENTS_AT_ONCE)
    return sum(_compact_or_give_up(tenant, each["_id"]) for each in found)


def _compact_or_give_up(tenant: Tenant, key: str) -> int:
    """How many documents were written. If one would be larger than MongoDB allows, the tenant's roll-ups are given up."""
    try:
        return mongo.in_transaction(partial(_compact, key))
    except (DocumentTooLarge, OperationFailure) as error:
        if isinstance(error, OperationFailure) and error.code not in TOO_LARGE:
            raise
    mongo.in_transaction(lambda session: state.give_up(tenant.slug, session=session))
    mongo.collection(WORDS).delete_one({"_id": key})
    logger.warning("A day of %s has too many different keywords for roll-ups.", tenant.slug)
    return 1


def _compact(key: str, session: ClientSession) -> int:
    """How many documents were written. MongoDB repeats it, or the write, if keywords are added meanwhile."""
    documents = mongo.collection(WORDS)
    grown = documents.find_one({"_id": key}, {"_id": 0, "words": 0, "added": 0}, session=session)
    if grown is None:
        return 0
    block = key.removesuffix(ADDED)
    both = {"_id": {"$in": [block, block + ADDED]}}
    row = next(documents.aggregate([{"$match": both}, *_ADDED_UP], session=session), None)
    documents.delete_one({"_id": block + ADDED}, session=session)
    added_up = {**grown, "words": row["words"] if row else [], "added": 0}
    documents.replace_one({"_id": block}, added_up, upsert=True, session=session)
    return 1


def _build_some(tenant: Tenant, size: int, now: datetime) -> int:
    """Build some larger blocks that are over and have keywords."""

    def work(session: ClientSession) -> int:
        found = state.find(tenant.slug, session=session)
        if found is None or not found.generation or found.zone != tenant.timezone:
            return 0
        missing = _missing_blocks(tenant, found, size, today=day_of(now, tenant.zone), session=session)
        if not missing:
            return 0
        state.begin_write(tenant, session=session)
        for block in missing:
            _build_block(RollupKeys(tenant.slug, found.generation), found, block, session=session)
        state.save_word_blocks(tenant.slug, {*found.word_blocks, *missing}, session=session)
        return len(missing)

    return mongo.in_transaction(work)


def _missing_blocks(
    tenant: Tenant, found: RollupState, size: int, *, today: int, session: ClientSession
) -> list[Block]:
    """The first blocks of this size that are over, have keywords, and are not stored though their parts are."""
    keys = RollupKeys(tenant.slug, found.generation)
    days = mongo.collection(WORDS).find(keys.match_days([(1, today)], [EVERYTHING]), {"_id": 1}, session=session)
    have_words = {int(each["_id"].removesuffix(ADDED).rpartition(DAY_KEYS)[2]) for each in days}
    blocks = sorted({enclosing_block(day, size) for day in have_words}, key=lambda block: block.first)
    missing = (each for each in blocks if each.end <= today and each not in found.word_blocks)
    if size > min(LARGER_SIZES):
        missing = (each for each in missing if _has_parts(each, found, have_words))
    return list(islice(missing, BLOCKS_AT_ONCE))


def _has_parts(block: Block, found: RollupState, have_words: set[int]) -> bool:
    return all(
        part in found.word_blocks for part in block.parts if not have_words.isdisjoint(range(part.first, part.end))
    )


def _build_block(keys: RollupKeys, found: RollupState, block: Block, *, session: ClientSession) -> None:
    documents = mongo.collection(WORDS)
    slices = state.slices_of(found)
    documents.delete_many(keys.match_words([block.key], slices), session=session)
    parts = keys.match_words([part.key for part in block.parts], slices)
    rows = documents.aggregate([{"$match": parts}, *_ADDED_UP], session=session, allowDiskUse=True)
    made: list[Document] = [
        {"_id": keys.of(row["_id"], block.key), **keys.match, "slice": row["_id"], "words": row["words"], "added": 0}
        for row in rows
    ]
    if made:
        documents.insert_many(made, ordered=False, session=session)
