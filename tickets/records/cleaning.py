"""Values of a record as clean texts. Pure."""

import math
import re
from collections.abc import Mapping

from tickets.records.plain_text import as_plain_line, to_plain_text

_LINE_END = re.compile(r"\r\n?|\u2028|\u2029")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_INVISIBLE = re.compile(r"[\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
"""Marks that change the direction of what follows, so that a value could pretend to be another one."""

_READ_PER_KEPT = 4
"""How many characters of a line are read for each that is kept, because markup takes more than its text."""
_MOST_LAYERS = 5
"""Markup can be escaped, and that can be escaped again. This many times it is removed."""


class Unreadable(ValueError):
    """A value that cannot be read; the message is a reason that follows the field's name."""


def clean_text(text: str) -> str:
    """One form of a text: `\\n` line ends, no NUL, no lone surrogates, no trailing white space."""
    if "\r" in text or "\u2028" in text or "\u2029" in text:
        text = _LINE_END.sub("\n", text)
    if "\0" in text:
        text = text.replace("\0", "")
    try:
        text.encode()
    except UnicodeEncodeError:
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text.rstrip()


def as_text(value: object) -> str | None:
    """A text, number or boolean as text, as JSON writes it (7.0 is 7); None for anything else."""
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case float() if math.isfinite(value):
            return str(int(value)) if value.is_integer() else repr(value)
        case _:
            return None


def as_line(value: object, *, longest: int) -> str:
    """A text, number or boolean as one line without markup, cut to `longest` characters. Raises `Unreadable`.

    Read again, the line stays as it is, so a ticket that is exported and imported does not change.
    """
    text = as_text(value) if not isinstance(value, int) or abs(value) < 10**longest else None
    if text is None:
        raise Unreadable(f"is {kind_of(value)}, not text")
    text = text[: longest * _READ_PER_KEPT]
    for _ in range(_MOST_LAYERS):
        plain = _as_plain_line(text)
        if plain == text:
            return text[:longest].rstrip()
        text = plain
    raise Unreadable("has markup that is escaped several times")


def kind_of(value: object) -> str:
    """What a value is that cannot be read, in words."""
    match value:
        case str():
            return "text"
        case bool():
            return "true or false"
        case int():
            return "a number"
        case float():
            return "NaN or infinite"
        case list():
            return "a list"
        case Mapping():
            return "an object"
        case _:
            return "of an unknown kind"


def _as_plain_line(text: str) -> str:
    text = to_plain_text(text) if "<" in text else as_plain_line(text)
    return " ".join(clean_text(_INVISIBLE.sub("", _CONTROLS.sub(" ", text))).split())
