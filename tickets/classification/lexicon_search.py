"""Finds the vocabulary's terms in a text.

One Aho-Corasick automaton holds the terms of all categories, so a text is read once however many terms there are. The
automaton reads a folded copy of the text: lower case, with a space for every character that is neither letter nor
digit. Its keys have a space on both sides, so only whole words match. Folding keeps each character in its place; only
runs of white space shrink, and `TextScan.offsets` undoes that.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import ahocorasick

from tickets.classification.lexicon import (
    ACTION,
    CLAUSE_WORDS,
    FACES,
    FILLERS,
    NEGATORS,
    NO_NEGATION,
    SENTIMENT,
    URGENCY,
    Group,
)
from tickets.classification.tokenizer import READ_LIMIT

URGENCY_SLOT: Final = 0
SENTIMENT_SLOT: Final = 1
ACTION_SLOT: Final = 2
_NEGATOR_SLOT: Final = 3

_REACH: Final = 3  # words between a negator and what it negates
_CLOSE_REACH: Final = 5  # the same, where all of them are fillers
_REACH_CHARACTERS: Final = 60

_PUNCTUATION_TO_SPACE: Final = {code: " " for code in range(128) if not chr(code).isalnum()}
_NOT_WORD: Final = re.compile(r"[^\w \u0300-\u036f]|_")
_TYPOGRAPHY: Final = (
    ("\u2019", "'"), ("\u2018", "'"), ("\u201c", '"'), ("\u201d", '"'), ("\u2013", "-"), ("\u2014", ";"),
    ("\u2026", "."), ("\xa0", " "), ("\u2022", ";"), ("\uff1f", "?"), ("\u061f", "?"),
)  # fmt: skip
_SPACE_RUN: Final = re.compile(r"\s{2,}")
_ASCII_SPACE_RUN: Final = re.compile(r"[ \t-\r\x1c-\x1f]{2,}")  # the same, and faster
_QUOTED_LINE: Final = re.compile(r"^[ \t]{0,20}>[^\n]*|^On [^\n]{0,200}wrote:[ \t\r]{0,20}$", re.MULTILINE)
_SIGNATURE: Final = re.compile(r"^-- ?\r?$|^-{2,20} ?Original Message ?-{2,20}", re.MULTILINE | re.IGNORECASE)
_CLAUSE_END: Final = re.compile(r"[,.;:!?()\f]| - ")
_QUESTION_MARK: Final = re.compile(r"\?(?![\w%&=])")  # not the one inside a web address
_FACE: Final = re.compile(
    "|".join(re.escape(face) + (r"(?!\w)" if face[-1].isalnum() else "") for face in sorted(FACES, reverse=True))
)


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """A term of the automaton, compared by identity."""

    term: str
    slot: int
    size: int  # of the folded term, in characters
    weight: float
    group: Group
    opens_sentence: bool
    can_be_negated: bool
    has_negator: bool  # "not working": its "not" negates nothing else


# Start and end in the flat text, and the entry. A plain tuple, since there are many and they are short-lived.
Hit = tuple[int, int, Entry]
Hits = list[Hit]


def fold(text: str) -> str:
    """The text as the vocabulary compares it, character by character: lower-case letters, digits and spaces."""
    return _fold_word_breaks(_lower(text))


def _lower(text: str) -> str:
    if text.isascii():
        return text.lower()
    # U+0130 is the only character whose lower case is longer than itself
    lowered = text.replace("\u0130", "i").lower()
    for typographic, plain in _TYPOGRAPHY:
        lowered = lowered.replace(typographic, plain)
    return lowered


def _fold_word_breaks(lowered: str) -> str:
    if lowered.isascii():
        return lowered.translate(_PUNCTUATION_TO_SPACE)
    return _NOT_WORD.sub(" ", lowered)


def _entries() -> Iterable[Entry]:
    negators = {fold(term) for term in NEGATORS}
    any_negator = re.compile(r"\b(?:" + "|".join(sorted(negators, reverse=True)) + r")\b")
    negating = Group("low", 1.0, NEGATORS, "never")
    harmless = Group("low", 0.0, NO_NEGATION, "never")
    for slot, groups in enumerate((URGENCY, SENTIMENT, ACTION, (negating, harmless))):
        # an imperative ("send") comes first, so that it is preferred at the start of a sentence
        for group in sorted(groups, key=lambda group: not group.opens_sentence):
            for term in group.terms:
                folded = fold(term)
                has_negator = folded not in negators and any_negator.search(folded) is not None
                yield Entry(
                    term=term,
                    slot=slot,
                    size=len(folded),
                    weight=group.weight,
                    group=group,
                    opens_sentence=group.opens_sentence,
                    can_be_negated=group.negation != "never",
                    has_negator=has_negator,
                )


@cache
def automaton() -> Any:
    """The automaton of all terms: from each key to a tuple of its entries. Built on the first call."""
    by_key: dict[str, list[Entry]] = {}
    for entry in _entries():
        by_key.setdefault(f" {fold(entry.term)} ", []).append(entry)
    built = ahocorasick.Automaton()
    for key, entries in by_key.items():
        built.add_word(key, tuple(entries))
    built.make_automaton()
    return built


def own_words(text: str) -> str:
    """The text without its signature and with spaces instead of quoted lines; unchanged if it has nothing else.

    What remains keeps its place.
    """
    own = text
    if ">" in own:
        own = _QUOTED_LINE.sub(lambda found: " " * len(found[0]), own)
    if "\n--" in own:
        signature = _SIGNATURE.search(own)
        if signature:
            own = own[: signature.start()]
    return text if own is not text and not own.strip() else own


class TextScan:
    """The terms found in a text: `hits` by slot, in order, without overlaps in a slot. Their offsets are in `flat`.

    Only the first `READ_LIMIT` characters are read, and of these only what the writer wrote.
    """

    __slots__ = ("_cuts", "_negator_ends", "_shifts", "flat", "hits")

    def __init__(self, text: str) -> None:
        self._cuts: list[int] = []
        self._shifts: list[int] = [0]  # how far the text after the n-th cut has moved
        text = text[:READ_LIMIT]
        if "\n" in text or ">" in text:
            text = own_words(text)
        if not text.isascii():
            text = self._single_spaces(text, _SPACE_RUN)
        elif "  " in text or "\r" in text or "\t" in text or "\n\n" in text or "\n " in text or " \n" in text:
            text = self._single_spaces(text, _ASCII_SPACE_RUN)
        self.flat = _lower(text)
        self.hits = self._search(_fold_word_breaks(self.flat))
        self._negator_ends = self._free_negators()

    def _single_spaces(self, text: str, runs: re.Pattern[str]) -> str:
        """Replace each run of white space with one character: a form feed for a blank line, else a line feed or a space."""
        pieces: list[str] = []
        done = length = 0
        for run in runs.finditer(text):
            start, end = run.span()
            lines = text.count("\n", start, end)
            pieces.append(text[done:start])
            pieces.append("\f" if lines > 1 else "\n" if lines else " ")
            length += start - done + 1
            self._cuts.append(length)
            self._shifts.append(end - length)
            done = end
        if not pieces:
            return text
        pieces.append(text[done:])
        return "".join(pieces)

    @property
    def has_negators(self) -> bool:
        return bool(self._negator_ends)

    def offsets(self, start: int, end: int) -> tuple[int, int]:
        """The offsets in the original text for `start` and `end` in the flat text."""
        cuts = self._cuts
        if not cuts:
            return start, end
        first, last = bisect_right(cuts, start), bisect_right(cuts, end - 1)
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
        if flat.isascii() and ":" not in flat and ";" not in flat and "<" not in flat:
            return []
        return [(found.start(), found.end(), found[0]) for found in _FACE.finditer(flat)]

    def is_negated(self, start: int, entry: Entry) -> bool:
        """Whether a negator before `start`, near enough and in the same clause, negates the entry."""
        index = bisect_right(self._negator_ends, start)
        if not index or not entry.can_be_negated:
            return False
        negator_end = self._negator_ends[index - 1]
        if start - negator_end > _REACH_CHARACTERS:
            return False
        between = self.flat[negator_end:start]
        if _CLAUSE_END.search(between):
            return False
        words = _fold_word_breaks(between).split()
        if entry.group.negation == "close":
            return len(words) <= _CLOSE_REACH and FILLERS.issuperset(words)
        return len(words) <= _REACH and CLAUSE_WORDS.isdisjoint(words)

    def _search(self, folded: str) -> tuple[Hits, Hits, Hits, Hits]:
        """The hits by slot. Of two that overlap in a slot, the longer one."""
        by_slot: tuple[Hits, Hits, Hits, Hits] = ([], [], [], [])
        # a key ends with the space after the word, and the text starts with a space that is not in `folded`
        for end, entries in automaton().iter(f" {folded} "):
            end -= 1
            for entry in entries:
                size = entry.size
                start = end - size
                if entry.opens_sentence and not self._opens_sentence(start):
                    continue
                found = by_slot[entry.slot]
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

    def _free_negators(self) -> list[int]:
        """The ends of negators that are not part of a longer phrase."""
        negators = [(start, end) for start, end, entry in self.hits[_NEGATOR_SLOT] if entry.weight]
        if not negators:
            return []
        taken = [(start, end) for hits in self.hits[:3] for start, end, entry in hits if entry.has_negator]
        if not taken:
            return [end for _, end in negators]
        taken.sort()
        free = []
        for start, end in negators:
            # of the phrases that begin at or before the negator, only the last of each slot can contain it
            index = bisect_left(taken, (start + 1, 0))
            if not any(taken_end >= end for _, taken_end in taken[max(0, index - 3) : index]):
                free.append(end)
        return free

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
