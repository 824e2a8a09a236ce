"""The keywords of a period: those in the most tickets, and those in more than in the previous period.

All of them are counted in one union part, because they are most of what a dashboard reads. Only the first
few reach the rows of the other parts.
"""

from analytics.dashboard.query_scope import QueryScope, UnionPart
from analytics.dashboard.union_parts import CountedPeriod
from analytics.pipelines import side_by_side
from analytics.rollups.blocks import HOUR, Block, Pieces, blocks_of, days_touching, start_of
from supportsaas.db.mongo import Document, Pipeline

SHOWN = 10

_NO_HOURS = [99, 1]
"""For `$slice`: after the last hour of any day, so nothing."""


def keyword_part(scope: QueryScope, counted: CountedPeriod) -> UnionPart | None:
    """The first ten `keywords` and the first ten `rising` ones; None if there is nothing to read."""
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
                "keywords": [{"$match": {"count": {"$gt": 0}}}, {"$sort": {"count": -1, "_id": 1}}, {"$limit": SHOWN}],
                "rising": [
                    {"$set": {"gain": {"$subtract": ["$count", "$before"]}}},
                    {"$match": {"gain": {"$gt": 0}}},
                    {"$sort": {"gain": -1, "_id": 1}},
                    {"$limit": SHOWN},
                ],
            }
        ),
    ]
    return UnionPart(first.collection, first.match, stages)


def keyword_facets() -> dict[str, Pipeline]:
    return {
        "keywords": [{"$match": {"metric": "keywords"}}, {"$sort": {"count": -1, "_id": 1}}],
        "rising": [{"$match": {"metric": "rising"}}, {"$sort": {"gain": -1, "_id": 1}}],
    }


def _count_words(scope: QueryScope, pieces: Pieces, name: str) -> list[UnionPart]:
    """In how many tickets of the pieces each word is, as the field `name`."""
    parts: list[UnionPart] = []
    if pieces.days:
        blocks = [block for days in pieces.days for block in blocks_of(days, scope.view.valid_days)]
        stages = _unwound({"words": 1}, name, "$words.n")
        parts.append(UnionPart("rollup_blocks", scope.blocks(blocks), stages))
    raw = [*pieces.raw]
    if pieces.hours and scope.sources:  # the words of an hour are stored for all sources together
        raw += pieces.hours
    elif pieces.hours:
        parts.append(_of_hours(scope, pieces, name))
    if raw:
        stages = [
            *scope.source_filter,
            {"$project": {"_id": 0, "topics": 1}},
            {"$unwind": "$topics"},
            {"$group": {"_id": "$topics", name: {"$sum": 1}}},
        ]
        parts.append(UnionPart("tickets", scope.tickets(raw), stages))
    return parts


def _of_hours(scope: QueryScope, pieces: Pieces, name: str) -> UnionPart:
    """The hours of a day are adjacent, so a slice of each word's numbers by the hour is added up."""
    zone = scope.view.zone
    slices: dict[int, list[int]] = {}
    for hours in pieces.hours:
        for day in days_touching(hours, zone):
            midnight, end = start_of(day, zone), start_of(day + 1, zone)
            first = (max(hours.start, midnight) - midnight) // HOUR
            slices[day] = [first, (min(hours.end, end) - midnight) // HOUR - first]
    # `$indexOfArray` gives -1 for any other day, which is the last entry: no hours.
    mine = {"$arrayElemAt": [[*slices.values(), _NO_HOURS], {"$indexOfArray": [list(slices), "$first"]}]}
    number = {"$sum": {"$slice": ["$words.n", {"$first": "$mine"}, {"$last": "$mine"}]}}
    stages = _unwound({"words": 1, "mine": mine}, name, number)
    return UnionPart("rollup_blocks", scope.blocks([Block(0, day) for day in slices]), stages)


def _unwound(fields: Document, name: str, number: str | Document) -> Pipeline:
    return [
        {"$project": {"_id": 0, **fields}},
        {"$unwind": "$words"},
        {"$group": {"_id": "$words.k", name: {"$sum": number}}},
    ]
