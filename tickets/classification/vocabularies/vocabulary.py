"""A vocabulary: everything about one language that classification needs to know.

A language is a package beside this module, such as `english/`, whose `VOCABULARY` is a `Vocabulary`. Its groups say
what a phrase means and weighs (`group.py`); what the weights add up to (`tickets/classification/sums.py`) is the same
in all languages. `registry.py` lists the languages by their code.
"""

import re
from dataclasses import dataclass
from functools import cached_property

from tickets.classification.folding import fold_word_breaks, lower
from tickets.classification.vocabularies.construction import Pattern
from tickets.classification.vocabularies.entries import entries_by_key
from tickets.classification.vocabularies.group import Group
from tickets.classification.vocabularies.term_index import TermIndex


@dataclass(frozen=True, kw_only=True, eq=False)
class Vocabulary:
    """The words of one language. Its index is built when it is first needed; threads may share it.

    `negators` negate a term after them in the same clause ("not"), unless they are part of a phrase of `no_negation`
    ("not only"). `fillers` are the words that may be between a negator and a term that only a close "not" negates
    ("not that urgent"); `clause_words` end the reach of a negator, as punctuation does.

    `patterns` find constructions of several words (`construction.py`); a language can do without.

    All terms are lower case, with accents and straight apostrophes; they match whole words. `accents` are pairs of
    letters, with and without an accent, for languages that are often typed without them: there, texts and terms are
    compared without. `digraphs` are pairs such as "ä" and "ae": a term is found in both spellings.
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
    patterns: tuple[Pattern, ...] = ()
    asks_in_general: re.Pattern[str] | None = None
    """Matches a sentence that asks how something works, where urgent words are not meant: "Is there an escalation rule?"."""
    late_negators: frozenset[str] = frozenset()
    """Those negators that may also stand after what they negate: "gefällt mir nicht"."""
    negated_form: str = "{}"
    """How a term that counts only with a "not" is shown: "{} nicht"."""
    accents: tuple[tuple[str, str], ...] = ()
    digraphs: tuple[tuple[str, str], ...] = ()

    @cached_property
    def terms(self) -> TermIndex:
        """All terms and anchors."""
        by_key = entries_by_key(
            (self.urgency, self.sentiment, self.action),
            negators=self.negators,
            no_negation=self.no_negation,
            patterns=self.patterns,
            spellings=self.spellings,
            negated_form=self.negated_form,
        )
        return TermIndex(by_key)

    def forget_terms(self) -> None:
        """Free the index until it is needed again."""
        self.__dict__.pop("terms", None)

    @cached_property
    def folded_fillers(self) -> frozenset[str]:
        return self._all_spellings(self.fillers)

    @cached_property
    def folded_clause_words(self) -> frozenset[str]:
        return self._all_spellings(self.clause_words)

    @cached_property
    def needs_negations(self) -> bool:
        """Whether there are terms that count only with a "not"."""
        return any(group.negation == "needed" for group in (*self.urgency, *self.sentiment, *self.action))

    def fold(self, lowered: str) -> str:
        """A text in lower case as the terms are compared with it. Each character keeps its place."""
        folded = fold_word_breaks(lowered)
        if not folded.isascii():
            for accented, plain in self.accents:
                folded = folded.replace(accented, plain)
        return folded

    def spellings(self, term: str) -> tuple[str, ...]:
        """The term as it is found in a folded text: in the usual spelling, and with digraphs if that differs."""
        usual = self.fold(lower(term))
        other = usual
        for letter, digraph in self.digraphs:
            other = other.replace(letter, digraph)
        return (usual,) if other == usual else (usual, other)

    def _all_spellings(self, words: frozenset[str]) -> frozenset[str]:
        return frozenset(key for word in words for key in self.spellings(word))
