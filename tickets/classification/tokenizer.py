"""What a search finds: words folded without case and accents, prefixes, phrases. Pure.

The same folding makes a ticket's stored words, reads what somebody typed and marks the hits, so the
three agree.
"""

import itertools
import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from tickets.classification.scripts import (
    JOINER,
    SIGN_BLOCKS,
    SIGNS,
    SPACELESS,
    SPACELESS_SIGNS,
    is_sign,
    without_accents,
)

READ_LIMIT = 20_000
"""Characters of a message that are searchable."""
LONGEST_WORD = 64
SHORTEST_PREFIX = 2
MOST_PREFIXES = 5
"""In one query: each is looked up word by word."""
TOPIC_SIGN = "#"
"""Begins what stands for a topic among a ticket's stored words; no word holds it."""

# In scripts without spaces every letter with its signs is a word, and what was typed in one piece is a phrase.
_WORD = re.compile(rf"[{SPACELESS}][{SIGNS}]*|(?:[^\W_{SPACELESS}]|[{SIGNS}])+")
_ASCII_WORD = re.compile(r"[a-z0-9]+")
_SPACELESS_LETTER = re.compile(rf"[{SPACELESS}]")
_PIECE = re.compile(r'"([^"]*)(?:"|$)|([^\s"]+)')

_NARROW_MARKS = "\uff9e\uff9f"
"""The voice marks of narrow kana: letters for Unicode, accents of the letter before for us."""
_COMPOSED_AM = (("\u0e4d\u0e32", "\u0e33"), ("\u0ecd\u0eb2", "\u0eb3"))
"""Thai and Lao write one letter where compatible forms have a sign and a letter."""

# Of regular expressions as MongoDB reads them (PCRE).
_ACCENT = rf"(?![{SIGN_BLOCKS}])\p{{M}}|[{JOINER}{_NARROW_MARKS}]"
_BETWEEN = rf"(?:[^\p{{L}}\p{{N}}\p{{M}}]|{_ACCENT})"
_ACCENTS = rf"(?:{_ACCENT})*+"
_WORD_BEGINS = rf"(?<!(?![{SPACELESS}{SPACELESS_SIGNS}])[\p{{L}}\p{{M}}\p{{N}}{JOINER}])"
_WORD_ENDS = rf"(?!(?![{SPACELESS}])[\p{{L}}\p{{N}}{SIGNS}])"
_LETTER_ENDS = rf"(?![{SIGNS}])"

#: Too common to find anything by; inside a phrase they count.
_COMMON = """
    a an and are as at be but by for from have i in is it my of on or our that the this to was we were with you your
"""
IGNORED = frozenset(_COMMON.split())


class QueryError(ValueError):
    """What was typed cannot be searched for; the message ends a sentence that begins with the field."""


@dataclass(frozen=True, slots=True)
class Term:
    """Words that stand next to each other in one field; the last one may go on where `is_prefix`."""

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
        """A regular expression (PCRE, without case) for the phrase in text as it was written."""
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
    """All of `terms` must occur. `ignored` are words too common to be looked for."""

    terms: tuple[Term, ...]
    ignored: tuple[str, ...]


NO_QUERY = Query((), ())


def parse_query(text: str) -> Query:
    """What somebody typed: words, `refun*`, "a phrase"; pieces such as cust_17 are phrases too.

    Raises `QueryError`.
    """
    found: dict[Term, None] = {}
    ignored: dict[str, None] = {}
    for quoted, plain in _PIECE.findall(text):
        words = split_words(quoted or plain)
        if not words:
            continue
        term = Term(words, is_prefix=(quoted or plain).endswith("*"))
        if term.prefix is not None and len(term.prefix) < SHORTEST_PREFIX:
            raise QueryError(f"needs at least {SHORTEST_PREFIX} letters before the *")
        if term.is_ignored:
            ignored |= dict.fromkeys(words)
        else:
            found[term] = None
    if sum(term.is_prefix for term in found) > MOST_PREFIXES:
        raise QueryError(f"may hold at most {MOST_PREFIXES} words with a *; write the others out")
    return Query(tuple(found), tuple(ignored))


def searchable_words(*, texts: Iterable[str], ids: Iterable[str]) -> list[str]:
    """The distinct words to store for a ticket.

    Of an id only what tells it from others: of cust_17 the 17, for every id begins with cust.
    """
    found: dict[str, None] = {}
    for text in texts:
        found |= dict.fromkeys(word for word in split_words(text[:READ_LIMIT]) if word not in IGNORED)
    for each in ids:
        found |= dict.fromkeys(_telling(split_words(each)))
    return list(found)


