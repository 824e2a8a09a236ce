"""TicketLists: a tenant's living tickets under a filter: pages of them, their total, the choices to narrow by.

Every query is sent to the index that has its tickets in the order of the list, so its cost is that of a
page, not that of a tenant. Totals come from the counted cells where the filter is of what those count, and
from an index or a bounded look at the tickets otherwise.
"""

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import islice
from typing import Any

from supportsaas import clock, mongo
from supportsaas.mongo import Document, Pipeline
from tenants.models import Tenant
from tickets.branches import (
    CELL_INDEX,
    CUSTOMER_INDEX,
    DATE_INDEX,
    MOST_RANGES,
    NEWEST_FIRST,
    OLDEST_FIRST,
    WAITING_INDEX,
    Branch,
    one_of,
    ranges_of_cells,
)
from tickets.cells import Cells, choices, chosen_values, narrowed, total
from tickets.counts import TicketCounts, count_by_cell, read_cells
from tickets.filters import FilterError, TicketFilter
from tickets.paging import Cursor
from tickets.search import TICKETS, WORDS_INDEX, TicketSearch, WordMatch
from tickets.words import QueryError, parse_query, topic_word, topic_word_with

MOST_LOOKED_AT = 3_000
"""Tickets that are looked at to count cells which are not counted beforehand."""
MOST_COUNTED = 10_000
"""Where a total has to be counted in the tickets themselves, so many are looked at; a keyword with fields is
counted by the index up to here, too."""
MOST_COMPARED = 100_000
"""Of words and of fields the fewer are read; more than this are not compared."""
MOST_COUNTED_BY_INDEX = 300_000
"""What stands side by side in the index is counted up to here."""

