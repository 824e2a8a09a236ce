"""The JSON of an answer or of a line: its text decoded strictly, its values bounded before they are made.

Text may become many times its size in memory (`[[[…]]]` fifty times), so what it would become at the most is
worked out first, without making any of it.
"""

import codecs
import json
import re
import sys
import threading
from itertools import islice
from typing import Any

from supportsaas.formatting import format_number

MOST_MEMORY = 300 * 1024 * 1024
"""What the values of one text may take, with the text itself: 45,000 tickets of 700 characters take 90 MB."""

_BYTES_A_VALUE = 96
"""At the most, for each comma, colon and opening bracket outside of strings."""

_LARGE_BYTES = 1_000_000
_ONE_AFTER_THE_OTHER = threading.Lock()
"""Large texts are read one at a time. Python reads no two at once anyhow, and so the memory is needed once."""

_STRUCTURE = (",", ":", "[", "{")
_TOKEN = re.compile(r'"(?:[^"\\]*+(?:\\.)?+)*+"?|([,:\[{])', re.DOTALL)
_CHARSET = re.compile(r""";\s*charset\s*=\s*["']?([^\s;"',]+)""", re.IGNORECASE)
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_WITHOUT_BYTE_ORDER = ("utf-16", "utf-32")
_CUT_OFF = ("unexpected end of data", "truncated data", "incomplete multibyte sequence")
_NO_CHARSETS = frozenset(("idna", "punycode", "undefined", "unicode-escape", "raw-unicode-escape"))
"""Python has them among its encodings; they are ways to write text in other text."""


class TextUnreadable(ValueError):
    """The bytes are no text in their charset; `str()` says why, as the rest of a sentence about the answer."""


class UnknownCharset(TextUnreadable):
    """The charset that is declared is none we know."""


class TextCutOff(TextUnreadable):
    """The bytes end in the middle of a character."""


class TooMuchMemory(ValueError):
    """Its values would take more than `MOST_MEMORY`."""


class TooDeepOrTooLong(ValueError):
    """It is JSON, but nested too deeply, or has a number of too many digits."""


def decode_text(body: bytes | bytearray, *, content_type: str = "") -> str:
    """The text of a body: by its byte order mark, the declared charset, or else as RFC 8259 and its zeros say.

    Raises `TextUnreadable`: no letter is ever replaced by another or left out.
    """
    mark, encoding = next(((mark, name) for mark, name in _MARKS if body.startswith(mark)), (b"", ""))
    declared = _charset(content_type)
    encoding = encoding or declared or json.detect_encoding(bytes(body[:8]))
    if encoding in _WITHOUT_BYTE_ORDER:
        encoding = _byte_order(encoding, body)
    try:
        return body[len(mark) :].decode(encoding)
    except UnicodeDecodeError as error:
        place = f"byte {format_number(error.start + len(mark) + 1)}"
        if error.reason in _CUT_OFF:
            raise TextCutOff(f"ends in the middle of a letter ({place})") from None
        says = "as its Content-Type says" if declared else "and its Content-Type names no other charset"
        raise TextUnreadable(f"is not written in {encoding.upper()} ({place}), {says}") from None


def read_json(body: bytes | bytearray, *, content_type: str = "") -> Any:
    """The value of a body of JSON. Raises what `decode_text` and `parse_json` raise."""
    if len(body) < _LARGE_BYTES:
        return parse_json(decode_text(body, content_type=content_type))
    with _ONE_AFTER_THE_OTHER:
        return parse_json(decode_text(body, content_type=content_type))


def parse_json(text: str) -> Any:
    """The value of JSON. Raises `json.JSONDecodeError` where it is none, `TooMuchMemory` and `TooDeepOrTooLong`."""
    most = (MOST_MEMORY - 2 * sys.getsizeof(text)) // _BYTES_A_VALUE  # the text, and all of its strings once more
    if sum(map(text.count, _STRUCTURE)) > most and _has_more_values_than(most, text):
        raise TooMuchMemory(f"would take more than {MOST_MEMORY // 1024**2} MB of memory")
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        raise
    except (ValueError, RecursionError):
        raise TooDeepOrTooLong("a number is too long, or it is nested too deeply") from None


def _has_more_values_than(most: int, text: str) -> bool:
    """Counted outside of strings alone."""
    structure = (found for found in _TOKEN.finditer(text) if found.lastindex)
    return next(islice(structure, max(most, 0), None), None) is not None


def _charset(content_type: str) -> str:
    """The name Python has for the declared charset; empty where none is declared. Raises `UnknownCharset`."""
    declared = _CHARSET.search(content_type)
    if declared is None:
        return ""
    try:
        name = codecs.lookup(declared[1]).name
        bytes(4).decode(name)  # refuses what is no charset, such as base64
    except (LookupError, ValueError):
        name = ""
    if not name or name in _NO_CHARSETS:
        raise UnknownCharset(f"is declared as “{declared[1][:40]}”, which is no known charset")
    return "utf-8" if name == "utf-8-sig" else name


def _byte_order(encoding: str, body: bytes | bytearray) -> str:
    """Without a mark the zeros tell it: JSON begins with an ASCII character."""
    found = json.detect_encoding(bytes(body[:8]))
    return found if found.startswith(encoding) else f"{encoding}-be"
