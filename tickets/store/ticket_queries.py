"""TicketLists: a tenant's living tickets under a filter: pages of them, their total, the choices to narrow by.

How each list is read is planned in `tickets.store.query_planner`.
"""

import heapq
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any

from supportsaas.db import mongo
from supportsaas.db.mongo import Document, Pipeline
from supportsaas.db.paging import Cursor
from supportsaas.db.parallel import run_parallel, start
from tenants.models import Tenant
from tickets.store import query_planner
from tickets.store.facet_cube import Cells, choices, narrowed, total
from tickets.store.filters import TicketFilter
from tickets.store.index_scans import NEWEST_FIRST, OLDEST_FIRST, Branch
from tickets.store.query_planner import ListPlans, Plan
from tickets.store.search import TICKETS

_WITHOUT_MESSAGE = (
    "tenant_id", "external_id", "source", "customer_id", "subject", "status", "urgency", "sentiment",
    "requires_action", "keywords", "created_at", "updated_at", "resolved_at", "is_deleted", "deleted_at",
)  # fmt: skip
_KEYS = {"_id": 0, "created_at": 1, "external_id": 1}


@dataclass(frozen=True, slots=True)
class TicketPage:
    """One page of a list: tickets newest first, and the cursors around it (None at the ends).

    `total` counts the list, or is what it has at least where `is_more` says so. `choices` gives
    for each field value to number, under all the other conditions; None where too many match to say.
    A page is short, or empty, where the tickets had to be looked at one by one and `looked_at` were:
    the list may go on behind its cursor all the same.
    """

    tickets: list[Document]
    total: int
    is_more: bool
    choices: dict[str, dict[str, int]] | None
    next_cursor: str | None
    previous_cursor: str | None
    looked_at: int | None = None


