"""The numbers of a tenant in a few dozen periods, from stored sums: documents of days and hours, in one read.

Only hours of days before hours were stored are counted from the tickets.
"""

from collections import Counter
from collections.abc import Sequence

from analytics.dashboard.query_scope import QueryScope
from analytics.insights.rule import MOST_OF_ONE, CountedWindow, Counts, Measure, Writers, known_weeks
from analytics.insights.windows import Window
from analytics.pipelines import TOTALS
from supportsaas.db import mongo
from supportsaas.db.mongo import Document, Pipeline
from tickets.records.collection_names import TICKETS
from tickets.records.period import Period
from tickets.rollups.blocks import blocks_of, hour_keys
from tickets.rollups.differences import EVERYTHING
from tickets.rollups.view import RollupView
from tickets.rollups.writing import NUMBERS
from tickets.store.index_scans import DATE_INDEX

CONDITIONS: dict[Measure, Document] = {
    "high": {"urgency": "high"},
    "negative": {"sentiment": "negative"},
    "total": {},
}
"""Which tickets a measure counts, as a match."""

_NAMES = ("total", "high", "negative")
_MOST_SECONDS = 20
"""A tenant whose tickets take longer is skipped, and tried again after a pause."""


def count_windows(view: RollupView, windows: Sequence[Window]) -> tuple[list[CountedWindow], list[Counts | None]]:
    """The windows with their past, as far as it is known, and the numbers of each whole week of the past.

    The last window is that of whole weeks. Its weeks are given from the oldest to the present one.
    """
    periods = [each for window in windows for each in window.periods]
    counts = count_periods(view, periods)
    by_window = [
        counts[place * len(windows[0].periods) :][: len(window.periods)] for place, window in enumerate(windows)
    ]
    now, *past = by_window[-1]
    totals = [each.total for each in past]
    counted = []
    for window, found in zip(windows, by_window, strict=True):
        places = known_weeks(window, totals=totals, first=view.beginning)
        past_counts = tuple(found[1 + place] for place in places)
        counted.append(CountedWindow(window, found[0], past_counts, tuple(window.past[place] for place in places)))
    weeks = windows[-1].past
    known = [each if week.start >= view.beginning else None for week, each in zip(weeks, past, strict=True)]
    return counted, [*reversed(known), now]


def count_periods(view: RollupView, periods: Sequence[Period]) -> list[Counts]:
    """The numbers of each period. They may overlap. The view must be built."""
    scope = QueryScope(view)
    pieces = [scope.cut(each) for each in periods]
    keys = [
        [
            view.keys.of(EVERYTHING, block)
            for block in (
                *(block.key for days in each.days for block in blocks_of(days)),
                *hour_keys(each.hours, view.zone),
            )
        ]
        for each in pieces
    ]
    stored = _read_stored(view, {key for each in keys for key in each})
    counted = []
    for its_keys, each in zip(keys, pieces, strict=True):
        sums: Counter[str] = Counter()
        for key in its_keys:
            sums.update(stored.get(key, {}))
        if each.raw:
            sums.update(_count_tickets(view, scope.tickets(each.raw)))
        counted.append(Counts(**{name: sums[name] for name in _NAMES}))
    return counted


def find_writers(view: RollupView, period: Period, measure: Measure) -> Writers:
    """Of tickets without a customer, each counts as one of its own."""
    pipeline: Pipeline = [
        {"$match": {**QueryScope(view).tickets([period]), **CONDITIONS[measure]}},
        {"$group": {"_id": {"$ifNull": ["$customer_id", ""]}, "n": {"$sum": 1}}},
        {
            "$group": {
                "_id": {"$in": ["$_id", [""]]},
                "customers": {"$sum": 1},
                "tickets": {"$sum": "$n"},
                "capped": {"$sum": {"$min": ["$n", MOST_OF_ONE]}},
            }
        },
    ]
    rows = {bool(each["_id"]): each for each in _aggregate(view, pipeline)}
    known, nameless = rows.get(False), rows.get(True)
    unknown = nameless["tickets"] if nameless else 0
    return Writers(
        customers=(known["customers"] if known else 0) + unknown, capped=(known["capped"] if known else 0) + unknown
    )


def _read_stored(view: RollupView, keys: set[str]) -> dict[str, dict[str, int]]:
    match = {"_id": {"$in": sorted(keys)}, "tenant_id": view.tenant_id}
    found = mongo.collection(NUMBERS).find(match, dict.fromkeys(_NAMES, 1), session=view.session)
    return {each["_id"]: {name: each.get(name, 0) for name in _NAMES} for each in found}


def _count_tickets(view: RollupView, match: Document) -> dict[str, int]:
    group: Document = {"_id": None, **{name: TOTALS[name] for name in _NAMES}}
    rows = _aggregate(view, [{"$match": match}, {"$group": group}])
    return {name: rows[0][name] for name in _NAMES} if rows else {}


def _aggregate(view: RollupView, pipeline: Pipeline) -> list[Document]:
    tickets = mongo.collection(TICKETS)
    return tickets.aggregate(
        pipeline, session=view.session, hint=DATE_INDEX, maxTimeMS=_MOST_SECONDS * 1000, allowDiskUse=True
    ).to_list()
