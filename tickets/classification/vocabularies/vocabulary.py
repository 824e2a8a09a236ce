"""A vocabulary: everything about one language that classification needs to know.

A language is a package beside this module, such as `english/`, whose `VOCABULARY` is a `Vocabulary`. Its groups say
what a phrase means and weighs (`group.py`); what the weights add up to (`tickets/classification/sums.py`) is the same
in all languages. `registry.py` lists the languages by their code.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from tickets.classification.vocabularies.entries import build_automaton
from tickets.classification.vocabularies.group import Group


@dataclass(frozen=True, kw_only=True, eq=False)
class Vocabulary:
    """The words of one language. Its automaton is built when it is first needed; threads may share it.

    `negators` negate a term after them in the same clause ("not"), unless they are part of a phrase of `no_negation`
    ("not only"). `fillers` are the words that may be between a negator and a term that only a close "not" negates
    ("not that urgent"); `clause_words` end the reach of a negator, as punctuation does.

    All terms are lower case, with accents and straight apostrophes; they match whole words.
    """

    language: str
    """The two-letter code of ISO 639-1."""
    urgency: tuple[Group, ...]
    sentiment: tuple[Group, ...]
    action: tuple[Group, ...]
    negators: tuple[str, ...]
    no_negation: tuple[str, ...]
    fillers: frozenset[str]
    clause_words: frozenset[str]

    @cached_property
    def automaton(self) -> Any:
        """From each key, a folded term between spaces, to a tuple of its entries."""
        return build_automaton((self.urgency, self.sentiment, self.action), self.negators, self.no_negation)
