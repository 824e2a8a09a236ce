"""What is counted of a period, as facets over whatever the period is put together from.

Whole days, hours and tickets differ in where their time stands and how they are unrolled; what is
counted of them is the same. Each facet gives rows; `f` names what they count, and the rows of all
pieces with the same `f` are added up at the end. `was` marks those of the period before.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from analytics.pipelines import COUNTERS, position_expression
from supportsaas.mongo import Document, Pipeline

SUMS: Document = {name: {"$sum": f"${name}"} for name in COUNTERS}
TURN_SUMS: Document = {name: {"$sum": f"${name}"} for name in ("settled", "reopened")}


@dataclass(frozen=True, slots=True)
class Axis:
    """Where on the time axis a document lies: `field` holds a moment, or the number of a day.

    The period begins at `start`; `edges` are those of the trend's buckets (none where there is no
    trend), `day_edges` those of the period's days. All are of the kind that `field` holds.
    """

    field: str
    start: Any
    edges: Sequence[Any]
    day_edges: Sequence[Any]

    @property
    def is_was(self) -> Document:
        return {"$lt": [self.field, self.start]}

    @property
    def bucket(self) -> Any:
        return self._position(self.edges)

    @property
    def day(self) -> Any:
        return self._position(self.day_edges)

    def on(self, field: str) -> "Axis":
        return Axis(field, self.start, self.edges, self.day_edges)

    def _position(self, edges: Sequence[Any]) -> Any:
        return {"$cond": [self.is_was, -1, position_expression(edges, self.field)]} if len(edges) > 1 else None


def cells(axis: Axis, counters: Document = SUMS) -> Pipeline:
    """All counters, by bucket of the trend."""
    return _rows({"p": axis.bucket, "was": axis.is_was}, counters)


def by_source(axis: Axis, number: Any = "$total") -> Pipeline:
    """How many of each source, in the period alone."""
    return [*in_period(axis), *_rows({"k": "$source"}, {"n": {"$sum": number}})]


def statuses(axis: Axis) -> Pipeline:
    """Of lists `{k, n}`: how many of each status, in the period alone."""
    return [
        *in_period(axis),
        {"$unwind": "$status"},
        *_rows({"k": "$status.k"}, {"n": {"$sum": "$status.n"}}),
    ]


def raw_statuses(axis: Axis) -> Pipeline:
    return [*in_period(axis), *_rows({"k": "$status"}, {"n": {"$sum": 1}})]


def flows(axis: Axis, created: Any = "$total") -> Pipeline:
    """How many were created, closed and reopened, by day of the period; before it, together."""
    return _rows({"p": axis.day, "was": axis.is_was}, {"created": {"$sum": created}, **TURN_SUMS})


def lists_of(name: str, axis: Axis) -> Pipeline:
    """Of lists `{k, n}`: how many of each key, now and before."""
    return [{"$unwind": f"${name}"}, *_rows({"k": f"${name}.k", "was": axis.is_was}, {"n": {"$sum": f"${name}.n"}})]


def keys_of(key: Any, axis: Axis, number: Any = 1) -> Pipeline:
    """How many of each key, now and before."""
    return _rows({"k": key, "was": axis.is_was}, {"n": {"$sum": number}})


def in_period(axis: Axis) -> Pipeline:
    """Without the period before."""
    return [{"$match": {axis.field.removeprefix("$"): {"$gte": axis.start}}}]


def side_by_side(facets: dict[str, Pipeline]) -> Pipeline:
    """All facets of the same documents, their rows behind each other, each with its facet's name in `f`:
    up to a blank, so that two facets can give rows of the same kind."""
    named = [
        {"$map": {"input": f"${f}", "in": {"$mergeObjects": ["$$this", {"f": f.partition(" ")[0]}]}}} for f in facets
    ]
    return [
        {"$facet": facets},
        {"$project": {"rows": {"$concatArrays": named}}},
        {"$unwind": "$rows"},
        {"$replaceRoot": {"newRoot": "$rows"}},
    ]


def rows_of(f: str, stages: Pipeline) -> Pipeline:
    """One facet alone."""
    return [*stages, {"$set": {"f": f}}]


def _rows(key: Document, sums: Document) -> Pipeline:
    return [
        {"$group": {"_id": key, **sums}},
        {"$replaceRoot": {"newRoot": {"$mergeObjects": ["$_id", {name: f"${name}" for name in sums}]}}},
    ]
