"""The words that are stored with a ticket so that a search finds it. Pure."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from tickets.classification.search_query import IGNORED, Term
from tickets.classification.tokenizer import READ_LIMIT, split_words

TOPIC_SIGN = "#"
"""Starts the stored word of a topic. No word of a text contains it."""


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


def topic_words(topics: Sequence[str], values: tuple[str | bool, ...]) -> list[str]:
    """The stored words for a ticket's topics: each alone, and each together with values of the ticket."""
    return [topic_word(topic) for topic in topics] + [topic_word_with(topic, values) for topic in topics]


def topic_word(topic: str) -> str:
    return TOPIC_SIGN + topic


def topic_word_with(topic: str, values: tuple[str | bool, ...]) -> str:
    """A topic and values as one word, so that tickets with both are next to each other in an index."""
    return f"{TOPIC_SIGN}{topic}{_as_json(values)}"


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


@lru_cache(maxsize=1000)
def _as_json(values: tuple[str | bool, ...]) -> str:
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"))


def _distinguishing(words: Sequence[str]) -> tuple[str, ...]:
    """The words with digits, or all words if none has any."""
    return tuple(word for word in words if any(map(_is_digit, word))) or tuple(words)


def _is_digit(character: str) -> bool:
    return character.isalnum() and not character.isalpha()
