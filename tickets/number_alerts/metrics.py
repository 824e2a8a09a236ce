"""The numbers that an alert can watch. Pure."""

from dataclasses import dataclass
from typing import Final, Literal, get_args

MetricName = Literal[
    "in_view", "arrived", "negative_share", "first_reply_p90", "breached", "past_due", "due_soon", "incident"
]
METRIC_NAMES: Final[tuple[MetricName, ...]] = get_args(MetricName)
Unit = Literal["count", "percent", "hours"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """`noun`: what is counted, in a sentence after a number.

    - `has_window`: whether it is about the last hours, and not about this moment.
    - `takes_view`: whether a saved view can narrow it.
    - `can_be_unusual`: whether it can be compared with the same hour of the weeks before.
    - `is_replayable`: whether its past can be worked out from the tickets.
    """

    name: MetricName
    label: str
    noun: str
    unit: Unit = "count"
    has_window: bool = False
    takes_view: bool = False
    can_be_unusual: bool = False
    is_replayable: bool = True


METRICS: Final[dict[MetricName, Metric]] = {
    each.name: each
    for each in (
        Metric(name="in_view", label="Tickets in a view", noun="tickets", takes_view=True),
        Metric(
            name="arrived",
            label="New tickets",
            noun="new tickets",
            has_window=True,
            takes_view=True,
            can_be_unusual=True,
        ),
        Metric(
            name="negative_share",
            label="Share of negative tickets",
            noun="negative tickets",
            unit="percent",
            has_window=True,
            takes_view=True,
        ),
        Metric(
            name="first_reply_p90",
            label="First reply, 90th percentile",
            noun="hours to the first reply (90th percentile)",
            unit="hours",
            has_window=True,
        ),
        Metric(name="breached", label="Missed targets", noun="missed targets", has_window=True),
        Metric(name="past_due", label="Open tickets past due", noun="open tickets past due", is_replayable=False),
        Metric(
            name="due_soon",
            label="Open tickets due within 4 hours",
            noun="open tickets due within 4 hours",
            is_replayable=False,
        ),
        Metric(name="incident", label="Customers in an incident", noun="customers in an incident"),
    )
}

FEWEST_FOR_SHARE: Final = 20
FEWEST_FOR_PERCENTILE: Final = 10
"""With fewer tickets in the window, a share or a percentile is chance: there is no value then."""

WINDOW_TEXTS: Final = {1: "the last hour", 24: "the last 24 hours", 168: "the last 7 days"}
"""By the number of hours."""
