"""The pieces that the statistics' pipelines are made of."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from supportsaas.mongo import Document, Pipeline
from tickets.filters import OPEN_STATUSES, SENTIMENTS, URGENCIES
from tickets.store import TICKETS

TOP_CUSTOMERS = 10
TICKET_IDS = 20
AT_RISK_NEGATIVE = 2

_AT_RISK: Document = {"$or": [{"urgency": "high"}, {"sentiment": "negative"}]}


def number_where(condition: Any) -> Document:
    return {"$sum": {"$cond": [condition, 1, 0]}}


IS_HIGH: Document = {"$eq": ["$urgency", "high"]}
IS_NEGATIVE: Document = {"$eq": ["$sentiment", "negative"]}
IS_OPEN: Document = {"$in": ["$status", list(OPEN_STATUSES)]}
TOTALS: Document = {
    "total": {"$sum": 1},
    "open": number_where(IS_OPEN),
    "high": number_where(IS_HIGH),
    "negative": number_where(IS_NEGATIVE),
    "action": number_where("$requires_action"),
}
TREND: Document = {
    **TOTALS,
    **{urgency: number_where({"$eq": ["$urgency", urgency]}) for urgency in URGENCIES},
    **{sentiment: number_where({"$eq": ["$sentiment", sentiment]}) for sentiment in SENTIMENTS},
}


def count_pipeline(field: str) -> Pipeline:
    """The values of a field with their numbers, the most frequent first."""
    return [{"$group": {"_id": f"${field}", "count": {"$sum": 1}}}, {"$sort": {"count": -1, "_id": 1}}]


def keywords_pipeline(limit: int) -> Pipeline:
    """The words in the most tickets. `topics` holds each word of a ticket once, and no stop words."""
    return [{"$unwind": "$topics"}, *count_pipeline("topics"), {"$limit": limit}]


def customers_pipeline(within: Mapping[str, Any]) -> Pipeline:
    """The customers at risk: most high-urgency tickets first, then most negative ones.

    Takes the tickets that match `within` (which names the tenant); only for the few customers
    that are left it looks up how many tickets they have, how many are open, and which speak.
    """
    return [
        {"$match": {**_AT_RISK, "customer_id": {"$ne": ""}}},
        {"$group": {"_id": "$customer_id", "high": number_where(IS_HIGH), "negative": number_where(IS_NEGATIVE)}},
        {"$match": {"$or": [{"high": {"$gte": 1}}, {"negative": {"$gte": AT_RISK_NEGATIVE}}]}},
        {"$sort": {"high": -1, "negative": -1, "_id": 1}},
        {"$limit": TOP_CUSTOMERS},
        _of_customer(
            "all", [{"$match": within}, {"$group": {"_id": None, "total": {"$sum": 1}, "open": number_where(IS_OPEN)}}]
        ),
        _of_customer(
            "speaking",
            [
                {"$match": {**within, **_AT_RISK}},
                {"$project": {"_id": 0, "external_id": 1, "created_at": 1, "is_high": IS_HIGH}},
                {"$sort": {"is_high": -1, "created_at": -1, "external_id": -1}},
                {"$limit": TICKET_IDS},
            ],
        ),
        {
            "$set": {
                "speaking": {
                    "$filter": {"input": "$speaking", "cond": {"$eq": ["$$this.is_high", {"$gt": ["$high", 0]}]}}
                }
            }
        },
    ]


def position_expression(edges: Sequence[datetime]) -> Any:
    """Which of the buckets between ascending edges `created_at` lies in, from 0; it must lie in one.

    Neighbours of equal length are one division; where the length changes (a day of 23 hours, a
    month) a comparison comes between, as a balanced tree.
    """
    runs: list[tuple[int, timedelta]] = []
    for position, (start, end) in enumerate(pairwise(edges)):
        if not runs or runs[-1][1] != end - start:
            runs.append((position, end - start))
    return _position_in(runs, edges)


def _position_in(runs: Sequence[tuple[int, timedelta]], edges: Sequence[datetime]) -> Any:
    if len(runs) == 1:
        first, length = runs[0]
        elapsed = {"$subtract": ["$created_at", edges[first]]}
        passed = {"$floor": {"$divide": [elapsed, length // timedelta(milliseconds=1)]}}
        return {"$add": [first, passed]} if first else passed
    middle = len(runs) // 2
    is_before = {"$lt": ["$created_at", edges[runs[middle][0]]]}
    return {"$cond": [is_before, _position_in(runs[:middle], edges), _position_in(runs[middle:], edges)]}


def _of_customer(name: str, pipeline: Pipeline) -> Document:
    return {
        "$lookup": {
            "from": TICKETS,
            "localField": "_id",
            "foreignField": "customer_id",
            "pipeline": pipeline,
            "as": name,
        }
    }
