"""Why records were rejected, grouped and in words. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from supportsaas.formatting import format_number

MOST_NAMED = 5
PLACES_OF_A_REASON = 3


@dataclass(frozen=True, slots=True)
class ReasonCount:
    """How many records were rejected for a reason; the reason is without the value that it quotes after a colon."""

    field: str
    reason: str
    count: int
    places: tuple[str, ...] = ()
    """Where the first ones are in a file: "line 7"."""

    def as_dict(self) -> dict[str, Any]:
        facts: dict[str, Any] = {"field": self.field, "reason": self.reason, "count": self.count}
        return {**facts, "first": list(self.places)} if self.places else facts

    def with_places(self) -> str:
        """“4 rejected: created_at is not a date (line 3, line 5, line 7, …)”."""
        more = ", …" if self.count > len(self.places) else ""
        where = f" ({', '.join(self.places)}{more})" if self.places else ""
        return f"{format_number(self.count)} rejected: {self.field} {self.reason}{where}"


class Rejected(Protocol):
    """What is known about a rejected record here; `place` is where it is in a file."""

    @property
    def field(self) -> str: ...
    @property
    def reason(self) -> str: ...
    @property
    def place(self) -> str: ...


@dataclass(slots=True)
class RejectedReasons:
    """The reasons of the records that a run rejected, in the order in which they came."""

    _counts: dict[tuple[str, str], ReasonCount] = field(default_factory=dict)

    def add(self, records: Iterable[Rejected]) -> None:
        for record in records:
            self.count(record.field, record.reason, place=record.place)

    def count(self, field_: str, reason: str, *, place: str = "") -> None:
        key = (field_, reason.partition(": ")[0])
        found = self._counts.get(key) or ReasonCount(*key, count=0)
        place = place.partition(" of ")[0]
        places = (*found.places, place) if place and len(found.places) < PLACES_OF_A_REASON else found.places
        self._counts[key] = replace(found, count=found.count + 1, places=places)

    def most_frequent(self) -> list[ReasonCount]:
        return sorted(self._counts.values(), key=lambda each: -each.count)


def group_reasons(rejected: Iterable[tuple[str, str]]) -> list[ReasonCount]:
    """The reasons of (field, reason) pairs, the most frequent first."""
    reasons = RejectedReasons()
    for name, reason in rejected:
        reasons.count(name, reason)
    return reasons.most_frequent()


def reasons_in_words(reasons: Sequence[ReasonCount]) -> str:
    """“created_at is missing (20), id is missing (5)”."""
    named = [f"{each.field} {each.reason} ({format_number(each.count)})" for each in reasons[:MOST_NAMED]]
    others = sum(each.count for each in reasons[MOST_NAMED:])
    return ", ".join([*named, f"other reasons ({format_number(others)})"] if others else named)
