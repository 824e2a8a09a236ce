"""The numbers of a dashboard, as read from the database. Pure."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal

from tickets.records.histogram import percentile_of, seconds_of
from tickets.rollups.differences import POINTS_HIGH, POINTS_NEGATIVE, POINTS_OPEN

Reason = Literal["high", "negative", "open", "repeated"]

POINTS_REPEATED = 1
MOST_REPEATED = 5
"""Points of a customer's risk score per ticket after the first, and how many at most."""

FEWEST_FOR_RATIO = 20
"""With fewer tickets than this before, a ratio is chance. Then the difference is shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """The tickets of a period: how many in total, and how many of each kind."""

    total: int = 0
    open: int = 0
    """Not known to be closed, so including `unknown`."""
    unknown: int = 0
    """With a status that is not mapped."""
    high: int = 0
    negative: int = 0
    action: int = 0
    not_classified: int = 0
    """With unknown urgency: in a language without a vocabulary."""

    @property
    def high_ratio(self) -> float:
        """Of all tickets, including those that are not classified: 0 to 1; 0 without tickets."""
        return self.high / self.total if self.total else 0.0

    @property
    def negative_ratio(self) -> float:
        """Of all tickets, as `high_ratio`."""
        return self.negative / self.total if self.total else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendPoint(Totals):
    """The numbers of one bucket; `position` is its place in the period, counted from 0."""

    position: int
    medium: int = 0
    low: int = 0


@dataclass(frozen=True, slots=True)
class ValueCount:
    """How many tickets have a value."""

    value: str
    count: int


@dataclass(frozen=True, slots=True)
class OtherValues:
    """The values that are not named one by one: how many there are, and how many tickets have one of them."""

    values: int = 0
    tickets: int = 0


@dataclass(frozen=True, slots=True)
class DimensionCounts:
    """How many tickets have each value of a dimension, such as the team: the most frequent values first."""

    name: str
    values: tuple[ValueCount, ...]


@dataclass(frozen=True, slots=True)
class RisingKeyword:
    """A keyword in more tickets than in the same part of the previous period."""

    value: str
    count: int
    before: int

    @property
    def lift(self) -> float | None:
        """How many times as many as before; None if there were too few before."""
        return self.count / self.before if self.before >= FEWEST_FOR_RATIO else None


@dataclass(frozen=True, slots=True)
class TopicCount:
    """In how many tickets of the period a topic is, and in how many of the same part of the previous period."""

    id: str
    count: int
    before: int


@dataclass(frozen=True, slots=True)
class TopicCustomers:
    """How many customers a topic's tickets are of. With `is_at_least`, not all of them were looked at."""

    count: int = 0
    is_at_least: bool = False


@dataclass(frozen=True, slots=True)
class RisingTopic(TopicCount):
    """A topic in clearly more tickets than before."""

    customers: TopicCustomers

    @property
    def lift(self) -> float | None:
        """How many times as many as before; None if there were too few before."""
        return self.count / self.before if self.before >= FEWEST_FOR_RATIO else None


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerVolume:
    """A customer's tickets of the period."""

    customer_id: str
    total: int
    high: int
    negative: int
    open: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BacklogPoint:
    """A day of the tenant's zone, or a longer bucket: how many tickets were open at its `end`; today: now.

    `opened` counts tickets created or reopened on the day, `resolved` those closed, even if reopened later.
    """

    start: datetime
    end: datetime
    open: int
    opened: int
    resolved: int


@dataclass(frozen=True, slots=True)
class Flow:
    """How many tickets were opened and resolved in a bucket of the previous period, as in `BacklogPoint`."""

    position: int
    opened: int
    resolved: int


@dataclass(frozen=True, slots=True)
class AgeBand:
    """The tickets open now that were created from `created_from` (None: no limit) up to `created_to`."""

    name: str
    created_from: datetime | None
    created_to: datetime | None
    count: int


@dataclass(frozen=True, slots=True)
class Durations:
    """How long something took: pairs of a step of the histogram (`tickets.records.histogram`) and a number, ascending."""

    steps: tuple[tuple[int, int], ...] = ()

    @property
    def count(self) -> int:
        return sum(number for _, number in self.steps)

    @property
    def median_seconds(self) -> float | None:
        return percentile_of(self.steps, 0.5)

    @property
    def p90_seconds(self) -> float | None:
        return percentile_of(self.steps, 0.9)

    @property
    def percentiles(self) -> tuple[float | None, float | None]:
        """Median and 90th percentile, in seconds."""
        return self.median_seconds, self.p90_seconds

    def within(self, edges: Sequence[float]) -> tuple[int, ...]:
        """How many lie below the first edge, between two of them, and above the last. Edges are seconds, ascending."""
        counts = [0] * (len(edges) + 1)
        for step, number in self.steps:
            counts[bisect_right(edges, seconds_of(step))] += number
        return tuple(counts)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockFigures:
    """A clock (`tickets.clocks.stopwatch`) over a period: those that stopped in it.

    `business` is empty where the tenant has no business hours. `unknown`: how many stopped after an unknown time, which
    are in neither. `never`: how many tickets were closed without it, too late for a target. `met` and `breached`: by the
    targets that applied. `by`: how many of the known ones have their end from where (`tickets.clocks.stopwatch.By`), in
    the order of the names.
    """

    calendar: Durations = Durations()
    business: Durations = Durations()
    unknown: int = 0
    never: int = 0
    met: int = 0
    breached: int = 0
    by: tuple[tuple[str, int], ...] = ()

    @property
    def stopped(self) -> int:
        """All that ended in the period, after a known time or not."""
        return self.calendar.count + self.unknown + self.never

    @property
    def decided(self) -> int:
        """How many had a target."""
        return self.met + self.breached

    @property
    def met_ratio(self) -> float | None:
        """The share of targets that were met; None if none applied."""
        return self.met / self.decided if self.decided else None


