"""TicketQueries: a tenant's live tickets under a filter: pages, totals and the counts beside the filter's choices.

`tickets.store.query_planner` decides which indexes a list is read from.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, assert_never

from supportsaas.db import mongo
from supportsaas.db.mongo import Document
from supportsaas.db.paging import Cursor, TimeOrder, cut_page
from supportsaas.db.parallel import run_parallel, start
from tenants.models import Tenant
from tickets.clocks.stopwatch import CLOCK_FIELDS
from tickets.records.collection_names import TICKETS
from tickets.records.details import DETAIL_FIELDS, LANGUAGE_FOUND
from tickets.records.facets import FacetCounts
from tickets.store import query_planner
from tickets.store.facet_counts import FacetCountStore
from tickets.store.facet_cube import choices, filtered, total
from tickets.store.filters import TicketFilter
from tickets.store.index_scans import CUSTOMER_INDEX, DUE_ORDER, ID_INDEX, TICKET_ORDER, IndexScan
from tickets.store.query_planner import FacetPlan, IndexPlan, QueryPlan, QueryPlanner, SamplePlan
from tickets.store.scan_reader import Reading, ScanReader

_WITHOUT_MESSAGE = (
    "tenant_id", "external_id", "source", "customer_id", "subject", "status", "urgency", "sentiment",
    "requires_action", "keywords", "created_at", "updated_at", "resolved_at", "is_deleted", "deleted_at",
    *DETAIL_FIELDS, LANGUAGE_FOUND, "next_due_at",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketPage:
    """One page of a list, and the cursors of its neighbours (None at the ends of the list).

    The list has `total` tickets, or at least that many if `is_more`. `choices` has for each field value to count,
    under the conditions on all other fields; None if too many tickets match to count them.

    A page is short, or empty, if its tickets had to be checked one by one and only the first `examined` were: the list
    may still continue after its cursor.
    """

    tickets: list[Document]
    total: int
    is_more: bool = False
    choices: dict[str, dict[str, int]] | None = None
    next_cursor: str | None = None
    previous_cursor: str | None = None
    examined: int | None = None


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The ids of the tickets before and after one in a list; None at its ends, or if none of those examined matches."""

    previous: str | None = None
    next: str | None = None


@dataclass(frozen=True, slots=True)
class _Total:
    """The size of a list, or a lower bound of it if `is_more`."""

    count: int
    is_more: bool = False


