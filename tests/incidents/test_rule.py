"""What is unusual for its weekday and hour."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickets.incidents.rule import Assessment, Week, assess, least_possible

COUNTS = st.lists(st.integers(0, 60), min_size=2, max_size=8)
CHANCES = st.sampled_from((1e-2, 1e-4, 1e-6, 1e-8))


def against(sample: list[int], observed: int = 9, *, chance: float, floor: int = 1) -> Assessment:
    found = assess(observed, [Week(each) for each in sample], chance=chance, floor=floor)
    assert found is not None
    return found


def slow_tail(count: int, sample: list[int]) -> float:
    """The probability of `count` or more, as 1 minus that of fewer, each from its own formula."""
    total, weeks = sum(sample) + 0.5, len(sample)
    mean, average = total / weeks, sum(sample) / weeks
    spread = 1.0
    if average:
        spread = max(1.0, (sum((each - average) ** 2 for each in sample) / average + 7) / (weeks + 6))
    variance = spread * mean + spread * mean**2 / total
    size = mean**2 / (variance - mean)
    part = size / (size + mean)

    def probability(k: int) -> float:
        logarithm = math.lgamma(k + size) - math.lgamma(size) - math.lgamma(k + 1)
        return math.exp(logarithm + size * math.log(part) + k * math.log(1 - part))

    return 1 - sum(map(probability, range(count)))


@given(sample=st.lists(st.integers(2, 6), min_size=4, max_size=8))
def test_the_limit_is_the_smallest_count_that_is_unlikely_enough(sample: list[int]) -> None:
    found = against(sample, chance=1e-3)
    assert slow_tail(found.limit, sample) <= 1.001e-3 < slow_tail(found.limit - 1, sample) * 1.001


@given(sample=COUNTS, chance=CHANCES)
def test_who_looks_at_more_numbers_gets_no_lower_limit(sample: list[int], chance: float) -> None:
    one, many = against(sample, chance=chance), against(sample, chance=chance / 100)
    assert one.limit <= many.limit and one.usual == many.usual


@given(sample=COUNTS, chance=CHANCES)
def test_no_limit_is_lower_than_that_of_what_has_never_been(sample: list[int], chance: float) -> None:
    assert against(sample, chance=chance, floor=5).limit >= least_possible(chance=chance, floor=5) >= 5


def test_fewer_than_two_weeks_say_nothing() -> None:
    assert assess(100, [], chance=0.01) is None
    assert assess(100, [Week(1)], chance=0.01) is None


@pytest.mark.parametrize(
    ("sample", "observed", "is_unusual"),
    [
        ([0] * 8, 5, True),
        ([0] * 8, 4, False),  # below the floor
        ([0] * 2, 5, False),  # two weeks say less than eight
        ([5, 6, 4, 5, 7, 3, 5, 6], 15, False),
        ([5, 6, 4, 5, 7, 3, 5, 6], 25, True),
        ([0, 20, 0, 25, 0, 18, 0, 22], 25, False),  # it comes and goes anyway
        ([0, 1, 0, 0, 40, 0, 1, 0], 15, True),  # an earlier incident is no normal
    ],
)
def test_counts_of_five_to_forty(sample: list[int], observed: int, is_unusual: bool) -> None:
    assert against(sample, observed, chance=1e-5, floor=5).is_unusual is is_unusual


def test_what_was_counted_in_quieter_weeks_makes_more_expected() -> None:
    """Two in weeks half as busy are as four now."""
    plain = assess(9, [Week(2)] * 8, chance=1e-4)
    busy = assess(9, [Week(2, 0.5)] * 8, chance=1e-4)
    assert plain is not None and busy is not None
    assert (plain.usual, busy.usual) == (2.0, 4.0) and plain.limit < busy.limit


def test_a_certain_but_small_change_is_not_unusual() -> None:
    found = assess(1_500, [Week(1_000)] * 8, chance=1e-6, least_ratio=2.0)
    assert found is not None and found.limit == 2_000
