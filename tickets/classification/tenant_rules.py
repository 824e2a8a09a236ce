"""A tenant's own rules: words that decide urgency or feeling, whatever the vocabulary says. Pure.

The first rule of the list whose words a ticket holds and that names the urgency decides it; likewise the
feeling. Words are compared as a search compares them: without case and accents, whole words, or a word's
beginning where a * says so. All phrases are looked for at once by one automaton, in a time that grows with the
text alone; nobody's regular expression is ever run.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Literal

import ahocorasick

from tickets.classification.lexicon import RULES_VERSION
from tickets.classification.lexicon_search import own_words
from tickets.classification.search_query import SHORTEST_PREFIX, Query, Term, find_hits
from tickets.classification.tokenizer import READ_LIMIT, split_words

UrgencyEffect = Literal["", "high", "at least medium", "medium", "low"]
SentimentEffect = Literal["", "negative", "neutral", "positive"]

MOST_RULES: Final = 200
MOST_PHRASES: Final = 20
MOST_WORDS: Final = 10
LONGEST_PHRASES: Final = 500
MOST_PLACES: Final = 50
"""Of one deciding phrase in one text that are marked."""


class PhraseError(ValueError):
    """What was typed holds no words to look for; the message is a sentence for whoever typed it."""


def parse_phrases(text: str) -> tuple[Term, ...]:
    """The phrases of a rule, separated by commas or line ends: `refund*, key account`. Raises `PhraseError`."""
    found: dict[Term, None] = {}
    for typed in text.replace("\n", ",").split(","):
        typed = typed.strip()
        if not typed:
            continue
        words = split_words(typed)
        if not words:
            raise PhraseError(f"“{typed[:40]}” holds no letter or digit, so no ticket can say it.")
        if len(words) > MOST_WORDS:
            raise PhraseError(f"“{typed[:40]}…” is longer than {MOST_WORDS} words.")
        term = Term(words, is_prefix=typed.endswith("*"))
        if term.prefix is not None and len(term.prefix) < SHORTEST_PREFIX:
            raise PhraseError(f"“{typed[:40]}” needs at least {SHORTEST_PREFIX} letters before the *.")
        found[term] = None
    if not found:
        raise PhraseError("Enter at least one word or phrase.")
    if len(found) > MOST_PHRASES:
        raise PhraseError(f"At most {MOST_PHRASES} phrases fit into one rule. Make a second one of the rest.")
    return tuple(found)


@dataclass(frozen=True, slots=True)
class TenantRule:
    """Where a ticket holds any of `phrases`, its urgency and feeling become what is named here."""

    id: str
    phrases: tuple[Term, ...]
    urgency: UrgencyEffect = ""
    sentiment: SentimentEffect = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """A rule that speaks for a ticket, and the phrase of it that the ticket holds."""

    rule: TenantRule
    term: Term

    @property
    def phrase(self) -> str:
        return " ".join(self.term.words) + ("*" if self.term.is_prefix else "")

    def places(self, text: str) -> list[tuple[int, int]]:
        """Where the phrase stands in the writer's own words of `text`."""
        return find_hits(own_words(text[:READ_LIMIT]), Query((self.term,), ()))[:MOST_PLACES]


@dataclass(frozen=True, slots=True)
class Decisions:
    """What a tenant's rules say of one ticket: at most one rule for each verdict."""

    urgency: Decision | None = None
    sentiment: Decision | None = None


NO_DECISIONS: Final = Decisions()


class TenantRules:
    """The rules that are on, in the list's order. Judges any number of tickets; several threads may share it."""

    def __init__(self, rules: Iterable[TenantRule] = ()) -> None:
        self.rules: tuple[TenantRule, ...] = tuple(rules)

    def __bool__(self) -> bool:
        return bool(self.rules)

    @cached_property
    def version(self) -> str:
        """Names everything that may change a verdict: our vocabulary's rules and these."""
        if not self.rules:
            return str(RULES_VERSION)
        digest = hashlib.blake2b(digest_size=12)
        for rule in self.rules:
            phrases = [(term.words, term.is_prefix) for term in rule.phrases]
            digest.update(repr((phrases, rule.urgency, rule.sentiment)).encode("utf-8", "surrogatepass"))
        return f"{RULES_VERSION} {digest.hexdigest()}"

    def decide(self, *, subject: str, message: str) -> Decisions:
        """The first rule that names each verdict. Any text will do, none raises."""
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

    def speaks_of(self, *, subject: str, message: str) -> bool:
        """Whether the ticket holds the words of any rule."""
        return bool(self._find(subject) or self._find(message))

    def _find(self, text: str) -> set[tuple[int, int]]:
        """The numbers of the rules and of their phrases that the text holds."""
        if not text or not self.rules:
            return set()
        words = " ".join(split_words(own_words(text[:READ_LIMIT])))
        return {place for _, places in self._automaton.iter(f" {words} ") for place in places}

    @cached_property
    def _automaton(self) -> Any:
        """Leads from every phrase, with a space on both sides (or before it alone: a beginning), to its places."""
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
    """The phrases that decided, distinct."""
    return tuple(dict.fromkeys(each.phrase for each in decisions if each is not None))
