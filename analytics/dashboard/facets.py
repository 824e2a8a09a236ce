"""The pieces of a dashboard's `$facet`: how the rows of its union parts (see `union_parts`) are grouped."""

from collections.abc import Iterable

from analytics.dashboard.query_scope import UnionPart
from supportsaas.db.mongo import Document, Pipeline
from tickets.records.dimensions import DIMENSIONS


def joined(parts: Iterable[UnionPart | None]) -> Pipeline:
    """The rows of all parts. Begins with no document at all, so it does not matter which parts there are."""
    return [{"$documents": []}, *(each.union for each in parts if each)]


def most_first(key: str, number: str) -> Pipeline:
    """The values of a field with their `count`, the most frequent first."""
    return [*sums_by(key, number), {"$match": {"count": {"$gt": 0}}}, {"$sort": {"count": -1, "_id": 1}}]


def sums_by(key: str, number: str) -> Pipeline:
    return [{"$group": {"_id": f"${key}", "count": {"$sum": f"${number}"}}}]


SOURCES: Pipeline = [{"$match": {"metric": "choice", "field": "source"}}, *most_first("key", "count")]
STATUSES: Pipeline = [
    {"$match": {"is_previous": False}},
    {"$unwind": "$status"},
    *most_first("status.k", "status.n"),
]


def most_frequent(name: str, values: Pipeline, most: int) -> dict[str, Pipeline]:
    """The facet of the most frequent values, and one that sums up all others."""
    others = {"$group": {"_id": None, "values": {"$sum": 1}, "tickets": {"$sum": "$count"}}}
    return {name: [*values, {"$limit": most}], f"{name}_others": [*values, {"$skip": most}, others]}


def dimension_facets(most: int) -> dict[str, Pipeline]:
    """The facets of the most frequent values of each dimension."""
    return {
        f"by_{name}": [{"$match": {"metric": "choice", "field": name}}, *most_first("key", "count"), {"$limit": most}]
        for name in DIMENSIONS
    }


def or_0(name: str) -> Document:
    return {"$ifNull": [f"${name}", 0]}
