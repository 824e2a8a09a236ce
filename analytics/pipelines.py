"""The building blocks of the statistics' pipelines: counters, facets, and positions on a time axis."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise
from typing import Any

from supportsaas.db.mongo import Document, Pipeline
from tickets.records.facets import NOT_CLASSIFIED, SENTIMENT_SUMS, UNKNOWN, URGENCY_SUMS
from tickets.records.statuses import IS_UNKNOWN
from tickets.store.counters import CUSTOMER_COUNTERS, count_where

TOTALS: Document = {
    **CUSTOMER_COUNTERS,
    "unknown": count_where(IS_UNKNOWN),
    "action": count_where("$requires_action"),
    NOT_CLASSIFIED: count_where({"$eq": ["$urgency", UNKNOWN]}),
}
"""The counters of a tile."""

COUNTERS: Document = {
    **TOTALS,
    **{name: count_where({"$eq": ["$urgency", urgency]}) for urgency, name in URGENCY_SUMS.items()},
    **{name: count_where({"$eq": ["$sentiment", sentiment]}) for sentiment, name in SENTIMENT_SUMS.items()},
}
"""All counters of a group of tickets."""

SUMS: Document = {name: {"$sum": f"${name}"} for name in COUNTERS}
"""The same, added up from counters that are stored."""


def side_by_side(facets: dict[str, Pipeline]) -> Pipeline:
    """The rows of several facets over the same documents, each with its facet's name as `metric`."""
    named = [{"$map": {"input": f"${name}", "in": {"$mergeObjects": ["$$this", {"metric": name}]}}} for name in facets]
    return [
        {"$facet": facets},
        {"$project": {"rows": {"$concatArrays": named}}},
        {"$unwind": "$rows"},
        {"$replaceRoot": {"newRoot": "$rows"}},
    ]


def position_expression(edges: Sequence[Any], field: str) -> Any:
    """Which of the buckets between ascending edges a field lies in, counted from 0. It must lie in one.

    Edges and field are moments, or whole numbers. Adjacent buckets of equal length need one division; where
    the length changes (a day of 23 hours, a month), a comparison decides, in a balanced tree.
    """
    runs: list[tuple[int, Any]] = []
    for position, (start, end) in enumerate(pairwise(edges)):
        if not runs or runs[-1][1] != end - start:
            runs.append((position, end - start))
    return _position_in(runs, edges, field)


def _position_in(runs: Sequence[tuple[int, Any]], edges: Sequence[Any], field: str) -> Any:
    if len(runs) == 1:
        first, length = runs[0]
        if isinstance(length, timedelta):
            length = length // timedelta(milliseconds=1)
        passed = {"$floor": {"$divide": [{"$subtract": [field, edges[first]]}, length]}}
        return {"$add": [first, passed]} if first else passed
    middle = len(runs) // 2
    is_before = {"$lt": [field, edges[runs[middle][0]]]}
    return {"$cond": [is_before, _position_in(runs[:middle], edges, field), _position_in(runs[middle:], edges, field)]}
