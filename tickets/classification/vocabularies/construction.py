"""Constructions: what customers describe rather than name, such as "two weeks and still nothing".

A construction is a short pattern around a word that is rare, its anchor. The automaton finds the anchors, and the
pattern is tried only there: first what follows the anchor, then what stands before it. So a text without anchors costs
nothing.

A pattern is a regular expression over the text in lower case, with these shorthands:

| in a pattern | matches |
|---|---|
| `<hold|queue>` | the anchor: one of these words or phrases |
| a space | what is between two words of a sentence: a space, a hyphen, quotes |
| ` ..3 ` | up to three words in between |
| ` ..3 // ` | the same, up to a comma or the end of a sentence |
| ` // ` | a comma, the end of a sentence, or only a space |
| `{hours}` | a class of words that the language names |

A line break with its indentation counts for nothing. Patterns repeat nothing without a limit, so the time grows with the number of anchors only.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from tickets.classification.vocabularies.group import Group, Label

_SPACE: Final = r"[^\w.,!?;:\f']{1,3}"
_SENTENCE_END: Final = r"[^\w']{1,4}"
_WORD: Final = r"[\w'&$%@#/]+"
_GAP: Final = re.compile(r"\.\.(\d+) ")
_GAP_TO_END: Final = re.compile(r"\.\.(\d+) // ")
_LINE_BREAK: Final = re.compile(r"\n\s*")
_WORD_START: Final = re.compile(rf"(?<![\w']){_WORD}")
_FARTHEST: Final = 8  # words before the anchor
_LONGEST_WORD: Final = 12  # characters with its space, to look back by


@dataclass(frozen=True, slots=True, eq=False)
class Construction:
    """A name that readers understand, and what it adds to the sum of its category. Compared by identity."""

    name: str
    group: Group


@dataclass(frozen=True, slots=True, eq=False)
class Pattern:
    """One way to word a construction, around one of `anchors`."""

    construction: Construction
    anchors: tuple[str, ...]
    before: re.Pattern[str] | None
    words_before: int
    after: re.Pattern[str]

    def find(self, text: str, start: int, end: int) -> tuple[int, int] | None:
        """The place around an anchor at `start` to `end` of the text, or None."""
        following = self.after.match(text, end)
        if following is None:
            return None
        if self.before is None:
            return start, following.end()
        near = max(0, start - self.words_before * _LONGEST_WORD)
        for word in list(_WORD_START.finditer(text, near, start))[: -self.words_before - 1 : -1]:
            if self.before.fullmatch(text, word.start(), start):
                return word.start(), following.end()
        return None


@dataclass(frozen=True, slots=True)
class Phrasing:
    """The classes of words that the patterns of a language refer to. Each is a list of words, separated by "|".

    `letters` are regular expressions for letters that may be spelled in several ways, such as "[ée]" for "é".
    """

    classes: Mapping[str, str]
    letters: Mapping[str, str] = field(default_factory=dict)

    def patterns(self, construction: Construction, *patterns: str) -> tuple[Pattern, ...]:
        """The patterns of a construction."""
        return tuple(self._pattern(construction, each) for each in patterns)

    def construct(self, name: str, label: Label, weight: float, *patterns: str) -> tuple[Pattern, ...]:
        """A construction with this signed weight, by its patterns."""
        return self.patterns(Construction(name, Group(label, weight, (), "never")), *patterns)

    def fulfilled(self, name: str, weight: float, *patterns: str) -> tuple[Pattern, ...]:
        """A construction of somebody who has what was asked for: words inside it ask for nothing."""
        return self.patterns(Construction(name, Group("low", -weight, (), "never", fulfils=True)), *patterns)

    def _pattern(self, construction: Construction, pattern: str) -> Pattern:
        before, _, rest = _LINE_BREAK.sub("", pattern).partition("<")
        anchors, _, after = rest.partition(">")
        for name, words in self.classes.items():
            anchors = anchors.replace(f"{{{name}}}", words)
        return Pattern(
            construction=construction,
            anchors=tuple(anchors.split("|")),
            before=re.compile(self._expand(before)) if before else None,
            words_before=_count_words(before),
            after=re.compile(rf"(?:{self._expand(after)})(?![\w'])"),
        )

    def _expand(self, pattern: str) -> str:
        for name, words in self.classes.items():
            pattern = pattern.replace(f"{{{name}}}", f"(?:{words})")
        pattern = _GAP_TO_END.sub(lambda found: f"(?:(?:{_WORD} ){{0,{int(found[1]) - 1}}}{_WORD} // )?", pattern)
        pattern = _GAP.sub(lambda found: f"(?:{_WORD} ){{0,{found[1]}}}", pattern)
        for letter, spellings in self.letters.items():
            pattern = pattern.replace(letter, spellings)
        return pattern.replace(" // ", _SENTENCE_END).replace(" ?", f"(?:{_SPACE})?").replace(" ", _SPACE)


def _count_words(pattern: str) -> int:
    """About the most words that a pattern matches."""
    gaps = sum(map(int, _GAP.findall(pattern)))
    return min(pattern.count(" ") + gaps + pattern.count("{"), _FARTHEST)
