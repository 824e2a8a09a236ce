"""The content words of a text, which phrases consist of: their roots, without function words, in their sentences. Pure.

Texts of any language are read alike: a ticket does not reliably say its language, and two words that by chance share a
root in different languages rarely share a whole phrase.
"""

import re
import unicodedata
from typing import Final, NamedTuple

from tickets.classification.own_words import own_words
from tickets.classification.scripts import JOINER, is_sign, without_accents
from tickets.classification.tokenizer import READ_LIMIT, fold
from tickets.classification.topics.keywords import STOP_WORDS

BREAK: Final = "|"
"""Instead of a root: no phrase goes across."""

NEGATION: Final = "not"
"""The root of every negating word."""

_BREAK_APART: Final = f" {BREAK} "

MOST_SKIPPED: Final = 2
"""Function words between two content words of a phrase: “smell of gas”, “charged for the order”."""

_FUNCTION: Final = ""
_GREETING: Final = "^"
"""The rest of the sentence is a name or a courtesy."""

_LONGEST_NUMBER: Final = 4
_SHORTEST_NUMBER: Final = 3
_LONGEST_WORD: Final = 40  # beyond that it is a key or a hash
_MOST_REMEMBERED: Final = 50_000

_ENDS: Final = frozenset('.!?;:,()[]{}"\n\u2026\u2013\u2014\u201c\u201d\u201e\u3001\u3002\u061f\u060c')
_APOSTROPHES: Final = frozenset("'\u2019")
_TOKEN: Final = re.compile(rf"[^ {re.escape(BREAK)}]+|{re.escape(BREAK)}")
_ADDRESS: Final = re.compile(r"\S*(?:@|://|www\.)\S*")


class _Gaps(dict[int, str]):
    """What stands for each character: itself in a word, else a space or a `BREAK`. All that have occurred."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        if character.isalnum() or is_sign(character):
            found = character
        elif character in _APOSTROPHES:
            found = "'"
        else:
            found = BREAK if character in _ENDS else " "
        self[code] = found
        return found


_GAPS: Final = _Gaps()

PARTICLES: Final = frozenset(("back", "down", "off", "out", "twice"))
"""They complete a phrase, such as “locked out” and “charged twice”, but do not begin one."""

_NEGATING: Final = """
    cannot cant couldnt didnt doesnt dont havent isnt nobody none nothing never no not without wont
    kein keine keinem keinen keiner nicht nichts nie ohne ne pas jamais rien sans nada nunca ninguna ningun sin
"""
_GREETING_WORDS: Final = """
    dear greetings hello hey hi regards sincerely faithfully cheers thanks thank
    hallo geehrte geehrter geehrten grusse grussen gruss danke
    bonjour bonsoir cordialement salutations merci hola saludos estimado estimada gracias atentamente
"""
_NEGATIONS: Final = frozenset(_NEGATING.split())
_GREETINGS: Final = frozenset(_GREETING_WORDS.split())
#: Content after all, in a phrase: French “car” is rarer here than the English one.
_CONTENT: Final = frozenset(("car", "tag", "message", "original", "support", "team", "attachment", "hour", "hours"))
_FUNCTION_WORDS: Final = (frozenset(fold(each) for each in STOP_WORDS) | {"el", "up"}) - _CONTENT - PARTICLES
_CONTRACTED: Final = frozenset(("d", "em", "ll", "m", "re", "s", "ve"))

_SUFFIXES: Final[tuple[tuple[str, int], ...]] = tuple(
    (suffix, fewest)
    for fewest, suffixes in (
        (4, "ements ement ations ation ments ment iones ungen ados adas idos idas ings ung ado ada ido ida ees ees"),
        (4, "ing ied ies ion als ed ee al en em"),
        (3, "es"),
        (4, "os as"),
        (3, "s"),
        (4, "e y a o"),
    )
    for suffix in suffixes.split()
)
"""Endings of inflection in English, German, French and Spanish, each with the letters that must be left."""


class Word(NamedTuple):
    """A content word, or a `BREAK`: its root and its place in the text that was read."""

    root: str
    start: int
    end: int


def read_text(subject: str, message: str) -> str:
    """What phrases are looked for in: subject and message in lower case, without quotes, signatures and addresses."""
    text = f"{own_words(subject[:READ_LIMIT])}\n{own_words(message[:READ_LIMIT])}"
    if not text.isascii():
        text = without_accents(unicodedata.normalize("NFC", text)).replace("\u0130", "i").replace(JOINER, "")
    text = text.lower()
    return _ADDRESS.sub(".", text) if "@" in text or "://" in text or "www." in text else text


def content_roots(text: str) -> list[str]:
    """The roots of a text that `read_text` returned, with a `BREAK` where no phrase goes across."""
    tokens = text.translate(_GAPS).replace(BREAK, _BREAK_APART).split()
    return [root for root, _ in _content([_ROOTS[token] for token in tokens])]


def content_words(text: str) -> list[Word]:
    """The same, with the place of each word."""
    found = list(_TOKEN.finditer(text.translate(_GAPS)))
    return [Word(root, *found[place].span()) for root, place in _content([_ROOTS[each[0]] for each in found])]


def _content(roots: list[str]) -> list[tuple[str, int]]:
    """The content among these roots, with the place of each."""
    content: list[tuple[str, int]] = []
    skipped, is_greeting = 0, False
    for place, root in enumerate(roots):
        if root == _FUNCTION:
            skipped += 1
            if skipped == MOST_SKIPPED + 1:
                content.append((BREAK, place))
        elif root == BREAK:
            is_greeting, skipped = False, 0
            content.append((BREAK, place))
        elif is_greeting:
            continue
        elif root == _GREETING:
            is_greeting = True
            content.append((BREAK, place))
        else:
            skipped = 0
            content.append((root, place))
    return content


class _Roots(dict[str, str]):
    """The root of each word that has occurred; the commonest are remembered."""

    def __missing__(self, word: str) -> str:
        root = _root_of(word)
        if len(self) < _MOST_REMEMBERED:
            self[word] = root
        return root


_ROOTS: Final = _Roots()


def _root_of(word: str) -> str:
    """`BREAK` for the end of a sentence, and what a word means in a phrase otherwise."""
    if not any(map(str.isalnum, word)):
        return BREAK
    word = word.strip("'")
    head, apostrophe, tail = word.partition("'")
    if apostrophe:
        if head.endswith("n") and tail == "t":
            return NEGATION
        word = tail if len(head) <= 2 and tail not in _CONTRACTED else head
    word = fold(word)
    if word in _NEGATIONS:
        return NEGATION
    if word in _GREETINGS:
        return _GREETING
    if word in _FUNCTION_WORDS or len(word) == 1:
        return _FUNCTION
    if any(map(str.isdigit, word)):
        return _root_of_number(word)
    if len(word) > _LONGEST_WORD:
        return BREAK
    return word if word in PARTICLES or not word.isascii() else _stem(word)


def _root_of_number(word: str) -> str:
    """“Error 500” and “5g” say something; amounts, days and the numbers of orders do not."""
    if len(word) > _LONGEST_NUMBER:
        return BREAK
    return _FUNCTION if word.isdigit() and len(word) < _SHORTEST_NUMBER else word


def _stem(word: str) -> str:
    for suffix, fewest in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= fewest and not word.endswith("ss"):
            word = word[: -len(suffix)]
            break
    return word[:-1] if len(word) > 2 and word[-1] == word[-2] else word
