"""FieldValues: the values of optional fields that a tenant's tickets have, to choose from in the filters of a list."""

from collections.abc import Iterator
from typing import Final

from tenants.models import Tenant
from tickets.classification.stored_words import VALUE_SIGN, value_word
from tickets.records.dimensions import DIMENSIONS, FILTERED_FIELDS
from tickets.store.facet_cube import MAX_CHOICES
from tickets.store.filters import TicketFilter
from tickets.store.search import TicketSearch
from tickets.store.value_counts import ValueCounts, ValueCountStore

MOST_LISTED: Final = 100
"""Values of one field that are offered at once. Each takes a round trip."""

_LAST = "\U0010ffff"

Counts = dict[str, int | None]
"""The values of a field with the number of their tickets, most frequent first; None if that is not counted."""


class FieldValues:
    def __init__(self, tenant: Tenant) -> None:
        if not isinstance(tenant, Tenant) or not tenant.slug:
            raise ValueError("FieldValues need a tenant.")
        self._value_counts = ValueCountStore(tenant)
        self._search = TicketSearch(tenant)

    def count(self, wanted: TicketFilter) -> dict[str, Counts]:
        """For each dimension that tickets have: its values, counted under the conditions on all *other* fields.

        Roll-ups know the numbers if the other conditions are on facets and dates only. Otherwise they know the values.
        """
        counted = [name for name in DIMENSIONS if _has_only_facets_besides(wanted, name)]
        found = self._value_counts.find(counted, wanted) if counted else {}
        result = {name: _most_frequent(values) for name, values in found.items()}
        for name, values in self._value_counts.find_all().items():
            result.setdefault(name, dict.fromkeys(_most_frequent(values)))
        return result

    def find_dimension_values(self) -> dict[str, list[str]]:
        """For each dimension that tickets have: its values, most frequent first."""
        return {name: list(_most_frequent(values)) for name, values in self._value_counts.find_all().items()}

    def find_present(self) -> tuple[str, ...]:
        """The other filters by which some ticket can be found."""
        found: set[str] = set()
        place, end = VALUE_SIGN, VALUE_SIGN + _LAST
        while (word := self._search.find_next_word(place, end)) is not None:  # from one field to the next
            _, name, _ = word.split(VALUE_SIGN, 2)
            found.add(name)
            place = value_word(name, _LAST)
        return tuple(name for name in FILTERED_FIELDS if name in found and name not in DIMENSIONS)

    def find_values(self, name: str, *, beginning: str = "") -> list[str]:
        """The first values of a field in the order of their letters, of those that begin so."""
        return [each for each, _ in zip(self._iterate(name, beginning), range(MOST_LISTED), strict=False)]

    def _iterate(self, name: str, beginning: str) -> Iterator[str]:
        place: str | None = beginning
        while place is not None and (value := self._find_next(name, place, end=beginning + _LAST)) is not None:
            yield value
            place = value + "\0"

    def _find_next(self, name: str, place: str, *, end: str = _LAST) -> str | None:
        prefix = value_word(name, "")
        word = self._search.find_next_word(prefix + place, prefix + end)
        return None if word is None else word.removeprefix(prefix)


def _has_only_facets_besides(wanted: TicketFilter, name: str) -> bool:
    return wanted.field_values.keys() <= {name} and not (
        wanted.keyword
        or wanted.customer_id
        or wanted.incident
        or wanted.q
        or wanted.has_clocks
        or wanted.field_exclusions()
    )


def _most_frequent(counts: ValueCounts) -> Counts:
    """Without values that nobody has any longer."""
    found = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    return {value: number for value, number in found[:MAX_CHOICES] if number}
