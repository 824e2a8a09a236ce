"""Decodes bytes by the charset that a mail names, which may be wrong or unknown. Pure."""

import codecs
from typing import Final

_NO_CHARSETS: Final = frozenset(("idna", "punycode", "raw-unicode-escape", "unicode-escape", "undefined"))
"""Codecs of Python that are no charsets of mails; some of them are slow for long texts."""


def decode_bytes(data: bytes, charset: str) -> str:
    """By the charset; if it does not fit, as UTF-8, and if that does not fit either, as Windows-1252."""
    for name in dict.fromkeys((_known(charset), "utf-8")):
        try:
            return data.decode(name)
        except (UnicodeDecodeError, LookupError):
            continue
    return data.decode("cp1252", "replace")


def _known(charset: str) -> str:
    """What mail programs call ASCII or Latin-1 is often Windows-1252, which has more characters in the same places."""
    try:
        name = codecs.lookup(charset.strip().strip("'\"")).name
    except (LookupError, ValueError):
        return "utf-8"
    if name in _NO_CHARSETS or name == "ascii":
        return "utf-8"
    return "cp1252" if name == "iso8859-1" else name
