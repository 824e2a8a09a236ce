"""The language of a text. Pure.

Letters of a script that one language uses decide at once. For all others the library eldc compares sequences of letters
with those of 60 languages; its model is part of it. A guess that is not clear is no answer: the language of `Rechnung`
can be found, that of `ok` cannot.
"""

import re
from collections import Counter
from operator import itemgetter
from typing import Final

import eldc

from tickets.classification.own_words import own_words

UNDETERMINED: Final = "und"
"""As in ISO 639-2: the letters are not Latin, so the language is not English, but which one it is cannot be said."""

_CUT: Final = 1_500  # characters that are looked at before quoted lines are taken out
_READ: Final = 500  # characters that are compared; more do not change the answer
_CHAT_LETTERS: Final = re.compile(
    r"\b(?=[a-z]*[37])(?:[a-z]*[2356789]){1,2}[a-z']*[a-z]{2}[a-z']*\b|\b[a-z']*[a-z]{3}[37]\b"
)
"""A word of Arabic as it is typed in Latin letters: 3 and 7 stand for letters that Latin lacks ("7aram", "ta3ban")."""
_FEWEST_CHAT_WORDS: Final = 2
_CHAT_SHARE: Final = 8  # of so many words one has such a letter, at least
_MOST_ENGLISH_WORDS: Final = 1
_ENGLISH: Final = frozenset((
    "a", "and", "are", "at", "for", "from", "has", "have", "i", "in", "is", "it", "my", "not", "of", "on", "or", "please",
    "that", "the", "this", "to", "was", "with",
))  # fmt: skip
_FEWEST_LETTERS: Final = 4
_CLEAR_SCORE: Final = 0.8
_CLEAR_LEAD: Final = 0.15
_LETTERS_OF_A_WORD: Final = 3  # what a letter of a script counts that writes a word in one or two letters

_LATIN: Final = "A-Za-zªµºÀ-ɏḀ-ỿＡ-Ｚａ-ｚ"
_LATIN_LETTERS: Final = re.compile(f"[{_LATIN}]+")
_ENOUGH_LATIN: Final = re.compile(f"(?:[{_LATIN}][^{_LATIN}]*){{{_FEWEST_LETTERS}}}")
_OTHER_LETTERS: Final = re.compile(rf"[^\W\d_{_LATIN}]+")

_LANGUAGE_OF_SCRIPT: Final = {
    "ja": "\u3040-\u30ff",
    "zh": "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff",
    "ko": "\u1100-\u11ff\u3130-\u318f\uac00-\ud7af",
    "el": "\u0370-\u03ff\u1f00-\u1fff",
    "he": "\u0590-\u05ff\ufb1d-\ufb4f",
    "th": "\u0e00-\u0e7f",
    "lo": "\u0e80-\u0eff",
    "my": "\u1000-\u109f",
    "km": "\u1780-\u17ff",
    "hy": "\u0530-\u058f",
    "ka": "\u10a0-\u10ff",
    "am": "\u1200-\u137f",
    "pa": "\u0a00-\u0a7f",
    "gu": "\u0a80-\u0aff",
    "or": "\u0b00-\u0b7f",
    "ta": "\u0b80-\u0bff",
    "te": "\u0c00-\u0c7f",
    "kn": "\u0c80-\u0cff",
    "ml": "\u0d00-\u0d7f",
    "si": "\u0d80-\u0dff",
}
_SCRIPTS: Final = re.compile("|".join(f"(?P<{code}>[{letters}]+)" for code, letters in _LANGUAGE_OF_SCRIPT.items()))
_SHORT_WORDS: Final = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uac00-\ud7af]")

eldc.init()


def find_language(subject: str, message: str) -> str:
    """The code of ISO 639-1 ("de"); `UNDETERMINED`; or empty if nothing shows that the text is not English.

    Any text is valid. Quoted mails, addresses and signatures count for nothing.
    """
    text = _words_of(f"{subject[:_READ]}\n{message[:_CUT]}")
    if text.isascii():
        return _of_latin(text)
    others = "".join(_OTHER_LETTERS.findall(text))
    if not others:
        return _of_latin(text)
    size = len(others) + (_LETTERS_OF_A_WORD - 1) * len(_SHORT_WORDS.findall(others))
    if size <= sum(map(len, _LATIN_LETTERS.findall(text))):
        return _of_latin(_OTHER_LETTERS.sub(" ", text))
    if language := _of_script(others):
        return language
    return _of_shared_script(_LATIN_LETTERS.sub(" ", text)) if len(others) >= _FEWEST_LETTERS else UNDETERMINED


def _words_of(text: str) -> str:
    """What the writer wrote, without addresses. Nothing that the library cannot read is left in it."""
    words = own_words(text).replace("\0", " ").split()
    if "://" in text or "@" in text:
        words = [word for word in words if "://" not in word and "@" not in word]
    joined = " ".join(words)[:_READ]
    return joined if joined.isascii() else joined.encode("utf-8", "ignore").decode()


def _of_latin(text: str) -> str:
    if not _ENOUGH_LATIN.search(text):
        return ""
    if _is_chat_arabic(text):
        return "ar"
    found = eldc.detect_details(text)
    if found.reliable:
        return str(found.language)
    scores = [*found.scores.values(), 0.0, 0.0]
    is_clear = scores[0] >= _CLEAR_SCORE and scores[0] - scores[1] >= _CLEAR_LEAD
    return str(found.language) if is_clear else ""


def _is_chat_arabic(text: str) -> bool:
    if "3" not in text and "7" not in text:
        return False
    found, words = set(_CHAT_LETTERS.findall(text.lower())), text.lower().split()
    if len(found) < _FEWEST_CHAT_WORDS or len(found) * _CHAT_SHARE < len(words):
        return False
    return sum(each in _ENGLISH for each in words) <= _MOST_ENGLISH_WORDS  # else they are codes, such as "vlan3"


def _of_script(letters: str) -> str:
    """The language whose script has most of the letters; empty if several languages use it."""
    counts: Counter[str] = Counter()
    for run in _SCRIPTS.finditer(letters):
        counts[run.lastgroup or ""] += len(run[0])
    if counts["ja"]:
        counts["ja"] += counts.pop("zh", 0)  # Japanese is written in both
    language, count = max(counts.items(), key=itemgetter(1), default=("", 0))
    return language if 2 * count > len(letters) else ""


def _of_shared_script(text: str) -> str:
    """Cyrillic, Arabic and Indian letters. The best guess is among the languages that write with them."""
    found = eldc.detect_details(text)
    best = next(iter(found.scores.values()), 0.0)
    return str(found.language) if found.reliable or best >= _CLEAR_SCORE else UNDETERMINED
