"""ScanReader: reads the index scans of a ticket list as one list, in its order."""

import heapq
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice

from supportsaas.db import mongo
from supportsaas.db.mongo import Document, Pipeline
from supportsaas.db.paging import Cursor, TimeOrder, is_backwards
from supportsaas.db.parallel import run_parallel
from tickets.records.collection_names import TICKETS
from tickets.store import query_planner
from tickets.store.index_scans import TICKET_ORDER, WAITING_INDEX, IndexScan

_BATCH = 500


@dataclass(frozen=True, slots=True)
class Reading:
    """Tickets in the order of reading, and the last ticket that was examined if reading stopped early."""

    tickets: list[Document]
    stopped_at: Document | None = None


class ScanReader:
    def __init__(self, order: TimeOrder = TICKET_ORDER) -> None:
        self._order = order
        self._keys = {"_id": 0, order.time: 1, order.key: 1}
        self._tickets = mongo.collection(TICKETS)

    def read(self, scans: Sequence[IndexScan], cursor: Cursor | None, *, limit: int, fields: Document) -> Reading:
        """The first tickets from the cursor on."""
        backwards = is_backwards(cursor)
        order = self._order.sort(backwards=backwards)

        def read(scan: IndexScan) -> list[Document]:
            found = self._tickets.find(self._order.beyond(scan.match, cursor), fields)
            return list(found.hint(scan.index).sort(order).limit(limit))

        found = run_parallel(*(partial(read, scan) for scan in scans))
        return Reading(list(islice(self._merge(found, backwards=backwards), limit)))

    def read_sample(
        self, scans: Sequence[IndexScan], cursor: Cursor | None, *, limit: int, fields: Document
    ) -> Reading:
        """The first tickets from the cursor on, among the first `MAX_EXAMINED` that each index finds."""
        backwards = is_backwards(cursor)
        found: list[list[Document]] = []
        stops: list[Document] = []
        for scan in scans:
            match, stop = self._sample(scan, cursor)
            rows = list(
                self._tickets.find(match, fields)
                .hint(scan.index)
                .sort(self._order.sort(backwards=backwards))
                .limit(limit)
            )
            found.append(rows)
            if stop is not None and len(rows) < limit:
                stops.append(stop)
        merged = self._merge(found, backwards=backwards)
        if not stops:
            return Reading(list(islice(merged, limit)))
        # Beyond the nearest stop, a scan may have tickets that were not examined.
        stop = (min if self._order.ascends(backwards=backwards) else max)(stops, key=self._order.place)
        tickets = list(islice(self._up_to(merged, stop, backwards=backwards), limit))
        return Reading(tickets, stopped_at=None if len(tickets) == limit else stop)

    def _sample(self, scan: IndexScan, cursor: Cursor | None) -> tuple[Document, Document | None]:
        """A match of the scan's tickets among the first `MAX_EXAMINED` that the index finds from the cursor on, and the
        last of those if the index finds more.

        The index alone says where they end, so a page whose tickets are frequent reads few others.
        """
        found = self._order.beyond(scan.match, cursor)
        if scan.index == WAITING_INDEX:  # not in the order of the list, so all are read in any case
            return found, None
        backwards = is_backwards(cursor)
        bounds, not_beyond = self._order.at_or_beyond(scan.bounds, cursor)
        skipped = mongo.count(TICKETS, not_beyond, index=scan.index) if not_beyond else 0
        keys = self._tickets.find(bounds, self._keys).hint(scan.index).sort(self._order.sort(backwards=backwards))
        match keys.skip(skipped + query_planner.MAX_EXAMINED - 1).limit(2).to_list():
            case [last, beyond]:
                end = self._order.cursor_at(beyond, backwards=not backwards)
                return self._order.beyond(found, end), last
            case _:
                return found, None

    def count_sample(self, scan: IndexScan) -> tuple[int, bool]:
        """How many of the first `MAX_EXAMINED` tickets that the index finds meet the other conditions, and whether it
        finds more.
        """
        limit = query_planner.MAX_EXAMINED
        sample: Pipeline = [{"$match": scan.bounds}, {"$limit": limit}]
        rows = self._tickets.aggregate([*sample, *_residual(scan), {"$count": "n"}], hint=scan.index)
        count = sum(row["n"] for row in rows)
        return count, mongo.count(TICKETS, scan.bounds, index=scan.index, most=limit + 1) > limit

    def find_place(self, scans: Sequence[IndexScan], skipped: int, *, total: int) -> Document | None:
        """The last of the first `skipped` tickets, counted from the nearer end of the index; None past the last."""
        if skipped >= total:
            return None
        backwards = skipped > total // 2
        place = total - skipped if backwards else skipped - 1
        order = self._order.sort(backwards=backwards)
        found = [
            self._tickets.find(scan.match, self._keys).hint(scan.index).sort(order).limit(place + 1) for scan in scans
        ]
        if len(found) == 1:
            return next(iter(found[0].skip(place)), None)
        return next(islice(self._merge(found, backwards=backwards), place, None), None)

    def iterate(self, scans: Sequence[IndexScan], *, fields: Document) -> Iterator[Document]:
        """All tickets, read in batches."""
        found = [
            self._tickets.find(scan.match, fields, batch_size=_BATCH)
            .hint(scan.index)
            .sort(self._order.sort())
            .allow_disk_use(True)
            for scan in scans
        ]
        return self._merge(found)

    def _merge(self, found: Sequence[Iterable[Document]], *, backwards: bool = False) -> Iterator[Document]:
        """Sorted lists as one sorted list."""
        if len(found) == 1:
            return iter(found[0])
        is_descending = not self._order.ascends(backwards=backwards)
        return heapq.merge(*found, key=self._order.place, reverse=is_descending)

    def _up_to(self, tickets: Iterable[Document], stop: Document, *, backwards: bool) -> Iterator[Document]:
        last = self._order.place(stop)
        for each in tickets:
            place = self._order.place(each)
            is_beyond = place > last if self._order.ascends(backwards=backwards) else place < last
            if not is_beyond:
                yield each


def _residual(scan: IndexScan) -> Pipeline:
    return [{"$match": {"$and": list(scan.residual)}}] if scan.residual else []
