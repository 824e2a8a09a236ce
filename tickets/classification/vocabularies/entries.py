"""The terms of a vocabulary as entries of one automaton. Pure."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import ahocorasick

from tickets.classification.vocabularies.group import Group

URGENCY_SLOT: Final = 0
SENTIMENT_SLOT: Final = 1
ACTION_SLOT: Final = 2
NEGATOR_SLOT: Final = 3

Spellings = Callable[[str], Iterable[str]]
"""From a term to the folded keys under which it is found."""


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """A term of the automaton, compared by identity."""

    term: str
    slot: int
    size: int  # of the key, in characters
    weight: float
    group: Group
    opens_sentence: bool
    can_be_negated: bool
    needs_negation: bool  # counts only with a "not"
    has_negator: bool  # "not working": its "not" negates nothing else, and nothing else negates it


def build_automaton(
    slots: Sequence[Sequence[Group]],
    negators: Iterable[str],
    no_negation: Iterable[str],
    *,
    spellings: Spellings,
    negated_form: str,
) -> Any:
    """The automaton of all terms: from each key, a folded term between spaces, to a tuple of its entries.

    `slots` are the groups of urgency, sentiment and action, in this order. `negated_form` says how a term that needs a
    "not" is shown with it ("{} nicht").
    """
    by_key: dict[str, list[Entry]] = {}
    for key, entry in _entries(slots, tuple(negators), tuple(no_negation), spellings, negated_form):
        by_key.setdefault(f" {key} ", []).append(entry)
    built = ahocorasick.Automaton()
    for key, entries in by_key.items():
        built.add_word(key, tuple(entries))
    built.make_automaton()
    return built


def _entries(
    slots: Sequence[Sequence[Group]],
    negators: tuple[str, ...],
    no_negation: tuple[str, ...],
    spellings: Spellings,
    negated_form: str,
) -> Iterable[tuple[str, Entry]]:
    """The entries with their keys. The spellings of a term are entries of their own."""
    negator_keys = {key for term in negators for key in spellings(term)}
    any_negator = re.compile(r"\b(?:" + "|".join(map(re.escape, sorted(negator_keys, reverse=True))) + r")\b")
    negating = Group("low", 1.0, negators, "never")
    harmless = Group("low", 0.0, no_negation, "never")
    for slot, groups in enumerate((*slots, (negating, harmless))):
        # an imperative ("send") comes first, so that it is preferred at the start of a sentence
        for group in sorted(groups, key=lambda group: not group.opens_sentence):
            needs_negation = group.negation == "needed"
            for term in group.terms:
                for key in spellings(term):
                    has_negator = key not in negator_keys and any_negator.search(key) is not None
                    yield (
                        key,
                        Entry(
                            term=negated_form.format(term) if needs_negation else term,
                            slot=slot,
                            size=len(key),
                            weight=group.weight,
                            group=group,
                            opens_sentence=group.opens_sentence,
                            can_be_negated=group.negation not in ("needed", "never") and not has_negator,
                            needs_negation=needs_negation,
                            has_negator=has_negator,
                        ),
                    )