def topic_words(topics: Sequence[str], values: tuple[str | bool, ...]) -> list[str]:
    """What is stored for a ticket's topics: each alone, and each together with values of the ticket."""
    return [topic_word(topic) for topic in topics] + [topic_word_with(topic, values) for topic in topics]


def topic_word(topic: str) -> str:
    return TOPIC_SIGN + topic


def topic_word_with(topic: str, values: tuple[str | bool, ...]) -> str:
    """A topic and values as one word, so that an index has the tickets with both next to each other."""
    return f"{TOPIC_SIGN}{topic}{_as_json(values)}"


@lru_cache(maxsize=1000)
def _as_json(values: tuple[str | bool, ...]) -> str:
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"))


def stored_words_of(term: Term) -> tuple[tuple[str, ...], str | None]:
    """Of the term, the whole words and the prefix that every ticket with it has stored; its pattern checks the rest."""
    telling = _telling(term.words)
    whole = tuple(word for word in term.whole_words if word in telling and word not in IGNORED)
    return whole, term.prefix if term.prefix in telling else None


def split_words(text: str) -> tuple[str, ...]:
    """The words of a text, folded."""
    folded = fold(text)
    return tuple(word[:LONGEST_WORD] for word in (_ASCII_WORD if folded.isascii() else _WORD).findall(folded))


def _telling(words: Sequence[str]) -> tuple[str, ...]:
    """The words with digits; all where none has any."""
    return tuple(word for word in words if any(map(_is_digit, word))) or tuple(words)


def _is_digit(character: str) -> bool:
    return character.isalnum() and not character.isalpha()


def find_hits(text: str, query: Query) -> list[tuple[int, int]]:
    """Where the query's terms stand in the searchable part of `text`, as (start, end) in order, overlapping ones joined."""
    if not query.terms:
        return []
    words, places = _read(text[:READ_LIMIT])
    hits = sorted(hit for term in query.terms for hit in _places_of(term, words, places))
    joined: list[tuple[int, int]] = []
    for start, end in hits:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def fold(text: str) -> str:
    """Lower case without accents; letters that belong to others become those (ß is ss, ﬁ is fi)."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold()).replace(JOINER, "")
    for apart, composed in _COMPOSED_AM:
        decomposed = decomposed.replace(apart, composed)
    return unicodedata.normalize("NFC", without_accents(decomposed))


def _read(text: str) -> tuple[list[str], list[tuple[int, int]]]:
    """The folded words of `text` and where each stands in it."""
    if text.isascii():
        found = list(_ASCII_WORD.finditer(text.lower()))
        return [each.group()[:LONGEST_WORD] for each in found], [each.span() for each in found]
    for apart, composed in _COMPOSED_AM:
        text = text.replace(apart, composed + JOINER)  # as long as before, so that places stay
    origin: list[int] = []
    pieces: list[str] = []
    for place, character in enumerate(text):
        folded = fold(character)
        pieces.append(folded)
        origin += [place] * len(folded)
    found = list(_WORD.finditer("".join(pieces)))
    words = [fold(each.group())[:LONGEST_WORD] for each in found]
    return words, [(origin[each.start()], _end_of(text, origin[each.end() - 1])) for each in found]


def _end_of(text: str, place: int) -> int:
    """Behind the character at `place`, the marks that sit on it, and what joins it to the next."""
    place += 1
    while place < len(text) and (is_sign(text[place]) or unicodedata.combining(text[place]) or text[place] == JOINER):
        place += 1
    return place


def _places_of(term: Term, words: Sequence[str], places: Sequence[tuple[int, int]]) -> Iterable[tuple[int, int]]:
    size = len(term.words)
    begins = None if size == 1 and term.is_prefix else term.words[0]
    for first in range(len(words) - size + 1):
        if begins is not None and words[first] != begins:
            continue  # soon told, and mostly so
        window = words[first : first + size]
        whole = window if not term.is_prefix else window[:-1]
        if tuple(whole) != term.whole_words:
            continue
        if term.prefix is not None and not window[-1].startswith(term.prefix):
            continue
        yield places[first][0], places[first + size - 1][1]


def _spelled(word: str) -> str:
    """A pattern for every way to write a folded word."""
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
    """Folded text to the single characters that fold to it: small letters (the pattern ignores case)."""
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
