"""Search queries: what a user types, as words, prefixes and phrases; and where they occur in a text. Pure."""

import itertools
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from tickets.classification.scripts import JOINER, SIGN_BLOCKS, SIGNS, SPACELESS, SPACELESS_SIGNS, is_sign
from tickets.classification.tokenizer import READ_LIMIT, Span, fold, locate_words, split_words

SHORTEST_PREFIX = 2
MAX_PREFIXES = 5
"""In one query: each is looked up word by word."""

_SPACELESS_LETTER = re.compile(rf"[{SPACELESS}]")
_PIECE = re.compile(r'"([^"]*)(?:"|$)|([^\s"]+)')

_NARROW_MARKS = "\uff9e\uff9f"
"""The voice marks of narrow kana: letters for Unicode, accents of the letter before them here."""

# For regular expressions as MongoDB reads them (PCRE).
_ACCENT = rf"(?![{SIGN_BLOCKS}])\p{{M}}|[{JOINER}{_NARROW_MARKS}]"
_BETWEEN = rf"(?:[^\p{{L}}\p{{N}}\p{{M}}]|{_ACCENT})"
_ACCENTS = rf"(?:{_ACCENT})*+"
_WORD_BEGINS = rf"(?<!(?![{SPACELESS}{SPACELESS_SIGNS}])[\p{{L}}\p{{M}}\p{{N}}{JOINER}])"
_WORD_ENDS = rf"(?!(?![{SPACELESS}])[\p{{L}}\p{{N}}{SIGNS}])"
_LETTER_ENDS = rf"(?![{SIGNS}])"

#: Too common to search for on their own; inside a phrase they count.
_COMMON = """
    a an and are as at be but by for from have i in is it my of on or our that the this to was we were with you your
"""
IGNORED = frozenset(_COMMON.split())


class QueryError(ValueError):
    """The query cannot be searched for. The message completes a sentence that starts with the field's name."""


@dataclass(frozen=True, slots=True)
class Term:
    """Words that are next to each other in one field. The last word is only the start of one if `is_prefix`."""

    words: tuple[str, ...]
    is_prefix: bool = False

    @property
    def whole_words(self) -> tuple[str, ...]:
        return self.words[:-1] if self.is_prefix else self.words

    @property
    def prefix(self) -> str | None:
        return self.words[-1] if self.is_prefix else None

    @property
    def is_phrase(self) -> bool:
        return len(self.words) > 1

    @property
    def is_ignored(self) -> bool:
        return not self.is_prefix and all(word in IGNORED for word in self.words)

    def pattern(self) -> str:
        """A regular expression (PCRE, ignoring case) for the phrase in the original text."""
        parts = ["" if _is_spaceless(self.words[0]) else _WORD_BEGINS]
        for word, following in itertools.zip_longest(self.words, self.words[1:]):
            parts.append(_spelled(word))
            if following is not None:
                parts.append(_BETWEEN + ("*+" if _is_spaceless(word) or _is_spaceless(following) else "++"))
        if not self.is_prefix:
            parts.append(_LETTER_ENDS if _is_spaceless(self.words[-1]) else _WORD_ENDS)
        return "".join(parts)


@dataclass(frozen=True, slots=True)
class Query:
    """All `terms` must occur. `ignored` are words that are too common to search for."""

    terms: tuple[Term, ...]
    ignored: tuple[str, ...]


NO_QUERY = Query((), ())


def parse_query(text: str) -> Query:
    """The query in a text of words, `refun*` and "phrases". Pieces such as cust_17 are phrases, too.

    Raises `QueryError`.
    """
    found: dict[Term, None] = {}
    ignored: dict[str, None] = {}
    for quoted, plain in _PIECE.findall(text):
        piece = quoted or plain
        words = split_words(piece)
        if not words:
            continue
        term = Term(words, is_prefix=piece.endswith("*"))
        if term.prefix is not None and len(term.prefix) < SHORTEST_PREFIX:
            raise QueryError(f"needs at least {SHORTEST_PREFIX} letters before the *")
        if term.is_ignored:
            ignored |= dict.fromkeys(words)
        else:
            found[term] = None
    if sum(term.is_prefix for term in found) > MAX_PREFIXES:
        raise QueryError(f"may have at most {MAX_PREFIXES} words with a *; write the others out")
    return Query(tuple(found), tuple(ignored))


def find_hits(text: str, query: Query) -> list[Span]:
    """Where the query's terms occur in the searchable part of the text, in order, overlapping hits joined."""
    if not query.terms:
        return []
    words, spans = locate_words(text[:READ_LIMIT])
    hits = sorted(hit for term in query.terms for hit in _occurrences(term, words, spans))
    joined: list[Span] = []
    for start, end in hits:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _occurrences(term: Term, words: Sequence[str], spans: Sequence[Span]) -> Iterator[Span]:
    size = len(term.words)
    first_word = None if size == 1 and term.is_prefix else term.words[0]
    for first in range(len(words) - size + 1):
        if first_word is not None and words[first] != first_word:
            continue  # the cheap test, which most places fail
        window = words[first : first + size]
        whole = window[:-1] if term.is_prefix else window
        if tuple(whole) != term.whole_words:
            continue
        if term.prefix is not None and not window[-1].startswith(term.prefix):
            continue
        yield spans[first][0], spans[first + size - 1][1]


def _spelled(word: str) -> str:
    """A pattern for all spellings of a folded word."""
    variants = _variants()
    pattern = []
    place = 0
    while place < len(word):
        for length in (3, 2):
            joined = variants.get(word[place : place + length]) if len(word) - place >= length else None
            if joined:
                apart = "".join(_letter(each) for each in word[place : place + length])
                pattern.append(f"(?:{apart}|[{joined}]{_ACCENTS})")
                place += length
                break
        else:
            pattern.append(_letter(word[place]))
            place += 1
    return "".join(pattern)


def _letter(letter: str) -> str:
    ways = f"[{re.escape(letter)}{_variants().get(letter, '')}]"
    decomposed = unicodedata.normalize("NFKD", letter)
    return f"{ways if decomposed == letter else f'(?:{ways}|{decomposed})'}{_ACCENTS}"


@cache
def _variants() -> dict[str, str]:
    """Folded text to the lower-case characters that fold to it (the pattern ignores case)."""
    found: dict[str, list[str]] = {}
    for code in itertools.chain(range(0x2000), range(0x3040, 0x3100), range(0xFB00, 0xFB07), range(0xFF00, 0xFFEF)):
        character = chr(code)
        folded = fold(character)
        is_small = character.lower() == character or len(character.lower()) > 1
        is_spelled = all(each.isalnum() or is_sign(each) for each in folded) and character.isalnum()
        if is_small and is_spelled and folded != character and 1 <= len(folded) <= 3:
            found.setdefault(folded, []).append(character)
    return {folded: "".join(characters) for folded, characters in found.items()}


def _is_spaceless(word: str) -> bool:
    return _SPACELESS_LETTER.match(word) is not None
