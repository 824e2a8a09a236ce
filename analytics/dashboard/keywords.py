"""The keywords and topics of a period: the keywords in the most tickets, those in more than in the previous period, and in
how many tickets each topic is.

All of them are counted in one union part, because they are most of what a dashboard reads. Of the keywords, only the first
few reach the rows of the other parts.
"""

from analytics.dashboard.query_scope import QueryScope, UnionPart
from analytics.dashboard.union_parts import CountedPeriod
from analytics.pipelines import side_by_side
from supportsaas.db.mongo import Pipeline
from tickets.classification.topics.catalogue import TOPIC_ID
from tickets.rollups.blocks import Pieces

SHOWN = 10
_IS_TOPIC = {"$gte": "t0", "$lt": "t:", "$regex": f"^{TOPIC_ID.pattern}$"}
"""The range alone has a few keywords, too, such as t3-large; but comparing is faster than a pattern."""

_IS_KEYWORD = {"$not": _IS_TOPIC}


def keyword_part(scope: QueryScope, counted: CountedPeriod) -> UnionPart | None:
    """The first ten `keywords`, the first ten `rising` ones, and all `topics`; None if there is nothing to read."""
    parts = [*_count_words(scope, counted.current, "count"), *_count_words(scope, counted.previous, "before")]
    if not parts:
        return None
    first, *more = parts
    stages = [
        *first.stages,
        *(each.union for each in more),
        {"$group": {"_id": "$_id", "count": {"$sum": "$count"}, "before": {"$sum": "$before"}}},
        *side_by_side(
            {
                "keywords": [
                    {"$match": {"count": {"$gt": 0}, "_id": _IS_KEYWORD}},
                    {"$sort": {"count": -1, "_id": 1}},
                    {"$limit": SHOWN},
                ],
                "rising": [
                    {"$set": {"gain": {"$subtract": ["$count", "$before"]}}},
                    {"$match": {"gain": {"$gt": 0}, "_id": _IS_KEYWORD}},
                    {"$sort": {"gain": -1, "_id": 1}},
                    {"$limit": SHOWN},
                ],
                "topics": [{"$match": {"_id": _IS_TOPIC, "$or": [{"count": {"$gt": 0}}, {"before": {"$gt": 0}}]}}],
            }
        ),
    ]
    return UnionPart(first.collection, first.match, stages)


def keyword_facets() -> dict[str, Pipeline]:
    return {
        "keywords": [{"$match": {"metric": "keywords"}}, {"$sort": {"count": -1, "_id": 1}}],
        "rising": [{"$match": {"metric": "rising"}}, {"$sort": {"gain": -1, "_id": 1}}],
        "topics": [{"$match": {"metric": "topics"}}, {"$sort": {"count": -1, "_id": 1}}],
    }


def _count_words(scope: QueryScope, pieces: Pieces, name: str) -> list[UnionPart]:
    """In how many tickets of the pieces each keyword and topic is, as the field `name`."""
    stored: Pipeline = [
        {"$project": {"_id": 0, "words": 1}},
        {"$unwind": "$words"},
        {"$group": {"_id": "$words.k", name: {"$sum": "$words.n"}}},
    ]
    parts: list[UnionPart] = []
    if pieces.days:
        parts.append(UnionPart("rollup_words", scope.words_of_days(pieces.days), stored))
    if pieces.hours:
        parts.append(UnionPart("rollup_words", scope.hours(pieces.hours), stored))
    if pieces.raw:
        stages = [
            *scope.narrowing_stages,
            {"$project": {"_id": 0, "word": {"$concatArrays": ["$topics", {"$ifNull": ["$topic_ids", []]}]}}},
            {"$unwind": "$word"},
            {"$group": {"_id": "$word", name: {"$sum": 1}}},
        ]
        parts.append(UnionPart("tickets", scope.tickets(pieces.raw), stages))
    return parts
