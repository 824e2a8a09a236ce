"""When a watched number is worth an alert, and the sentence that says so. Pure.

The worker and the try-out over the past ask the same functions, so a try-out shows what would have been sent.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Literal

from tickets.incidents.rule import Assessment, Week, assess

Direction = Literal["above", "below"]

CHANCE: Final = 0.0001
"""How likely an unusual number may be in an ordinary hour: less than once a year by accident."""

FEWEST_UNUSUAL: Final = 5
LEAST_RATIO: Final = 1.5
"""Fewer tickets, or less than so many times the usual, are not worth waking somebody."""

RECOVERS_AFTER: Final = timedelta(minutes=30)
"""An alert is over once its number has been fine for so long, so that one at the limit does not alert again and again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """Above or below `threshold`, or with None: unusual for the hour."""

    direction: Direction = "above"
    threshold: float | None = None

    def check(self, value: float | None, sample: Sequence[float] = ()) -> "Checked":
        """`sample`: the same hour of the weeks before. A value that is not known never alerts."""
        if value is None:
            return Checked(value=None)
        if self.threshold is None:
            weeks = [Week(each) for each in sample]
            found = assess(int(value), weeks, chance=CHANCE, floor=FEWEST_UNUSUAL, least_ratio=LEAST_RATIO)
            return Checked(value=value, assessment=found, is_alert=found is not None and found.is_unusual)
        return Checked(value=value, is_alert=self.is_further(value, self.threshold))

    def is_further(self, value: float, other: float) -> bool:
        """Whether a value is beyond another in the direction of the limit."""
        return value > other if self.direction == "above" else value < other


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A value, None if unknown, and whether it is worth an alert."""

    value: float | None
    is_alert: bool = False
    assessment: Assessment | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Firing:
    """From the first alerting hour to the end of the last. `peak`: the value furthest beyond the limit, as of `peak_at`."""

    start: datetime
    end: datetime
    peak: float
    peak_at: datetime


def firings(hours: Iterable[tuple[datetime, Checked]], limit: Limit) -> Iterator[Firing]:
    """The alerts that a series of hours in order would have raised; an hour of quiet ends one."""
    current: Firing | None = None
    for start, checked in hours:
        end = start + timedelta(hours=1)
        if not checked.is_alert or checked.value is None:
            if current is not None:
                yield current
            current = None
        elif current is None:
            current = Firing(start=start, end=end, peak=checked.value, peak_at=end)
        elif limit.is_further(checked.value, current.peak):
            current = replace(current, end=end, peak=checked.value, peak_at=end)
        else:
            current = replace(current, end=end)
    if current is not None:
        yield current


def sample_at(values: Sequence[float | None], places: Iterable[int]) -> list[float]:
    """The values at these places of a series, as far as they are in it and known."""
    return [value for place in places if place >= 0 and (value := values[place]) is not None]
