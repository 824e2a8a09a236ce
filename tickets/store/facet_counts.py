"""TicketCounts: how many tickets of a tenant have which verdicts, status and source, by day, month and in all.

Kept true by differences in the very transaction that changes the tickets, so a list of a million has its
total at once. Days are those of UTC: a tenant's zone may change, and the pieces of a period that are no
whole day are counted in the tickets. A bucket has one document for all usual statuses and sources, and one for
each other pair, with a number for each of the eighteen verdicts: a page of tickets writes few documents.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
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
from tickets.store.facet_cube import (
    EVERYTHING,
    Cell,
    Cells,
    DayCells,
    Edge,
    Span,
    buckets_of,
    cover,
    month_of,
    next_month,
    start_of,
)
from tickets.store.filters import SENTIMENTS, URGENCIES
from tickets.store.index_scans import DATE_INDEX

COUNTS = "ticket_counts"
_READ = {"_id": 0, "bucket": 1, "status": 1, "source": 1, "counts": 1}
_CELL = {name: f"${name}" for name in Cell._fields}
# What helpdesks call their states and ways in mostly. Together in one document: a page of tickets then writes
# one a day. Other names, of which there may be any number, have documents of their own, so none grows without end.
# These lists say where something is counted: with another entry, stored counts would be looked for elsewhere.
_USUAL_STATUSES = frozenset(
    ("new", "open", "in_progress", "pending", "on_hold", "reopened", "closed", "resolved", "solved", "rejected",
     "unknown", "stalled", "feedback")
)  # fmt: skip
_USUAL_SOURCES = frozenset(
    ("email", "chat", "web", "phone", "api", "portal", "form", "social", "sms", "app", "redmine", "rt", "unknown", "")
)
_FLAGS = {True: "yes", False: "no"}
_VERDICTS = {
    f"{urgency} {sentiment} {_FLAGS[requires_action]}": (urgency, sentiment, requires_action)
    for urgency, sentiment, requires_action in product(URGENCIES, SENTIMENTS, (True, False))
}
_NAMES = {verdict: name for name, verdict in _VERDICTS.items()}
_FIELDS: dict[Cell, str] = {
    Cell(status, urgency, sentiment, source, requires_action): f"{status} {source} {name}"
    for status, source in product(_USUAL_STATUSES, _USUAL_SOURCES)
    for name, (urgency, sentiment, requires_action) in _VERDICTS.items()
}
_CELLS = {name: cell for cell, name in _FIELDS.items()}
TOGETHER = ""
"""Stands for status and source of the documents of usual ones."""

_Differences = dict[tuple[str, Cell], tuple[int, int]]
"""Bucket and cell to what is counted and what it should be, where the two differ."""


class TicketCounts:
    def __init__(self, tenant: Tenant) -> None:
        if not isinstance(tenant, Tenant) or not tenant.slug:
            raise ValueError("TicketCounts need a tenant.")
        self.tenant_id = tenant.slug
        self.retention_days = tenant.retention_days
        self._counts = mongo.collection(COUNTS)
        self._tickets = mongo.collection("tickets")

    def find_cells(self, start: datetime | None = None, end: datetime | None = None) -> Cells:
        """The living tickets created in the half-open period, by cell."""
        covered = cover(start, end, is_start_ragged=self.retention_days is not None)
        pieces = [(edge.is_off, partial(self._count_edge, edge)) for edge in covered.edges]
        for is_off in (False, True):
            if spans := [each for each in covered.spans if each.is_off == is_off]:
                pieces.append((is_off, partial(self._read_spans, spans)))
        found: Cells = Counter()
        for (is_off, _), cells in zip(pieces, run_parallel(*(read for _, read in pieces)), strict=True):
            (found.subtract if is_off else found.update)(cells)
        return +found

    def _read_spans(self, spans: list[Span]) -> Cells:
        return _cells_of_rows(self._counts.find(self.spans_match(spans), _READ))

    def spans_match(self, spans: list[Span]) -> Document:
        within = [{"bucket": {"$gte": span.first, "$lt": span.end}} for span in spans]
        return {"tenant_id": self.tenant_id, **(within[0] if len(within) == 1 else {"$or": within})}

    def _count_edge(self, edge: Edge) -> Cells:
        """Left to itself MongoDB goes through every cell of its index, for the few tickets of half a day."""
        match = {**self._live, "created_at": {"$gte": edge.start, "$lt": edge.end}}
        return read_cells(self._tickets.aggregate([{"$match": match}, *count_by_cell()], hint=DATE_INDEX))

    def append(self, differences: DayCells, *, session: ClientSession) -> None:
        """Take differences in, in the caller's transaction."""
        increments: dict[tuple[str, str, str], Counter[str]] = {}
        for (day, cell), difference in differences.items():
            for bucket in buckets_of(day):
                row = increments.setdefault((bucket, *_row_of(cell)), Counter())
                row[_field(cell)] += difference
        writes = [
            UpdateOne(self._key(*key), {"$inc": {name: by for name, by in row.items() if by}}, upsert=True)
            for key, row in increments.items()
            if any(row.values())
        ]
        if writes:
            self._counts.bulk_write(writes, ordered=False, session=session)

    def find_differences(self) -> dict[str, int]:
        """Where the counts do not add up to the tickets: bucket to how many are amiss. Empty is well.

        Buckets that retention has begun to erase are not looked at: no list counts by them.
        """
        amiss: Counter[str] = Counter()
        for compare in self._comparisons():
            for (bucket, _), (counted, wanted) in mongo.in_transaction(compare).items():
                if self._is_in_use(bucket):
                    amiss[bucket] += abs(wanted - counted)
        return dict(sorted(amiss.items()))

    def repair(self) -> int:
        """Have the counts add up to the tickets; how many were wrong.

        A month in a transaction, so readers see its old counts or the new, and it runs beside an ingestion:
        where both write one count, MongoDB has one of the two begin anew.
        """

        def work(session: ClientSession, compare: Callable[[ClientSession], _Differences]) -> int:
            writes = [
                UpdateOne(self._key(bucket, *_row_of(cell)), {"$set": {_field(cell): wanted}}, upsert=True)
                for (bucket, cell), (_, wanted) in compare(session).items()
            ]
            if writes:
                self._counts.bulk_write(writes, ordered=False, session=session)
            return len(writes)

        return sum(mongo.in_transaction(partial(work, compare=compare)) for compare in self._comparisons())

    def _comparisons(self) -> Iterator[Callable[[ClientSession], _Differences]]:
        """Each month with its days against the tickets, then all in all against the months."""
        yield from (partial(self._compare_month, month=month) for month in self._months())
        yield self._compare_everything

    def _months(self) -> list[date]:
        """The months with tickets or counts, ascending: one look at the index of tickets for each that has any."""
        named = self._counts.distinct("bucket", {"tenant_id": self.tenant_id})
        found = {date.fromisoformat(f"{name[-7:]}-01") for name in named if name.startswith("month ")}
        order = [("created_at", 1), ("external_id", 1)]
        match = self._live
        while (first := self._tickets.find_one(match, {"created_at": 1}, sort=order)) is not None:
            month = month_of(first["created_at"].date())
            found.add(month)
            match = {**self._live, "created_at": {"$gte": start_of(next_month(month))}}
        return sorted(found)

    def _compare_month(self, session: ClientSession, *, month: date) -> _Differences:
        start, end = start_of(month), start_of(next_month(month))
        name = buckets_of(month)[1]
        within = [{"bucket": name}, {"bucket": {"$gte": f"day {name[-7:]}", "$lt": f"day {name[-7:]}~"}}]
        day = {"$dateTrunc": {"date": "$created_at", "unit": "day"}}
        pipeline = [
            {"$match": {**self._live, "created_at": {"$gte": start, "$lt": end}}},
            {"$group": {"_id": {**_CELL, "day": day}, "count": {"$sum": 1}}},
        ]
        wanted: Counter[tuple[str, Cell]] = Counter()
        for row in self._tickets.aggregate(pipeline, session=session):
            for bucket in buckets_of(row["_id"]["day"].date())[1:]:
                wanted[bucket, Cell.of(row["_id"])] += row["count"]
        return self._compare(self._find_counted({"$or": within}, session), wanted)

    def _compare_everything(self, session: ClientSession) -> _Differences:
        wanted: Counter[tuple[str, Cell]] = Counter()
        for (_, cell), count in self._find_counted({"bucket": {"$gte": "month", "$lt": "month~"}}, session).items():
            wanted[EVERYTHING, cell] += count
        return self._compare(self._find_counted({"bucket": EVERYTHING}, session), wanted)

    def _find_counted(self, match: Document, session: ClientSession) -> "Counter[tuple[str, Cell]]":
        rows = self._counts.find({"tenant_id": self.tenant_id, **match}, session=session)
        return Counter({(row["bucket"], cell): count for row in rows for cell, count in _cells_of_row(row).items()})

    @staticmethod
    def _compare(counted: "Counter[tuple[str, Cell]]", wanted: "Counter[tuple[str, Cell]]") -> _Differences:
        return {
            key: (counted[key], wanted[key]) for key in counted.keys() | wanted.keys() if counted[key] != wanted[key]
        }

    def _is_in_use(self, bucket: str) -> bool:
        if self.retention_days is None:
            return True
        spans = cover(clock.now() - timedelta(days=self.retention_days), None, is_start_ragged=True).spans
        return any(span.first <= bucket < span.end for span in spans)

    def _key(self, bucket: str, status: str, source: str) -> Document:
        return {"tenant_id": self.tenant_id, "bucket": bucket, "status": status, "source": source}

    @property
    def _live(self) -> Document:
        return {"tenant_id": self.tenant_id, "is_deleted": False}


