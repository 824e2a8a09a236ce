"""Incidents of several tenants at the same time that are about the same thing. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from tickets.incidents.following import MATCHING
from tickets.incidents.store import Incident

APART: Final = timedelta(hours=3)
"""Between the last ticket of one and the first of the other."""


@dataclass(frozen=True, slots=True)
class SharedIncident:
    """One incident for each tenant, that of the most customers first."""

    incidents: tuple[Incident, ...]

    @property
    def name(self) -> str:
        return self.incidents[0].name

    @property
    def customers(self) -> int:
        """Of all tenants. Who is a customer of two counts twice."""
        return sum(each.customers for each in self.incidents)


def find_shared(incidents: Iterable[Incident]) -> list[SharedIncident]:
    """Those that are in several tenants, in the most tenants first."""
    groups: list[list[Incident]] = []
    for each in sorted(incidents, key=lambda one: (-one.customers, one.tenant_id, one.number)):
        group = next((group for group in groups if _belongs_to(each, group)), None)
        if group is None:
            groups.append([each])
        elif all(other.tenant_id != each.tenant_id for other in group):
            group.append(each)
    shared = [SharedIncident(tuple(group)) for group in groups if len(group) > 1]
    return sorted(shared, key=lambda each: (-len(each.incidents), -each.customers))


def _belongs_to(incident: Incident, group: Sequence[Incident]) -> bool:
    return any(_is_same(incident, each) for each in group)


def _is_same(one: Incident, other: Incident) -> bool:
    first, second = set(one.phrases), set(other.phrases)
    is_alike = len(first & second) >= MATCHING * min(len(first), len(second))
    return is_alike and max(one.first_at, other.first_at) - min(one.last_at, other.last_at) <= APART
