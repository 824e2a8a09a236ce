"""Whether a number is unusual for its weekday and hour, and the numbers that explain it. Pure.

The same hour of the weeks before is a sample of counts s₁ … sₙ, each with an exposure eᵢ: 1 for a week as busy as this
one, less for a quieter one. What comes next is expected to follow a negative binomial distribution, the predictive
distribution of a Poisson rate that is known from few counts only:

- mean   m = (Σs + ½) / Σe               (Jeffreys' prior Gamma(½, 0); the ½ stands for what was never seen)
- spread φ = (Σ(sᵢ - μᵢ)² / μᵢ + 7) / (n + 6), at least 1, with μᵢ = eᵢ·Σs / Σe      (Pearson's dispersion, drawn
  towards that of a Poisson process, because eight counts say little about it)
- variance = φ·m + φ·m² / (Σs + ½)       (the noise of the count, and that of the estimated mean)

A count is unusual if the probability of that many or more is at most `chance`. Who looks at many numbers divides the
chance by how many they are (Bonferroni), so that looking at more finds no more by accident.

A week of the sample that is unusual itself, compared with the others, is left out, so that an incident does not hide the
next one; at most two are.

Sources: Gelman and others, *Bayesian Data Analysis*, 3rd edition, 2.6 (the predictive distribution, with exposures);
McCullagh and Nelder, *Generalized Linear Models*, 2nd edition, 6.2.3 (dispersion); Dunn, *Multiple comparisons among
means*, 1961.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Final

WEEKS: Final = 8
"""The same weekday and hour of so many weeks before are the normal."""

FEWEST_WEEKS: Final = 2
"""With fewer, nothing is known about what is normal."""

MOST_LEFT_OUT: Final = 2

_CHANCE_OF_A_WEEK: Final = 0.001
_PRIOR: Final = 0.5
_PRIOR_DEGREES: Final = 7
_NEGLIGIBLE: Final = 1e-12


@dataclass(frozen=True, slots=True)
class Assessment:
    """`observed`: the count. `usual`: the mean of the weeks before. `limit`: from this count on it is unusual."""

    observed: int
    usual: float
    limit: int

    @property
    def is_unusual(self) -> bool:
        return self.observed >= self.limit

    @property
    def excess(self) -> float:
        """How many times the limit was reached."""
        return self.observed / self.limit


@dataclass(frozen=True, slots=True)
class Week:
    """A week of the sample. `exposure`: how busy it was compared with now, above 0 and at most 1."""

    count: float
    exposure: float = 1.0


def assess(
    observed: int, sample: Sequence[Week], *, chance: float, floor: int = 1, least_ratio: float = 1.0
) -> Assessment | None:
    """Compare a count with those of the same weekday and hour in the weeks before. None if there are too few of them.

    - `chance`: how likely a count that is called unusual may be on an ordinary day, from 0 to 1.
    - `floor`: no fewer are unusual.
    - `least_ratio`: less than so many times the usual is not unusual, however certain the difference is.
    """
    if len(sample) < FEWEST_WEEKS:
        return None
    ordinary = _ordinary(sample)
    usual = _total(ordinary) / _exposure(ordinary)
    least = max(floor, math.ceil(usual * least_ratio), 1)
    return Assessment(observed, usual, _limit(ordinary, chance, least))


def least_possible(*, chance: float, floor: int = 1) -> int:
    """The limit of what has never been counted before. No other limit is lower."""
    return _limit([Week(0.0)] * WEEKS, chance, floor)


def _ordinary(sample: Sequence[Week]) -> list[Week]:
    """The sample without weeks that are unusual among the others."""
    ordinary = sorted(sample, key=attrgetter("count"))
    for _ in range(MOST_LEFT_OUT):
        *others, highest = ordinary
        if len(others) < FEWEST_WEEKS or _tail(math.ceil(highest.count), *_expected(others)) > _CHANCE_OF_A_WEEK:
            break
        ordinary = others
    return ordinary


def _limit(sample: Sequence[Week], chance: float, least: int) -> int:
    """The smallest count, at least `least`, that is reached by accident with at most that chance."""
    mean, size = _expected(sample)
    if _tail(least, mean, size) <= chance:
        return least
    low, high = least, least * 2  # `low` is too likely
    while _tail(high, mean, size) > chance:
        low, high = high, high * 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _tail(middle, mean, size) > chance else (low, middle)
    return high


def _expected(sample: Sequence[Week]) -> tuple[float, float]:
    """Mean and size of the negative binomial distribution. Its variance is mean + mean² / size."""
    total = _total(sample) + _PRIOR
    mean = total / _exposure(sample)
    spread = _spread(sample)
    variance = spread * mean + spread * mean**2 / total
    return mean, mean**2 / (variance - mean)


def _spread(sample: Sequence[Week]) -> float:
    """How many times as much the sample varies as a Poisson process does, at least 1."""
    rate = _total(sample) / _exposure(sample)
    if not rate:
        return 1.0
    squares = sum((each.count - rate * each.exposure) ** 2 / (rate * each.exposure) for each in sample)
    return max(1.0, (squares + _PRIOR_DEGREES) / (len(sample) - 1 + _PRIOR_DEGREES))


def _total(sample: Sequence[Week]) -> float:
    return sum(each.count for each in sample)


def _exposure(sample: Sequence[Week]) -> float:
    return sum(each.exposure for each in sample)


def _tail(count: int, mean: float, size: float) -> float:
    """The probability of `count` or more."""
    if count <= mean:
        return 1.0  # more than is ever asked for
    ratio = mean / (mean + size)
    term = math.exp(
        math.lgamma(count + size)
        - math.lgamma(size)
        - math.lgamma(count + 1)
        + size * math.log1p(-ratio)
        + count * math.log(ratio)
    )
    total = 0.0
    while term > total * _NEGLIGIBLE:
        total += term
        term *= (count + size) / (count + 1) * ratio
        count += 1
    return total
