"""What a tenant's clocks run by: its business hours and its targets. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, Literal, get_args

from tickets.clocks.business_hours import BusinessHours

TargetClock = Literal["first_reply", "next_reply", "resolution"]
TARGET_CLOCKS: Final[tuple[TargetClock, ...]] = get_args(TargetClock)
"""The clocks that can have a target, in the order in which people read them."""

CONDITION_FIELDS: Final = ("priority", "urgency", "team", "tags", "type")
"""The fields of a ticket that decide which target applies."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A promise: `clock` stops within `seconds`.

    - `in_business_hours`: only the tenant's business hours count.
    - `pauses`: of a resolution, only the time counts in which the ticket waits for us.
    - `conditions`: by field, the values of which a ticket needs one. Without any, the target is for every ticket.
    """

    id: str
    name: str
    clock: TargetClock
    seconds: int
    in_business_hours: bool = False
    pauses: bool = False
    conditions: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def matches(self, ticket: Mapping[str, Any]) -> bool:
        return all(not wanted.isdisjoint(_values(ticket.get(name))) for name, wanted in self.conditions.items())


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockSettings:
    business_hours: BusinessHours | None = None
    targets: tuple[Target, ...] = ()

    def target_of(self, clock: TargetClock, ticket: Mapping[str, Any]) -> Target | None:
        """The first target of the clock that the ticket matches."""
        return next((each for each in self.targets if each.clock == clock and each.matches(ticket)), None)

    def business(self, start: datetime, end: datetime) -> timedelta | None:
        """The business time between two moments; None if the tenant has no business hours."""
        return None if self.business_hours is None else self.business_hours.elapsed(start, end)

    def elapsed(self, target: Target, start: datetime, end: datetime) -> timedelta:
        """The time that counts for a target."""
        if target.in_business_hours and self.business_hours is not None:
            return self.business_hours.elapsed(start, end)
        return max(end - start, timedelta())

    def due(self, target: Target, start: datetime, left: timedelta) -> datetime:
        """When a target that runs from `start` on with this much time left is due."""
        if target.in_business_hours and self.business_hours is not None:
            return self.business_hours.add(start, left)
        return start + left


NO_CLOCK_SETTINGS: Final = ClockSettings()


def _values(value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else tuple(value)
