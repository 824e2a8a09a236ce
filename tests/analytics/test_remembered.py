"""What is remembered is bounded by its bytes."""

from analytics.remembered import Remembered


def test_what_was_asked_for_last_is_kept_within_the_bytes() -> None:
    remembered: Remembered[str] = Remembered(most_bytes=100_000)
    for name in "abcd":
        remembered.keep(name, name * 5_000)
    assert remembered.find("a") == "a" * 5_000
    remembered.keep("e", "e" * 5_000)
    assert [name for name in "abcde" if remembered.find(name)] == ["a", "c", "d", "e"]
    assert remembered.held_bytes <= 100_000


def test_one_too_large_value_is_not_kept_and_takes_no_others_place() -> None:
    remembered: Remembered[str] = Remembered(most_bytes=100_000)
    remembered.keep("small", "x")
    remembered.keep("large", "x" * 50_000)
    assert remembered.find("large") is None and remembered.find("small") == "x"


def test_a_value_that_is_kept_again_counts_once() -> None:
    remembered: Remembered[str] = Remembered(most_bytes=100_000)
    for _ in range(50):
        remembered.keep("a", "x" * 5_000)
    assert remembered.held_bytes < 25_000
