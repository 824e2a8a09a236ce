"""ListPlans: from which index a tenant's list is read under a filter, and what counts it.

Every query is sent to the index that has its tickets in the order of the list, so its cost is that of a
page, not that of a tenant. Totals come from the counted cells where the filter is of what those count, and
from an index or a bounded look at the tickets otherwise.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

from supportsaas import clock
from supportsaas.db import mongo
from supportsaas.db.mongo import Document, Pipeline
from supportsaas.db.parallel import run_parallel
from tenants.models import Tenant
from tickets.classification.tokenizer import QueryError, parse_query, topic_word, topic_word_with
from tickets.store.facet_counts import TicketCounts, count_by_cell, read_cells
from tickets.store.facet_cube import Cells, match_of_cells, narrowed, narrows_cells
from tickets.store.filters import FilterError, TicketFilter
from tickets.store.index_scans import (
    CELL_INDEX,
    CUSTOMER_INDEX,
    DATE_INDEX,
    MOST_RANGES,
    WAITING_INDEX,
    Branch,
    ranges_of_cells,
)
from tickets.store.search import TICKETS, WORDS_INDEX, TicketSearch, WordMatch

MOST_LOOKED_AT = 3_000
"""Tickets that are looked at: to count cells which are not counted beforehand, or for a page that no index finds."""
MOST_COUNTED = 10_000
"""A keyword with fields is counted by the index up to here."""
MOST_COMPARED = 20_000
"""Of words and of fields the fewer are read; more than this are not compared."""
MOST_COUNTED_BY_INDEX = 300_000
"""What stands side by side in the index is counted up to here."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How a list is read: its branches, and the cells of all that the filter asks beyond the fields of a cell.

    Without `cells`, where those are too many to look at, the total is that of the branches `counted` less that of
    those `off`, and counting stops at `most`. Where `looks`, an index finds very many tickets that have to be looked
    at one by one, so only some are, for a page as for the total.
    """

    branches: list[Branch]
    cells: Cells | None
    counted: Sequence[Branch] = ()
    off: Sequence[Branch] = ()
    most: int = 0
    looks: bool = False


class ListPlans:
    def __init__(self, tenant: Tenant) -> None:
        self.tenant = tenant
        self._tickets = mongo.collection(TICKETS)
        self._counts = TicketCounts(tenant)

    @property
    def _live(self) -> Document:
        return {"tenant_id": self.tenant.slug, "is_deleted": False}

    def _within_retention(self, wanted: TicketFilter) -> TicketFilter:
        """Not what is about to be erased: MongoDB takes its minute, and the counts do not hear of it."""
        if self.tenant.retention_days is None:
            return wanted
        oldest = clock.now() - timedelta(days=self.tenant.retention_days)
        return replace(wanted, created_from=max(wanted.created_from or oldest, oldest))

    def plan(self, wanted: TicketFilter) -> Plan:
        """Raises `FilterError` where `q` is too wide."""
        wanted = self._within_retention(wanted)
        words, chosen = self._words(wanted), narrows_cells(wanted)
        if words is not None and words.is_empty:
            return Plan([], Cells())
        if wanted.customer_id is None and wanted.keyword is None and words is None:
            return self._plan_of_fields(wanted)
        branches = self._narrow(wanted, words)
        fields = match_of_cells(wanted)
        narrow = [branch.with_checks(fields) for branch in branches]
        cells = self._look_at(branches)
        if cells is not None:
            return Plan(narrow, cells)
        if chosen and wanted.keyword is not None and wanted.customer_id is None and words is None:
            return self._plan_of_keyword_and_fields(wanted, fields)
        if not chosen and not any(branch.checked for branch in branches if branch.index != WAITING_INDEX):
            return Plan(narrow, None, narrow, most=MOST_COUNTED_BY_INDEX)
        if chosen and words is not None and wanted.customer_id is None:
            narrow = self._shorter(wanted, words, narrow)
        return Plan(narrow, None, narrow, looks=True)

    def _plan_of_fields(self, wanted: TicketFilter) -> Plan:
        cells = self._counts.find_cells(wanted.created_from, wanted.created_to)
        if not narrows_cells(wanted):
            return Plan([Branch({**self._live, **_period(wanted)}, DATE_INDEX)], cells)
        return Plan(self._by_cells(wanted, narrowed(cells, wanted)), cells)

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

    def _plan_of_keyword_and_fields(self, wanted: TicketFilter, fields: Document) -> Plan:
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
        return Plan(
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

    def _look_at(self, branches: list[Branch]) -> Cells | None:
        """The cells of the tickets; None where there are too many to look at."""
        by_index = [branch for branch in branches if not branch.checked]
        if self._count_found(by_index, most=MOST_LOOKED_AT) > MOST_LOOKED_AT:
            return None

        def read(branch: Branch) -> Cells:
            return read_cells(self._tickets.aggregate(self.cells_pipeline(branch.match), hint=branch.index))

        found = sum(run_parallel(*(partial(read, branch) for branch in branches)), Cells())
        return found if found.total() <= MOST_LOOKED_AT else None

    @staticmethod
    def cells_pipeline(match: Document) -> Pipeline:
        return [{"$match": match}, {"$limit": MOST_LOOKED_AT + 1}, *count_by_cell()]

    def _count_found(self, branches: Sequence[Branch], *, most: int) -> int:
        """How many the indexes find, and at most one more than `most` of each branch."""
        return sum(mongo.count(TICKETS, branch.found, index=branch.index, most=most + 1) for branch in branches)


def _period(wanted: TicketFilter) -> Document:
    return {name: value for name, value in wanted.match().items() if name == "created_at"}
