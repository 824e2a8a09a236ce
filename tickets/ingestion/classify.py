"""Says from its words alone whether a ticket is urgent, how its writer feels, and whether something is asked for.

One Aho-Corasick automaton holds the vocabulary of all categories, so a text is read once however many phrases there
are. The automaton sees a folded copy of the text: lower case, every character that is no letter or digit a space. Its
keys carry a space on both sides, which makes every match a match of whole words, and folding keeps each character in
its place, so that a place in the copy is a place in the text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Literal, NamedTuple

import ahocorasick

from tickets.ingestion.lexicon import (
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

Urgency = Literal["high", "medium", "low"]
Sentiment = Literal["positive", "neutral", "negative"]
Category = Literal["urgency", "sentiment", "action"]
Field = Literal["subject", "message"]

#: Characters of each field that are read. What a customer has not said by then decides nothing.
READ_LIMIT: Final = 20_000
#: Most places kept as evidence, and most keywords.
EVIDENCE_LIMIT: Final = 200
KEYWORD_LIMIT: Final = 20

_HIGH: Final = 1.0
_MEDIUM: Final = 0.4
_TROUBLE_LIMIT: Final = 0.5  # fault words together: medium, however many
_POSITIVE: Final = 0.75
_NEGATIVE: Final = -0.75
_ACTION: Final = 1.0
_QUESTION: Final = 1.0
_DENIED_URGENCY: Final = -0.6  # "not urgent"
_DENIED_PRAISE: Final = -0.6  # "not good" is a good deal worse than neutral,
_DENIED_BLAME: Final = -0.3  # "not terrible" only a little better
_REACH: Final = 3  # words between a negator and what it undoes
_CLOSE_REACH: Final = 5  # the same, where all of them are fillers


@dataclass(frozen=True, slots=True)
class Evidence:
    """One place in the text that spoke for or against a verdict.

    ``term`` is the vocabulary's entry in lower case, or "question" for a question mark. ``start`` and ``end`` are
    character offsets into the original text of ``field``. ``weight`` is what the place contributed to the category's
    sum: below zero it spoke against urgency or action, or for a negative feeling. An entry counts once a ticket,
    however often it stands there. ``label`` is where the weight points: "high", "medium" or "low" (damping, such as
    "no rush" or a denied "urgent"), "negative" or "positive", "action".
    """

    category: Category
    label: str
    term: str
    field: Field
    start: int
    end: int
    weight: float
    negated: bool


@dataclass(frozen=True, slots=True)
class Classification:
    """The three verdicts on one ticket and what they rest on.

    ``keywords`` are the vocabulary's terms that decided, none of them negated, distinct, in order of appearance, at
    most 20. ``evidence`` is sorted by field, subject first, and start; at most 200 places.
    """

    urgency: Urgency
    sentiment: Sentiment
    requires_action: bool
    keywords: tuple[str, ...]
    evidence: tuple[Evidence, ...]


class _Entry(NamedTuple):
    """A term as the automaton knows it."""

    term: str
    slot: int
    size: int  # of the folded term, in characters
    weight: float
    group: Group


class _Hit(NamedTuple):
    start: int
    end: int
    entry: _Entry


_SLOTS: Final[tuple[Category, ...]] = ("urgency", "sentiment", "action")
_URGENCY, _SENTIMENT, _ACTION_SLOT, _NEGATOR = range(4)

_PUNCTUATION_TO_SPACE: Final = {code: " " for code in range(128) if not chr(code).isalnum()}
_NOT_WORD: Final = re.compile(r"[^\w \u0300-\u036f]|_")
_TYPOGRAPHY: Final = (
    ("\u2019", "'"), ("\u2018", "'"), ("\u201c", '"'), ("\u201d", '"'), ("\u2013", "-"), ("\u2014", ";"),
    ("\u2026", "."), ("\xa0", " "), ("\u2022", ";"), ("\uff1f", "?"), ("\u061f", "?"),
)  # fmt: skip
_SPACE_RUN: Final = re.compile(r"\s{2,}")
_QUOTED_LINE: Final = re.compile(r"^[ \t]{0,20}>[^\n]*|^On [^\n]{0,200}wrote:[ \t\r]{0,20}$", re.MULTILINE)
_SIGNATURE: Final = re.compile(r"^-- ?\r?$|^-{2,20} ?Original Message ?-{2,20}", re.MULTILINE | re.IGNORECASE)
_CLAUSE_END: Final = re.compile(r"[,.;:!?()\f]| - ")
_SENTENCE_END: Final = ".!?:;,\f"


def fold(text: str) -> str:
    """``text`` as the vocabulary compares it, character for character: lower case, letters and digits, spaces."""
    if text.isascii():
        return text.lower().translate(_PUNCTUATION_TO_SPACE)
    return _fold_word_breaks(_lower(text))


def _lower(text: str) -> str:
    # U+0130 is the only character whose lower case is longer than itself
    lowered = text.replace("\u0130", "i").lower()
    for typographic, plain in _TYPOGRAPHY:
        lowered = lowered.replace(typographic, plain)
    return lowered


def _fold_word_breaks(lowered: str) -> str:
    if lowered.isascii():
        return lowered.translate(_PUNCTUATION_TO_SPACE)
    return _NOT_WORD.sub(" ", lowered)


def _entries() -> Iterable[_Entry]:
    for slot, groups in enumerate((URGENCY, SENTIMENT, ACTION)):
        # an order ("send") goes first, so that where it opens a sentence it is preferred to its namesake
        for group in sorted(groups, key=lambda group: not group.opens_sentence):
            for term in group.terms:
                yield _Entry(term, slot, len(fold(term)), group.weight, group)
    denying = Group("low", 1.0, NEGATORS, "never")
    harmless = Group("low", 0.0, NO_NEGATION, "never")
    for group in (denying, harmless):
        for term in group.terms:
            yield _Entry(term, _NEGATOR, len(fold(term)), group.weight, group)


@cache
def _automaton() -> Any:
    by_key: dict[str, list[_Entry]] = {}
    for entry in _entries():
        by_key.setdefault(f" {fold(entry.term)} ", []).append(entry)
    automaton = ahocorasick.Automaton()
    for key, entries in by_key.items():
        automaton.add_word(key, tuple(entries))
    automaton.make_automaton()
    return automaton


_FACE: Final = re.compile(
    "|".join(re.escape(face) + (r"(?!\w)" if face[-1].isalnum() else "") for face in sorted(FACES, reverse=True))
)


def _own_words(text: str) -> str:
    """``text`` with what others wrote (quoted lines) and the signature blanked out, every character in its place.

    A text that has nothing else is left as it is.
    """
    own = text
    if ">" in own and (own.startswith(">") or "\n" in own):
        own = _QUOTED_LINE.sub(lambda found: " " * len(found[0]), own)
    if "\n--" in own:
        signature = _SIGNATURE.search(own)
        if signature:
            own = own[: signature.start()]
    return text if own is not text and not own.strip() else own


class _Reading:
    """One field's text, folded and searched."""

    __slots__ = ("_cuts", "_shifts", "field", "flat", "hits")

    def __init__(self, field: Field, text: str) -> None:
        self.field: Field = field
        self._cuts: list[int] = []
        self._shifts: list[int] = []
        text = _own_words(text[:READ_LIMIT])
        ascii_only = text.isascii()
        if "\n" in text or "  " in text or "\t" in text or not ascii_only:
            text = self._single_spaces(text)
        self.flat = text.lower() if ascii_only else _lower(text)
        self.hits = self._search(_fold_word_breaks(self.flat))

    def _single_spaces(self, text: str) -> str:
        """Makes every run of white space one character: a form feed for a blank line, else a line feed or a space."""
        pieces: list[str] = []
        done = length = 0
        for run in _SPACE_RUN.finditer(text):
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

    def place(self, flat_offset: int) -> int:
        """The offset in the original text of a character of ``flat``."""
        index = bisect_right(self._cuts, flat_offset)
        return flat_offset + self._shifts[index - 1] if index else flat_offset

    def _search(self, folded: str) -> tuple[list[_Hit], list[_Hit], list[_Hit], list[_Hit]]:
        """The vocabulary's whole-word hits by category, in order; where two overlap, the longer one."""
        by_slot: tuple[list[_Hit], list[_Hit], list[_Hit], list[_Hit]] = ([], [], [], [])
        # a key ends with the space after the word, hence its last index is the word's end in the unpadded text + 1
        for last, entries in _automaton().iter(f" {folded} "):
            end = last - 1
            for entry in entries:
                start = end - entry.size
                if entry.group.opens_sentence and not self._opens_sentence(start):
                    continue
                found = by_slot[entry.slot]
                while found and found[-1].end > start:
                    if found[-1].end - found[-1].start >= entry.size:
                        break
                    found.pop()
                else:
                    found.append(_Hit(start, end, entry))
        return by_slot

    def _opens_sentence(self, start: int) -> bool:
        flat = self.flat
        before = start - 1
        if before >= 0 and flat[before] == " ":
            before -= 1
        if before < 0:
            return True
        if flat[before] == "\n":  # a line of its own, or only a wrapped one?
            return before == 0 or flat[before - 1] in _SENTENCE_END
        return flat[before] in ".!?:;\f"
