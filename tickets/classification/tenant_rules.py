"""A tenant's own rules: phrases that decide urgency or sentiment, whatever the vocabulary says. Pure.

The first matching rule that sets urgency wins; likewise for sentiment. Phrases match as in a search: without case and
accents, as whole words, or as the start of a word before a *. One automaton finds all phrases in a time that depends
on the text alone, and no regular expression of a user is ever run.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Literal

import ahocorasick

from tickets.classification.own_words import own_words
from tickets.classification.rules_version import RULES_VERSION
from tickets.classification.search_query import SHORTEST_PREFIX, Query, Term, find_hits
from tickets.classification.tokenizer import READ_LIMIT, split_words

UrgencyEffect = Literal["", "high", "at least medium", "medium", "low"]
SentimentEffect = Literal["", "negative", "neutral", "positive"]

MAX_RULES: Final = 200
MAX_PHRASES: Final = 20
MAX_WORDS: Final = 10
LONGEST_PHRASES: Final = 500
MAX_MARKS: Final = 50
"""Places of a deciding phrase that are highlighted in one text."""


class PhraseError(ValueError):
    """The text has no phrase to match. The message is a sentence for the user who typed it."""


def parse_phrases(text: str) -> tuple[Term, ...]:
    """The phrases of a rule, separated by commas or line ends: `refund*, key account`. Raises `PhraseError`."""
    found: dict[Term, None] = {}
    for typed in text.replace("\n", ",").split(","):
        typed = typed.strip()
        if not typed:
            continue
        words = split_words(typed)
        if not words:
            raise PhraseError(f"“{typed[:40]}” has no letter or digit, so no ticket can match it.")
        if len(words) > MAX_WORDS:
            raise PhraseError(f"“{typed[:40]}…” is longer than {MAX_WORDS} words.")
        term = Term(words, is_prefix=typed.endswith("*"))
        if term.prefix is not None and len(term.prefix) < SHORTEST_PREFIX:
            raise PhraseError(f"“{typed[:40]}” needs at least {SHORTEST_PREFIX} letters before the *.")
        found[term] = None
    if not found:
        raise PhraseError("Enter at least one word or phrase.")
    if len(found) > MAX_PHRASES:
        raise PhraseError(f"A rule can have at most {MAX_PHRASES} phrases. Put the others in a second rule.")
    return tuple(found)


@dataclass(frozen=True, slots=True)
class TenantRule:
    """A ticket that contains any of `phrases` gets this urgency and sentiment."""

    id: str
    phrases: tuple[Term, ...]
    urgency: UrgencyEffect = ""
    sentiment: SentimentEffect = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """A rule that decided, and its phrase that the ticket contains."""

    rule: TenantRule
    term: Term

    @property
    def phrase(self) -> str:
        return " ".join(self.term.words) + ("*" if self.term.is_prefix else "")

    def places(self, text: str) -> list[tuple[int, int]]:
        """Where the phrase occurs in the part of `text` that the writer wrote."""
        return find_hits(own_words(text[:READ_LIMIT]), Query((self.term,), ()))[:MAX_MARKS]


@dataclass(frozen=True, slots=True)
class Decisions:
    """The rules that decide the verdicts of one ticket, at most one for each."""

    urgency: Decision | None = None
    sentiment: Decision | None = None


NO_DECISIONS: Final = Decisions()


class TenantRules:
    """The rules that are on, in their order. Threads may share it."""

    def __init__(self, rules: Iterable[TenantRule] = ()) -> None:
        self.rules: tuple[TenantRule, ...] = tuple(rules)

    def __bool__(self) -> bool:
        return bool(self.rules)

    @cached_property
    def version(self) -> str:
        """Identifies everything that can change a verdict: the vocabulary and these rules."""
        if not self.rules:
            return str(RULES_VERSION)
        digest = hashlib.blake2b(digest_size=12)
        for rule in self.rules:
            phrases = [(term.words, term.is_prefix) for term in rule.phrases]
            digest.update(repr((phrases, rule.urgency, rule.sentiment)).encode("utf-8", "surrogatepass"))
        return f"{RULES_VERSION} {digest.hexdigest()}"

    def decide(self, *, subject: str, message: str) -> Decisions:
        """The first matching rule for each verdict. Any text is valid."""
        found = self._find(subject) | self._find(message)
        if not found:
            return NO_DECISIONS
        urgency: Decision | None = None
        sentiment: Decision | None = None
        for number, place in sorted(found):
            rule = self.rules[number]
            if rule.urgency and urgency is None:
                urgency = Decision(rule, rule.phrases[place])
            if rule.sentiment and sentiment is None:
                sentiment = Decision(rule, rule.phrases[place])
        return Decisions(urgency, sentiment)

    def matches(self, *, subject: str, message: str) -> bool:
        """Whether the ticket contains a phrase of any rule."""
        return bool(self._find(subject) or self._find(message))

    def _find(self, text: str) -> set[tuple[int, int]]:
        """The indexes of the rules and of their phrases that the text contains."""
        if not text or not self.rules:
            return set()
        words = " ".join(split_words(own_words(text[:READ_LIMIT])))
        return {place for _, places in self._automaton.iter(f" {words} ") for place in places}

    @cached_property
    def _automaton(self) -> Any:
        """From each phrase, with a space on both sides (before a *: in front only), to its indexes."""
        by_key: dict[str, list[tuple[int, int]]] = {}
        for number, place, term in self._terms():
            by_key.setdefault(f" {' '.join(term.words)}{'' if term.is_prefix else ' '}", []).append((number, place))
        built = ahocorasick.Automaton()
        for key, places in by_key.items():
            built.add_word(key, tuple(places))
        built.make_automaton()
        return built

    def _terms(self) -> Iterator[tuple[int, int, Term]]:
        for number, rule in enumerate(self.rules):
            for place, term in enumerate(rule.phrases):
                yield number, place, term


NO_RULES: Final = TenantRules()


def names_of(decisions: Sequence[Decision | None]) -> tuple[str, ...]:
    """The distinct phrases that decided."""
    return tuple(dict.fromkeys(each.phrase for each in decisions if each is not None))