class TicketLists:
    def __init__(self, tenant: Tenant) -> None:
        if not isinstance(tenant, Tenant) or not tenant.slug:
            raise ValueError("TicketLists need a tenant.")
        self.tenant = tenant
        self._tickets = mongo.collection(TICKETS)
        self._plans = ListPlans(tenant)

    def find_page(
        self,
        wanted: TicketFilter,
        *,
        page_size: int,
        cursor: Cursor | None = None,
        page: int = 1,
        excerpt: int | None = None,
        exact: bool = False,
    ) -> TicketPage:
        """A page, newest first, by cursor or by number from 1.

        With `excerpt`, messages are cut to that many characters before they travel; with `exact` the
        total is counted to the last ticket and the page is full, whatever it takes. Raises `FilterError`
        where `q` is too wide.
        """
        plan = self._plans.plan(wanted)
        looks = plan.looks and page == 1 and not exact
        read = self._read_some if looks else self._read_all
        fields = _list_fields(excerpt)
        if plan.cells is None and page == 1 and not exact:
            # Counting takes as long as reading the page, and neither needs the other.
            reading = start(partial(read, plan.branches, cursor, limit=page_size + 1, fields=fields))
            count, is_more = self._total(wanted, plan, exact=False)
            found, stop = reading()
        else:
            count, is_more = self._total(wanted, plan, exact=exact)
            if cursor is None and page > 1:
                cursor = self._cursor_of(plan.branches, (page - 1) * page_size, total=None if is_more else count)
                if cursor is None:
                    return TicketPage([], count, is_more, None, None, None)
            # Nothing is looked for where all have been looked at already.
            branches = plan.branches if count or is_more else []
            found, stop = read(branches, cursor, limit=page_size + 1, fields=fields)
        backwards = _is_backwards(cursor)
        has_more = len(found) > page_size or stop is not None
        if is_more:
            count, is_more = max(count, len(found)), has_more or cursor is not None
        found = found[:page_size]
        if backwards:
            found.reverse()
        is_end = cursor is not None and cursor.is_end
        has_next = bool(found) and not is_end if backwards else has_more
        has_previous = has_more if backwards else bool(found) and cursor is not None
        first, last = (found[0], found[-1]) if found else (None, None)
        if stop is not None:
            first, last = (stop, last) if backwards else (first, stop)
        return TicketPage(
            tickets=found,
            total=count,
            is_more=is_more,
            choices=None if plan.cells is None else choices(plan.cells, wanted),
            next_cursor=_cursor(last).encode() if last and has_next else None,
            previous_cursor=_cursor(first, backwards=True).encode() if first and has_previous else None,
            looked_at=query_planner.MOST_LOOKED_AT if stop else None,
        )

    def count(self, wanted: TicketFilter) -> int:
        """How many there are, to the last one."""
        return self._total(wanted, self._plans.plan(wanted), exact=True)[0]

    def count_choices(self, wanted: TicketFilter) -> dict[str, dict[str, int]] | None:
        """For each field with choices: value to number, under all the *other* conditions; None as in a page."""
        cells = self._plans.plan(wanted).cells
        return None if cells is None else choices(cells, wanted)

    def count_unknown_statuses(self) -> dict[str, int]:
        """The statuses of which nobody has said what they mean, with their tickets, the most first."""
        wanted = TicketFilter(state=("unknown",))
        counted: Counter[str] = Counter()
        for cell, count in narrowed(self._plans.plan(wanted).cells or Cells(), wanted).items():
            counted[cell.status] += count
        return dict(sorted(counted.items(), key=lambda item: (-item[1], item[0])))

    def iterate(self, wanted: TicketFilter) -> Iterator[Document]:
        """All of them, newest first, read bit by bit; each whole. Raises `FilterError` at once."""
        found = [
            self._tickets.find(branch.match, _list_fields(None), batch_size=500)
            .hint(branch.index)
            .sort(NEWEST_FIRST)
            .allow_disk_use(True)
            for branch in self.branches_of(wanted)
        ]
        return _merge(found)

    def has_any(self) -> bool:
        return self._tickets.find_one({"tenant_id": self.tenant.slug, "is_deleted": False}, {"_id": 1}) is not None

    def branches_of(self, wanted: TicketFilter) -> list[Branch]:
        """What the list is read from."""
        return self._plans.plan(wanted).branches

    # -- Counting --------------------------------------------------------------------------

    def _total(self, wanted: TicketFilter, plan: Plan, *, exact: bool) -> tuple[int, bool]:
        """The total, and whether there may be more than that."""
        if plan.cells is not None:
            return total(plan.cells, wanted), False
        if plan.looks and not exact:
            return sum(self._count_some(branch) for branch in plan.counted), True
        off = sum(self._count(branch) for branch in plan.off)
        most = None if exact else plan.most + off + 1
        count = sum(run_parallel(*(partial(self._count, branch, most=most) for branch in plan.counted))) - off
        return (count, False) if exact or count <= plan.most else (plan.most, True)

    @staticmethod
    def _count(branch: Branch, *, most: int | None = None) -> int:
        return mongo.count(TICKETS, branch.match, index=branch.index, most=most)

    def _count_some(self, branch: Branch) -> int:
        """How many there are among the first that the index finds."""
        first: Pipeline = [{"$match": branch.found}, {"$limit": query_planner.MOST_LOOKED_AT}]
        rows = self._tickets.aggregate([*first, *_left(branch), {"$count": "n"}], hint=branch.index)
        return sum(row["n"] for row in rows)

    # -- Reading ---------------------------------------------------------------------------

    def _read_all(
        self, branches: list[Branch], cursor: Cursor | None, *, limit: int, fields: Document
    ) -> tuple[list[Document], None]:
        """The first from the cursor on, in the order of reading."""
        backwards = _is_backwards(cursor)
        order = _order(backwards=backwards)

        def read(branch: Branch) -> list[Document]:
            found = self._tickets.find(_beyond(branch.match, cursor), fields)
            return list(found.hint(branch.index).sort(order).limit(limit))

        found = run_parallel(*(partial(read, branch) for branch in branches))
        return list(islice(_merge(found, backwards=backwards), limit)), None

    def _read_some(
        self, branches: list[Branch], cursor: Cursor | None, *, limit: int, fields: Document
    ) -> tuple[list[Document], Document | None]:
        """The same of the first that the indexes find; and the last of these, where no more were looked at."""
        backwards = _is_backwards(cursor)
        order = dict(_order(backwards=backwards))
        found: list[list[Document]] = []
        stops: list[Document] = []
        for branch in branches:
            match = _beyond(branch.found, cursor)
            first: Pipeline = [{"$match": match}, {"$sort": order}, {"$limit": query_planner.MOST_LOOKED_AT}]
            page: Pipeline = [*_left(branch), {"$limit": limit}, {"$project": fields}]
            rows = list(self._tickets.aggregate([*first, *page], hint=branch.index))
            found.append(rows)
            if len(rows) < limit:
                keys = self._tickets.find(match, _KEYS).hint(branch.index).sort(_order(backwards=backwards))
                stops += keys.skip(query_planner.MOST_LOOKED_AT - 1).limit(1)
        # Behind the nearest stop a branch may have tickets that were not looked at.
        stop = (min if backwards else max)(stops, key=_key, default=None)
        merged = _merge(found, backwards=backwards)
        if stop is not None:
            merged = (each for each in merged if (_key(each) <= _key(stop) if backwards else _key(each) >= _key(stop)))
        first_ones = list(islice(merged, limit))
        return first_ones, None if len(first_ones) == limit else stop

    def _cursor_of(self, branches: list[Branch], skipped: int, *, total: int | None) -> Cursor | None:
        """Behind the first `skipped` tickets, counted from the nearer end in the index; None behind the last."""
        if total is not None and skipped >= total:
            return None
        backwards = total is not None and skipped > total // 2
        place = total - skipped if backwards and total is not None else skipped - 1
        order = _order(backwards=backwards)
        found = [
            self._tickets.find(branch.match, _KEYS).hint(branch.index).sort(order).limit(place + 1)
            for branch in branches
        ]
        keyed = found[0].skip(place) if len(found) == 1 else islice(_merge(found, backwards=backwards), place, None)
        last = next(iter(keyed), None)
        return None if last is None else _cursor(last)


def _is_backwards(cursor: Cursor | None) -> bool:
    return cursor is not None and cursor.backwards


def _order(*, backwards: bool) -> list[tuple[str, int]]:
    return OLDEST_FIRST if backwards else NEWEST_FIRST


def _left(branch: Branch) -> Pipeline:
    """What its index leaves to check."""
    return [{"$match": {"$and": list(branch.checked)}}] if branch.checked else []


def _beyond(match: Document, cursor: Cursor | None) -> Document:
    return match if cursor is None else {"$and": [match, cursor.match()]}


def _merge(found: list[Any], *, backwards: bool = False) -> Iterator[Document]:
    """Lists in order as one list in order."""
    if len(found) == 1:
        return iter(found[0])
    return heapq.merge(*found, key=_key, reverse=not backwards)


def _key(ticket: Document) -> tuple[Any, ...]:
    return ticket["created_at"], ticket["external_id"]


def _list_fields(excerpt: int | None) -> Document:
    if excerpt is None:
        return dict.fromkeys((*_WITHOUT_MESSAGE, "message"), 1)
    return {**dict.fromkeys(_WITHOUT_MESSAGE, 1), "message": {"$substrCP": ["$message", 0, excerpt]}}


def _cursor(ticket: Document, *, backwards: bool = False) -> Cursor:
    return Cursor(ticket["created_at"], ticket["external_id"], backwards)
