"""How long something takes, in ms."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Times:
    values: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    @property
    def p95(self) -> float:
        if len(self.values) < 2:
            return self.median
        return statistics.quantiles(self.values, n=20, method="inclusive")[-1]


def measure(work: Callable[[], object], repeat: int, *, before: Callable[[], object] = lambda: None) -> Times:
    """After one time that does not count; what happens `before` each does not count either."""
    before()
    work()
    times = Times()
    for _ in range(repeat):
        before()
        times.values.append(time_of(work))
    return times


def time_of(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000
