"""The words of a period: those in the most tickets, and those in more than in the period before.

Everything of them is counted in one branch, because they are most of what a dashboard reads: what
reaches the others' rows are the first few alone.
"""

from analytics.dashboard.query_scope import Branch, Ground
from analytics.dashboard.union_parts import Span
from analytics.pipelines import side_by_side
from analytics.rollups.blocks import HOUR, Block, Pieces, blocks_of, days_touching, start_of
from supportsaas.db.mongo import Document, Pipeline

SHOWN = 10

_NO_HOURS = [99, 1]
"""What `$slice` takes for nothing: behind the last hour of any day."""


def keyword_branch(ground: Ground, span: Span) -> Branch | None:
    """The first ten `keywords` and the first ten of the `rising`; None where nothing is to be read."""
    parts = [*_counted(ground, span.now, "count"), *_counted(ground, span.was, "before")]
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
    return Branch(first.collection, first.match, stages)


def keyword_facets() -> dict[str, Pipeline]:
    return {
        "keywords": [{"$match": {"f": "keywords"}}, {"$sort": {"count": -1, "_id": 1}}],
        "rising": [{"$match": {"f": "rising"}}, {"$sort": {"gain": -1, "_id": 1}}],
    }


def _counted(ground: Ground, pieces: Pieces, name: str) -> list[Branch]:
    """How many tickets of the pieces each word is in, as `name`."""
    found: list[Branch] = []
    if pieces.days:
        blocks = [block for stretch in pieces.days for block in blocks_of(stretch, ground.view.trust)]
        stages = _unwound({"words": 1}, name, "$words.n")
        found.append(Branch("rollup_blocks", ground.blocks(blocks), stages))
    raw = [*pieces.raw]
    if pieces.hours and ground.sources:  # the words of an hour are kept of all sources together
        raw += pieces.hours
    elif pieces.hours:
        found.append(_of_hours(ground, pieces, name))
    if raw:
        stages = [
            *ground.narrow,
            {"$project": {"_id": 0, "topics": 1}},
            {"$unwind": "$topics"},
            {"$group": {"_id": "$topics", name: {"$sum": 1}}},
        ]
        found.append(Branch("tickets", ground.tickets(raw), stages))
    return found


def _of_hours(ground: Ground, pieces: Pieces, name: str) -> Branch:
    """The hours of a day lie next to each other: of each word's numbers by the hour, a slice is added up."""
    zone = ground.view.zone
    slices: dict[int, list[int]] = {}
    for hours in pieces.hours:
        for day in days_touching(hours, zone):
            midnight, end = start_of(day, zone), start_of(day + 1, zone)
            first = (max(hours.start, midnight) - midnight) // HOUR
            slices[day] = [first, (min(hours.end, end) - midnight) // HOUR - first]
    # A day that is not among them is at -1, and that is the last one.
    mine = {"$arrayElemAt": [[*slices.values(), _NO_HOURS], {"$indexOfArray": [list(slices), "$first"]}]}
    number = {"$sum": {"$slice": ["$words.n", {"$first": "$mine"}, {"$last": "$mine"}]}}
    stages = _unwound({"words": 1, "mine": mine}, name, number)
    return Branch("rollup_blocks", ground.blocks([Block(0, day) for day in slices]), stages)


def _unwound(fields: Document, name: str, number: str | Document) -> Pipeline:
    return [
        {"$project": {"_id": 0, **fields}},
        {"$unwind": "$words"},
        {"$group": {"_id": "$words.k", name: {"$sum": number}}},
    ]
