"""Changes and lifts in words."""

import pytest

from analytics.dashboard.wording import Change, change, lift_text


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
def test_growth_is_shown_as_a_multiple(count: int, before: int, words: str) -> None:
    assert lift_text(count, before) == words


@pytest.mark.parametrize(
    ("now", "before", "words", "direction"),
    [
        (100_373, 1, "+100,372", "up"), (5, 0, "+5", "up"), (0, 19, "-19", "down"), (19, 19, "no change", "same"),
        (0, 0, "no change", "same"), (30, 20, "+50%", "up"), (220, 20, "×11", "up"), (10, 20, "-50%", "down"),
        (0, 20, "-100%", "down"), (100_100, 100_000, "+0.1%", "up"),
    ],
)  # fmt: skip
def test_a_ratio_needs_twenty_before_otherwise_the_difference_is_shown(
    now: int, before: int, words: str, direction: str
) -> None:
    assert change(now, before) == Change(words, direction)  # type: ignore[arg-type]
