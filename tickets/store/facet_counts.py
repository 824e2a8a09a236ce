"""FacetCountStore: a tenant's facet counts, stored by day, by month and for all time.

The transaction that changes tickets also changes the counts, so the total of a list of a million tickets is read and
not counted. Days are days of UTC, because a tenant's time zone may change; the pieces of a period that are not whole
days are counted in the tickets. A bucket has one document for all common statuses and sources and one for each other
pair, with a number for each of the eighteen combinations of verdicts, so a page of tickets writes few documents.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from itertools import product
from typing import Any

from pymongo import UpdateOne
from pymongo.client_session import ClientSession

from supportsaas import clock
from supportsaas.db import mongo
from supportsaas.db.mongo import Document, Pipeline
from supportsaas.db.parallel import run_parallel
from tenants.models import Tenant
from tickets.store.collection_names import FACET_COUNTS, TICKETS
from tickets.store.date_buckets import (
    ALL_TIME,
    BucketRange,
    PartialDay,
    buckets_of,
    cover,
    day_bucket,
    month_bucket,
    month_of,
    next_month,
    start_of,
)
from tickets.store.facet_cube import DayFacetCounts, FacetCounts, Facets
from tickets.store.filters import SENTIMENTS, URGENCIES
from tickets.store.index_scans import DATE_INDEX

_READ = {"_id": 0, "bucket": 1, "status": 1, "source": 1, "counts": 1}
_FACETS = {name: f"${name}" for name in Facets._fields}
# What most helpdesks call their statuses and sources. They share one document, so a page of tickets writes one a day.
# Any number of other names may exist; each pair has a document of its own, so no document grows without limit. These
# lists say where something is counted: a new entry would make stored counts unreachable.
_COMMON_STATUSES = frozenset(
    ("new", "open", "in_progress", "pending", "on_hold", "reopened", "closed", "resolved", "solved", "rejected",
     "unknown", "stalled", "feedback")
)  # fmt: skip
_COMMON_SOURCES = frozenset(
    ("email", "chat", "web", "phone", "api", "portal", "form", "social", "sms", "app", "redmine", "rt", "unknown", "")
)
_YES_NO = {True: "yes", False: "no"}
_VERDICTS = {
    f"{urgency} {sentiment} {_YES_NO[requires_action]}": (urgency, sentiment, requires_action)
    for urgency, sentiment, requires_action in product(URGENCIES, SENTIMENTS, (True, False))
}
_VERDICT_NAMES = {verdict: name for name, verdict in _VERDICTS.items()}
_COMMON_NAMES: dict[Facets, str] = {
    Facets(status, urgency, sentiment, source, requires_action): f"{status} {source} {name}"
    for status, source in product(_COMMON_STATUSES, _COMMON_SOURCES)
    for name, (urgency, sentiment, requires_action) in _VERDICTS.items()
}
_COMMON_FACETS = {name: facets for facets, name in _COMMON_NAMES.items()}
COMMON = ""
"""Status and source of the documents that count the common ones."""


@dataclass(frozen=True, slots=True)
class _Difference:
    """A number as it is stored and as the tickets say."""

    stored: int
    actual: int


_Differences = dict[tuple[str, Facets], _Difference]
"""By bucket and facets."""


class FacetCountStore:
    def __init__(self, tenant: Tenant) -> None:
        if not isinstance(tenant, Tenant) or not tenant.slug:
            raise ValueError("A FacetCountStore needs a tenant.")
        self.tenant_id = tenant.slug
        self.retention_days = tenant.retention_days
        self._counts = mongo.collection(FACET_COUNTS)
        self._tickets = mongo.collection(TICKETS)

    def find_counts(self, start: datetime | None = None, end: datetime | None = None) -> FacetCounts:
        """The live tickets created in the half-open period, by facets."""
        covered = cover(start, end, never_before_start=self.retention_days is not None)
        added = [partial(self._count_partial_day, each) for each in covered.partial_days if not each.is_excess]
        excess = [partial(self._count_partial_day, each) for each in covered.partial_days if each.is_excess]
        if ranges := [each for each in covered.ranges if not each.is_excess]:
            added.append(partial(self._read_ranges, ranges))
        if ranges := [each for each in covered.ranges if each.is_excess]:
            excess.append(partial(self._read_ranges, ranges))
        results = run_parallel(*added, *excess)
        found: FacetCounts = Counter()
        for counts in results[: len(added)]:
            found.update(counts)
        for counts in results[len(added) :]:
            found.subtract(counts)
        return +found

    def _read_ranges(self, ranges: list[BucketRange]) -> FacetCounts:
        return _counts_of_rows(self._counts.find(self.ranges_match(ranges), _READ))

    def ranges_match(self, ranges: list[BucketRange]) -> Document:
        within = [{"bucket": {"$gte": each.first, "$lt": each.end}} for each in ranges]
        return {"tenant_id": self.tenant_id, **(within[0] if len(within) == 1 else {"$or": within})}

    def _count_partial_day(self, piece: PartialDay) -> FacetCounts:
        # Without the hint MongoDB walks through all facets of its index for the few tickets of half a day.
        match = {**self._live, "created_at": {"$gte": piece.start, "$lt": piece.end}}
        return read_facet_counts(self._tickets.aggregate([{"$match": match}, *group_by_facets()], hint=DATE_INDEX))

    def append(self, differences: DayFacetCounts, *, session: ClientSession) -> None:
        """Add the differences in the caller's transaction."""
        increments: dict[tuple[str, str, str], Counter[str]] = {}
        for (day, facets), difference in differences.items():
            for bucket in buckets_of(day):
                row = increments.setdefault((bucket, *_row_of(facets)), Counter())
                row[_field(facets)] += difference
        writes = [
            UpdateOne(self._key(*key), {"$inc": {name: by for name, by in row.items() if by}}, upsert=True)
            for key, row in increments.items()
            if any(row.values())
        ]
        if writes:
            self._counts.bulk_write(writes, ordered=False, session=session)

    def find_differences(self) -> dict[str, int]:
        """Bucket to the sum of its differences from the tickets. Empty: all counts are right.

        Buckets from before the retention period are skipped, since no list reads them.
        """
        wrong: Counter[str] = Counter()
        for compare in self._comparisons():
            for (bucket, _), difference in mongo.in_transaction(compare).items():
                if self._is_in_use(bucket):
                    wrong[bucket] += abs(difference.actual - difference.stored)
        return dict(sorted(wrong.items()))

    def repair(self) -> int:
        """Make the counts match the tickets. Returns how many were wrong.

        Each month has a transaction of its own, so readers see its old counts or its new ones. It may run beside an
        ingestion: MongoDB repeats one of two transactions that write the same count.
        """

        def work(session: ClientSession, compare: Callable[[ClientSession], _Differences]) -> int:
            writes = [
                UpdateOne(
                    self._key(bucket, *_row_of(facets)), {"$set": {_field(facets): difference.actual}}, upsert=True
                )
                for (bucket, facets), difference in compare(session).items()
            ]
            if writes:
                self._counts.bulk_write(writes, ordered=False, session=session)
            return len(writes)

        return sum(mongo.in_transaction(partial(work, compare=compare)) for compare in self._comparisons())

    def _comparisons(self) -> Iterator[Callable[[ClientSession], _Differences]]:
        """First each month and its days with the tickets, then all time with the months."""
        yield from (partial(self._compare_month, month=month) for month in self._months())
        yield self._compare_all_time

    def _months(self) -> list[date]:
        """The months that have tickets or counts, ascending. Each costs one look at the index of tickets."""
        stored = self._counts.distinct("bucket", {"tenant_id": self.tenant_id})
        found = {date.fromisoformat(f"{name[-7:]}-01") for name in stored if name.startswith("month ")}
        order = [("created_at", 1), ("external_id", 1)]
        match = self._live
        while (first := self._tickets.find_one(match, {"created_at": 1}, sort=order)) is not None:
            month = month_of(first["created_at"].date())
            found.add(month)
            match = {**self._live, "created_at": {"$gte": start_of(next_month(month))}}
        return sorted(found)

    def _compare_month(self, session: ClientSession, *, month: date) -> _Differences:
        name = month_bucket(month)
        days = {"bucket": {"$gte": day_bucket(month), "$lt": day_bucket(next_month(month))}}
        stored = self._find_stored({"$or": [{"bucket": name}, days]}, session)
        created = {"$gte": start_of(month), "$lt": start_of(next_month(month))}
        by_day = {**_FACETS, "day": {"$dateTrunc": {"date": "$created_at", "unit": "day"}}}
        rows = self._tickets.aggregate(
            [{"$match": {**self._live, "created_at": created}}, {"$group": {"_id": by_day, "count": {"$sum": 1}}}],
            session=session,
        )
        actual: Counter[tuple[str, Facets]] = Counter()
        for row in rows:
            facets = Facets.of(row["_id"])
            actual[name, facets] += row["count"]
            actual[day_bucket(row["_id"]["day"].date()), facets] += row["count"]
        return _differences(stored, actual)

    def _compare_all_time(self, session: ClientSession) -> _Differences:
        actual: Counter[tuple[str, Facets]] = Counter()
        for (_, facets), count in self._find_stored({"bucket": {"$gte": "month", "$lt": "month~"}}, session).items():
            actual[ALL_TIME, facets] += count
        return _differences(self._find_stored({"bucket": ALL_TIME}, session), actual)

    def _find_stored(self, match: Document, session: ClientSession) -> "Counter[tuple[str, Facets]]":
        rows = self._counts.find({"tenant_id": self.tenant_id, **match}, session=session)
        return Counter({(row["bucket"], facets): n for row in rows for facets, n in _counts_of_row(row).items()})

    def _is_in_use(self, bucket: str) -> bool:
        if self.retention_days is None:
            return True
        oldest = clock.now() - timedelta(days=self.retention_days)
        ranges = cover(oldest, None, never_before_start=True).ranges
        return any(each.first <= bucket < each.end for each in ranges)

    def _key(self, bucket: str, status: str, source: str) -> Document:
        return {"tenant_id": self.tenant_id, "bucket": bucket, "status": status, "source": source}

    @property
    def _live(self) -> Document:
        return {"tenant_id": self.tenant_id, "is_deleted": False}