_WITHOUT_MESSAGE = (
    "tenant_id", "external_id", "source", "customer_id", "subject", "status", "urgency", "sentiment",
    "requires_action", "keywords", "created_at", "updated_at", "is_deleted", "deleted_at",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class TicketPage:
    """One page of a list: tickets newest first, and the cursors around it (None at the ends).

    `total` counts the list, or is what it has at least where `is_more` says so. `choices` gives
    for each field value to number, under all the other conditions; None where too many match to say.
    """

    tickets: list[Document]
    total: int
    is_more: bool
    choices: dict[str, dict[str, int]] | None
    next_cursor: str | None
    previous_cursor: str | None


@dataclass(frozen=True, slots=True)
class _Plan:
    """How a list is read: its branches, and the cells of all that the filter asks beyond the fields of a cell.

    Without `cells`, where those are too many to look at, the total is that of the branches `counted` less that of
    those `off`, and counting stops at `most`: of tickets, or where `looks` of tickets that are looked at.
    """

    branches: list[Branch]
    cells: Cells | None
    counted: Sequence[Branch] = ()
    off: Sequence[Branch] = ()
    most: int = 0
    looks: bool = False


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
        plan = self._how_to_read(wanted)
        count, is_more = self._total(wanted, plan, exact=exact)
        if cursor is None and page > 1:
            cursor = self._cursor_of(plan.branches, (page - 1) * page_size, total=None if is_more else count)
            if cursor is None:
                return TicketPage([], count, is_more, None, None, None)
        backwards = cursor is not None and cursor.backwards
        # Nothing is looked for where all have been looked at already.
        branches = plan.branches if count or is_more else []
        found = self._read(branches, cursor, backwards=backwards, limit=page_size + 1, fields=_list_fields(excerpt))
        has_more = len(found) > page_size
        if is_more and cursor is None:
            count, is_more = max(count, len(found)), has_more
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
            choices=None if plan.cells is None else choices(plan.cells, wanted),
            next_cursor=_cursor(found[-1]).encode() if found and has_next else None,
            previous_cursor=_cursor(found[0], backwards=True).encode() if found and has_previous else None,
        )

    def count(self, wanted: TicketFilter) -> int:
        """How many there are, to the last one."""
        wanted = self._within_retention(wanted)
        return self._total(wanted, self._how_to_read(wanted), exact=True)[0]

    def count_choices(self, wanted: TicketFilter) -> dict[str, dict[str, int]] | None:
        """For each field with choices: value to number, under all the *other* conditions; None as in a page."""
        wanted = self._within_retention(wanted)
        cells = self._how_to_read(wanted).cells
        return None if cells is None else choices(cells, wanted)

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

    def find_count_differences(self) -> dict[str, int]:
        """Where the counted cells do not add up to the tickets; empty is well."""
        return self._counts.find_differences()

    def has_any(self) -> bool:
        return self._tickets.find_one(self._live, {"_id": 1}) is not None

    def branches_of(self, wanted: TicketFilter) -> list[Branch]:
        """What the list is read from."""
        return self._how_to_read(self._within_retention(wanted)).branches

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

    def _how_to_read(self, wanted: TicketFilter) -> _Plan:
        words, chosen = self._words(wanted), chosen_values(wanted)
        if words is not None and words.is_empty:
            return _Plan([], Cells())
        if wanted.customer_id is None and wanted.keyword is None and words is None:
            return self._plan_of_fields(wanted)
        branches = self._narrow(wanted, words)
        fields: Document = {name: one_of(values) for name, values in chosen.items()}
        narrow = [branch.with_checks(fields) for branch in branches]
        cells = self._look_at(branches)
        if cells is not None:
            return _Plan(narrow, cells)
        if chosen and wanted.keyword is not None and wanted.customer_id is None and words is None:
            return self._plan_of_keyword_and_fields(wanted, fields)
        if not chosen and not any(branch.checked for branch in branches if branch.index != WAITING_INDEX):
            return _Plan(narrow, None, narrow, most=MOST_COUNTED_BY_INDEX)
        if chosen and words is not None and wanted.customer_id is None:
            narrow = self._shorter(wanted, words, narrow)
        return _Plan(narrow, None, narrow, most=MOST_COUNTED, looks=True)

    def _plan_of_fields(self, wanted: TicketFilter) -> _Plan:
        cells = self._counts.find_cells(wanted.created_from, wanted.created_to)
        if not chosen_values(wanted):
            return _Plan([Branch({**self._live, **_period(wanted)}, DATE_INDEX)], cells)
        return _Plan(self._by_cells(wanted, narrowed(cells, wanted)), cells)

    def _by_cells(self, wanted: TicketFilter, cells: Cells) -> list[Branch]:
        return [Branch({**self._live, **each, **_period(wanted)}, CELL_INDEX) for each in ranges_of_cells(cells)]

    def _narrow(self, wanted: TicketFilter, words: WordMatch | None) -> list[Branch]:
        """Where the tickets are that the filter asks for beyond the fields of a cell."""
        keyword: Document = {"topics": wanted.keyword} if wanted.keyword is not None and words is None else {}
        if wanted.customer_id is not None:
            found = {**self._live, "customer_id": wanted.customer_id, **_period(wanted)}
            return [Branch(found, CUSTOMER_INDEX).with_checks(keyword, *(words.all_checks() if words else ()))]
        # Tickets with words, and those that wait for them, are living ones.
        tenant = {"tenant_id": self.tenant.slug, **_period(wanted)}
        if words is not None:
            found = {**tenant, **words.by_index()}
            return [Branch(found, WORDS_INDEX).with_checks(*words.left_checks())]
        assert wanted.keyword is not None
        return [
            Branch({**tenant, "words": topic_word(wanted.keyword)}, WORDS_INDEX),
            self._waiting(wanted, {"words": {"$exists": False}}),
        ]

    def _waiting(self, wanted: TicketFilter, *checks: Document) -> Branch:
        """Tickets with the keyword whose words are not there yet or not right yet."""
        found = {"tenant_id": self.tenant.slug, "unindexed_since": {"$exists": True}}
        return Branch(found, WAITING_INDEX).with_checks(_period(wanted), {"topics": wanted.keyword}, *checks)

    def _plan_of_keyword_and_fields(self, wanted: TicketFilter, fields: Document) -> _Plan:
        """By what is stored for the keyword together with the fields; what waits is taken as it is in truth."""
        assert wanted.keyword is not None
        cells = narrowed(self._counts.find_cells(wanted.created_from, wanted.created_to), wanted)
        words = sorted(topic_word_with(wanted.keyword, cell) for cell in cells)
        tenant = {"tenant_id": self.tenant.slug, **_period(wanted)}
        is_right: Document = {"unindexed_since": {"$exists": False}}
        stored = [
            Branch({**tenant, "words": {"$in": words[start : start + MOST_RANGES]}}, WORDS_INDEX)
            for start in range(0, len(words), MOST_RANGES)
        ]
        waiting = self._waiting(wanted, fields)
        return _Plan(
            [*(branch.with_checks(is_right) for branch in stored), waiting],
            None,
            [*stored, waiting],
            off=[self._waiting(wanted, {"words": {"$in": words}})] if words else [],
            most=MOST_COUNTED,
        )

    def _shorter(self, wanted: TicketFilter, words: WordMatch, narrow: list[Branch]) -> list[Branch]:
        """By the fields, and checking the words, where that finds fewer tickets."""
        cells = narrowed(self._counts.find_cells(wanted.created_from, wanted.created_to), wanted)
        least = cells.total()
        if least > MOST_COMPARED or self._count_found(narrow, most=least) <= least:
            return narrow
        return [branch.with_checks(*words.all_checks()) for branch in self._by_cells(wanted, cells)]

    def _words(self, wanted: TicketFilter) -> WordMatch | None:
        if wanted.q is None:
            return None
        try:
            return TicketSearch(self.tenant).compile(parse_query(wanted.q), topic=wanted.keyword)
        except QueryError as error:
            raise FilterError("q", str(error)) from None

    # -- Counting --------------------------------------------------------------------------

    def _look_at(self, branches: list[Branch]) -> Cells | None:
        """The cells of the tickets; None where there are too many to look at."""
        by_index = [branch for branch in branches if not branch.checked]
        if self._count_found(by_index, most=MOST_LOOKED_AT) > MOST_LOOKED_AT:
            return None
        found = Cells()
        for branch in branches:
            found.update(read_cells(self._tickets.aggregate(self.cells_pipeline(branch.match), hint=branch.index)))
        return found if found.total() <= MOST_LOOKED_AT else None

    @staticmethod
    def cells_pipeline(match: Document) -> Pipeline:
        return [{"$match": match}, {"$limit": MOST_LOOKED_AT + 1}, *count_by_cell()]

    def _count_found(self, branches: Sequence[Branch], *, most: int) -> int:
        """How many the indexes find, and at most one more than `most` of each branch."""
        return sum(
            self._tickets.count_documents(branch.found, hint=branch.index, limit=most + 1) for branch in branches
        )

    def _total(self, wanted: TicketFilter, plan: _Plan, *, exact: bool) -> tuple[int, bool]:
        """The total, and whether there may be more than that."""
        if plan.cells is not None:
            return total(plan.cells, wanted), False
        off = sum(self._tickets.count_documents(branch.match, hint=branch.index) for branch in plan.off)
        if exact:
            counted = sum(self._tickets.count_documents(each.match, hint=each.index) for each in plan.counted)
            return counted - off, False
        if plan.looks and self._count_found(plan.counted, most=plan.most) > plan.most:
            return sum(self._count_some(branch) for branch in plan.counted), True
        counted = sum(
            self._tickets.count_documents(branch.match, hint=branch.index, limit=plan.most + off + 1)
            for branch in plan.counted
        )
        return (counted - off, False) if counted - off <= plan.most else (plan.most, True)

    def _count_some(self, branch: Branch) -> int:
        """How many there are among the first that the index finds."""
        left = {"$match": {"$and": list(branch.checked)}}
        pipeline: Pipeline = [{"$match": branch.found}, {"$limit": MOST_COUNTED}, left, {"$count": "n"}]
        rows = self._tickets.aggregate(pipeline, hint=branch.index)
        return sum(row["n"] for row in rows)

    # -- Reading ---------------------------------------------------------------------------

    def _read(
        self, branches: list[Branch], cursor: Cursor | None, *, backwards: bool, limit: int, fields: Document
    ) -> list[Document]:
        order = OLDEST_FIRST if backwards else NEWEST_FIRST
        found = [
            self._tickets.find(_beyond(branch.match, cursor), fields).hint(branch.index).sort(order).limit(limit)
            for branch in branches
        ]
        return list(islice(_merge(found, backwards=backwards), limit))

    def _cursor_of(self, branches: list[Branch], skipped: int, *, total: int | None) -> Cursor | None:
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


def _beyond(match: Document, cursor: Cursor | None) -> Document:
    return match if cursor is None else {"$and": [match, cursor.match()]}


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
