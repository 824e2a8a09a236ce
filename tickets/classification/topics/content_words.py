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

_FUNCTION: Final = ""
_GREETING: Final = "^"
"""The rest of the sentence is a name or a courtesy."""

_GREETED: Final = re.compile(rf"{re.escape(_GREETING)}[^{BREAK}]*(?:{re.escape(BREAK)}|$)")

_LONGEST_NUMBER: Final = 4
_SHORTEST_NUMBER: Final = 3
_LONGEST_WORD: Final = 40  # beyond that it is a key or a hash
_MOST_REMEMBERED: Final = 50_000

_ENDS: Final = frozenset('.!?;:,()[]{}"\n\u2026\u2013\u2014\u201c\u201d\u201e\u3001\u3002\u061f\u060c')
_PLAIN_SIGNS: Final = (
    *(("\u2019", "'"), ("\u2018", "'"), ("\u201c", '"'), ("\u201d", '"'), ("\u201e", '"'), ("\u2026", ".")),
    *(("\u2013", ";"), ("\u2014", ";"), ("\u20ac", " "), ("\xa3", " "), ("\xa0", " "), ("\xb0", " ")),
)
"""Signs that do not spell and what is read instead, of the same length."""

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
_BEGINNING_A_CLAUSE: Final = """
    and because but he i if it or she so that they we when where which while who you
    aber dass er es ich oder sie und weil wenn wir
    et il elle ils je mais nous ou parce que qui si vous
    ella ellos o pero porque y yo
"""
_NEGATIONS: Final = frozenset(_NEGATING.split())
_CLAUSE_WORDS: Final = frozenset(_BEGINNING_A_CLAUSE.split())
"""No phrase goes across them."""

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
        text = _composed(text)
    text = text.lower()
    return _ADDRESS.sub(".", text) if "@" in text or "://" in text or "www." in text else text


def _composed(text: str) -> str:
    """The text with composed letters, and with plain signs for the commonest others, so that most texts become ASCII."""
    for sign, plain in _PLAIN_SIGNS:
        text = text.replace(sign, plain)
    try:
        text.encode("latin-1")
    except UnicodeEncodeError:
        return without_accents(unicodedata.normalize("NFC", text)).replace("\u0130", "i").replace(JOINER, "")
    return text  # has no signs of their own beside the letters


def content_roots(text: str) -> str:
    """The roots of a text that `read_text` returned, with a space between and a `BREAK` where no phrase goes across."""
    tokens = text.translate(_GAPS).replace(BREAK, _BREAK_APART).split()
    roots = " ".join([root for token in tokens if (root := _ROOTS[token])])
    return _GREETED.sub(BREAK, roots) if _GREETING in roots else roots


def content_words(text: str) -> list[Word]:
    """The same, with the place of each word."""
    found: list[Word] = []
    is_greeting = False
    for token in _TOKEN.finditer(text.translate(_GAPS)):
        root = _ROOTS[token[0]]
        if root in (BREAK, _GREETING):
            if is_greeting and root == BREAK:
                is_greeting = False
            elif not is_greeting:
                is_greeting = root == _GREETING
                found.append(Word(BREAK, *token.span()))
        elif root and not is_greeting:
            found.append(Word(root, *token.span()))
    return found


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
    if word in _CLAUSE_WORDS:
        return BREAK
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