def group_by_facets() -> Pipeline:
    return [{"$group": {"_id": _FACETS, "count": {"$sum": 1}}}]


def read_facet_counts(rows: Iterable[Mapping[str, Any]]) -> FacetCounts:
    """The result of `group_by_facets`."""
    return Counter({Facets.of(row["_id"]): row["count"] for row in rows})


def _differences(stored: "Counter[tuple[str, Facets]]", actual: "Counter[tuple[str, Facets]]") -> _Differences:
    return {
        key: _Difference(stored[key], actual[key])
        for key in stored.keys() | actual.keys()
        if stored[key] != actual[key]
    }


def _row_of(facets: Facets) -> tuple[str, str]:
    """Status and source of the document that counts these facets."""
    return (COMMON, COMMON) if facets in _COMMON_NAMES else (facets.status, facets.source)


def _counts_of_rows(rows: Iterable[Mapping[str, Any]]) -> FacetCounts:
    # Sum by field name first: many rows have the same fields.
    sums: dict[tuple[str, str], Counter[str]] = {}
    for row in rows:
        sums.setdefault((row["status"], row["source"]), Counter()).update(row["counts"])
    found: FacetCounts = Counter()
    for (status, source), counts in sums.items():
        found.update(_counts_of_row({"status": status, "source": source, "counts": counts}))
    return found


def _counts_of_row(row: Mapping[str, Any]) -> FacetCounts:
    if (row["status"], row["source"]) == (COMMON, COMMON):
        return Counter({_COMMON_FACETS[name]: int(count) for name, count in row["counts"].items()})
    return Counter(
        {
            Facets(row["status"], urgency, sentiment, row["source"], requires_action): int(row["counts"][name])
            for name, (urgency, sentiment, requires_action) in _VERDICTS.items()
            if name in row["counts"]
        }
    )


def _field(facets: Facets) -> str:
    name = _COMMON_NAMES.get(facets) or _VERDICT_NAMES[facets.urgency, facets.sentiment, facets.requires_action]
    return f"counts.{name}"
