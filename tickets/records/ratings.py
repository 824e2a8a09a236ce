"""What customers' ratings mean: whether they were satisfied. Pure.

Names are those of the helpdesks that the product connects to. Numbers are not read: their scale is not known.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

_GOOD: Final = frozenset(["good", "great", "happy", "excellent", "amazing", "satisfied", "positive"])
_BAD: Final = frozenset(["bad", "terrible", "unhappy", "poor", "dissatisfied", "unsatisfied", "negative"])
_WORDS: Final = re.compile(r"[a-z]+")


@dataclass(frozen=True, slots=True)
class Ratings:
    """A tenant's ratings, in the spellings of its tickets, by what they mean."""

    good: tuple[str, ...] = ()
    bad: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


def sentiment_of(rating: str) -> Literal["positive", "negative"] | None:
    """None if the rating is neither clearly good nor clearly bad."""
    words = frozenset(_WORDS.findall(rating.lower()))
    if "not" in words or bool(words & _GOOD) == bool(words & _BAD):
        return None
    return "positive" if words & _GOOD else "negative"


def sort_ratings(ratings: Iterable[str]) -> Ratings:
    """The ratings by what they mean."""
    by_meaning: dict[str | None, list[str]] = {}
    for rating in sorted(ratings):
        by_meaning.setdefault(sentiment_of(rating), []).append(rating)
    return Ratings(*(tuple(by_meaning.get(meaning, ())) for meaning in ("positive", "negative", None)))
