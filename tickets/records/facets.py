"""Facets: the combination of verdicts, status and source that a ticket is counted under. Pure."""

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

URGENCIES: Final = ("high", "medium", "low")
SENTIMENTS: Final = ("negative", "neutral", "positive")


class Facets(NamedTuple):
    """A ticket's combination of values."""

    status: str
    urgency: str
    sentiment: str
    source: str
    requires_action: bool

    @classmethod
    def of(cls, ticket: Mapping[str, Any]) -> "Facets":
        return cls(*(ticket[name] for name in cls._fields))


FacetCounts = Counter[Facets]
