"""Facet counts: how many tickets have which combination of verdicts, status and source. Pure.

A list's total and the counts beside its choices are sums over the same facet counts, so they cannot disagree.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from typing import Any, NamedTuple, Protocol

from tickets.records.facets import FacetCounts, Facets
from tickets.records.statuses import StatusesIn, states_of
from tickets.store.filters import TicketFilter

CHOICES = ("state", "status", "urgency", "sentiment", "source")
MAX_CHOICES = 50
_CHOICES = frozenset(CHOICES)

_PLACES = {name: place for place, name in enumerate(Facets._fields)} | {"state": Facets._fields.index("status")}
"""Where a field is decided among the facets."""


class _Allowed(Protocol):
    def __contains__(self, value: Any, /) -> bool: ...


class _AllBut(frozenset[str]):
    """Every value but these."""

    def __contains__(self, value: object, /) -> bool:
        return not super().__contains__(value)


class _Condition(NamedTuple):
    """A field of the filter, and the values it allows at one place of the facets."""

    name: str
    place: int
    allowed: _Allowed

    def allows(self, facets: Facets) -> bool:
        return facets[self.place] in self.allowed


def filters_facets(wanted: TicketFilter) -> bool:
    """Whether the filter has a condition on a facet."""
    return bool(_conditions(wanted))


def facet_match(wanted: TicketFilter) -> dict[str, Any]:
    """The part of the filter's match that is about facets."""
    return {name: condition for name, condition in wanted.match().items() if name in Facets._fields}


def is_among(facets: Facets, wanted: TicketFilter) -> bool:
    """Whether the facets meet the filter's conditions on them."""
    return all(condition.allows(facets) for condition in _conditions(wanted))


def total(counts: FacetCounts, wanted: TicketFilter) -> int:
    """How many tickets meet the filter's conditions on facets."""
    return filtered(counts, wanted).total()


def filtered(counts: FacetCounts, wanted: TicketFilter) -> FacetCounts:
    """The counts whose facets meet the filter's conditions."""
    conditions = _conditions(wanted)
    return Counter(
        {
            facets: count
            for facets, count in counts.items()
            if count and all(condition.allows(facets) for condition in conditions)
        }
    )


def choices(counts: FacetCounts, wanted: TicketFilter) -> dict[str, dict[str, int]]:
    """For each field with choices: value to count, most frequent first, under the conditions on all *other* fields."""
    conditions = _conditions(wanted)
    counted: dict[str, Counter[str]] = {name: Counter() for name in CHOICES}
    for facets, count in counts.items():
        failed = {condition.name for condition in conditions if not condition.allows(facets)} if conditions else ()
        for name in _fields_that_count(failed):
            sums = counted[name]
            if name == "state":
                for state in states_of(facets.status):
                    sums[state] += count
            else:
                sums[getattr(facets, name)] += count
    return {name: _most_frequent_first(each) for name, each in counted.items()}


def _fields_that_count(failed: Collection[str]) -> Iterable[str]:
    """The fields beside which a ticket is counted: those whose other conditions are all met."""
    if not failed:
        return CHOICES
    return failed if len(failed) == 1 and _CHOICES.issuperset(failed) else ()


def _conditions(wanted: TicketFilter) -> list[_Condition]:
    allowed: dict[str, Any] = {name: getattr(wanted, name) for name in CHOICES}
    allowed["state"] = StatusesIn(wanted.state) if wanted.state else ()
    allowed["requires_action"] = () if wanted.requires_action is None else (wanted.requires_action,)
    conditions = [_Condition(name, _PLACES[name], values) for name, values in allowed.items() if values]
    for name in CHOICES:
        if name != "state" and (left_out := getattr(wanted, f"{name}_not")):
            conditions.append(_Condition(name, _PLACES[name], _AllBut(left_out)))
    return conditions


def _most_frequent_first(counted: "Counter[str]") -> dict[str, int]:
    found = [(value, count) for value, count in counted.items() if count]
    return dict(sorted(found, key=lambda item: (-item[1], item[0]))[:MAX_CHOICES])
