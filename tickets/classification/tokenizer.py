"""The tokenizer: texts as folded words, without case and accents. Pure.

Stored words, search queries, tenants' rules and highlighting all use it, so they agree on what a word is.
"""

import re
import unicodedata
from collections.abc import Sequence

from tickets.classification.scripts import JOINER, SIGNS, SPACELESS, is_sign, without_accents

READ_LIMIT = 20_000
"""Characters of each field that are classified, counted by topic and searchable."""
LONGEST_WORD = 64

Span = tuple[int, int]

# In scripts without spaces every letter with its signs is a word, and text typed in one piece is a phrase.
_WORD = re.compile(rf"[{SPACELESS}][{SIGNS}]*|(?:[^\W_{SPACELESS}]|[{SIGNS}])+")
_ASCII_WORD = re.compile(r"[a-z0-9]+")
_ASCII_GAPS = {code: " " for code in range(128) if not chr(code).isalnum()}
"""Splitting at these takes a third of the time that the pattern takes."""
_COMPOSED_AM = (("\u0e4d\u0e32", "\u0e33"), ("\u0ecd\u0eb2", "\u0eb3"))
"""Thai and Lao write one letter where compatibility forms have a sign and a letter."""


def fold(text: str) -> str:
    """Lower case without accents. Compatibility letters become plain ones (ß is ss, ﬁ is fi)."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold()).replace(JOINER, "")
    for apart, composed in _COMPOSED_AM:
        decomposed = decomposed.replace(apart, composed)
    return unicodedata.normalize("NFC", without_accents(decomposed))


def split_words(text: str) -> tuple[str, ...]:
    """The folded words of a text."""
    folded = fold(text)
    words = folded.translate(_ASCII_GAPS).split() if folded.isascii() else _WORD.findall(folded)
    if max(map(len, words), default=0) <= LONGEST_WORD:
        return tuple(words)
    return tuple(word[:LONGEST_WORD] for word in words)


def locate_words(text: str) -> tuple[Sequence[str], Sequence[Span]]:
    """The folded words of a text, and the start and end of each in it."""
    if text.isascii():
        found = list(_ASCII_WORD.finditer(text.lower()))
        return [each.group()[:LONGEST_WORD] for each in found], [each.span() for each in found]
    for apart, composed in _COMPOSED_AM:
        text = text.replace(apart, composed + JOINER)  # keeps the length, so that positions stay right
    origin: list[int] = []
    pieces: list[str] = []
    for place, character in enumerate(text):
        folded = character.lower() if character.isascii() else fold(character)
        pieces.append(folded)
        origin += [place] * len(folded)
    found = list(_WORD.finditer("".join(pieces)))
    words = [fold(each.group())[:LONGEST_WORD] for each in found]
    return words, [(origin[each.start()], _end_of(text, origin[each.end() - 1])) for each in found]


def _end_of(text: str, place: int) -> int:
    """The end of the character at `place` with its marks and joiners."""
    place += 1
    while place < len(text) and (is_sign(text[place]) or unicodedata.combining(text[place]) or text[place] == JOINER):
        place += 1
    return place
