"""How the rows that a dashboard is joined from are grouped: the pieces of its facets."""

from collections.abc import Iterable

from analytics.dashboard.query_scope import Branch
from supportsaas.db.mongo import Document, Pipeline


def joined(branches: Iterable[Branch | None]) -> Pipeline:
    """All branches behind each other, beginning with no document at all, whichever of them there are."""
    return [{"$documents": []}, *(each.union for each in branches if each)]


def counted(key: str, number: str) -> Pipeline:
    """The values of a key with their numbers, the most frequent first."""
    return [{"$group": {"_id": f"${key}", "count": {"$sum": f"${number}"}}}, {"$sort": {"count": -1, "_id": 1}}]


def added_up(key: str, number: str) -> Pipeline:
    return [{"$group": {"_id": f"${key}", "n": {"$sum": f"${number}"}}}]


SOURCES: Pipeline = [{"$match": {"f": "source", "n": {"$gt": 0}}}, *counted("k", "n")]
STATUSES: Pipeline = [
    {"$match": {"f": "count", "was": False}},
    {"$unwind": "$status"},
    *counted("status.k", "status.n"),
]


HOURS: Pipeline = [{"$match": {"f": "hour"}}, *added_up("k", "n"), {"$sort": {"_id": 1}}]


def most_frequent(name: str, values: Pipeline, most: int) -> dict[str, Pipeline]:
    """The facet of the most frequent values, and the facet of what all others come to together."""
    others = {"$group": {"_id": None, "values": {"$sum": 1}, "tickets": {"$sum": "$count"}}}
    return {name: [*values, {"$limit": most}], f"{name}_others": [*values, {"$skip": most}, others]}


def or_0(name: str) -> Document:
    return {"$ifNull": [f"${name}", 0]}
