"""Groups of the vocabulary: phrases that share a meaning and a weight."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Final, Literal

Label = Literal["high", "medium", "low", "negative", "positive", "action"]
Matter = Literal["", "legal", "chargeback", "breach", "safety"]
Negation = Literal["any", "around", "close", "needed", "never"]

_PARENTHESIS: Final = re.compile(r"[()]")


@dataclass(frozen=True, slots=True)
class Group:
    """Phrases with one meaning.

    `weight` is what a phrase adds to the sum of its category: positive for urgency, positive sentiment or action,
    negative against them. A weight of 0 only protects a longer phrase from a shorter one inside it ("refund policy" is
    not "refund"). `negation` is the effect of a "not" before the phrase: `any` negates it across a few words, `close`
    only across filler words ("not that urgent"), `never` has no effect. Languages whose "not" may follow the verb
    (German "gefällt mir nicht") have `around`: negated by a "not" before or after. A phrase of `needed` means nothing
    by itself and counts only with a "not" before or after it: "funktioniert" with a "nicht" is a fault.
    """

    label: Label
    weight: float
    terms: tuple[str, ...]
    negation: Negation
    always: bool = False  # decides "high" whatever else the text says
    opens_sentence: bool = False  # counts only as the first word of a sentence
    courtesy: bool = False  # polite: positive only if the ticket neither reports a fault nor asks for something
    plain: bool = False  # too common to be worth showing as a keyword
    gratitude: bool = False  # thanks that are meant, at the beginning of a text a sign that nothing is urgent
    hint: bool = False  # of bad feeling: says something only in numbers, and more in a short text than in a long one
    matter: Matter = ""  # why it is always high
    fulfils: bool = False  # "the refund has arrived": words inside it ask for nothing
    ends_danger: bool = False  # "false alarm": what was feared is over, or never was


def split_terms(text: str) -> tuple[str, ...]:
    """The comma-separated phrases of `text`, with single spaces.

    Alternatives in parentheses stand for one phrase each: "déçu(|e|s|es)" for four, "(seit|vor) (zwei|drei) tagen" for
    four. An alternative may be empty, but not nested.
    """
    return tuple(phrase for term in text.split(",") if term.strip() for phrase in _spell_out(term))


def _spell_out(term: str) -> Iterator[str]:
    # every second part is the inside of a pair of parentheses
    parts = [part.split("|") if index % 2 else [part] for index, part in enumerate(_PARENTHESIS.split(term))]
    for chosen in product(*parts):
        yield " ".join("".join(chosen).split())