class TicketQueries:
    def __init__(self, tenant: Tenant, facet_counts: FacetCountStore | None = None) -> None:
        if not isinstance(tenant, Tenant) or not tenant.slug:
            raise ValueError("TicketQueries need a tenant.")
        self._tenant_id = tenant.slug
        self._tickets = mongo.collection(TICKETS)
        self._planner = QueryPlanner(tenant, facet_counts or FacetCountStore(tenant))

    # -- Pages -----------------------------------------------------------------------------

    def page_by_cursor(
        self,
        wanted: TicketFilter,
        *,
        size: int,
        cursor: Cursor | None = None,
        excerpt: int | None = None,
        order: TimeOrder | None = None,
    ) -> TicketPage:
        """The page at the cursor, or the first page, within a bounded time.

        `order` is that of the list (`order_of`), or `OLDEST_ORDER`, which lists have that are not about what is due.
        Counting may stop at a limit, and a page may be short (see `TicketPage`). With `excerpt`, MongoDB cuts messages
        to that many characters. Raises `FilterError` if `q` matches too many words.
        """
        plan, order = self._planner.plan(wanted), order or order_of(wanted)
        fields = list_fields(excerpt)
        reader = ScanReader(order)
        match plan:
            case FacetPlan():
                count = _Total(total(plan.counts, wanted))
                scans = plan.scans if count.count else []
                reading = reader.read(scans, cursor, limit=size + 1, fields=fields)
            case IndexPlan():
                # Counting takes as long as reading the page, and neither needs the other.
                finish = start(partial(reader.read, plan.scans, cursor, limit=size + 1, fields=fields))
                count, reading = self._count_up_to_limit(plan), finish()
            case SamplePlan():
                read = partial(reader.read_sample, plan.scans, cursor, limit=size + 1, fields=fields)
                finish = start(read)
                count, reading = self._count_sample(plan), finish()
            case _:
                assert_never(plan)
        return _page(wanted, plan, count, reading, cursor, size, order)

    def full_page_by_cursor(
        self,
        wanted: TicketFilter,
        *,
        size: int,
        cursor: Cursor | None = None,
        excerpt: int | None = None,
        order: TimeOrder | None = None,
    ) -> TicketPage:
        """The page at the cursor, or the first page. It is full and has the exact total, however long that takes.

        Raises `FilterError` if `q` matches too many words.
        """
        plan = self._planner.plan(wanted)
        count = self._count_exactly(wanted, plan)
        return self._full_page(wanted, plan, count, cursor, size, excerpt, order or order_of(wanted))

    def page_by_number(self, wanted: TicketFilter, *, number: int, size: int, excerpt: int | None = None) -> TicketPage:
        """The page with this number, from 1, full and with the exact total. Raises `FilterError` as above."""
        plan = self._planner.plan(wanted)
        count = self._count_exactly(wanted, plan)
        if number == 1:
            return self._full_page(wanted, plan, count, None, size, excerpt, order_of(wanted))
        order = order_of(wanted)
        last_before = ScanReader(order).find_place(plan.scans, (number - 1) * size, total=count)
        if last_before is None:
            return TicketPage(tickets=[], total=count)
        return self._full_page(wanted, plan, count, order.cursor_at(last_before), size, excerpt, order)

    def _full_page(
        self,
        wanted: TicketFilter,
        plan: QueryPlan,
        count: int,
        cursor: Cursor | None,
        size: int,
        excerpt: int | None,
        order: TimeOrder,
    ) -> TicketPage:
        scans = plan.scans if count else []
        reader = ScanReader(order)
        reading = reader.read(scans, cursor, limit=size + 1, fields=list_fields(excerpt))
        return _page(wanted, plan, _Total(count), reading, cursor, size, order)

    def find_neighbours(
        self, wanted: TicketFilter, ticket: Mapping[str, Any], *, order: TimeOrder | None = None
    ) -> Neighbours:
        """What is before and after a ticket's place in the list, whether or not the list has it. Raises `FilterError`."""
        order = order or order_of(wanted)
        if ticket.get(order.time) is None:
            return Neighbours()
        plan, reader = self._planner.plan(wanted), ScanReader(order)
        read = reader.read_sample if isinstance(plan, SamplePlan) else reader.read
        fields: Document = {"_id": 0, order.time: 1, order.key: 1}

        def nearest(*, backwards: bool) -> str | None:
            cursor = order.cursor_at(dict(ticket), backwards=backwards)
            found = read(plan.scans, cursor, limit=1, fields=fields).tickets
            return str(found[0][order.key]) if found else None

        finish = start(partial(nearest, backwards=False))
        return Neighbours(previous=nearest(backwards=True), next=finish())

    def find_selected(self, external_ids: Sequence[str]) -> list[Document]:
        """The live tickets with these ids, whole, newest first."""
        match = {"tenant_id": self._tenant_id, "external_id": {"$in": list(external_ids)}, "is_deleted": False}
        found = list(self._tickets.find(match, list_fields(None)).hint(ID_INDEX))
        return sorted(found, key=TICKET_ORDER.place, reverse=True)

    def newest_of_customer(self, customer_id: str, *, limit: int) -> tuple[list[Document], int]:
        """A customer's newest tickets, without their texts, and how many there are, counted up to a limit."""
        bounds = {"tenant_id": self._tenant_id, "is_deleted": False, "customer_id": customer_id}
        scan = IndexScan(bounds, CUSTOMER_INDEX)
        found = ScanReader().read([scan], None, limit=limit, fields=dict.fromkeys(_WITHOUT_MESSAGE, 1)).tickets
        if len(found) < limit:
            return found, len(found)
        return found, _count(scan, most=query_planner.MAX_COUNTED_BY_INDEX)

    def iterate(self, wanted: TicketFilter) -> Iterator[Document]:
        """All tickets, in the order of the list, whole, read in batches. Raises `FilterError` at once."""
        return ScanReader(order_of(wanted)).iterate(self._planner.plan(wanted).scans, fields=list_fields(None))

    def scans_of(self, wanted: TicketFilter) -> list[IndexScan]:
        """What the list is read from."""
        return list(self._planner.plan(wanted).scans)

    def has_any(self) -> bool:
        return self._tickets.find_one({"tenant_id": self._tenant_id, "is_deleted": False}, {"_id": 1}) is not None

    # -- Counts ----------------------------------------------------------------------------

    def count(self, wanted: TicketFilter) -> int:
        """The exact number of tickets."""
        return self._count_exactly(wanted, self._planner.plan(wanted))

    def count_by_sums(self, wanted: TicketFilter) -> int | None:
        """The number of tickets if stored sums, or few tickets, tell it; None otherwise. Raises `FilterError`."""
        plan = self._planner.plan(wanted)
        return total(plan.counts, wanted) if isinstance(plan, FacetPlan) else None

    def count_choices(self, wanted: TicketFilter) -> dict[str, dict[str, int]] | None:
        """For each field with choices: value to count, under the conditions on all *other* fields.

        None if too many tickets match to count them.
        """
        return _choices(wanted, self._planner.plan(wanted))

    def count_unmapped_statuses(self) -> dict[str, int]:
        """The statuses that are not mapped, with the number of their tickets, most frequent first."""
        wanted = TicketFilter(state=("unknown",))
        plan = self._planner.plan(wanted)
        counts = plan.counts if isinstance(plan, FacetPlan) else FacetCounts()
        by_status: Counter[str] = Counter()
        for facets, count in filtered(counts, wanted).items():
            by_status[facets.status] += count
        return dict(sorted(by_status.items(), key=lambda item: (-item[1], item[0])))

    def _count_exactly(self, wanted: TicketFilter, plan: QueryPlan) -> int:
        match plan:
            case FacetPlan():
                return total(plan.counts, wanted)
            case IndexPlan() | SamplePlan():
                return sum(run_parallel(*(partial(_count, scan) for scan in plan.counted)))
            case _:
                assert_never(plan)

    @staticmethod
    def _count_up_to_limit(plan: IndexPlan) -> _Total:
        limit = query_planner.MAX_COUNTED_BY_INDEX
        count = sum(run_parallel(*(partial(_count, scan, most=limit + 1) for scan in plan.scans)))
        return _Total(count) if count <= limit else _Total(limit, is_more=True)

    def _count_sample(self, plan: SamplePlan) -> _Total:
        found = run_parallel(*(partial(ScanReader().count_sample, scan) for scan in plan.scans))
        return _Total(sum(count for count, _ in found), is_more=any(is_more for _, is_more in found))


