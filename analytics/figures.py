"""The numbers of a dashboard, as they come from the database. Pure."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Reason = Literal["high", "negative", "open"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """How many tickets of a period, and how many of them are …"""

    total: int = 0
    open: int = 0
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
class RisingKeyword:
    """A word in more tickets than in the same part of the period before."""

    value: str
    count: int
    before: int


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

    def reasons(self) -> dict[Reason, str]:
        """Why the customer is here, in words: “3 high-urgency tickets”, “2 negative”, “1 still open”."""
        found: dict[Reason, str] = {}
        if self.high_urgency_count:
            found["high"] = f"{self.high_urgency_count} high-urgency ticket{_s(self.high_urgency_count)}"
        if self.negative_count:
            noun = "" if found else f" ticket{_s(self.negative_count)}"
            found["negative"] = f"{self.negative_count} negative{noun}"
        if self.open_count:
            found["open"] = f"{self.open_count} still open"
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class DashboardFigures:
    """Everything one dashboard shows; `trend` has no points for empty buckets."""

    totals: Totals
    previous: Totals
    by_status: tuple[ValueCount, ...]
    by_urgency: tuple[ValueCount, ...]
    by_sentiment: tuple[ValueCount, ...]
    by_source: tuple[ValueCount, ...]
    trend: tuple[TrendPoint, ...]
    keywords: tuple[ValueCount, ...]
    customers: tuple[AtRiskCustomer, ...]


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

    total_tickets: int
    by_status: dict[str, int]
    urgency_high_ratio: float
    negative_sentiment_ratio: float
    hourly_trend: tuple[HourCount, ...]
    top_keywords: tuple[str, ...]
    at_risk_customers: tuple[AtRiskCustomer, ...]
    as_of: datetime | None


def _s(count: int) -> str:
    return "" if count == 1 else "s"
