"""Which characters belong to a word in the scripts of the world, for search and topics. Pure.

A mark is either a sign that spells, such as the vowels of Hindi, Bengali, Tamil or Thai, or an accent that can be left
out, as in Latin, Greek, Hebrew and Arabic. Regular expressions treat neither as part of a word.

The constants are the contents of a character class, for `re` and for PCRE.
"""

import unicodedata
from collections.abc import Iterable, Iterator
from typing import Final

SIGN_BLOCKS: Final = "\u0780-\u07bf\u0900-\u1aaf\u1b00-\u1cff\ua800-\uabff"
"""Thaana, and the scripts of South and South-East Asia: their marks are signs. Other scripts with such marks have few
readers, and character classes up to U+FFFF are fast."""

JOINER: Final = "\u200d"
"""Requests another shape of two letters, in Sinhala and Malayalam. It does not spell."""

_IDEOGRAPHS = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
# Thai, Lao, Burmese and Khmer.
_WITHOUT_SPACES = ((0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0xA9E0, 0xA9FF), (0xAA60, 0xAA7F))


def _codes_of(blocks: str) -> Iterator[int]:
    pieces = blocks.split("-")
    for first, last in zip((piece[-1] for piece in pieces), (piece[0] for piece in pieces[1:]), strict=False):
        yield from range(ord(first), ord(last) + 1)


def _as_class(codes: Iterable[int]) -> str:
    """The ascending codes as ranges."""
    ranges: list[tuple[int, int]] = []
    for code in codes:
        if ranges and ranges[-1][1] == code - 1:
            ranges[-1] = (ranges[-1][0], code)
        else:
            ranges.append((code, code))
    return "".join(chr(first) + (f"-{chr(last)}" if last > first else "") for first, last in ranges)


_SIGN_CODES = [code for code in _codes_of(SIGN_BLOCKS) if unicodedata.category(chr(code)) in ("Mn", "Mc")]
_SIGN_SET = frozenset(map(chr, _SIGN_CODES))

SIGNS: Final = _as_class(_SIGN_CODES)
"""Marks that spell, so they do not end a word."""

_SPACELESS_CODES = [code for first, last in _WITHOUT_SPACES for code in range(first, last + 1)]

SPACELESS_SIGNS: Final = _as_class(code for code in _SPACELESS_CODES if chr(code) in _SIGN_SET)
"""Signs of scripts that put no spaces between words."""

SPACELESS: Final = _IDEOGRAPHS + _as_class(
    code for code in _SPACELESS_CODES if unicodedata.category(chr(code)).startswith("L")
)
"""Letters of scripts that put no spaces between words."""


def is_sign(character: str) -> bool:
    return character in _SIGN_SET


def without_accents(text: str) -> str:
    """The text without accents. Composed letters have to be decomposed first."""
    if not any(map(unicodedata.combining, text)):
        return text
    return "".join(each for each in text if not unicodedata.combining(each) or each in _SIGN_SET)