def order_of(wanted: TicketFilter) -> TimeOrder:
    """Newest first, or most overdue first where a list is about what is due."""
    return DUE_ORDER if wanted.due else TICKET_ORDER


def _count(scan: IndexScan, *, most: int | None = None) -> int:
    return mongo.count(TICKETS, scan.match, index=scan.index, most=most)


def _page(
    wanted: TicketFilter,
    plan: QueryPlan,
    count: _Total,
    reading: Reading,
    cursor: Cursor | None,
    size: int,
    order: TimeOrder,
) -> TicketPage:
    page = cut_page(reading.tickets, order, cursor, size, stopped_at=reading.stopped_at)
    if count.is_more:
        # The page itself may show more tickets than were counted, or that there are no others.
        continues = len(reading.tickets) > size or reading.stopped_at is not None
        count = _Total(max(count.count, len(reading.tickets)), is_more=continues or cursor is not None)
    return TicketPage(
        tickets=page.documents,
        total=count.count,
        is_more=count.is_more,
        choices=_choices(wanted, plan),
        next_cursor=page.next_cursor,
        previous_cursor=page.previous_cursor,
        examined=query_planner.MAX_EXAMINED if reading.stopped_at else None,
    )


def _choices(wanted: TicketFilter, plan: QueryPlan) -> dict[str, dict[str, int]] | None:
    return choices(plan.counts, wanted) if isinstance(plan, FacetPlan) else None


def list_fields(excerpt: int | None) -> Document:
    """The fields of a list's tickets: all, or with `excerpt` the beginnings of messages only."""
    if excerpt is None:
        return dict.fromkeys((*_WITHOUT_MESSAGE, *CLOCK_FIELDS, "message"), 1)
    return {**dict.fromkeys(_WITHOUT_MESSAGE, 1), "message": {"$substrCP": ["$message", 0, excerpt]}}
