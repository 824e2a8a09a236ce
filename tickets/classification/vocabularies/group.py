"""Groups of the vocabulary: phrases that share a meaning and a weight."""

from dataclasses import dataclass
from typing import Literal

Label = Literal["high", "medium", "low", "negative", "positive", "action"]
Negation = Literal["any", "close", "never"]


@dataclass(frozen=True, slots=True)
class Group:
    """Phrases with one meaning.

    `weight` is what a phrase adds to the sum of its category: positive for urgency, positive sentiment or action,
    negative against them. A weight of 0 only protects a longer phrase from a shorter one inside it ("refund policy" is
    not "refund"). `negation` is the effect of a "not" before the phrase: `any` negates it across a few words, `close`
    only across filler words ("not that urgent"), `never` has no effect.
    """

    label: Label
    weight: float
    terms: tuple[str, ...]
    negation: Negation
    always: bool = False  # decides "high" whatever else the text says
    opens_sentence: bool = False  # counts only as the first word of a sentence
    courtesy: bool = False  # polite: positive only if the ticket neither reports a fault nor asks for something
    plain: bool = False  # too common to be worth showing as a keyword


def split_terms(text: str) -> tuple[str, ...]:
    """The comma-separated phrases of `text`, with single spaces."""
    return tuple(" ".join(term.split()) for term in text.split(",") if term.strip())
