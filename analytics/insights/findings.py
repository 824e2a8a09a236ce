"""What was found about a tenant, as it is stored and shown. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from analytics.insights.rule import Measure
from analytics.insights.windows import WindowName
from tickets.records.period import Period

Document = dict[str, Any]
Level = Literal["critical", "elevated", "normal"]
LEVELS: Final[tuple[Level, ...]] = ("critical", "elevated", "normal")
"""The worst first."""

DriverKind = Literal["topic", "source", "team"]

WAITING: Final = timedelta(days=1)
"""An urgent ticket that is open for longer is mentioned."""

TWICE: Final = 2.0
"""A number at least this many times the usual is critical, whatever it counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Driver:
    """A value that much of the rise comes from. `value` is what a list is filtered by, `name` what it is called."""

    kind: DriverKind
    value: str
    name: str
    count: int
    usual: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Unusual:
    """A number outside of the tenant's own normal.

    - `usual`: the mean of the `weeks` that it was compared with; from `limit` on it is unusual.
    - `customers`: how many wrote these tickets; `driving`: how many of them wrote several more than they usually do.
    """

    measure: Measure
    window: WindowName
    period: Period
    observed: int
    usual: float
    limit: int
    weeks: int
    customers: int
    drivers: tuple[Driver, ...] = ()
    driving: int = 0

    @property
    def excess(self) -> float:
        return self.observed / self.limit

    @property
    def is_critical(self) -> bool:
        return self.measure == "high" or self.observed >= TWICE * self.usual


@dataclass(frozen=True, slots=True, kw_only=True)
class OngoingIncident:
    number: int
    name: str
    tickets: int
    customers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Insights:
    """What is out of the ordinary of a tenant, as of `counted_at`.

    - `unusual`: the most unusual first, at most one for each measure.
    - `urgent_waiting`: high-urgency tickets that were open for over 24 hours. `urgent_open`: all open ones.
    - `past_due`: open tickets past due.
    - `weeks_known`: with how many of the last eight weeks numbers were compared. With too few, nothing is unusual.
    - `week_totals`, `week_high`, `week_negative`: the tickets of each week of the last eight and of the seven days up to the
      last midnight, the oldest first; None where nothing is known.
    """

    tenant_id: str
    counted_at: datetime
    unusual: tuple[Unusual, ...] = ()
    incidents: tuple[OngoingIncident, ...] = ()
    urgent_waiting: int = 0
    urgent_open: int = 0
    past_due: int = 0
    weeks_known: int = 0
    week_totals: tuple[int | None, ...] = ()
    week_high: tuple[int | None, ...] = ()
    week_negative: tuple[int | None, ...] = ()

    @property
    def waiting_since(self) -> datetime:
        """Urgent tickets that were created before are mentioned."""
        return self.counted_at - WAITING

    @property
    def level(self) -> Level:
        if self.incidents or any(each.is_critical for each in self.unusual):
            return "critical"
        return "elevated" if self.unusual or self.urgent_waiting or self.past_due else "normal"

    @property
    def rank(self) -> tuple[int, float, int]:
        """In ascending order, the worst comes first."""
        excess = max((each.excess for each in self.unusual), default=0.0)
        return LEVELS.index(self.level), -excess, -(self.urgent_waiting + self.past_due)


def to_document(found: Insights) -> Document:
    """All that is stored, without the id."""
    return {
        "counted_at": found.counted_at,
        "unusual": [_unusual_document(each) for each in found.unusual],
        "incidents": [
            {"number": each.number, "name": each.name, "tickets": each.tickets, "customers": each.customers}
            for each in found.incidents
        ],
        **{name: getattr(found, name) for name in ("urgent_waiting", "urgent_open", "past_due", "weeks_known")},
        **{name: list(getattr(found, name)) for name in ("week_totals", "week_high", "week_negative")},
    }


def from_document(tenant_id: str, stored: Mapping[str, Any]) -> Insights:
    return Insights(
        tenant_id=tenant_id,
        counted_at=stored["counted_at"],
        unusual=tuple(_unusual(each) for each in stored["unusual"]),
        incidents=tuple(OngoingIncident(**each) for each in stored["incidents"]),
        urgent_waiting=stored["urgent_waiting"],
        urgent_open=stored["urgent_open"],
        past_due=stored["past_due"],
        weeks_known=stored["weeks_known"],
        week_totals=tuple(stored["week_totals"]),
        week_high=tuple(stored["week_high"]),
        week_negative=tuple(stored["week_negative"]),
    )


def _unusual_document(found: Unusual) -> Document:
    return {
        "measure": found.measure,
        "window": found.window,
        "start": found.period.start,
        "end": found.period.end,
        "observed": found.observed,
        "usual": found.usual,
        "limit": found.limit,
        "weeks": found.weeks,
        "customers": found.customers,
        "driving": found.driving,
        "drivers": [
            {"kind": each.kind, "value": each.value, "name": each.name, "count": each.count, "usual": each.usual}
            for each in found.drivers
        ],
    }


def _unusual(stored: Mapping[str, Any]) -> Unusual:
    return Unusual(
        period=Period(stored["start"], stored["end"]),
        drivers=tuple(Driver(**each) for each in stored["drivers"]),
        **{
            name: stored[name]
            for name in ("measure", "window", "observed", "usual", "limit", "weeks", "customers", "driving")
        },
    )
