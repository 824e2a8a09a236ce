"""What a status means: open, closed, or unknown. Pure.

Helpdesks name their statuses freely. A few words mean the same everywhere, however they are spelled, and are stored in
one spelling. Any other status is stored as the helpdesk sends it and counts as open until it is mapped: a ticket that
may be waiting for an answer must not look resolved.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Document = dict[str, Any]
State = Literal["open", "closed", "unknown"]

OPEN_STATUSES = ("new", "open", "in_progress", "pending", "on_hold", "reopened")
CLOSED_STATUSES = ("resolved", "closed", "solved", "done")
KNOWN_STATUSES = (*OPEN_STATUSES, *CLOSED_STATUSES)
MAPPABLE_STATUSES = ("open", "in_progress", "pending", "on_hold", "resolved", "closed")
"""What a status can be mapped to."""

NO_STATUS = "unknown"
"""The status of a ticket that has none in the helpdesk."""

STATES: tuple[State, ...] = ("open", "unknown", "closed")
"""What a list can be filtered by. `open` is every ticket that is not known to be closed, including unknown ones."""


def fold_status(text: str) -> str:
    """The form of a status used for comparison: “In Progress”, “in-progress” and “IN_PROGRESS” are the same."""
    return "_".join(text.casefold().replace("-", " ").replace("_", " ").split())


def spell_status(text: str) -> str:
    """The status as it is stored: a known one in one spelling, any other as it came, without surrounding spaces."""
    folded = fold_status(text)
    return folded if folded in (*KNOWN_STATUSES, NO_STATUS) else " ".join(text.split()) or NO_STATUS


def _spellings(statuses: Iterable[str]) -> frozenset[str]:
    """How earlier versions, which kept every spelling, may have stored them."""
    found: set[str] = set()
    for status in statuses:
        for separator in "_- ":
            text = status.replace("_", separator)
            found |= {text, text.upper(), text.capitalize(), text.title()}
    return frozenset(found)


_CLOSED = _spellings(CLOSED_STATUSES)
_KNOWN = _spellings(KNOWN_STATUSES)

NOT_CLOSED: Document = {"$nin": sorted(_CLOSED)}
"""As a condition on `status`."""
IS_OPEN: Document = {"$not": [{"$in": ["$status", sorted(_CLOSED)]}]}
IS_UNKNOWN: Document = {"$not": [{"$in": ["$status", sorted(_KNOWN)]}]}
"""As expressions over a ticket."""


def state_of(status: str) -> State:
    """What a stored status means."""
    if status in _CLOSED:
        return "closed"
    return "open" if status in _KNOWN else "unknown"


def states_of(status: str) -> tuple[State, ...]:
    """The lists that a ticket with the status is in."""
    state = state_of(status)
    return ("open", "unknown") if state == "unknown" else (state,)


def is_open(status: str) -> bool:
    return status not in _CLOSED


@dataclass(frozen=True, slots=True)
class SpelledStatus:
    """A status under its most frequent spelling, and how many tickets have it in any of its spellings."""

    name: str
    spellings: tuple[str, ...]
    count: int


def join_spellings(counts: Mapping[str, int]) -> list[SpelledStatus]:
    """Statuses that differ only in spelling are joined; the most frequent first."""
    spelled: dict[str, list[str]] = {}
    for status in sorted(counts, key=lambda each: (-counts[each], each)):
        spelled.setdefault(fold_status(status), []).append(status)
    found = [SpelledStatus(each[0], tuple(each), sum(counts[one] for one in each)) for each in spelled.values()]
    return sorted(found, key=lambda each: (-each.count, each.name))


@dataclass(frozen=True, slots=True)
class StatusesIn:
    """The statuses of some states: use it with `in`, or as a condition for MongoDB."""

    states: tuple[State, ...]

    def __contains__(self, status: str) -> bool:
        return not self._allowed.isdisjoint(states_of(status))

    @property
    def condition(self) -> Document:
        allowed = self._allowed
        named = (_CLOSED if "closed" in allowed else frozenset()) | (
            _KNOWN - _CLOSED if "open" in allowed else frozenset()
        )
        # Unknown statuses cannot be listed, so if they belong to it, the condition names what does not.
        return {"$nin": sorted(_KNOWN - named)} if allowed & {"open", "unknown"} else {"$in": sorted(named)}

    @property
    def _allowed(self) -> frozenset[str]:
        return frozenset(self.states)


class StatusMap:
    """Maps the helpdesk's statuses to ours, whatever the spelling."""

    def __init__(self, given: Mapping[str, str] | None = None) -> None:
        self._given = dict(given or {})
        self._folded = {fold_status(theirs): ours for theirs, ours in self._given.items()}

    def __bool__(self) -> bool:
        return bool(self._given)

    def find(self, status: str) -> str | None:
        """Our status for exactly this spelling, or else for any spelling of it; None if it is not mapped."""
        return self._given.get(status.strip()) or self._folded.get(fold_status(status))


NO_STATUS_MAP = StatusMap()
