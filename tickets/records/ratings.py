"""What customers' ratings mean: whether they were satisfied. Pure.

Names are those of the helpdesks that the product connects to. Numbers are not read: their scale is not known.
"""

import re
from typing import Final, Literal

_GOOD: Final = frozenset(["good", "great", "happy", "excellent", "amazing", "satisfied", "positive"])
_BAD: Final = frozenset(["bad", "terrible", "unhappy", "poor", "dissatisfied", "unsatisfied", "negative"])
_WORDS: Final = re.compile(r"[a-z]+")


def sentiment_of(rating: str) -> Literal["positive", "negative"] | None:
    """None if the rating is neither clearly good nor clearly bad."""
    words = frozenset(_WORDS.findall(rating.lower()))
    if "not" in words or bool(words & _GOOD) == bool(words & _BAD):
        return None
    return "positive" if words & _GOOD else "negative"
