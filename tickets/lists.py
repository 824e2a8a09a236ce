"""TicketLists: a tenant's living tickets under a filter: pages of them, their total, the choices to narrow by.

Every query is sent to the index that has its tickets in the order of the list, so its cost is that of a
page, not that of a tenant. Totals come from the counted cells where the filter is of what those count, and
from an index or a bounded look at the tickets otherwise.
"""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import islice
from math import prod
from typing import Any

from supportsaas import clock, mongo
from supportsaas.mongo import Document, Pipeline
from tenants.models import Tenant
from tickets.cells import Cell, Cells, choices, chosen_values, narrowed, total
from tickets.counts import TicketCounts, count_by_cell, read_cells
from tickets.filters import FilterError, TicketFilter
from tickets.paging import Cursor
from tickets.search import TICKETS, WORDS_INDEX, TicketSearch, WordMatch
from tickets.words import TOPIC_SIGN, QueryError, parse_query

NEWEST_FIRST = [("created_at", -1), ("external_id", -1)]
OLDEST_FIRST = [("created_at", 1), ("external_id", 1)]
DATE_INDEX = "tenant_id_is_deleted_created_at_external_id"
CUSTOMER_INDEX = "tenant_id_is_deleted_customer_id_created_at_external_id_urgency_sentiment_status_source"
CELL_INDEX = "tenant_id_is_deleted_" + "_".join(Cell._fields) + "_created_at_external_id"
WAITING_INDEX = "tenant_id_unindexed_since"

MOST_LOOKED_AT = 5_000
"""Tickets that are looked at to count cells which are not counted beforehand."""
MOST_COUNTED = 10_000
"""Where a total has to be counted in the tickets themselves, it stops here."""
MOST_COUNTED_BY_INDEX = 300_000
MOST_RANGES = 150
"""Ranges of the cells' index that are merged into one list; MongoDB itself merges at most 200."""

