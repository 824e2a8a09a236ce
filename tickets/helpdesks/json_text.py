"""Decodes and parses JSON strictly, with a limit on memory.

Parsed JSON can take many times the memory of its text (`[[[…]]]` fifty times), so an upper bound is computed before
parsing.
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
"""The memory limit for a text and its values. For scale: 45,000 tickets of 700 characters take 90 MB."""

_BYTES_A_VALUE = 96
"""Upper bound for each comma, colon and opening bracket outside strings."""

_LARGE_BYTES = 1_000_000
_LARGE_TEXT_LOCK = threading.Lock()
"""Large texts are parsed one at a time: the GIL prevents parallel parsing anyway, and this saves memory."""

_STRUCTURE = (",", ":", "[", "{")
_TOKEN = re.compile(r'"(?:[^"\\]*+(?:\\.)?+)*+"?|([,:\[{])', re.DOTALL)
_CHARSET = re.compile(r""";\s*charset\s*=\s*["']?([^\s;"',]+)""", re.IGNORECASE)
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark is a prefix of it
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_WITHOUT_BYTE_ORDER = ("utf-16", "utf-32")
_CUT_OFF = ("unexpected end of data", "truncated data", "incomplete multibyte sequence")
_NO_CHARSETS = frozenset(("idna", "punycode", "undefined", "unicode-escape", "raw-unicode-escape"))
"""Python encodings that are not charsets but encode text as other text."""


class TextUnreadable(ValueError):
    """The bytes are not valid in their charset; `str()` is the rest of a sentence about the response."""


class UnknownCharset(TextUnreadable):
    """The declared charset is unknown."""


class TextCutOff(TextUnreadable):
    """The bytes end within a character."""


class TooMuchMemory(ValueError):
    """The values would take more than `MOST_MEMORY`."""


class TooDeepOrTooLong(ValueError):
    """JSON that is nested too deeply or contains a number with too many digits."""


def decode_text(body: bytes | bytearray, *, content_type: str = "") -> str:
    """Decode a body by its byte order mark, the declared charset, or RFC 8259 and its zero bytes.

    Raises `TextUnreadable`; never replaces or drops characters.
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
            raise TextCutOff(f"ends within a character ({place})") from None
        detail = "as its Content-Type says" if declared else "and its Content-Type declares no other charset"
        raise TextUnreadable(f"is not encoded in {encoding.upper()} ({place}), {detail}") from None


def read_json(body: bytes | bytearray, *, content_type: str = "") -> Any:
    """Decode and parse a JSON body. Raises the errors of `decode_text` and `parse_json`."""
    if len(body) < _LARGE_BYTES:
        return parse_json(decode_text(body, content_type=content_type))
    with _LARGE_TEXT_LOCK:
        return parse_json(decode_text(body, content_type=content_type))


def parse_json(text: str) -> Any:
    """Parse JSON. Raises `json.JSONDecodeError`, `TooMuchMemory` or `TooDeepOrTooLong`."""
    most = (MOST_MEMORY - 2 * sys.getsizeof(text)) // _BYTES_A_VALUE  # the text, and all its strings again
    if sum(map(text.count, _STRUCTURE)) > most and _has_more_values_than(most, text):
        raise TooMuchMemory(f"would take more than {MOST_MEMORY // 1024**2} MB of memory")
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        raise
    except (ValueError, RecursionError):
        raise TooDeepOrTooLong("a number is too long, or the nesting is too deep") from None


def _has_more_values_than(most: int, text: str) -> bool:
    """Counts values outside strings."""
    structure = (found for found in _TOKEN.finditer(text) if found.lastindex)
    return next(islice(structure, max(most, 0), None), None) is not None


def _charset(content_type: str) -> str:
    """Python's name of the declared charset; empty if none is declared. Raises `UnknownCharset`."""
    declared = _CHARSET.search(content_type)
    if declared is None:
        return ""
    try:
        name = codecs.lookup(declared[1]).name
        bytes(4).decode(name)  # rejects codecs that are not charsets, such as base64
    except (LookupError, ValueError):
        name = ""
    if not name or name in _NO_CHARSETS:
        raise UnknownCharset(f"declares the unknown charset “{declared[1][:40]}”")
    return "utf-8" if name == "utf-8-sig" else name


def _byte_order(encoding: str, body: bytes | bytearray) -> str:
    """Without a mark, the zero bytes show it: JSON starts with an ASCII character."""
    found = json.detect_encoding(bytes(body[:8]))
    return found if found.startswith(encoding) else f"{encoding}-be"
