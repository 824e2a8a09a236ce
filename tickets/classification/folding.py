"""Folding for vocabularies: lower case, and a space for every character that is neither letter nor digit. Pure.

Each character keeps its place, so that an offset in the folded text is one in the text.
"""

import re
from typing import Final

_PUNCTUATION_TO_SPACE: Final = {code: " " for code in range(128) if not chr(code).isalnum()}
_NOT_WORD: Final = re.compile(r"[^\w \u0300-\u036f]|_")
_TYPOGRAPHY: Final = (
    ("\u2019", "'"), ("\u2018", "'"), ("\u201c", '"'), ("\u201d", '"'), ("\u2013", "-"), ("\u2014", ";"),
    ("\u2026", "."), ("\xa0", " "), ("\u2022", ";"), ("\uff1f", "?"), ("\u061f", "?"),
)  # fmt: skip


def fold(text: str) -> str:
    """The text as vocabularies compare it: lower-case letters, digits and spaces."""
    return fold_word_breaks(lower(text))


def lower(text: str) -> str:
    """Lower case and plain typography: straight quotes, one kind of space."""
    if text.isascii():
        return text.lower()
    # U+0130 is the only character whose lower case is longer than itself
    lowered = text.replace("\u0130", "i").lower()
    for typographic, plain in _TYPOGRAPHY:
        lowered = lowered.replace(typographic, plain)
    return lowered


def fold_word_breaks(lowered: str) -> str:
    """Spaces instead of punctuation."""
    if lowered.isascii():
        return lowered.translate(_PUNCTUATION_TO_SPACE)
    return _NOT_WORD.sub(" ", lowered)
