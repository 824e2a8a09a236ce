"""Percentiles from a histogram of durations. Pure.

A duration of `s` seconds belongs to step `floor(ln(max(s, 1)) / STEP)`; steps are 4% apart, so a
percentile is at most 2% off.
"""

from collections.abc import Sequence
from math import exp, floor, log
from typing import Any

STEP = log(1.04)


def step_of(seconds: float) -> int:
    """The step that a duration belongs to."""
    return floor(log(max(seconds, 1.0)) / STEP)


def step_expression(seconds: str) -> dict[str, Any]:
    """`step_of` as an expression of MongoDB, of a field that holds seconds."""
    return {"$toInt": {"$floor": {"$divide": [{"$ln": {"$max": [seconds, 1]}}, STEP]}}}


def seconds_of(step: int) -> float:
    """A duration in the middle of the step. The first step is at most a second: nothing at all, as a rule."""
    return exp((step + 0.5) * STEP) if step else 0.0


def percentile_of(counts: Sequence[tuple[int, int]], share: float) -> float | None:
    """The seconds that `share` (0 to 1) of the durations do not exceed; None if there are none.

    `counts` are pairs of a step and its number of durations, ascending.
    """
    wanted, passed = share * sum(number for _, number in counts), 0
    for step, number in counts:
        passed += number
        if passed >= wanted:
            return seconds_of(step)
    return None
