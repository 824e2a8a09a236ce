"""Finds a vocabulary's terms in a text.

The vocabulary's index (`vocabularies/term_index.py`) reads a folded copy of the text (`folding.py`). Folding keeps each
character in its place; only runs of white space and letters apart from their accents shrink, and `TextScan.offsets` undoes
that.
"""

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final

from tickets.classification.folding import lower
from tickets.classification.own_words import own_words
from tickets.classification.tokenizer import READ_LIMIT, fold, split_words
from tickets.classification.vocabularies.construction import Construction
from tickets.classification.vocabularies.entries import ANCHOR_SLOT, NEGATOR_SLOT, Entry
from tickets.classification.vocabularies.faces import FACE
from tickets.classification.vocabularies.group import Negation
from tickets.classification.vocabularies.vocabulary import Vocabulary

_REACH: Final = 3  # words between a negator and what it negates
_CLOSE_REACH: Final = 5  # the same, where all of them are fillers
_LATE_REACH: Final = 7  # words between what is negated and a negator after it, often the last word of its clause
_REACH_CHARACTERS: Final = 60

_ACCENTED_WORDS: Final = 2_000
"""Of all texts, that are remembered without their accents."""

_SPACE_RUN: Final = re.compile(r"\s{2,}")
_ASCII_SPACE_RUN: Final = re.compile(r"[ \t-\r\x1c-\x1f]{2,}")  # the same, and faster
_SPACE_RUN_OR_ACCENT: Final = re.compile(r"\s{2,}|[A-Za-z][\u0300-\u036f]+")  # an "é" that is an "e" and an accent
_CLAUSE_END: Final = re.compile(r"[,.;:!?()\f]| - ")
_SENTENCE_END: Final = re.compile(r"[.!?](?!\w)|\f(?=.{80})")
_LONGEST_SENTENCE: Final = 300
_NAME_AT_END: Final = re.compile(r"[ ,.!]{0,3}[\n\f][^\n\f.!?]{1,40}\s*$|[ ,.!]{0,3}\s*$")
_QUESTION_MARK: Final = re.compile(r"\?(?![\w%&=])")  # not the one inside a web address

# Start and end in the flat text, and the entry. A plain tuple, since there are many and they are short-lived.
Hit = tuple[int, int, Entry]
Hits = list[Hit]


