"""A customer's own name in what the customer wrote: it signs the text and says nothing about its matter. Pure."""

import re
from typing import Final

from tickets.classification.tokenizer import fold, split_words

SHORTEST: Final = 3
"""Letters of a part of a name. Shorter ones are rather another word."""

_WORD: Final = re.compile(r"[^\W\d_]+")


def name_words(customer_id: str, customer_name: str) -> frozenset[str]:
    """The folded parts of the name. Of an e-mail address as the id, the part that names a person."""
    person, at, _ = customer_id.partition("@")
    words = split_words(f"{customer_name} {person}" if at else customer_name)
    letters = (part for word in words for part in _WORD.findall(word))
    return frozenset(each for each in letters if len(each) >= SHORTEST)


def without_name(text: str, words: frozenset[str]) -> str:
    """The text with a full stop instead of each of the words, and with the same length."""
    if not words:
        return text
    folded = fold(text)
    if not any(each in folded for each in words):
        return text
    return _WORD.sub(lambda found: ".".ljust(len(found[0])) if fold(found[0]) in words else found[0], text)
