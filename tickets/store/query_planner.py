"""QueryPlanner: which index scans a ticket list is read from under a filter, and how its total is counted.

Each scan is sent to the index that has its tickets in the order of the list, so a page costs as much as its tickets
and not as much as the tenant's. Totals come from the facet counts if the filter has only conditions on facets and
dates, and otherwise from an index or from a limited number of tickets.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from supportsaas import clock
from supportsaas.db import mongo
from supportsaas.db.mongo import Document, Pipeline
from supportsaas.db.parallel import run_parallel
from tenants.models import Tenant
from tickets.classification.search_query import QueryError, parse_query
from tickets.classification.stored_words import topic_word, value_word
from tickets.records.collection_names import TICKETS
from tickets.records.dimensions import DIMENSIONS, FILTERED_FIELDS, Narrowing
from tickets.records.facets import FacetCounts
from tickets.store.clock_conditions import ClockCondition, clock_conditions
from tickets.store.facet_counts import FacetCountStore, group_by_facets, read_facet_counts
from tickets.store.facet_cube import facet_match, filtered, filters_facets
from tickets.store.filters import FilterError, TicketFilter
from tickets.store.incident_tickets import find_incident_tickets
from tickets.store.index_scans import (
    CUSTOMER_INDEX,
    DATE_INDEX,
    FACET_INDEX,
    ID_INDEX,
    WAITING_INDEX,
    WORDS_INDEX,
    IndexScan,
    facet_ranges,
)
from tickets.store.search import TicketSearch, WordMatch, any_of

MAX_EXAMINED = 3_000
"""Tickets that are read to count their facets, or for a page of matches that no index finds."""
MAX_COMPARED = 20_000
"""A keyword, field or search with conditions on facets reads whichever finds fewer tickets, words or facets, and compares up
to here."""
MAX_FOUND_BY_CLOCK = 10_000
"""The tickets that an index of clocks finds are read and sorted up to here."""
LEAST_SHARE = 50
"""A list without some values of a dimension is read whole as long as at least one ticket in this many is left."""
MAX_COUNTED_BY_INDEX = 300_000
"""The tickets of one contiguous range of an index are counted up to here."""


@dataclass(frozen=True, slots=True)
class FacetPlan:
    """The facet counts are known, so total and choices are sums of them.

    `counts` covers all of the filter's conditions except those on facets.
    """

    scans: Sequence[IndexScan]
    counts: FacetCounts


@dataclass(frozen=True, slots=True)
class IndexPlan:
    """Indexes count the list, up to `MAX_COUNTED_BY_INDEX`."""

    scans: Sequence[IndexScan]

    @property
    def counted(self) -> Sequence[IndexScan]:
        return self.scans


@dataclass(frozen=True, slots=True)
class SamplePlan:
    """Indexes find tickets that have to be checked one by one, so only the first `MAX_EXAMINED` of each scan are.

    `counted_by`: what counts them all, if something else than the scans does so faster.
    """

    scans: Sequence[IndexScan]
    counted_by: Sequence[IndexScan] = ()

    @property
    def counted(self) -> Sequence[IndexScan]:
        return self.counted_by or self.scans


QueryPlan = FacetPlan | IndexPlan | SamplePlan


class QueryPlanner:
    def __init__(self, tenant: Tenant, facet_counts: FacetCountStore) -> None:
        self._tenant = tenant
        self._facet_counts = facet_counts
        self._search = TicketSearch(tenant)
        self._tickets = mongo.collection(TICKETS)
        self._live: Document = {"tenant_id": tenant.slug, "is_deleted": False}

    def plan(self, wanted: TicketFilter) -> QueryPlan:
        """Raises `FilterError` if `q` matches too many words."""
        if left_out := wanted.field_exclusions():
            return self._plan_exclusions(wanted, left_out)
        words = self._compile(wanted)
        if words is not None and words.is_empty:
            return FacetPlan([], FacetCounts())
        if wanted.has_clocks:
            return self._plan_clocks(wanted, words, clock_conditions(wanted, now=clock.now()))
        if wanted.customer_id is None and wanted.incident is None and words is None and not _word_groups(wanted):
            return self._plan_facets(wanted)
        return self._plan_narrow(wanted, words)

    def _compile(self, wanted: TicketFilter) -> WordMatch | None:
        if wanted.q is None:
            return None
        try:
            return self._search.compile(parse_query(wanted.q), others=list(_word_groups(wanted)))
        except QueryError as error:
            raise FilterError("q", str(error)) from None

    # -- Values of optional fields that are left out ----------------------------------------

    def _plan_exclusions(self, wanted: TicketFilter, left_out: Sequence[Document]) -> QueryPlan:
        """The list with what is left out, each ticket checked. No index finds tickets by what they have not."""
        others = wanted.without_field_exclusions()
        plan = self.plan(others)
        scans = [scan.with_residual(*left_out) for scan in plan.scans]
        if not isinstance(plan, FacetPlan):
            return SamplePlan(scans, [scan.with_residual(*left_out) for scan in plan.counted])
        if (narrowing := _only_excluded_dimension(wanted)) is not None:
            period = (wanted.created_from, wanted.created_to)
            counts = plan.counts - self._facet_counts.find_counts(*period, narrowed=narrowing)
            if not scans or filtered(counts, wanted).total() * LEAST_SHARE >= filtered(plan.counts, wanted).total():
                return FacetPlan(scans, counts)
            return SamplePlan(scans)
        if plan.counts.total() > MAX_EXAMINED:
            return SamplePlan(scans)
        loose = [scan.with_residual(*left_out) for scan in self.plan(others.without_facets()).scans]
        return FacetPlan(scans, self._read_facets(loose))

    def _read_facets(self, scans: Sequence[IndexScan]) -> FacetCounts:
        def read(scan: IndexScan) -> FacetCounts:
            return read_facet_counts(self._tickets.aggregate(self.facets_pipeline(scan.match), hint=scan.index))

        return sum(run_parallel(*(partial(read, scan) for scan in scans)), FacetCounts())

    # -- Conditions on facets and dates only -----------------------------------------------

    def _plan_facets(self, wanted: TicketFilter) -> FacetPlan:
        counts = self._facet_counts.find_counts(wanted.created_from, wanted.created_to)
        if not filters_facets(wanted):
            return FacetPlan([IndexScan({**self._live, **_period(wanted)}, DATE_INDEX)], counts)
        return FacetPlan(self._scans_by_facets(wanted, filtered(counts, wanted)), counts)

    def _scans_by_facets(self, wanted: TicketFilter, counts: FacetCounts) -> list[IndexScan]:
        return [IndexScan({**self._live, **values, **_period(wanted)}, FACET_INDEX) for values in facet_ranges(counts)]

    # -- Conditions on clocks --------------------------------------------------------------

    def _plan_clocks(
        self, wanted: TicketFilter, words: WordMatch | None, conditions: Sequence[ClockCondition]
    ) -> QueryPlan:
        """What an index of clocks finds is read and counted, if that is not much.

        Otherwise the list is read in its order and each ticket is checked. Some indexes have that order.
        """
        first, *others = conditions
        if wanted.incident is not None:
            return SamplePlan(self._checked_scans(wanted, conditions))
        found = IndexScan({**self._live, **first.bounds}, first.index)
        customer = {} if wanted.customer_id is None else {"customer_id": wanted.customer_id}
        checks = _word_groups(wanted).values() if words is None else words.all_checks()
        exact = {} if first.match == first.bounds else first.match
        met = found.with_residual(exact, *(each.match for each in others), customer, _period(wanted), *checks)
        scan = met.with_residual(facet_match(wanted))
        if self._count_found([found], limit=MAX_FOUND_BY_CLOCK) <= MAX_FOUND_BY_CLOCK:
            pipeline = [{"$match": met.match}, *group_by_facets()]
            return FacetPlan([scan], read_facet_counts(self._tickets.aggregate(pipeline, hint=met.index)))
        if first.is_in_order:
            return SamplePlan([scan]) if scan.residual else IndexPlan([scan])
        scans = self._checked_scans(wanted, conditions)
        return SamplePlan(scans) if customer or checks else SamplePlan(scans, counted_by=[scan])

    def _checked_scans(self, wanted: TicketFilter, conditions: Sequence[ClockCondition]) -> list[IndexScan]:
        """The list without its conditions on clocks, each ticket checked for them."""
        ends = [each for each in (wanted.created_to, _last_moment(wanted)) if each is not None]
        others = wanted.without_clocks().within(wanted.created_from, min(ends, default=None))
        return [scan.with_residual(*(each.match for each in conditions)) for scan in self.plan(others).scans]

    # -- Conditions on customer, incident, keyword, optional fields or words -------------------------

    def _plan_narrow(self, wanted: TicketFilter, words: WordMatch | None) -> QueryPlan:
        found = list(self._narrow_scans(wanted, words))
        scans = [scan.with_residual(facet_match(wanted)) for scan in found]
        if (narrowing := _only_dimension(wanted)) is not None:
            return self._plan_dimension(wanted, narrowing, scans)
        counts = self._count_facets(found)
        if counts is not None:
            return FacetPlan(scans, counts)
        has_facets = filters_facets(wanted)
        if has_facets and wanted.customer_id is None:
            return SamplePlan(self._shorter_scans(wanted, words, scans))
        if not has_facets and not any(scan.residual for scan in found if scan.index != WAITING_INDEX):
            return IndexPlan(scans)
        return SamplePlan(scans)

    def _plan_dimension(self, wanted: TicketFilter, narrowing: Narrowing, by_words: Sequence[IndexScan]) -> FacetPlan:
        """The roll-ups know the numbers. The list is read by the dimension or by facets, whichever finds fewer."""
        period = (wanted.created_from, wanted.created_to)
        counts = self._facet_counts.find_counts(*period, narrowed=narrowing)
        if filters_facets(wanted):
            with_facets = filtered(self._facet_counts.find_counts(*period), wanted)
            if with_facets.total() < counts.total():
                by_facets = self._scans_by_facets(wanted, with_facets)
                return FacetPlan([scan.with_residual(narrowing.condition) for scan in by_facets], counts)
        return FacetPlan(by_words, counts)

    def _narrow_scans(self, wanted: TicketFilter, words: WordMatch | None) -> Iterator[IndexScan]:
        """Where the tickets are, without the conditions on facets."""
        if wanted.incident is not None:
            yield self._scan_of_incident(wanted, wanted.incident, words)
            return
        if wanted.customer_id is not None:
            bounds = {**self._live, "customer_id": wanted.customer_id, **_period(wanted)}
            scan = IndexScan(bounds, CUSTOMER_INDEX)
            if words is not None:
                yield scan.with_residual(*words.all_checks())
            else:
                yield scan.with_residual(*_word_groups(wanted).values())
            return
        # Tickets with words, and those that wait for them, are live.
        tenant = {"tenant_id": self._tenant.slug, **_period(wanted)}
        if words is not None:
            yield IndexScan({**tenant, **words.bounds()}, WORDS_INDEX).with_residual(*words.residual())
            return
        groups = _word_groups(wanted)
        rarest, *others = self._search.rarest_first(groups)
        scan = IndexScan({**tenant, "words": any_of(rarest)}, WORDS_INDEX)
        yield scan.with_residual(*(groups[each] for each in others))
        bounds = {"tenant_id": self._tenant.slug, "unindexed_since": {"$exists": True}}
        without_words: Document = {"words": {"$exists": False}}
        yield IndexScan(bounds, WAITING_INDEX).with_residual(_period(wanted), *groups.values(), without_words)

    def _scan_of_incident(self, wanted: TicketFilter, incident: str, words: WordMatch | None) -> IndexScan:
        """They are few enough to be put in order when they are read."""
        ids = find_incident_tickets(self._tenant.slug, incident)
        customer = {} if wanted.customer_id is None else {"customer_id": wanted.customer_id}
        bounds: Document = {**self._live, "external_id": {"$in": ids}}
        checks = _word_groups(wanted).values() if words is None else words.all_checks()
        return IndexScan(bounds, ID_INDEX).with_residual(customer, _period(wanted), *checks)

    def _count_facets(self, scans: Sequence[IndexScan]) -> FacetCounts | None:
        """The facet counts of the tickets, or None if there are too many to read."""
        by_index = [scan for scan in scans if not scan.residual]
        if self._count_found(by_index, limit=MAX_EXAMINED) > MAX_EXAMINED:
            return None
        counts = self._read_facets(scans)
        return counts if counts.total() <= MAX_EXAMINED else None

    @staticmethod
    def facets_pipeline(match: Document) -> Pipeline:
        return [{"$match": match}, {"$limit": MAX_EXAMINED + 1}, *group_by_facets()]

    def _shorter_scans(
        self, wanted: TicketFilter, words: WordMatch | None, by_words: Sequence[IndexScan]
    ) -> Sequence[IndexScan]:
        """The scans by words or by facets, whichever finds fewer tickets."""
        counts = filtered(self._facet_counts.find_counts(wanted.created_from, wanted.created_to), wanted)
        with_facets = counts.total()
        if with_facets > MAX_COMPARED or self._count_found(by_words, limit=with_facets) <= with_facets:
            return by_words
        checks = _word_groups(wanted).values() if words is None else words.all_checks()
        return [scan.with_residual(*checks) for scan in self._scans_by_facets(wanted, counts)]

    def _count_found(self, scans: Sequence[IndexScan], *, limit: int) -> int:
        """How many tickets the indexes find, at most `limit` + 1 for each scan."""
        return sum(mongo.count(TICKETS, scan.bounds, index=scan.index, most=limit + 1) for scan in scans)


def _period(wanted: TicketFilter) -> Document:
    return {name: value for name, value in wanted.match().items() if name == "created_at"}


def _last_moment(wanted: TicketFilter) -> datetime | None:
    """No ticket is created after one of its clocks has stopped, or after it was closed or reopened."""
    ends = [each for each in (wanted.stopped_to, wanted.resolved_to, wanted.reopened_to) if each is not None]
    return min(ends, default=None)


def _only_dimension(wanted: TicketFilter) -> Narrowing | None:
    """The dimension of a filter that has one and no other optional field, keyword, customer or words besides."""
    if any(each is not None for each in (wanted.keyword, wanted.customer_id, wanted.incident, wanted.q)):
        return None
    (name, values), *others = wanted.field_values.items() or [("", ())]
    return Narrowing(name, values) if name in DIMENSIONS and not others else None


def _only_excluded_dimension(wanted: TicketFilter) -> Narrowing | None:
    """The dimension of which values are left out, if there is nothing besides but conditions on facets and dates."""
    narrow = (wanted.keyword, wanted.customer_id, wanted.incident, wanted.q)
    if any(each is not None for each in narrow) or wanted.field_values or wanted.has_clocks:
        return None
    if len(wanted.field_exclusions()) > 1:
        return None
    return next((Narrowing(name, values) for name in DIMENSIONS if (values := getattr(wanted, f"{name}_not"))), None)


def _word_groups(wanted: TicketFilter) -> dict[tuple[str, ...], Document]:
    """The conditions on keyword and optional fields: the stored words that their tickets have any of, and each as a
    match."""
    match = wanted.match()
    groups: dict[tuple[str, ...], Document] = {}
    if wanted.keyword is not None:
        groups[topic_word(wanted.keyword),] = {"topics": match["topics"]}
    for name, values in wanted.field_values.items():
        field = FILTERED_FIELDS[name]
        groups[tuple(value_word(name, value) for value in values)] = {field: match[field]}
    return groups
