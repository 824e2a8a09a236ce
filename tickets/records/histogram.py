"""Percentiles from a histogram of durations. Pure.

A duration of `s` seconds belongs to step `floor(ln(max(s, 1)) / STEP)`; steps are 4% apart, so a
percentile is at most 2% off.
"""

from collections.abc import Sequence
from math import exp, log

STEP = log(1.04)


def percentile_of(counts: Sequence[tuple[int, int]], share: float) -> float | None:
    """The seconds that `share` (0 to 1) of the durations do not exceed; None if there are none.

    `counts` are pairs of a step and its number of durations, ascending.
    """
    wanted, passed = share * sum(number for _, number in counts), 0
    for step, number in counts:
        passed += number
        if passed >= wanted:
            return exp((step + 0.5) * STEP)
    return None
