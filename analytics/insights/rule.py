"""Which numbers of a tenant are out of its ordinary. Pure.

The statistics are those of incidents (`tickets.incidents.rule`): a number is compared with the same weekday and hours of up
to eight weeks before, and is unusual if that many or more would hardly come by accident. Besides:

- Each customer counts at most `MOST_OF_ONE` times, and at least `FEWEST_CUSTOMERS` must have written, so that neither one
  customer nor a small tenant raises an alarm.
- Less than `LEAST_RATIO` times the usual is not worth a sentence, however certain it is.
- Weeks before the tenant's first ticket, and those with hardly any tickets, are no part of what is usual. With fewer than
  `FEWEST_WEEKS` left, nothing is known.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Final, Literal, get_args

from analytics.insights.windows import Window, WindowName, chance_of
from tickets.incidents.rule import Assessment, Week, assess
from tickets.records.period import Period

Measure = Literal["high", "negative", "total"]
MEASURES: Final[tuple[Measure, ...]] = get_args(Measure)
"""High-urgency, negative, and all tickets that were created in a window."""

FEWEST_WEEKS: Final = 3
FEWEST_CUSTOMERS: Final = 5
MOST_OF_ONE: Final = 3
LEAST_RATIO: Final[dict[WindowName, float]] = {"day": 1.5, "week": 1.3}
"""Single days vary more than weeks do."""

LEAST_SHARE: Final = 4
"""A week with less than one in this many of the usual tickets of a week was a holiday, or is not imported."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """The tickets that were created in a period."""

    total: int = 0
    high: int = 0
    negative: int = 0

    def of(self, measure: Measure) -> int:
        found: int = getattr(self, measure)
        return found


@dataclass(frozen=True, slots=True)
class CountedWindow:
    """`now` are the numbers of the window; `past` those of its known earlier weeks, and `past_periods` these weeks."""

    window: Window
    now: Counts
    past: tuple[Counts, ...]
    past_periods: tuple[Period, ...]

    @property
    def weeks(self) -> int:
        return len(self.past)


@dataclass(frozen=True, slots=True)
class Writers:
    """Who wrote the tickets of a number: how many customers, and the number if each counts at most `MOST_OF_ONE` times."""

    customers: int
    capped: int


def known_weeks(window: Window, *, totals: Sequence[int], first: datetime) -> list[int]:
    """The places of the earlier weeks that say what is usual.

    `totals`: the tickets of each of these weeks, whole. `first`: no earlier ticket is known.
    """
    covered = [place for place, each in enumerate(window.past) if each.start >= first]
    if not covered:
        return []
    least = max(median(totals[place] for place in covered) / LEAST_SHARE, 1)
    return [place for place in covered if totals[place] >= least]


def assess_measure(counted: CountedWindow, measure: Measure) -> Assessment | None:
    """The number, what is usual, and from how many on it is unusual. None if too little is known of the past."""
    if counted.weeks < FEWEST_WEEKS:
        return None
    return assess(
        counted.now.of(measure),
        [Week(each.of(measure)) for each in counted.past],
        chance=chance_of(counted.window.name, measures=len(MEASURES)),
        floor=FEWEST_CUSTOMERS,
        least_ratio=LEAST_RATIO[counted.window.name],
    )


def is_of_many(assessment: Assessment, writers: Writers) -> bool:
    """Whether the number is unusual as well if no customer counts for many."""
    return writers.customers >= FEWEST_CUSTOMERS and writers.capped >= assessment.limit