class TextScan:
    """The terms found in a text: `hits` by slot, in order, without overlaps in a slot. Their offsets are in `flat`.

    Only the first `READ_LIMIT` characters are read, and of these only what the writer wrote.
    """

    __slots__ = ("_cuts", "_folded", "_late_negators", "_negator_ends", "_shifts", "_vocabulary", "flat", "hits")

    def __init__(self, text: str, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._cuts: list[int] = []
        self._shifts: list[int] = [0]  # how far the text after the n-th cut has moved
        text = text[:READ_LIMIT]
        if "\n" in text or ">" in text:
            text = own_words(text)
        if not text.isascii():
            text = self._shorten(text, _SPACE_RUN if _is_latin(text) else _SPACE_RUN_OR_ACCENT)
        elif "  " in text or "\r" in text or "\t" in text or "\n\n" in text or "\n " in text or " \n" in text:
            text = self._shorten(text, _ASCII_SPACE_RUN)
        self.flat = lower(text)
        self._folded = vocabulary.fold(self.flat)
        self.hits = self._search(self._folded)
        self._negator_ends, self._late_negators = self._free_negators()
        if vocabulary.needs_negations:
            self._drop_unnegated()

    def _shorten(self, text: str, runs: re.Pattern[str]) -> str:
        """Replace each run of white space, or letter with its accents, with one character."""
        pieces: list[str] = []
        done = length = 0
        for run in runs.finditer(text):
            start, end = run.span()
            piece = _shortened(run[0])
            pieces.append(text[done:start])
            pieces.append(piece)
            length += start - done + len(piece)
            self._cuts.append(length)
            self._shifts.append(end - length)
            done = end
        if not pieces:
            return text
        pieces.append(text[done:])
        return "".join(pieces)

    def words(self) -> Sequence[str]:
        """What `tokenizer.split_words` makes of the text, from what is folded already where that is the same."""
        if self.flat.isascii():
            return self._folded.split()
        if _is_latin(self.flat):
            return [word if word.isascii() else _without_accents(word) for word in self._folded.split()]
        return split_words(self.flat)

    @property
    def has_negators(self) -> bool:
        return bool(self._negator_ends)

    def offsets(self, start: int, end: int) -> tuple[int, int]:
        """The offsets in the original text for `start` and `end` in the flat text."""
        cuts = self._cuts
        if not cuts:
            return start, end
        first, last = bisect_right(cuts, start), bisect_right(cuts, end)
        return start + self._shifts[first], end + self._shifts[last]

    def question(self) -> int:
        """The offset of the first question mark in the flat text, or -1."""
        if "?" not in self.flat:
            return -1
        mark = _QUESTION_MARK.search(self.flat)
        return mark.start() if mark else -1

    def faces(self) -> list[tuple[int, int, str]]:
        """Emoticons and emoji: start and end in the flat text, and the face."""
        flat = self.flat
        if ":" not in flat and ";" not in flat and "<" not in flat and _is_latin(flat):
            return []
        return [(found.start(), found.end(), found[0]) for found in FACE.finditer(flat)]

    def asks_in_general(self, place: int) -> bool:
        """Whether the sentence at `place` only asks how something works."""
        pattern = self._vocabulary.asks_in_general
        if pattern is None:
            return False
        before = list(_SENTENCE_END.finditer(self.flat, max(0, place - _LONGEST_SENTENCE), place))
        following = _SENTENCE_END.search(self.flat, place, place + _LONGEST_SENTENCE)
        start = before[-1].end() if before else max(0, place - _LONGEST_SENTENCE)
        start = max(start, self.flat.rfind("\f", start, place) + 1)  # after the greeting
        return pattern.match(self.flat, start, following.end() if following else place) is not None

    def asks(self, place: int) -> bool:
        """Whether the sentence that goes on at `place` is a question."""
        end = _SENTENCE_END.search(self.flat, place)
        return end is not None and end[0] == "?"

    def is_in_first_sentence(self, place: int) -> bool:
        return _SENTENCE_END.search(self.flat, 0, place) is None

    def signs_off(self, start: int, end: int) -> bool:
        """Whether the words are the last line before a name: "Thanks", then "Ann"."""
        return start > 0 and self.flat[start - 1] in "\n\f" and _NAME_AT_END.match(self.flat, end) is not None

    def constructions(self) -> Iterator[tuple[int, int, Construction]]:
        """Each construction at its first place: start and end in the flat text."""
        done: set[Construction] = set()
        for start, end, anchor in self.hits[ANCHOR_SLOT]:
            for pattern in anchor.patterns:
                if pattern.construction not in done:
                    found = pattern.find(self.flat, start, end)
                    if found:
                        done.add(pattern.construction)
                        yield *found, pattern.construction

    def is_negated(self, start: int, end: int, entry: Entry) -> bool:
        """Whether a negator, near enough and in the same clause, negates the entry from `start` to `end`."""
        if not entry.can_be_negated:
            return False
        negation = entry.group.negation
        return self._is_negated_before(start, negation) or (negation == "around" and self._is_negated_after(end))

    def _is_negated_before(self, start: int, negation: Negation) -> bool:
        index = bisect_right(self._negator_ends, start)
        if not index:
            return False
        words = self._words_of_clause(self._negator_ends[index - 1], start)
        if words is None:
            return False
        if negation == "close":
            return len(words) <= _CLOSE_REACH and self._vocabulary.folded_fillers.issuperset(words)
        return len(words) <= _REACH and self._vocabulary.folded_clause_words.isdisjoint(words)

    def _is_negated_after(self, end: int) -> bool:
        index = bisect_left(self._late_negators, end)
        if index == len(self._late_negators):
            return False
        words = self._words_of_clause(end, self._late_negators[index])
        return (
            words is not None and len(words) <= _LATE_REACH and self._vocabulary.folded_clause_words.isdisjoint(words)
        )

    def _words_of_clause(self, start: int, end: int) -> list[str] | None:
        """The folded words from `start` to `end`, or None if that is too far or more than one clause."""
        if end - start > _REACH_CHARACTERS or _CLAUSE_END.search(self.flat, start, end):
            return None
        return self._folded[start:end].split()

    def _drop_unnegated(self) -> None:
        """Leave out the hits that count only with a "not" and have none."""
        for hits in self.hits[:NEGATOR_SLOT]:
            if any(entry.needs_negation for _, _, entry in hits):
                hits[:] = [hit for hit in hits if not hit[2].needs_negation or self._has_negation(hit)]

    def _has_negation(self, hit: Hit) -> bool:
        start, end, _ = hit
        return self._is_negated_before(start, "any") or self._is_negated_after(end)

    def _search(self, folded: str) -> tuple[Hits, Hits, Hits, Hits, Hits]:
        """The hits by slot. Of two that overlap in a slot, the longer one, but all anchors."""
        by_slot: tuple[Hits, Hits, Hits, Hits, Hits] = ([], [], [], [], [])
        for end, entries in self._vocabulary.terms.find(folded):
            for entry in entries:
                size = entry.size
                start = end - size
                if entry.opens_sentence and not self._opens_sentence(start):
                    continue
                found = by_slot[entry.slot]
                if entry.slot == ANCHOR_SLOT:
                    found.append((start, end, entry))
                    continue
                while found:
                    last_start, last_end, _ = found[-1]
                    if last_end <= start:
                        found.append((start, end, entry))
                        break
                    if last_end - last_start >= size:
                        break
                    found.pop()
                else:
                    found.append((start, end, entry))
        return by_slot

    def _free_negators(self) -> tuple[list[int], list[int]]:
        """The negators that are not part of a longer phrase: where they end, and where the late ones start."""
        negators = [hit for hit in self.hits[NEGATOR_SLOT] if hit[2].weight]
        if not negators:
            return [], []
        taken = [(start, end) for hits in self.hits[:3] for start, end, entry in hits if entry.has_negator]
        if taken:
            taken.sort()
            negators = [hit for hit in negators if not _is_taken(hit, taken)]
        late = self._vocabulary.late_negators
        return [end for _, end, _ in negators], [start for start, _, entry in negators if entry.term in late]

    def _opens_sentence(self, start: int) -> bool:
        flat = self.flat
        before = start - 1
        if before >= 0 and flat[before] == " ":
            before -= 1
        if before < 0:
            return True
        if flat[before] == "\n":  # a line of its own, or only a wrapped one?
            return before == 0 or flat[before - 1] in ".!?:;,"
        return flat[before] in ".!?:;\f"


@lru_cache(maxsize=_ACCENTED_WORDS)
def _without_accents(word: str) -> str:
    return fold(word)


def _shortened(run: str) -> str:
    """A letter with its accents in one; for white space a form feed, if it has a blank line, else a line feed or a space."""
    if not run.isspace():
        return unicodedata.normalize("NFC", run)
    lines = run.count("\n")
    return "\f" if lines > 1 else "\n" if lines else " "


def _is_latin(text: str) -> bool:
    """Whether the text has only characters of Western European languages, thus no emoji. Faster than any search."""
    if text.isascii():
        return True
    try:
        text.encode("latin-1")
    except UnicodeEncodeError:
        return False
    return True


def _is_taken(negator: Hit, taken: list[tuple[int, int]]) -> bool:
    """Whether one of the sorted phrases contains the negator."""
    start, end, _ = negator
    # of the phrases that begin at or before the negator, only the last of each slot can contain it
    index = bisect_left(taken, (start + 1, 0))
    return any(taken_end >= end for _, taken_end in taken[max(0, index - 3) : index])
