"""Lengths of time and lifts in words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.words import Change, change, length_words, lift_words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (40, "40 s"),
        (89.4, "89 s"),
        (90, "1.5 min"),
        (25 * 60, "25 min"),
        (90 * 60, "1.5 h"),
        (6 * 3600, "6 h"),
        (17.4 * 3600, "17 h"),
        (47 * 3600, "47 h"),
        (48 * 3600, "2 days"),
        (2.3 * 86_400, "2.3 days"),
        (40 * 86_400, "40 days"),
    ],
)
def test_a_length_is_told_in_its_largest_telling_unit(seconds: float, words: str) -> None:
    assert length_words(seconds) == words


@given(st.floats(1, 10**8))
def test_what_is_told_is_near_the_truth(seconds: float) -> None:
    number, unit = length_words(seconds).split()
    told = float(number) * {"s": 1, "min": 60, "h": 3600, "days": 86_400}[unit]
    assert told == pytest.approx(seconds, rel=0.06, abs=0.5)


@pytest.mark.parametrize(
    ("count", "before", "words"),
    [
        (128, 40, "×3.2"),
        (90, 0, "+90"),
        (1004, 1000, "+0.4%"),
        (300, 20, "×15"),
        (11, 10, "+1"),
        (100_373, 1, "+100,372"),
        (22, 20, "×1.1"),
        (19, 19, "no change"),
        (500, 19, "+481"),
    ],
)
def test_a_lift_says_how_many_times_as_many(count: int, before: int, words: str) -> None:
    assert lift_words(count, before) == words


@pytest.mark.parametrize(
    ("now", "before", "words", "direction"),
    [
        (100_373, 1, "+100,372", "up"), (5, 0, "+5", "up"), (0, 19, "-19", "down"), (19, 19, "no change", "same"),
        (0, 0, "no change", "same"), (30, 20, "+50%", "up"), (220, 20, "×11", "up"), (10, 20, "-50%", "down"),
        (0, 20, "-100%", "down"), (100_100, 100_000, "+0.1%", "up"),
    ],
)  # fmt: skip
def test_a_ratio_needs_twenty_before_and_of_fewer_the_difference_is_told(
    now: int, before: int, words: str, direction: str
) -> None:
    assert change(now, before) == Change(words, direction)  # type: ignore[arg-type]