_WITHOUT_MESSAGE = (
    "tenant_id", "external_id", "source", "customer_id", "subject", "status", "urgency", "sentiment",
    "requires_action", "keywords", "created_at", "updated_at", "is_deleted", "deleted_at",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class TicketPage:
    """One page of a list: tickets newest first, and the cursors around it (None at the ends).

    `total` counts the list, or is what it has more of than where `is_more` says so. `choices` gives
    for each field value to number, under all the other conditions; None where too many match to say.
    """

    tickets: list[Document]
    total: int
    is_more: bool
    choices: dict[str, dict[str, int]] | None
    next_cursor: str | None
    previous_cursor: str | None


@dataclass(frozen=True, slots=True)
class _Branch:
    """Part of a list, in its order, and the index that has it so. The branches of a list are disjoint."""

    match: Document
    index: str


@dataclass(frozen=True, slots=True)
class _Narrowing:
    """What a filter asks beyond the fields of a cell: where such tickets are found, in order."""

    branches: list[_Branch]
    is_index_alone: bool
    """Whether the index answers without a look at the tickets."""


class TicketLists:
    def __init__(self, tenant: Tenant) -> None:
        if not isinstance(tenant, Tenant) or not tenant.slug:
            raise ValueError("TicketLists need a tenant.")
        self.tenant = tenant
        self._tickets = mongo.collection(TICKETS)
        self._counts = TicketCounts(tenant)

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
        total is counted to the last ticket, whatever it takes. Raises `FilterError` where `q` is
        too wide.
        """
        wanted = self._within_retention(wanted)
        narrowing = self._narrow(wanted)
        cells = self._find_cells(wanted, narrowing)
        count, is_more = self._total(wanted, narrowing, cells, exact=exact)
        branches = self._branches(wanted, narrowing, cells)
        if cursor is None and page > 1:
            cursor = self._cursor_of(branches, (page - 1) * page_size, total=None if is_more else count)
            if cursor is None:
                return TicketPage([], count, is_more, None, None, None)
        backwards = cursor is not None and cursor.backwards
        found = self._read(branches, cursor, backwards=backwards, limit=page_size + 1, fields=_list_fields(excerpt))
        has_more = len(found) > page_size
        found = found[:page_size]
        if backwards:
            found.reverse()
        is_end = cursor is not None and cursor.is_end
        has_next = bool(found) and not is_end if backwards else has_more
        has_previous = has_more if backwards else bool(found) and cursor is not None
        return TicketPage(
            tickets=found,
            total=count,
            is_more=is_more,
            choices=None if cells is None else choices(cells, wanted),
            next_cursor=_cursor(found[-1]).encode() if found and has_next else None,
            previous_cursor=_cursor(found[0], backwards=True).encode() if found and has_previous else None,
        )

    def count(self, wanted: TicketFilter) -> int:
        """How many there are, to the last one."""
        wanted = self._within_retention(wanted)
        narrowing = self._narrow(wanted)
        return self._total(wanted, narrowing, self._find_cells(wanted, narrowing), exact=True)[0]

    def count_choices(self, wanted: TicketFilter) -> dict[str, dict[str, int]] | None:
        """For each field with choices: value to number, under all the *other* conditions; None as in a page."""
        wanted = self._within_retention(wanted)
        cells = self._find_cells(wanted, self._narrow(wanted))
        return None if cells is None else choices(cells, wanted)

    def iterate(self, wanted: TicketFilter) -> Iterator[Document]:
        """All of them, newest first, read bit by bit; each whole. Raises `FilterError` at once."""
        wanted = self._within_retention(wanted)
        narrowing = self._narrow(wanted)
        branches = self._branches(wanted, narrowing, self._find_cells(wanted, narrowing))
        found = [
            self._tickets.find(branch.match, _list_fields(None), batch_size=500)
            .hint(branch.index)
            .sort(NEWEST_FIRST)
            .allow_disk_use(True)
            for branch in branches
        ]
        return _merge(found)

    def find_count_differences(self) -> dict[str, int]:
        """Where the counted cells do not add up to the tickets; empty is well."""
        return self._counts.find_differences()

    def has_any(self) -> bool:
        return self._tickets.find_one(self._live, {"_id": 1}) is not None

    def branches_of(self, wanted: TicketFilter) -> list[_Branch]:
        """What a page of the list reads, for tests of how it is read."""
        wanted = self._within_retention(wanted)
        narrowing = self._narrow(wanted)
        return self._branches(wanted, narrowing, self._find_cells(wanted, narrowing))

    # -- Where the tickets are -------------------------------------------------------------

    @property
    def _live(self) -> Document:
        return {"tenant_id": self.tenant.slug, "is_deleted": False}

    def _within_retention(self, wanted: TicketFilter) -> TicketFilter:
        """Not what is about to be erased: MongoDB takes its minute, and the counts do not hear of it."""
        if self.tenant.retention_days is None:
            return wanted
        oldest = clock.now() - timedelta(days=self.tenant.retention_days)
        return replace(wanted, created_from=max(wanted.created_from or oldest, oldest))

    def _narrow(self, wanted: TicketFilter) -> _Narrowing | None:
        words = self._words(wanted)
        period = _period(wanted)
        if words is not None and words.is_empty:
            return _Narrowing([], is_index_alone=True)
        if wanted.customer_id is not None:
            checks = [words.as_check()] if words else []
            if wanted.keyword is not None:
                checks.append({"topics": wanted.keyword})
            match = {**self._live, "customer_id": wanted.customer_id, **period}
            return _Narrowing([_Branch(_with_checks(match, checks), CUSTOMER_INDEX)], is_index_alone=not checks)
        # Tickets with words are living ones, and none of them waits.
        tenant = {"tenant_id": self.tenant.slug, **period}
        if words is not None:
            checks = [] if wanted.keyword is None else [{"topics": wanted.keyword}]
            match = _with_checks({**tenant, **words.by_index()}, checks)
            return _Narrowing([_Branch(match, WORDS_INDEX)], is_index_alone=words.is_index_alone and not checks)
        if wanted.keyword is not None:
            stored = _Branch({**tenant, "words": TOPIC_SIGN + wanted.keyword}, WORDS_INDEX)
            waiting = _Branch({**tenant, "unindexed_since": {"$exists": True}, "topics": wanted.keyword}, WAITING_INDEX)
            return _Narrowing([stored, waiting], is_index_alone=True)
        return None

    def _words(self, wanted: TicketFilter) -> WordMatch | None:
        if wanted.q is None:
            return None
        try:
            return TicketSearch(self.tenant).compile(parse_query(wanted.q))
        except QueryError as error:
            raise FilterError("q", str(error)) from None

    def _branches(self, wanted: TicketFilter, narrowing: _Narrowing | None, cells: Cells | None) -> list[_Branch]:
        chosen = chosen_values(wanted)
        if narrowing is not None:
            fields = {name: _one_of(values) for name, values in chosen.items()}
            return [_Branch({**each.match, **fields}, each.index) for each in narrowing.branches]
        period = _period(wanted)
        if not chosen or cells is None:
            return [_Branch({**self._live, **period}, DATE_INDEX)]
        inside = narrowed(cells, wanted)
        return [
            _Branch({**self._live, **{name: {"$in": given} for name, given in values.items()}, **period}, CELL_INDEX)
            for values in _ranges(inside)
        ]

    # -- Counting --------------------------------------------------------------------------

    def _find_cells(self, wanted: TicketFilter, narrowing: _Narrowing | None) -> Cells | None:
        """The cells of all that the filter asks beyond them; None where that is too much to look at."""
        if narrowing is None:
            return self._counts.find_cells(wanted.created_from, wanted.created_to)
        found = Cells()
        for branch in narrowing.branches:
            rows = self._tickets.aggregate(self.cells_pipeline(branch.match), hint=branch.index)
            found.update(read_cells(rows))
        return found if found.total() <= MOST_LOOKED_AT else None

    @staticmethod
    def cells_pipeline(match: Document) -> Pipeline:
        return [{"$match": match}, {"$limit": MOST_LOOKED_AT + 1}, *count_by_cell()]

    def _total(
        self, wanted: TicketFilter, narrowing: _Narrowing | None, cells: Cells | None, *, exact: bool
    ) -> tuple[int, bool]:
        """The total, and whether there are more than that."""
        if cells is not None:
            return total(cells, wanted), False
        assert narrowing is not None
        by_index = narrowing.is_index_alone and not chosen_values(wanted)
        most = MOST_COUNTED_BY_INDEX if by_index else MOST_COUNTED
        options: dict[str, Any] = {} if exact else {"limit": most + 1}
        count = sum(
            self._tickets.count_documents(branch.match, hint=branch.index, **options)
            for branch in self._branches(wanted, narrowing, cells)
        )
        return (count, False) if exact or count <= most else (most, True)

    # -- Reading ---------------------------------------------------------------------------

    def _read(
        self, branches: list[_Branch], cursor: Cursor | None, *, backwards: bool, limit: int, fields: Document
    ) -> list[Document]:
        order = OLDEST_FIRST if backwards else NEWEST_FIRST
        found = [
            self._tickets.find(_beyond(branch.match, cursor), fields).hint(branch.index).sort(order).limit(limit)
            for branch in branches
        ]
        return list(islice(_merge(found, backwards=backwards), limit))

    def _cursor_of(self, branches: list[_Branch], skipped: int, *, total: int | None) -> Cursor | None:
        """Behind the first `skipped` tickets, counted from the nearer end in the index; None behind the last."""
        if total is not None and skipped >= total:
            return None
        backwards = total is not None and skipped > total // 2
        place = total - skipped if backwards and total is not None else skipped - 1
        keys = {"_id": 0, "created_at": 1, "external_id": 1}
        order = OLDEST_FIRST if backwards else NEWEST_FIRST
        found = [
            self._tickets.find(branch.match, keys).hint(branch.index).sort(order).limit(place + 1)
            for branch in branches
        ]
        keyed = found[0].skip(place) if len(found) == 1 else islice(_merge(found, backwards=backwards), place, None)
        last = next(iter(keyed), None)
        return None if last is None else _cursor(last)


def _period(wanted: TicketFilter) -> Document:
    return {name: value for name, value in wanted.match().items() if name == "created_at"}


def _with_checks(match: Document, checks: list[Document]) -> Document:
    return {**match, "$and": [*match.get("$and", []), *checks]} if checks else match


def _beyond(match: Document, cursor: Cursor | None) -> Document:
    return match if cursor is None else {"$and": [match, cursor.match()]}


def _one_of(values: tuple[Any, ...]) -> Any:
    return values[0] if len(values) == 1 else {"$in": list(values)}


def _ranges(cells: Cells) -> Iterator[dict[str, list[Any]]]:
    """The cells as values for each field, in so many pieces that each piece has few enough combinations."""
    if not cells:
        return
    values = {name: sorted({cell[place] for cell in cells}) for place, name in enumerate(Cell._fields)}
    if prod(len(given) for given in values.values()) <= MOST_RANGES:
        yield values
        return
    place, name = max(enumerate(Cell._fields), key=lambda each: len(values[each[1]]))
    half = len(values[name]) // 2
    lower = set(values[name][:half])
    yield from _ranges(Cells({cell: count for cell, count in cells.items() if cell[place] in lower}))
    yield from _ranges(Cells({cell: count for cell, count in cells.items() if cell[place] not in lower}))


def _merge(found: list[Any], *, backwards: bool = False) -> Iterator[Document]:
    """Lists in order as one list in order."""
    if len(found) == 1:
        return iter(found[0])
    return heapq.merge(*found, key=lambda each: (each["created_at"], each["external_id"]), reverse=not backwards)


def _list_fields(excerpt: int | None) -> Document:
    if excerpt is None:
        return dict.fromkeys((*_WITHOUT_MESSAGE, "message"), 1)
    return {**dict.fromkeys(_WITHOUT_MESSAGE, 1), "message": {"$substrCP": ["$message", 0, excerpt]}}


def _cursor(ticket: Document, *, backwards: bool = False) -> Cursor:
    return Cursor(ticket["created_at"], ticket["external_id"], backwards)