def count_by_cell() -> Pipeline:
    """Groups whatever tickets come in to cells."""
    return [{"$group": {"_id": _CELL, "count": {"$sum": 1}}}]


def read_cells(rows: Iterable[Mapping[str, Any]]) -> Cells:
    return Counter({Cell.of(row["_id"]): row["count"] for row in rows})


def _row_of(cell: Cell) -> tuple[str, str]:
    """Status and source of the document that counts the cell."""
    return (TOGETHER, TOGETHER) if cell in _FIELDS else (cell.status, cell.source)


def _cells_of_rows(rows: Iterable[Mapping[str, Any]]) -> Cells:
    """Summed by the fields' names first: there are many rows of the same fields."""
    summed: dict[tuple[str, str], Counter[str]] = {}
    for row in rows:
        summed.setdefault((row["status"], row["source"]), Counter()).update(row["counts"])
    found: Cells = Counter()
    for (status, source), counts in summed.items():
        found.update(_cells_of_row({"status": status, "source": source, "counts": counts}))
    return found


def _cells_of_row(row: Mapping[str, Any]) -> Cells:
    if (row["status"], row["source"]) == (TOGETHER, TOGETHER):
        return Counter({_CELLS[name]: int(count) for name, count in row["counts"].items()})
    return Counter(
        {
            Cell(row["status"], urgency, sentiment, row["source"], requires_action): int(row["counts"][name])
            for name, (urgency, sentiment, requires_action) in _VERDICTS.items()
            if name in row["counts"]
        }
    )


def _field(cell: Cell) -> str:
    name = _FIELDS.get(cell) or _NAMES[cell.urgency, cell.sentiment, cell.requires_action]
    return f"counts.{name}"
