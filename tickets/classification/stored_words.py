"""The words that are stored with a ticket so that a search finds it. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tickets.classification.search_query import IGNORED, Term
from tickets.classification.tokenizer import READ_LIMIT, split_words
from tickets.records.dimensions import filtered_values

TOPIC_SIGN = "#"
"""Starts the stored word of a topic. No word of a text contains it."""

VALUE_SIGN = "="
"""Starts the stored word of a value, such as `=team=billing`. No word of a text contains it either."""


def searchable_words(*, texts: Iterable[str], ids: Iterable[str]) -> list[str]:
    """The distinct words of a ticket's texts and ids.

    Of an id only the distinguishing part counts: of cust_17 the 17, since all ids start with cust.
    """
    found: dict[str, None] = {}
    for text in texts:
        found |= dict.fromkeys(word for word in split_words(text[:READ_LIMIT]) if word not in IGNORED)
    for each in ids:
        found |= dict.fromkeys(_distinguishing(split_words(each)))
    return list(found)


def topic_word(topic: str) -> str:
    """The stored word of a topic."""
    return TOPIC_SIGN + topic


def value_word(name: str, value: str) -> str:
    """The stored word of a value that lists can be filtered by. No word beginning in a search finds it."""
    return f"{VALUE_SIGN}{name}{VALUE_SIGN}{value}"


def value_words(ticket: Mapping[str, Any]) -> list[str]:
    """The stored words of all values that a ticket can be filtered by."""
    return [value_word(name, value) for name, value in filtered_values(ticket)]


def with_other_values(words: Iterable[str], before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """The stored words of a ticket of which only such values have changed."""
    former = frozenset(value_words(before))
    return [each for each in words if each not in former] + value_words(after)


@dataclass(frozen=True, slots=True)
class StoredTerm:
    """The stored words, and the prefix of one, that every ticket with a term has."""

    whole: tuple[str, ...]
    prefix: str | None


def stored_words_of(term: Term) -> StoredTerm:
    """What to look up in the index of words. The term's pattern checks the rest."""
    distinguishing = _distinguishing(term.words)
    whole = tuple(word for word in term.whole_words if word in distinguishing and word not in IGNORED)
    return StoredTerm(whole, term.prefix if term.prefix in distinguishing else None)


def _distinguishing(words: Sequence[str]) -> tuple[str, ...]:
    """The words with digits, or all words if none has any."""
    return tuple(word for word in words if any(map(_is_digit, word))) or tuple(words)


def _is_digit(character: str) -> bool:
    return character.isalnum() and not character.isalpha()
