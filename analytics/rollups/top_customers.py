"""A tenant's top customers over all time: whom to count first for any period.

A customer's score and number of tickets over a period are never more than over all time. So customers are
counted for a period in the order of their all-time numbers, until the next one's is below what the tenth
already has: almost always a few dozen out of hundreds of thousands. They have the most tickets, too, so
`rollup_leaders` holds what each of them has in each block of days.
"""

from collections.abc import Sequence

from pymongo.client_session import ClientSession

from analytics.figures import MOST_REPEATED, POINTS_HIGH, POINTS_NEGATIVE, POINTS_OPEN, POINTS_REPEATED
from analytics.pipelines import position_expression
from analytics.rollups.blocks import Block
from analytics.rollups.counting import Day
from analytics.rollups.state import TopCustomers
from supportsaas.db import mongo
from supportsaas.db.mongo import Document, Pipeline
from tickets.store.collection_names import TICKETS
from tickets.store.counters import CUSTOMER_COUNTERS

TOP_CUSTOMER_BLOCKS = "rollup_leaders"
KEPT = 300
DAYS_AT_ONCE = 100
"""How many days are counted in one query."""

CUSTOMER_SUMS: Document = {name: {"$sum": f"${name}"} for name in CUSTOMER_COUNTERS}
SCORE: Document = {
    "$add": [
        {"$multiply": [POINTS_HIGH, "$high"]},
        {"$multiply": [POINTS_NEGATIVE, "$negative"]},
        {"$multiply": [POINTS_OPEN, "$open"]},
        {"$min": [{"$multiply": [POINTS_REPEATED, {"$subtract": ["$total", 1]}]}, MOST_REPEATED]},
    ]
}
"""As `AtRiskCustomer.score`."""


def find_top_customers(tenant_id: str) -> TopCustomers:
    found = next(mongo.collection(TICKETS).aggregate(top_customers_pipeline(tenant_id), allowDiskUse=True))
    return TopCustomers(
        by_score=tuple((row["_id"], row["score"]) for row in found["by_score"]),
        by_total=tuple((row["_id"], row["total"]) for row in found["by_total"]),
        tickets=sum(row["n"] for row in found["tickets"]),
    )


def count_days(
    tenant_id: str, generation: int, customers: Sequence[str], days: Sequence[Day], *, session: ClientSession
) -> None:
    """Recount what these customers have on each of these days, and replace what was stored."""
    if not customers or not days:
        return
    collection = mongo.collection(TOP_CUSTOMER_BLOCKS)
    key = {"tenant_id": tenant_id, "generation": generation}
    rows = [
        {**key, **row}
        for run in _runs(days)
        for row in mongo.collection(TICKETS).aggregate(
            customer_days_pipeline(tenant_id, customers, run), session=session
        )
    ]
    blocks = [Block(1, day.number).number for day in days]
    wanted = {"customer": {"$in": list(customers)}, "block": {"$in": blocks}}
    collection.delete_many({**key, **wanted}, session=session)
    if rows:
        collection.insert_many(rows, ordered=False, session=session)


def add_up_blocks(
    tenant_id: str, generation: int, customers: Sequence[str], blocks: Sequence[Block], *, session: ClientSession
) -> None:
    """Add up what these customers have in larger blocks of one size, from the two halves of each."""
    size = blocks[0].days
    key = {"tenant_id": tenant_id, "generation": generation}
    mine = {**key, "customer": {"$in": list(customers)}}
    parts = [part.number for block in blocks for part in block.parts]
    place = {"customer": "$customer", "first": {"$subtract": ["$first", {"$mod": ["$first", size]}]}}
    collection = mongo.collection(TOP_CUSTOMER_BLOCKS)
    found = collection.aggregate(
        [{"$match": {**mine, "block": {"$in": parts}}}, {"$group": {"_id": place, **CUSTOMER_SUMS}}], session=session
    )
    rows = [{**key, "block": Block(size, row["_id"]["first"]).number, **row.pop("_id"), **row} for row in found]
    collection.delete_many({**mine, "block": {"$in": [block.number for block in blocks]}}, session=session)
    if rows:
        collection.insert_many(rows, ordered=False, session=session)


def customer_days_pipeline(tenant_id: str, customers: Sequence[str], days: Sequence[Day]) -> Pipeline:
    """A row for each customer and day, of consecutive days. Covered by the index of customers."""
    within = {"$gte": days[0].start, "$lt": days[-1].end}
    place = position_expression([*(day.start for day in days), days[-1].end], "$created_at")
    numbers = [day.number for day in days]
    blocks = [Block(1, number).number for number in numbers]
    return [
        {
            "$match": {
                "tenant_id": tenant_id,
                "is_deleted": False,
                "customer_id": {"$in": list(customers)},
                "created_at": within,
            }
        },
        {"$group": {"_id": {"customer": "$customer_id", "place": place}, **CUSTOMER_COUNTERS}},
        {
            "$project": {
                "_id": 0,
                "customer": "$_id.customer",
                "first": {"$arrayElemAt": [numbers, {"$toInt": "$_id.place"}]},
                "block": {"$arrayElemAt": [blocks, {"$toInt": "$_id.place"}]},
                **dict.fromkeys(CUSTOMER_COUNTERS, 1),
            }
        },
    ]


def _runs(days: Sequence[Day]) -> list[list[Day]]:
    """The days in runs of consecutive ones, at most `DAYS_AT_ONCE` each."""
    found: list[list[Day]] = []
    for day in days:
        if found and found[-1][-1].end == day.start and len(found[-1]) < DAYS_AT_ONCE:
            found[-1].append(day)
        else:
            found.append([day])
    return found


def top_customers_pipeline(tenant_id: str) -> Pipeline:
    """Covered by the index of customers."""
    return [
        {"$match": {"tenant_id": tenant_id, "is_deleted": False, "customer_id": {"$gt": ""}}},
        {"$group": {"_id": "$customer_id", **CUSTOMER_COUNTERS}},
        {"$project": {"total": 1, "score": SCORE}},
        {
            "$facet": {
                "by_score": [{"$sort": {"score": -1, "_id": 1}}, {"$limit": KEPT + 1}],
                "by_total": [{"$sort": {"total": -1, "_id": 1}}, {"$limit": KEPT + 1}],
                "tickets": [{"$group": {"_id": None, "n": {"$sum": "$total"}}}],
            }
        },
    ]