NOT_STOPPED: Final = ClockFigures()
"""Of a clock that never stopped in the period."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AtRiskCustomer:
    """A customer with a high-urgency ticket, or with two negative ones.

    `ticket_ids` are the external ids of the newest high-urgency tickets or, if there are none, of the negative ones.
    """

    customer_id: str
    total: int
    high_urgency_count: int
    negative_count: int
    open_count: int
    ticket_ids: tuple[str, ...]

    @property
    def points(self) -> dict[Reason, int]:
        """The parts of the score. More tickets of any kind never lower it."""
        return {
            "high": POINTS_HIGH * self.high_urgency_count,
            "negative": POINTS_NEGATIVE * self.negative_count,
            "open": POINTS_OPEN * self.open_count,
            "repeated": min(POINTS_REPEATED * (self.total - 1), MOST_REPEATED),
        }

    @property
    def score(self) -> int:
        return sum(self.points.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class DashboardFigures:
    """Everything a dashboard shows.

    - `trend` has no points for empty buckets, and neither have `previous_trend` and `previous_flows`: the buckets of the
      previous period, each at the position of the one that it is compared with.
    - `by_urgency` and `by_sentiment` have `unknown` only if there are such tickets.
    - `by_status`, `by_source` and `by_dimension` name the most frequent values; `other_statuses` and `other_sources`
      sum up the rest.
    - `by_source` and `by_dimension` are of all tickets, whatever the dashboard is narrowed to.
    - `week_hours` are the tickets by weekday and hour in the tenant's zone: 7 × 24 numbers, Monday first.
    - `ages` (youngest first) and the last point of `backlog` are about all tickets open now.
    - Without `has_earlier_data`, the tenant's first ticket is newer than the start of the previous period, so
      `previous`, `previous_trend`, `previous_flows`, `previous_clocks`, `previous_reopened`, `rising` and `rising_topics` cannot be compared with.
    - `topics` and `rising_topics` include hidden ones, because hiding a topic changes no ticket.
    """

    totals: Totals
    previous: Totals
    by_status: tuple[ValueCount, ...]
    by_urgency: tuple[ValueCount, ...]
    by_sentiment: tuple[ValueCount, ...]
    by_source: tuple[ValueCount, ...]
    trend: tuple[TrendPoint, ...]
    keywords: tuple[ValueCount, ...]
    customers: tuple[AtRiskCustomer, ...]
    previous_trend: tuple[TrendPoint, ...] = ()
    previous_flows: tuple[Flow, ...] = ()
    by_dimension: tuple[DimensionCounts, ...] = ()
    other_statuses: OtherValues = OtherValues()
    other_sources: OtherValues = OtherValues()
    rising: tuple[RisingKeyword, ...] = ()
    topics: tuple[TopicCount, ...] = ()
    rising_topics: tuple[RisingTopic, ...] = ()
    volume: tuple[CustomerVolume, ...] = ()
    week_hours: tuple[int, ...] = ()
    backlog: tuple[BacklogPoint, ...] = ()
    ages: tuple[AgeBand, ...] = ()
    reopened: int = 0
    previous_reopened: int = 0
    clocks: Mapping[str, ClockFigures] = field(default_factory=dict, hash=False)
    previous_clocks: Mapping[str, ClockFigures] = field(default_factory=dict, hash=False)
    has_earlier_data: bool = True


@dataclass(frozen=True, slots=True)
class HourCount:
    """The tickets created in the hour (UTC) that starts at `hour`."""

    hour: datetime
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiStatistics:
    """The response of `GET /tenants/{tenant_id}/stats`.

    `hourly_trend` has only hours with tickets, in order; `as_of` is when the helpdesk was last read.
    """

    total_tickets: int = 0
    by_status: dict[str, int] = field(default_factory=dict)
    urgency_high_ratio: float = 0.0
    negative_sentiment_ratio: float = 0.0
    hourly_trend: tuple[HourCount, ...] = ()
    top_keywords: tuple[str, ...] = ()
    at_risk_customers: tuple[AtRiskCustomer, ...] = ()
    as_of: datetime | None
