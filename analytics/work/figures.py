"""How much work people, teams and other values have, in a period and in the one before. Pure."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from analytics.figures import Durations

NONE: Final = Durations()

FEWEST_FOR_PERCENTILES: Final = 5
"""Percentiles of fewer waits are chance, and are not given."""


@dataclass(frozen=True, slots=True)
class Waits:
    """Waits that ended: how long the known ones took (in business hours where the tenant has them), and how many are not."""

    durations: Durations = NONE
    unknown: int = 0

    @property
    def count(self) -> int:
        return self.durations.count + self.unknown

    @property
    def median_seconds(self) -> float | None:
        return self.durations.median_seconds if self.durations.count >= FEWEST_FOR_PERCENTILES else None

    @property
    def p90_seconds(self) -> float | None:
        return self.durations.p90_seconds if self.durations.count >= FEWEST_FOR_PERCENTILES else None


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkNumbers:
    """The numbers of one period.

    - `arrived`: tickets created. `resolved`: tickets closed and not reopened since. `reopened`: tickets reopened.
    - `first_reply`, `resolution`: the waits that ended in the period.
    - `handed_from`, `handed_to`: how often a ticket changed hands; None where that is not counted.
    """

    arrived: int = 0
    resolved: int = 0
    reopened: int = 0
    first_reply: Waits = Waits()
    resolution: Waits = Waits()
    handed_from: int | None = None
    handed_to: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueWork:
    """The work of one value; `value` None: of the tickets that have none. `open` is now, of tickets of any age."""

    value: str | None
    open: int = 0
    current: WorkNumbers = WorkNumbers()
    previous: WorkNumbers = WorkNumbers()


@dataclass(frozen=True, slots=True)
class WorkFigures:
    """The work by the values of one field, in no order."""

    values: tuple[ValueWork, ...]


def added_up(values: Iterable[ValueWork]) -> ValueWork:
    """The work of several values together. Right only where a ticket has one of them at most."""
    listed = list(values)
    return ValueWork(
        value=None,
        open=sum(each.open for each in listed),
        current=_sum_of([each.current for each in listed]),
        previous=_sum_of([each.previous for each in listed]),
    )


def _sum_of(numbers: list[WorkNumbers]) -> WorkNumbers:
    return WorkNumbers(
        arrived=sum(each.arrived for each in numbers),
        resolved=sum(each.resolved for each in numbers),
        reopened=sum(each.reopened for each in numbers),
        first_reply=_joined([each.first_reply for each in numbers]),
        resolution=_joined([each.resolution for each in numbers]),
        handed_from=_known_sum([each.handed_from for each in numbers]),
        handed_to=_known_sum([each.handed_to for each in numbers]),
    )


def _joined(waits: list[Waits]) -> Waits:
    steps: Counter[int] = Counter()
    for each in waits:
        steps.update(dict(each.durations.steps))
    return Waits(Durations(tuple(sorted(steps.items()))), sum(each.unknown for each in waits))


def _known_sum(numbers: list[int | None]) -> int | None:
    known = [each for each in numbers if each is not None]
    return sum(known) if known else None
