"""The terms of a vocabulary as entries by the keys that they are found by. Pure."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from tickets.classification.vocabularies.construction import Pattern
from tickets.classification.vocabularies.group import Group

URGENCY_SLOT: Final = 0
SENTIMENT_SLOT: Final = 1
ACTION_SLOT: Final = 2
NEGATOR_SLOT: Final = 3
ANCHOR_SLOT: Final = 4

Spellings = Callable[[str], Iterable[str]]
"""From a term to the folded keys under which it is found."""


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """A term under one of its keys, compared by identity."""

    term: str
    slot: int
    size: int  # of the key, in characters
    weight: float
    group: Group
    opens_sentence: bool
    can_be_negated: bool
    needs_negation: bool  # counts only with a "not"
    has_negator: bool  # "not working": its "not" negates nothing else, and nothing else negates it
    patterns: tuple[Pattern, ...] = ()  # of an anchor


def entries_by_key(
    slots: Sequence[Sequence[Group]],
    *,
    negators: tuple[str, ...],
    no_negation: tuple[str, ...],
    patterns: Iterable[Pattern],
    spellings: Spellings,
    negated_form: str,
) -> dict[str, list[Entry]]:
    """All entries by their keys.

    `slots` are the groups of urgency, sentiment and action, in this order. `negated_form` says how a term that needs a
    "not" is shown with it ("{} nicht").
    """
    by_key: dict[str, list[Entry]] = {}
    terms = _entries(slots, negators, no_negation, spellings, negated_form)
    for key, entry in (*terms, *_anchors(patterns, spellings)):
        by_key.setdefault(key, []).append(entry)
    return by_key


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


def _anchors(patterns: Iterable[Pattern], spellings: Spellings) -> Iterable[tuple[str, Entry]]:
    """One entry an anchor, with all patterns around it."""
    by_anchor: dict[str, list[Pattern]] = {}
    for each in patterns:
        for anchor in each.anchors:
            by_anchor.setdefault(anchor, []).append(each)
    for anchor, around in by_anchor.items():
        for key in spellings(anchor):
            yield (
                key,
                Entry(
                    term=anchor,
                    slot=ANCHOR_SLOT,
                    size=len(key),
                    weight=0.0,
                    group=around[0].construction.group,
                    opens_sentence=False,
                    can_be_negated=False,
                    needs_negation=False,
                    has_negator=False,
                    patterns=tuple(around),
                ),
            )
