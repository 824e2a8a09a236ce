"""The numbers of a dashboard, as they come from the database. Pure."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Reason = Literal["high", "negative", "open", "repeated"]

POINTS_HIGH, POINTS_NEGATIVE, POINTS_OPEN, POINTS_REPEATED = 3, 2, 1, 1
MOST_REPEATED = 5
"""What a customer's tickets weigh: each high-urgency, negative, open and further one; the last up to so many."""


FEWEST_FOR_RATIO = 20
"""Of fewer than so many before, a ratio is chance: the difference says more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """How many tickets of a period, and how many of them are …"""

    total: int = 0
    open: int = 0
    """Not known to be closed, the `unknown` ones among them."""
    unknown: int = 0
    """With a status of which nobody has said what it means."""
    high: int = 0
    negative: int = 0
    action: int = 0

    @property
    def high_ratio(self) -> float:
        """0 to 1; 0 where there is no ticket."""
        return self.high / self.total if self.total else 0.0

    @property
    def negative_ratio(self) -> float:
        """0 to 1; 0 where there is no ticket."""
        return self.negative / self.total if self.total else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendPoint(Totals):
    """The numbers of one bucket; `position` counts the period's buckets from 0."""

    position: int
    medium: int = 0
    low: int = 0


@dataclass(frozen=True, slots=True)
class ValueCount:
    """How many tickets carry a value."""

    value: str
    count: int


@dataclass(frozen=True, slots=True)
class OtherValues:
    """The values that are too many to be named: how many there are, and how many tickets carry one of them."""

    values: int = 0
    tickets: int = 0


@dataclass(frozen=True, slots=True)
class RisingKeyword:
    """A word in more tickets than in the same part of the period before."""

    value: str
    count: int
    before: int

    @property
    def lift(self) -> float | None:
        """How many times as many as before; None where there were too few before to say."""
        return self.count / self.before if self.before >= FEWEST_FOR_RATIO else None


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerVolume:
    """A customer, and how many tickets of the period are theirs."""

    customer_id: str
    total: int
    high: int
    negative: int
    open: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BacklogPoint:
    """A day of the tenant's zone that ends at `end`: how many tickets were open then.

    `arrived` were created or reopened on the day, `settled` were closed; today's point is of this moment.
    """

    start: datetime
    end: datetime
    open: int
    arrived: int
    settled: int


@dataclass(frozen=True, slots=True)
class AgeBand:
    """The tickets open at this moment that were created from `created_from` (None: ever) up to `created_to`."""

    name: str
    created_from: datetime | None
    created_to: datetime | None
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """The tickets closed in a period (and closed still), how long that took from their creation, and the reopened.

    The times are seconds, read off a histogram whose steps are 4 % apart; None where nothing was closed. `untimed` are
    the closed tickets created in the period of which nobody knows when they were closed: they are in no other number.
    """

    resolved: int = 0
    untimed: int = 0
    median_seconds: float | None = None
    p90_seconds: float | None = None
    reopened: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AtRiskCustomer:
    """A customer with a high-urgency ticket, or with two negative ones.

    `ticket_ids` are the external ids of the newest of the tickets that put the customer here:
    the high-urgency ones or, where there is none, the negative ones.
    """

    customer_id: str
    total: int
    high_urgency_count: int
    negative_count: int
    open_count: int
    ticket_ids: tuple[str, ...]

    @property
    def points(self) -> dict[Reason, int]:
        """What the score is made of, by reason: more of anything never lowers it."""
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
    """Everything one dashboard shows; `trend` has no points for empty buckets.

    `by_status` and `by_source` name the most frequent values; the others are summed up beside them.

    `week_hours`: the tickets by weekday and hour of the tenant's clock, 7 × 24, Monday first. `ages`,
    youngest first, and the last point of `backlog` are of all tickets open at this moment.

    Without `has_earlier_data` the tenant's first ticket lies inside the period before, or after it: `previous`,
    `previous_resolution` and `rising` are counted, and say nothing that could be compared.
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
    other_statuses: OtherValues = OtherValues()
    other_sources: OtherValues = OtherValues()
    rising: tuple[RisingKeyword, ...] = ()
    volume: tuple[CustomerVolume, ...] = ()
    week_hours: tuple[int, ...] = ()
    backlog: tuple[BacklogPoint, ...] = ()
    ages: tuple[AgeBand, ...] = ()
    resolution: Resolution = Resolution()
    previous_resolution: Resolution = Resolution()
    has_earlier_data: bool = True


@dataclass(frozen=True, slots=True)
class HourCount:
    """The tickets created in the hour (of UTC) that begins at `hour`."""

    hour: datetime
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiStatistics:
    """The answer of `GET /tenants/{tenant_id}/stats`, field by field.

    `hourly_trend` has the hours with tickets, in order; `as_of` is the moment the data stands for.
    """

    total_tickets: int = 0
    by_status: dict[str, int] = field(default_factory=dict)
    urgency_high_ratio: float = 0.0
    negative_sentiment_ratio: float = 0.0
    hourly_trend: tuple[HourCount, ...] = ()
    top_keywords: tuple[str, ...] = ()
    at_risk_customers: tuple[AtRiskCustomer, ...] = ()
    as_of: datetime | None
