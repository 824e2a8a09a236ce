"""TermIndex: finds all terms of a vocabulary in one pass over a text. Pure.

An Aho-Corasick automaton reads a text once however many terms there are. It does not read letters, but numbers of words:
two characters for each word of the terms, and two others for any other word. So it matches whole words only, and takes a
fifth of the memory.
"""

from collections.abc import Mapping, Sequence
from itertools import accumulate, repeat
from typing import Any, Final

import ahocorasick

from tickets.classification.vocabularies.entries import Entry

_OTHER: Final = "\0\0"
_FIRSTS: Final = 128
_SECONDS: Final = 1
_MOST_SECONDS: Final = 64
"""A word begins with a character that none ends with. There are few of both, because the automaton looks through what may
follow one after the other."""


class TermIndex:
    """The entries of a vocabulary by their keys, which are folded terms. Threads may share it."""

    def __init__(self, by_key: Mapping[str, Sequence[Entry]]) -> None:
        self._numbers: dict[str, str] = {}
        self._automaton: Any = ahocorasick.Automaton()
        for key, entries in by_key.items():
            self._automaton.add_word("".join(map(self._number, key.split(" "))), tuple(entries))
        self._automaton.make_automaton()

    def _number(self, word: str) -> str:
        first, second = divmod(len(self._numbers), _MOST_SECONDS)
        return self._numbers.setdefault(word, chr(_FIRSTS + first) + chr(_SECONDS + second))

    def find(self, folded: str) -> list[tuple[int, tuple[Entry, ...]]]:
        """The end of each key in the folded text with its entries, in order; of two that end together, the longer first."""
        words = folded.split(" ")
        found = list(self._automaton.iter("".join(map(self._numbers.get, words, repeat(_OTHER)))))
        if not found:
            return []
        ends = list(accumulate(map(len, words)))
        return [(ends[place >> 1] + (place >> 1), entries) for place, entries in found]
