"""The terms of a vocabulary as entries of one automaton. Pure."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import ahocorasick

from tickets.classification.folding import fold
from tickets.classification.vocabularies.group import Group

URGENCY_SLOT: Final = 0
SENTIMENT_SLOT: Final = 1
ACTION_SLOT: Final = 2
NEGATOR_SLOT: Final = 3


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """A term of the automaton, compared by identity."""

    term: str
    slot: int
    size: int  # of the folded term, in characters
    weight: float
    group: Group
    opens_sentence: bool
    can_be_negated: bool
    has_negator: bool  # "not working": its "not" negates nothing else


def build_automaton(slots: Sequence[Sequence[Group]], negators: Iterable[str], no_negation: Iterable[str]) -> Any:
    """The automaton of all terms: from each key, a folded term between spaces, to a tuple of its entries.

    `slots` are the groups of urgency, sentiment and action, in this order.
    """
    by_key: dict[str, list[Entry]] = {}
    for entry in _entries(slots, tuple(negators), tuple(no_negation)):
        by_key.setdefault(f" {fold(entry.term)} ", []).append(entry)
    built = ahocorasick.Automaton()
    for key, entries in by_key.items():
        built.add_word(key, tuple(entries))
    built.make_automaton()
    return built


def _entries(
    slots: Sequence[Sequence[Group]], negators: tuple[str, ...], no_negation: tuple[str, ...]
) -> Iterable[Entry]:
    folded_negators = {fold(term) for term in negators}
    any_negator = re.compile(r"\b(?:" + "|".join(map(re.escape, sorted(folded_negators, reverse=True))) + r")\b")
    negating = Group("low", 1.0, negators, "never")
    harmless = Group("low", 0.0, no_negation, "never")
    for slot, groups in enumerate((*slots, (negating, harmless))):
        # an imperative ("send") comes first, so that it is preferred at the start of a sentence
        for group in sorted(groups, key=lambda group: not group.opens_sentence):
            for term in group.terms:
                folded = fold(term)
                has_negator = folded not in folded_negators and any_negator.search(folded) is not None
                yield Entry(
                    term=term,
                    slot=slot,
                    size=len(folded),
                    weight=group.weight,
                    group=group,
                    opens_sentence=group.opens_sentence,
                    can_be_negated=group.negation != "never",
                    has_negator=has_negator,
                )
