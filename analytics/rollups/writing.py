"""Writes the documents of a tenant's days and blocks, each replacing what was stored."""

from collections.abc import Sequence
from dataclasses import asdict
from zoneinfo import ZoneInfo

from pymongo.client_session import ClientSession

from analytics.rollups import state
from analytics.rollups.blocks import Block
from analytics.rollups.counting import (
    BLOCK_LISTS,
    BLOCK_SUMS,
    Day,
    block_pipeline,
    counts_pipeline,
    flows_pipeline,
    words_pipeline,
)
from analytics.rollups.limits import assert_storable
from analytics.rollups.top_customers import TOP_CUSTOMER_BLOCKS
from supportsaas.db import mongo
from supportsaas.db.mongo import Document, Pipeline
from tickets.store.collection_names import TICKETS

DAYS, BLOCKS = "rollup_days", "rollup_blocks"


def count_days(
    tenant_id: str, generation: int, days: Sequence[Day], *, is_kept: bool = True, session: ClientSession
) -> None:
    """Recount these days from the tickets and replace what is stored. Without `is_kept`, only delete it."""
    key = {"tenant_id": tenant_id, "generation": generation}
    numbers = [day.number for day in days]
    mongo.collection(DAYS).delete_many({**key, "day": {"$in": numbers}}, session=session)
    made = [Block(size, number).number for size in (0, 1) for number in numbers]
    mongo.collection(BLOCKS).delete_many({**key, "block": {"$in": made}}, session=session)
    for day in days if is_kept else ():
        _count_day(tenant_id, key, day, session)


def _count_day(tenant_id: str, key: Document, day: Day, session: ClientSession) -> None:
    tickets = mongo.collection(TICKETS)
    counts = next(tickets.aggregate(counts_pipeline(tenant_id, day), session=session))
    assert_storable(counts["days"])
    flows = next(tickets.aggregate(flows_pipeline(tenant_id, day), session=session))
    words = next(tickets.aggregate(words_pipeline(tenant_id, day), session=session))
    found = day_documents(key, day, counts, flows)
    if found:
        mongo.collection(DAYS).insert_many(found, session=session)
        mongo.collection(BLOCKS).insert_many(first_blocks(key, day, found, words, flows), session=session)


def day_documents(key: Document, day: Day, counts: Document, flows: Document) -> list[Document]:
    """One document for each source, and one for all of them (source None)."""
    counted = {row["source"]: row for row in counts["days"]}
    reopened_or_closed = {row["_id"]: row for row in flows["by_hour"]}
    lists = {name: _by_source(counts[name], name) for name in ("hours", "week_hours")}
    nothing = {"settled": 0, "reopened": 0, "flows": []}
    return [
        {
            **key,
            "day": day.number,
            "source": source,
            **counted.get(source, {}),
            **{name: reopened_or_closed.get(source, nothing)[name] for name in nothing},
            **{name: rows.get(source, []) for name, rows in lists.items()},
        }
        for source in {*counted, *reopened_or_closed}
    ]


def first_blocks(key: Document, day: Day, days: Sequence[Document], words: Document, flows: Document) -> list[Document]:
    """The blocks of one day: its words by hour, one block for each source, and one for all (source None)."""
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
    """The fields of a block's place: the number that finds it, and what that is made of."""
    return {"block": block.number, **asdict(block)}


def _by_source(rows: Sequence[Document], name: str) -> dict[str | None, list[Document]]:
    return {row["_id"]: row[name] for row in rows}


def add_up_block(
    tenant_id: str, generation: int, block: Block, *, is_kept: bool = True, session: ClientSession
) -> None:
    blocks = mongo.collection(BLOCKS)
    key = {"tenant_id": tenant_id, "generation": generation}
    if not is_kept:
        blocks.delete_many({**key, "block": block.number}, session=session)
        return
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


def days_with_tickets(tenant_id: str, zone: ZoneInfo) -> list[int]:
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


def drop(tenant_id: str, which: Document, *, session: ClientSession) -> None:
    for name in (DAYS, BLOCKS, TOP_CUSTOMER_BLOCKS):
        mongo.collection(name).delete_many({"tenant_id": tenant_id, **which}, session=session)
