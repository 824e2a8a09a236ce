"""What is remembered is bounded by its bytes."""

from dataclasses import dataclass

from supportsaas.bounded_cache import BoundedCache, memory_of


def test_most_recently_used_values_are_kept_within_the_limit() -> None:
    remembered: BoundedCache[str] = BoundedCache(most_bytes=100_000)
    for name in "abcd":
        remembered.keep(name, name * 20_000)
    assert remembered.find("a") == "a" * 20_000
    remembered.keep("e", "e" * 20_000)
    assert [name for name in "abcde" if remembered.find(name)] == ["a", "c", "d", "e"]
    assert remembered.held_bytes <= 100_000


def test_a_value_that_is_too_large_is_not_kept_and_evicts_nothing() -> None:
    remembered: BoundedCache[str] = BoundedCache(most_bytes=100_000)
    remembered.keep("small", "x")
    remembered.keep("large", "x" * 50_000)
    assert remembered.find("large") is None and remembered.find("small") == "x"


def test_a_value_stored_again_counts_once() -> None:
    remembered: BoundedCache[str] = BoundedCache(most_bytes=100_000)
    for _ in range(50):
        remembered.keep("a", "x" * 5_000)
    assert remembered.held_bytes < 25_000


@dataclass(frozen=True, slots=True)
class Figure:
    name: str
    parts: tuple[tuple[str, int], ...]


def test_the_memory_of_a_value_includes_everything_in_it() -> None:
    parts = tuple((f"status {number} {'x' * 100}", number) for number in range(1_000))
    assert 150_000 < memory_of(Figure("a", parts)) < 400_000
    assert memory_of([parts, parts]) - memory_of([parts]) < 100, "the same object twice takes its room once"
    assert memory_of({"a": parts}) > memory_of(parts)
