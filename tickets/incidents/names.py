"""What an incident is called: how its customers write the phrases that were found. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from tickets.classification.topics.content_words import BREAK, content_words, read_text
from tickets.incidents.phrases import READ_LIMIT

MOST_NAMES: Final = 6
PAIR_SHARE: Final = 0.6
"""A pair of words names an incident if it is in this share of the tickets with one of its words."""

FEWEST_WRITERS: Final = 3
"""What fewer customers write alike is not shown, so that nothing that only one person would write is kept."""


@dataclass(frozen=True, slots=True)
class WrittenTicket:
    customer_id: str
    subject: str
    message: str


def name_phrases(phrases: Sequence[str], tickets: Iterable[WrittenTicket]) -> list[str]:
    """How most customers write the phrases, the first one's name first, at most 6. Words that are in a pair are left out.

    `phrases`: as `phrases_of` finds them, the most unusual first.
    """
    writers = _writers(frozenset(phrases), tickets)
    used = {phrase: len(set[str]().union(*spellings.values())) for phrase, spellings in writers.items()}
    ordered = sorted((each for each in phrases if each in used), key=lambda each: _place(each, phrases, used))
    names: dict[str, None] = {}
    covered: set[str] = set()
    for phrase in ordered:
        shown, count = _commonest(writers[phrase])
        if count < FEWEST_WRITERS or covered.issuperset(phrase.split()):
            continue
        covered.update(phrase.split())
        names[shown] = None
    return list(names)[:MOST_NAMES]


def _place(phrase: str, phrases: Sequence[str], used: dict[str, int]) -> tuple[int, int]:
    """A pair comes before its words if it is in most of their tickets."""
    before = [
        place
        for place, each in enumerate(phrases)
        if " " in phrase and each in phrase.split() and used[phrase] >= PAIR_SHARE * used.get(each, 0)
    ]
    own = phrases.index(phrase)
    return (min(before), 0) if before and min(before) < own else (own, 1)


def _writers(phrases: frozenset[str], tickets: Iterable[WrittenTicket]) -> dict[str, dict[str, set[str]]]:
    """The customers who use each phrase, by how they write it."""
    found: defaultdict[str, defaultdict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for ticket in tickets:
        text = read_text(ticket.subject, ticket.message[:READ_LIMIT])
        before = None
        for word in content_words(text):
            if word.root in phrases:
                found[word.root][text[word.start : word.end]].add(ticket.customer_id)
            if before is not None and f"{before.root} {word.root}" in phrases:
                spelling = " ".join(text[before.start : word.end].split())
                found[f"{before.root} {word.root}"][spelling].add(ticket.customer_id)
            before = None if word.root == BREAK else word
    return {phrase: dict(spellings) for phrase, spellings in found.items()}


def _commonest(spellings: dict[str, set[str]]) -> tuple[str, int]:
    shown = min(spellings, key=lambda each: (-len(spellings[each]), each))
    return shown, len(spellings[shown])
