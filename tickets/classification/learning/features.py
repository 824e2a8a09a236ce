"""What learning sees of a ticket: its words, adjacent pairs of them, and what the vocabulary made of it. Pure."""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from tickets.classification.own_words import own_words
from tickets.classification.sums import Sums
from tickets.classification.tokenizer import READ_LIMIT, split_words
from tickets.classification.topics.keywords import STOP_WORDS
from tickets.classification.verdicts import Sentiment, Urgency

Kind = Literal["urgency", "sentiment", "requires_action"]
"""A verdict that can be learned, by the name of its field."""

KINDS: Final[tuple[Kind, ...]] = ("urgency", "sentiment", "requires_action")
CLASSES: Final[dict[Kind, tuple[str, ...]]] = {
    "urgency": ("low", "medium", "high"),
    "sentiment": ("negative", "neutral", "positive"),
    "requires_action": ("no", "yes"),
}
"""The values of each verdict as learning names them."""

UNKNOWN: Final = -1
"""In place of the index of a verdict that the vocabulary could not give."""

VERDICT_SCALE: Final = 2.0
SUM_SCALE: Final = 0.5
LARGEST_SUM: Final = 3.0
SUM_COUNT: Final = 6


@dataclass(frozen=True, slots=True)
class Prior:
    """What the vocabulary made of a text: its verdicts, and its sums in the order of `SUM_COUNT` numbers.

    The sums tell more than the verdicts: how clear they were, and, for a sentiment, whether the text reports a fault.
    """

    urgency: Urgency
    sentiment: Sentiment
    requires_action: bool | None
    sums: tuple[float, ...]

    @classmethod
    def of(cls, sums: Sums, *, urgency: Urgency, sentiment: Sentiment, requires_action: bool | None) -> "Prior":
        found = (sums.high, sums.trouble, sums.damping, sums.balance, sums.courtesy, sums.action)
        scaled = tuple([_scaled(each) if each else 0.0 for each in found])
        return cls(urgency, sentiment, requires_action, scaled)

    def class_of(self, kind: Kind) -> int:
        """The index of the verdict in `CLASSES`, or `UNKNOWN`."""
        name, names = class_name(getattr(self, kind)), CLASSES[kind]
        return names.index(name) if name in names else UNKNOWN


def _scaled(total: float) -> float:
    return max(-LARGEST_SUM, min(LARGEST_SUM, total)) * SUM_SCALE


def class_name(value: str | bool | None) -> str:
    """A stored verdict as learning names it."""
    if value is None:
        return "unknown"
    return value if isinstance(value, str) else "yes" if value else "no"


def ticket_words(*texts: str) -> list[str]:
    """The folded words that the ticket's writer wrote, text after text."""
    return [word for text in texts if text for word in split_words(own_words(text[:READ_LIMIT]))]


def terms_of(words: Iterable[str]) -> set[str]:
    """The distinct words and adjacent pairs. What has a digit is left out: it names a thing, not what is said of it."""
    found: set[str] = set()
    for word, following in itertools.pairwise((*words, "")):
        if not word.isalpha():
            continue
        found.add(word)
        if following.isalpha():
            found.add(f"{word} {following}")
    return found


def is_telling(term: str) -> bool:
    """Whether it says something to a reader. Function words count, because they help, but explain little."""
    return not STOP_WORDS.issuperset(term.split())
