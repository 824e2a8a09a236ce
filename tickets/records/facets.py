"""Facets: the combination of verdicts, status and source that a ticket is counted under. Pure."""

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

UNKNOWN: Final = "unknown"
"""Not classified: in a language without a vocabulary, and nothing else decided."""

CLASSIFIED_URGENCIES: Final = ("high", "medium", "low")
CLASSIFIED_SENTIMENTS: Final = ("negative", "neutral", "positive")
URGENCIES: Final = (*CLASSIFIED_URGENCIES, UNKNOWN)
SENTIMENTS: Final = (*CLASSIFIED_SENTIMENTS, UNKNOWN)

NOT_CLASSIFIED: Final = "not_classified"
URGENCY_SUMS: Final = {each: NOT_CLASSIFIED if each == UNKNOWN else each for each in URGENCIES}
SENTIMENT_SUMS: Final = {each: "sentiment_unknown" if each == UNKNOWN else each for each in SENTIMENTS}
"""The name of the sum in which statistics count the tickets of a value. `unknown` is the one of statuses not mapped."""


class Facets(NamedTuple):
    """A ticket's combination of values."""

    status: str
    urgency: str
    sentiment: str
    source: str
    requires_action: bool | None

    @classmethod
    def of(cls, ticket: Mapping[str, Any]) -> "Facets":
        return cls(*(ticket[name] for name in cls._fields))


FacetCounts = Counter[Facets]
