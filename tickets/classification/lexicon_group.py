"""The shape in which the vocabulary is written down: groups of phrases that share a meaning and a weight."""

from dataclasses import dataclass
from typing import Literal

Label = Literal["high", "medium", "low", "negative", "positive", "action"]
Negation = Literal["any", "close", "never"]


@dataclass(frozen=True, slots=True)
class Group:
    """Phrases with one meaning.

    `weight` is what one phrase adds to its category's sum: positive values speak for urgency, good feeling or
    action, negative ones against; 0 only shields a longer phrase from the shorter ones inside it
    ("refund policy" is not "refund"). `negation` says what a "not" before the phrase does: `any` = undoes it
    across a few words, `close` = only across filler words ("not that urgent"), `never` = nothing.
    """

    label: Label
    weight: float
    terms: tuple[str, ...]
    negation: Negation
    always: bool = False  # decides "high" whatever else the text says
    opens_sentence: bool = False  # counts only as the first word of a sentence
    courtesy: bool = False  # polite formula: a feeling only where the ticket reports and asks nothing
    plain: bool = False  # too common to be worth showing as a keyword


def split_terms(text: str) -> tuple[str, ...]:
    """The comma-separated phrases of `text`, white space made single."""
    return tuple(" ".join(term.split()) for term in text.split(",") if term.strip())
